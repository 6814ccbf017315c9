/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One file of a recording and its sidecar, without the recorder around them. */
#include "captiontest.h"
#include "part.h"

#include <derma/sidecar.h>

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FRAME (100 * GST_MSECOND)

/* errno of a disk that fails for the file @disk_fd, which meets it when it is brought there. */
static gint disk_error;
static gint disk_fd = -1;
/* How often a signal comes meanwhile. */
static guint signals;

gint
fdatasync (gint fd)
{
  errno = signals > 0 ? EINTR : disk_error;
  if (fd != disk_fd || errno == 0)
    return 0;
  signals -= signals > 0;
  return -1;
}

typedef struct {
  gchar *folder;
  GstBin *parent;
  DermaRecordSettings settings;
  GstCaps *caps;
  guint attempt;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("part-XXXXXX", NULL);
  fixture->parent = GST_BIN (gst_object_ref_sink (gst_bin_new (NULL)));
  fixture->settings =
      (DermaRecordSettings){ .location = g_build_filename (fixture->folder, "a.mkv", NULL), .sidecar = TRUE };
  fixture->caps = gst_caps_from_string ("image/jpeg, width=16, height=16, framerate=10/1");
  fixture->attempt = 0;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (fixture->folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  derma_record_settings_clear (&fixture->settings);
  gst_caps_unref (fixture->caps);
  gst_element_set_state (GST_ELEMENT (fixture->parent), GST_STATE_NULL);
  gst_object_unref (fixture->parent);
}

static DermaFilmFrame *
make_frame (Fixture *fixture, GstClockTime time)
{
  DermaFilmFrame *frame = g_new0 (DermaFilmFrame, 1);

  frame->buffer = gst_buffer_new_allocate (NULL, 100, NULL);
  gst_buffer_memset (frame->buffer, 0, 1, 100);
  frame->caps = gst_caps_ref (fixture->caps);
  frame->time = time;
  frame->end = time + FRAME;
  frame->key = TRUE;
  return frame;
}

static DermaPart *
begin (Fixture *fixture, guint number, GstClockTime start)
{
  g_autoptr (DermaFilmFrame) frame = make_frame (fixture, start);
  const DermaScene scene = { 0 };
  g_autoptr (GError) error = NULL;
  DermaPart *part = derma_part_new (fixture->parent, &fixture->settings, number, &fixture->attempt, frame, &error);

  g_assert_no_error (error);
  g_assert_true (derma_part_begin (part, &scene, 0, &error));
  return part;
}

static void
take (Fixture *fixture, DermaPart *part, GstClockTime time)
{
  g_assert_true (derma_part_take_frame (part, make_frame (fixture, time)));
}

static void
note (DermaPart *part, DermaNoteKind kind, GstClockTime time, const gchar *text)
{
  g_autoptr (DermaNote) made = derma_note_new (kind, time, text);
  g_autoptr (GError) error = NULL;

  g_assert_true (derma_part_take_note (part, made, &error));
  g_assert_no_error (error);
}

static void
finish (DermaPart *part, GstClockTime time, guint64 duration, guint64 frames)
{
  g_autoptr (GError) error = NULL;
  GstStructure *structure = derma_part_finish (part, time, &error);
  guint64 value;
  gboolean finished;

  g_assert_no_error (error);
  g_assert_true (gst_structure_get_uint64 (structure, "duration", &value));
  g_assert_cmpuint (value, ==, duration);
  g_assert_true (gst_structure_get_uint64 (structure, "frames", &value));
  g_assert_cmpuint (value, ==, frames);
  g_assert_true (gst_structure_get_boolean (structure, "finished", &finished));
  g_assert_true (finished);
  gst_structure_free (structure);
}

static gchar *
read_file (Fixture *fixture, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (fixture->folder, name, NULL);
  gchar *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
test_plain (Fixture *fixture, gconstpointer data)
{
  DermaPart *part = begin (fixture, 0, GST_SECOND);
  g_autofree gchar *film = NULL, *sidecar = NULL;

  for (guint i = 0; i < 5; i++)
    take (fixture, part, GST_SECOND + i * FRAME);
  finish (part, GST_CLOCK_TIME_NONE, 5 * FRAME, 5);
  film = read_file (fixture, "a.mkv");
  sidecar = read_file (fixture, "a.jsonl");
  g_assert_nonnull (film);
  g_assert_true (g_str_has_prefix (sidecar, "{\"type\":\"session\""));
  g_assert_nonnull (strstr (sidecar, "\"recording\":\"a.mkv\""));
  g_assert_nonnull (strstr (sidecar, "\"type\":\"end\",\"pts\":500000000"));
}

static void
test_no_sidecar (Fixture *fixture, gconstpointer data)
{
  DermaPart *part;
  g_autofree gchar *sidecar = NULL;

  fixture->settings.sidecar = FALSE;
  part = begin (fixture, 0, 0);
  note (part, DERMA_NOTE_TAG, 0, "lost");
  take (fixture, part, 0);
  finish (part, GST_CLOCK_TIME_NONE, FRAME, 1);
  sidecar = read_file (fixture, "a.jsonl");
  g_assert_null (sidecar);
}

static void
test_times_go_backwards (Fixture *fixture, gconstpointer data)
{
  DermaPart *part = begin (fixture, 0, GST_SECOND);

  take (fixture, part, GST_SECOND);
  take (fixture, part, 2 * GST_SECOND);
  take (fixture, part, 0);
  take (fixture, part, GST_SECOND);
  g_assert_cmpuint (part->last, ==, GST_SECOND);
  finish (part, GST_CLOCK_TIME_NONE, GST_SECOND + FRAME, 4);
}

static void
expect_size (const DermaPart *part, gint64 size)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  GStatBuf status = { 0 };

  while (status.st_size < size && g_get_monotonic_time () < deadline) {
    g_assert_cmpint (g_stat (part->path, &status), ==, 0);
    g_usleep (5000);
  }
  g_assert_cmpint (status.st_size, >=, size);
}

/* Time stands still, or goes back again and again: frames are written also before the end of the cue that they are
 * shown with, which never comes; the second part has none. */
static void
test_same_time_backwards (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 2; i++) {
    DermaPart *part = begin (fixture, i, GST_SECOND);

    for (guint j = 0; j < 1000; j++) {
      take (fixture, part, j % 2 ? GST_SECOND : 0);
      g_assert_cmpuint (part->held.length, <=, 256);
    }
    expect_size (part, 50000);
    finish (part, GST_CLOCK_TIME_NONE, FRAME, 1000);
  }
}

/* Many within a cue end it, so that the film stays in order. */
static void
test_many_frames (Fixture *fixture, gconstpointer data)
{
  DermaPart *part = begin (fixture, 0, 0);

  for (guint i = 0; i < 1000; i++) {
    take (fixture, part, i * GST_MSECOND);
    g_assert_cmpuint (part->held.length, ==, i % 256 + 1);
  }
  finish (part, GST_CLOCK_TIME_NONE, 999 * GST_MSECOND + FRAME, 1000);
}

static void
test_end_before_the_last_frame (Fixture *fixture, gconstpointer data)
{
  DermaPart *part = begin (fixture, 0, 0);

  take (fixture, part, 0);
  take (fixture, part, 3 * GST_SECOND);
  finish (part, GST_SECOND, 3 * GST_SECOND, 2);
}

static void
test_no_frames (Fixture *fixture, gconstpointer data)
{
  DermaPart *part = begin (fixture, 0, 0);
  GstStructure *structure = derma_part_finish (part, GST_CLOCK_TIME_NONE, NULL);
  guint64 frames;

  g_assert_true (gst_structure_get_uint64 (structure, "frames", &frames));
  g_assert_cmpuint (frames, ==, 0);
  gst_structure_free (structure);
}

static void
test_events (Fixture *fixture, gconstpointer data)
{
  DermaPart *part = begin (fixture, 0, GST_SECOND);
  g_autofree gchar *sidecar = NULL, *beside = g_build_filename (fixture->folder, "s.jpg", NULL);

  note (part, DERMA_NOTE_TAG, 0, "before it began");
  note (part, DERMA_NOTE_BUTTON, GST_SECOND + 7, NULL);
  note (part, DERMA_NOTE_SNAPSHOT, GST_SECOND + 8, beside);
  note (part, DERMA_NOTE_SNAPSHOT, GST_SECOND + 9, "/elsewhere/s.jpg");
  note (part, DERMA_NOTE_SNAPSHOT, GST_SECOND + 10, NULL);
  take (fixture, part, GST_SECOND);
  finish (part, GST_CLOCK_TIME_NONE, FRAME, 1);
  sidecar = read_file (fixture, "a.jsonl");
  g_assert_nonnull (strstr (sidecar, "\"event\":\"tag\",\"pts\":0,\"text\":\"before it began\""));
  g_assert_nonnull (strstr (sidecar, "\"event\":\"still-button\",\"pts\":7"));
  g_assert_nonnull (strstr (sidecar, "\"file\":\"s.jpg\""));
  g_assert_nonnull (strstr (sidecar, "\"file\":\"/elsewhere/s.jpg\""));
  g_assert_nonnull (strstr (sidecar, "\"file\":null"));
  g_assert_nonnull (strstr (sidecar, "\"events\":5"));
}

/* What was so before a part begins is said at its beginning. */
static void
test_scene (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaFilmFrame) frame = make_frame (fixture, 0);
  DermaScene scene = { 0 };
  g_autoptr (DermaNote) words = derma_note_new (DERMA_NOTE_WORDS, 0, "naevus"),
                        lesion = derma_note_new (DERMA_NOTE_LESION, 0, NULL);
  g_autoptr (DermaNote) silence = derma_note_new (DERMA_NOTE_WORDS, 0, NULL),
                        tag = derma_note_new (DERMA_NOTE_TAG, 0, "x");
  g_autoptr (GError) error = NULL;
  g_autofree gchar *sidecar = NULL;
  DermaPart *part;

  lesion->lesion = 3;
  derma_scene_follow (&scene, words);
  derma_scene_follow (&scene, lesion);
  derma_scene_follow (&scene, tag);
  g_assert_cmpstr (scene.words, ==, "naevus");
  g_assert_cmpuint (scene.lesion, ==, 3);
  part = derma_part_new (fixture->parent, &fixture->settings, 1, &fixture->attempt, frame, &error);
  g_assert_no_error (error);
  g_assert_true (derma_part_begin (part, &scene, GST_SECOND / 2, &error));
  take (fixture, part, 0);
  finish (part, GST_CLOCK_TIME_NONE, FRAME, 1);
  sidecar = read_file (fixture, "a.jsonl");
  g_assert_nonnull (strstr (sidecar, "\"pre-roll\",\"pts\":0,\"seconds\":0.5"));
  g_assert_nonnull (strstr (sidecar, "\"lesion\":3"));
  derma_scene_follow (&scene, silence);
  g_assert_null (scene.words);
  derma_scene_clear (&scene);
  g_assert_cmpuint (scene.lesion, ==, 0);
}

/* (transfer full): asks for a part that cannot be; nothing of it stays */
static GError *
try_to_begin (Fixture *fixture)
{
  g_autoptr (DermaFilmFrame) frame = make_frame (fixture, 0);
  g_autoptr (GDir) dir = NULL;
  GError *error = NULL;

  g_assert_null (derma_part_new (fixture->parent, &fixture->settings, 0, &fixture->attempt, frame, &error));
  g_assert_nonnull (error);
  dir = g_dir_open (fixture->folder, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
  return error;
}

static void
cannot_begin (Fixture *fixture, gint code, const gchar *words)
{
  g_autoptr (GError) error = try_to_begin (fixture);

  g_assert_error (error, GST_RESOURCE_ERROR, code);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_without_location (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->settings.location, g_free);
  cannot_begin (fixture, GST_RESOURCE_ERROR_NOT_FOUND, "location");
  fixture->settings.sidecar_location = g_build_filename (fixture->folder, "a.jsonl", NULL);
  cannot_begin (fixture, GST_RESOURCE_ERROR_NOT_FOUND, "location");
}

static void
test_missing_folder (Fixture *fixture, gconstpointer data)
{
  g_free (fixture->settings.location);
  fixture->settings.location = g_build_filename (fixture->folder, "missing", "a.mkv", NULL);
  cannot_begin (fixture, GST_RESOURCE_ERROR_OPEN_WRITE, "missing/a.mkv");
}

static void
test_missing_folder_of_the_sidecar (Fixture *fixture, gconstpointer data)
{
  fixture->settings.sidecar_location = g_build_filename (fixture->folder, "missing", "a.jsonl", NULL);
  cannot_begin (fixture, GST_RESOURCE_ERROR_OPEN_WRITE, "missing/a.jsonl");
}

/* The first line of the sidecar has no room. */
static void
test_no_room_for_the_sidecar (Fixture *fixture, gconstpointer data)
{
  struct rlimit limit, small;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  small = (struct rlimit){ 10, limit.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = try_to_begin (fixture);

    g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE);
  }
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* There is nothing to write a film with. */
static void
test_unavailable_muxer (Fixture *fixture, gconstpointer data)
{
  GstRegistry *registry = gst_registry_get ();
  g_autoptr (GstPluginFeature) muxer = gst_registry_lookup_feature (registry, "matroskamux");
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (muxer);
  gst_registry_remove_feature (registry, muxer);
  error = try_to_begin (fixture);
  g_assert_nonnull (strstr (error->message, "matroskamux"));
  g_assert_true (gst_registry_add_feature (registry, muxer));
}

/* A film with the name of its own sidecar is none. */
static void
test_same_name_as_the_sidecar (Fixture *fixture, gconstpointer data)
{
  fixture->settings.sidecar_location = g_strdup (fixture->settings.location);
  cannot_begin (fixture, GST_RESOURCE_ERROR_OPEN_WRITE, "a.mkv");
}

static void
test_names_that_are_not_free (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *taken = g_build_filename (fixture->folder, "a.jsonl", NULL), *text = NULL, *kept = NULL;
  DermaPart *part;

  g_assert_true (g_file_set_contents (taken, "kept", -1, NULL));
  part = begin (fixture, 0, 0);
  take (fixture, part, 0);
  finish (part, GST_CLOCK_TIME_NONE, FRAME, 1);
  text = read_file (fixture, "a-1.jsonl");
  g_assert_nonnull (text);
  kept = read_file (fixture, "a.jsonl");
  g_assert_cmpstr (kept, ==, "kept");
}

static void
test_parts (Fixture *fixture, gconstpointer data)
{
  fixture->settings.max_size = 1;
  for (guint i = 0; i < 3; i++) {
    DermaPart *part = begin (fixture, i, i * GST_SECOND);
    g_autofree gchar *name = g_strdup_printf ("a-%05u.jsonl", i), *number = g_strdup_printf ("\"part\":%u", i),
                     *text = NULL;

    take (fixture, part, i * GST_SECOND);
    finish (part, GST_CLOCK_TIME_NONE, FRAME, 1);
    text = read_file (fixture, name);
    g_assert_nonnull (strstr (text, number));
  }
}

/* A sidecar that cannot be written ends, with one error; the film goes on. */
static void
test_full_disk_of_the_sidecar (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaNote) tag = derma_note_new (DERMA_NOTE_TAG, 0, "lost");
  DermaPart *part = begin (fixture, 0, 0);
  g_autoptr (GError) error = NULL;

  close (part->sidecar->fd);
  part->sidecar->fd = g_open ("/dev/full", O_WRONLY | O_CLOEXEC, 0);
  g_assert_false (derma_part_take_note (part, tag, &error));
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
  note (part, DERMA_NOTE_TAG, 0, "not missed");
  take (fixture, part, 0);
  finish (part, GST_CLOCK_TIME_NONE, FRAME, 1);
}

/* Where the end of a sidecar is lost the film is whole all the same, and it is said. */
static void
loses_end (DermaPart *part, gint code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstStructure) structure = derma_part_finish (part, GST_CLOCK_TIME_NONE, &error);
  gboolean finished;

  disk_fd = -1;
  g_assert_error (error, GST_RESOURCE_ERROR, code);
  g_assert_nonnull (strstr (error->message, "a.jsonl: cannot be written"));
  g_assert_true (gst_structure_get_boolean (structure, "finished", &finished));
  g_assert_true (finished);
}

static void
test_sidecar_loses_its_end (Fixture *fixture, gconstpointer data)
{
  DermaPart *part = begin (fixture, 0, 0);

  take (fixture, part, 0);
  close (part->sidecar->fd);
  part->sidecar->fd = g_open ("/dev/full", O_WRONLY | O_CLOEXEC, 0);
  loses_end (part, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
}

static void
test_sidecar_loses_its_end_on_the_disk (Fixture *fixture, gconstpointer data)
{
  DermaPart *part = begin (fixture, 0, 0);

  take (fixture, part, 0);
  part->sidecar->synced = G_MAXINT64; /* not before the end */
  disk_error = EIO;
  disk_fd = part->sidecar->fd;
  loses_end (part, GST_RESOURCE_ERROR_WRITE);
}

/* A line waits, and has done so for longer than one may. */
static void
let_wait (DermaPart *part)
{
  part->sidecar->synced = G_MAXINT64; /* not while it is written */
  note (part, DERMA_NOTE_TAG, 0, "waits");
  g_assert_true (part->sidecar->waiting);
  part->sidecar->synced = g_get_monotonic_time () - 2 * G_USEC_PER_SEC;
}

/* So does one that cannot be brought to the disk, also where that takes nothing any more; where nothing waits, nothing
 * is tried. */
static void
test_sync_fails (Fixture *fixture, gconstpointer data)
{
  static const gint causes[] = { EIO, EROFS };

  for (guint i = 0; i < G_N_ELEMENTS (causes); i++) {
    DermaPart *part = begin (fixture, 0, 0);
    g_autoptr (GError) error = NULL;

    let_wait (part);
    disk_error = causes[i];
    disk_fd = part->sidecar->fd;
    g_assert_false (derma_part_sync (part, &error));
    g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE);
    g_assert_null (part->sidecar);
    g_clear_error (&error);
    g_assert_true (derma_part_sync (part, &error));
    disk_fd = -1;
    take (fixture, part, 0);
    finish (part, GST_CLOCK_TIME_NONE, FRAME, 1);
  }
}

/* That a signal comes meanwhile is no failure. */
static void
test_sync_is_interrupted (Fixture *fixture, gconstpointer data)
{
  DermaPart *part = begin (fixture, 0, 0);

  take (fixture, part, 0);
  disk_error = 0;
  disk_fd = part->sidecar->fd;
  let_wait (part);
  signals = 3;
  g_assert_true (derma_part_sync (part, NULL));
  g_assert_cmpuint (signals, ==, 0);
  signals = 3;
  finish (part, GST_CLOCK_TIME_NONE, FRAME, 1);
  g_assert_cmpuint (signals, ==, 0);
  disk_fd = -1;
}

static void
test_settings (Fixture *fixture, gconstpointer data)
{
  DermaRecordSettings copy = { 0 };

  fixture->settings.tags = g_strdup ("arm");
  fixture->settings.max_duration = 5;
  derma_record_settings_copy (&copy, &fixture->settings);
  g_assert_cmpstr (copy.location, ==, fixture->settings.location);
  g_assert_true (copy.location != fixture->settings.location);
  g_assert_cmpstr (copy.tags, ==, "arm");
  g_assert_null (copy.sidecar_location);
  g_assert_cmpuint (copy.max_duration, ==, 5);
  derma_record_settings_clear (&copy);
  g_assert_null (copy.location);
}

static void
test_free_nothing (Fixture *fixture, gconstpointer data)
{
  derma_film_frame_free (NULL);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/part/plain", test_plain },
    { "/part/no-sidecar", test_no_sidecar },
    { "/part/times-go-backwards", test_times_go_backwards },
    { "/part/same-time-backwards", test_same_time_backwards },
    { "/part/many-frames", test_many_frames },
    { "/part/end-before-the-last-frame", test_end_before_the_last_frame },
    { "/part/no-frames", test_no_frames },
    { "/part/events", test_events },
    { "/part/scene", test_scene },
    { "/part/without-location", test_without_location },
    { "/part/missing-folder", test_missing_folder },
    { "/part/missing-folder-of-the-sidecar", test_missing_folder_of_the_sidecar },
    { "/part/no-room-for-the-sidecar", test_no_room_for_the_sidecar },
    { "/part/unavailable-muxer", test_unavailable_muxer },
    { "/part/same-name-as-the-sidecar", test_same_name_as_the_sidecar },
    { "/part/names-that-are-not-free", test_names_that_are_not_free },
    { "/part/parts", test_parts },
    { "/part/full-disk-of-the-sidecar", test_full_disk_of_the_sidecar },
    { "/part/sidecar-loses-its-end", test_sidecar_loses_its_end },
    { "/part/sidecar-loses-its-end-on-the-disk", test_sidecar_loses_its_end_on_the_disk },
    { "/part/sync-fails", test_sync_fails },
    { "/part/sync-is-interrupted", test_sync_is_interrupted },
    { "/part/settings", test_settings },
    { "/part/free-nothing", test_free_nothing },
  };

  element_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return element_test_run ();
}
