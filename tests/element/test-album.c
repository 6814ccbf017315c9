/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots that dermaclassify takes. */
#include "elementtest.h"

#include <derma/picture.h>

#include <glib/gstdio.h>
#include <string.h>

#define STEP (40 * GST_MSECOND)
#define WIDTH 320
#define HEIGHT 240

static gchar *folder;

static GstHarness *
new_harness (const gchar *mode)
{
  GstHarness *harness = element_test_harness ("dermaclassify");

  gst_element_set_state (harness->element, GST_STATE_NULL);
  gst_util_set_object_arg (G_OBJECT (harness->element), "mode", mode);
  gst_util_set_object_arg (G_OBJECT (harness->element), "snapshot-format", "png");
  g_object_set (harness->element, "snapshot-location", folder, NULL);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  element_test_set_caps (harness, "RGB", WIDTH, HEIGHT);
  return harness;
}

/* Grey with structure that is finer the sharper it is, on the brightness @level. */
static GstBuffer *
picture (guint8 level, gboolean sharp)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, WIDTH * HEIGHT * 3, NULL);
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < WIDTH; x++) {
      const gboolean dark = sharp ? (x / 2 + y / 2) % 2 : (x / 40 + y / 40) % 2;

      memset (map.data + 3 * (y * WIDTH + x), level - (dark ? 40 : 0), 3);
    }
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

static void
pass (GstHarness *harness, guint i, guint8 level, gboolean sharp)
{
  gst_buffer_unref (element_test_pass (harness, picture (level, sharp), i * STEP));
}

static gboolean
take (GstHarness *harness)
{
  gboolean taken = FALSE;

  g_signal_emit_by_name (harness->element, "snapshot", &taken);
  return taken;
}

/* The fields of the message about the next snapshot that is written; waits for it. */
static GstStructure *
wait_for (GstHarness *harness)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (harness->element);

  for (;;) {
    g_autoptr (GstMessage) message =
        gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING);

    g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_ELEMENT);
    if (gst_message_has_name (message, "dermaclassify-snapshot"))
      return gst_structure_copy (gst_message_get_structure (message));
  }
}

static void
expect_warning (GstHarness *harness, gint code, const gchar *words)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (harness->element);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_WARNING);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) list = g_strsplit (words, "|", -1);

  gst_message_parse_warning (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, code);
  g_assert_null (strchr (error->message, '\n'));
  for (guint i = 0; list[i]; i++)
    g_assert_nonnull (strstr (error->message, list[i]));
}

/* How many files there are, hidden ones too; they are removed. */
static guint
sweep (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    n++;
    g_assert_cmpint (g_remove (path), ==, 0);
  }
  return n;
}

/* The first pixel of the picture, which is its level. */
static guint8
level_of (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaPicture) loaded = derma_picture_load (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (derma_picture_get_frame (loaded)->width, ==, WIDTH);
  return derma_picture_get_pixels (loaded)[0];
}

/* The plain picture has that level and time; the annotated one is another. Without waiting there may be no reading. */
static void
check_snapshot (const GstStructure *fields, guint8 level, guint64 pts)
{
  const gchar *file = gst_structure_get_string (fields, "file");
  g_autofree gchar *stem = g_strndup (file, strlen (file) - 4);
  g_autofree gchar *annotated = g_strconcat (stem, "-annotated.png", NULL);
  g_autoptr (DermaPicture) a = NULL, b = NULL;
  guint lesion = 0;

  g_assert_cmpuint (element_test_uint64 (fields, "pts"), ==, pts);
  g_assert_true (gst_structure_get_uint (fields, "lesion", &lesion));
  g_assert_cmpuint (level_of (file), ==, level);
  if (lesion == 0)
    return;
  g_assert_cmpuint (lesion, ==, 1);
  a = derma_picture_load (file, NULL);
  b = derma_picture_load (annotated, NULL);
  g_assert_nonnull (b);
  g_assert_true (memcmp (derma_picture_get_pixels (a), derma_picture_get_pixels (b), WIDTH * HEIGHT * 3) != 0);
}

/* Of 40 frames the 30th is sharp; the 5th, too, but that is more than a second ago. */
static void
test_sharpest (void)
{
  static const gchar *const modes[] = { "sync", "async" };

  for (guint m = 0; m < G_N_ELEMENTS (modes); m++) {
    GstHarness *harness = new_harness (modes[m]);
    g_autoptr (GstStructure) fields = NULL;

    for (guint i = 0; i < 40; i++)
      pass (harness, i, (guint8)(100 + i), i == 5 || i == 30 || i == 31);
    g_assert_true (take (harness));
    fields = wait_for (harness);
    /* The first of the two that are sharp moves against the one before. */
    check_snapshot (fields, 131, 31 * STEP);
    g_assert_cmpuint (sweep (), >=, m == 0 ? 2 : 1);
    element_test_free (harness);
  }
}

/* What comes behind the element sees it in the stream, before the next frame. */
static void
test_event (void)
{
  GstHarness *harness = new_harness ("sync");
  g_autoptr (GstStructure) fields = NULL;
  const GstStructure *pushed = NULL;

  pass (harness, 0, 100, TRUE);
  g_assert_true (take (harness));
  fields = wait_for (harness);
  pass (harness, 1, 100, TRUE);
  for (;;) {
    g_autoptr (GstEvent) event = gst_harness_try_pull_event (harness);

    g_assert_nonnull (event);
    if (GST_EVENT_TYPE (event) != GST_EVENT_CUSTOM_DOWNSTREAM)
      continue;
    pushed = gst_event_get_structure (event);
    g_assert_cmpstr (gst_structure_get_name (pushed), ==, "derma-snapshot");
    g_assert_cmpuint (element_test_uint64 (pushed, "pts"), ==, 0);
    g_assert_cmpstr (gst_structure_get_string (pushed, "file"), ==, gst_structure_get_string (fields, "file"));
    g_assert_true (gst_structure_has_field_typed (pushed, "lesion", G_TYPE_UINT));
    break;
  }
  sweep ();
  element_test_free (harness);
}

/* At the end of the stream what was asked for is waited for. */
static void
test_end (void)
{
  GstHarness *harness = new_harness ("async");
  guint told = 0;

  pass (harness, 0, 100, TRUE);
  g_assert_true (take (harness));
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  for (guint n = gst_harness_events_in_queue (harness); n > 0; n--) {
    g_autoptr (GstEvent) event = gst_harness_pull_event (harness);

    told += gst_event_has_name (event, "derma-snapshot");
  }
  g_assert_cmpuint (told, ==, 1);
  g_assert_cmpuint (sweep (), >=, 1);
  element_test_free (harness);
}

static void
push_button (GstHarness *harness, const gchar *name, gboolean pressed)
{
  gst_harness_push_event (harness,
                          gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                                                gst_structure_new (name, "pressed", G_TYPE_BOOLEAN, pressed, NULL)));
}

/* The button of the camera; the event goes on. */
static void
test_button (void)
{
  GstHarness *harness = new_harness ("sync");
  g_autoptr (GstStructure) fields = NULL;
  guint passed = 0;

  pass (harness, 0, 100, TRUE);
  push_button (harness, "derma-still-button", FALSE);
  push_button (harness, "another-button", TRUE);
  push_button (harness, "derma-still-button", TRUE);
  fields = wait_for (harness);
  g_assert_cmpuint (sweep (), ==, 2);
  g_object_set (harness->element, "snapshot-location", NULL, NULL);
  push_button (harness, "derma-still-button", TRUE);
  g_assert_null (element_test_message (harness, GST_MESSAGE_WARNING));
  for (guint n = gst_harness_events_in_queue (harness); n > 0; n--) {
    g_autoptr (GstEvent) event = gst_harness_pull_event (harness);

    passed += gst_event_has_name (event, "derma-still-button");
  }
  g_assert_cmpuint (passed, ==, 3);
  element_test_free (harness);
}

/* While frozen, it is the picture that one sees, sharp or not, again and again. */
static void
test_frozen (void)
{
  static const gchar *const modes[] = { "sync", "async" };

  for (guint m = 0; m < G_N_ELEMENTS (modes); m++) {
    GstHarness *harness = new_harness (modes[m]);

    for (guint i = 0; i < 10; i++)
      pass (harness, i, 150, TRUE);
    g_object_set (harness->element, "frozen", TRUE, NULL);
    pass (harness, 10, 90, FALSE);
    for (guint i = 11; i < 80; i++)
      pass (harness, i, 200, TRUE);
    for (guint i = 0; i < 3; i++) {
      g_autoptr (GstStructure) fields = NULL;

      g_assert_true (take (harness));
      fields = wait_for (harness);
      check_snapshot (fields, 90, 10 * STEP);
    }
    g_object_set (harness->element, "frozen", FALSE, NULL);
    pass (harness, 80, 210, FALSE);
    {
      g_autoptr (GstStructure) fields = NULL;

      g_assert_true (take (harness));
      fields = wait_for (harness);
      check_snapshot (fields, 210, 80 * STEP);
    }
    g_assert_cmpuint (sweep (), >=, m == 0 ? 8 : 4);
    element_test_free (harness);
  }
}

/* Frames pass as they are, and none of them is kept. */
static void
test_frames_are_let_go (void)
{
  GstHarness *harness = new_harness ("sync");

  for (guint i = 0; i < 30; i++) {
    GstBuffer *in = picture ((guint8)(100 + i), i % 3 == 0), *out;
    GstMemory *memory = gst_buffer_get_memory (in, 0);

    out = element_test_pass (harness, in, i * STEP);
    gst_buffer_unref (out);
    g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (memory), ==, 1);
    gst_memory_unref (memory);
  }
  element_test_free (harness);
}

static void
test_not_set (void)
{
  GstHarness *harness = new_harness ("sync");
  g_autofree gchar *location = NULL;

  g_object_set (harness->element, "snapshot-location", "", NULL);
  g_object_get (harness->element, "snapshot-location", &location, NULL);
  g_assert_null (location);
  pass (harness, 0, 100, TRUE);
  g_assert_false (take (harness));
  expect_warning (harness, GST_RESOURCE_ERROR_SETTINGS, "snapshot-location");
  element_test_free (harness);
}

/* Before there is a picture, before there are caps, and before anything. */
static void
test_too_early (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");

  g_object_set (harness->element, "snapshot-location", folder, NULL);
  g_assert_false (take (harness));
  expect_warning (harness, GST_RESOURCE_ERROR_SETTINGS, "no picture");
  gst_element_set_state (harness->element, GST_STATE_NULL);
  g_assert_false (take (harness));
  expect_warning (harness, GST_RESOURCE_ERROR_SETTINGS, "no picture");
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  element_test_set_caps (harness, "RGB", WIDTH, HEIGHT);
  g_assert_false (take (harness));
  expect_warning (harness, GST_RESOURCE_ERROR_SETTINGS, "no picture");
  g_assert_cmpuint (sweep (), ==, 0);
  element_test_free (harness);
}

/* The width of the narrowest picture; all are removed. */
static guint
smallest (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint width = G_MAXUINT;
  const gchar *name;

  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);
    g_autoptr (DermaPicture) loaded = derma_picture_load (path, NULL);

    width = MIN (width, derma_picture_get_frame (loaded)->width);
  }
  sweep ();
  return width;
}

/* Nothing of before a flush, and nothing of another format. */
static void
test_flush_and_caps (void)
{
  GstHarness *harness = new_harness ("async");
  GstSegment segment;

  pass (harness, 0, 100, TRUE);
  gst_harness_push_event (harness, gst_event_new_flush_start ());
  take (harness);
  gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
  g_assert_false (take (harness));
  pass (harness, 1, 100, TRUE);
  element_test_set_caps (harness, "NV12", 64, 48);
  g_assert_false (take (harness));
  gst_buffer_unref (element_test_pass (harness, element_test_frame ("NV12", 64, 48, 1), 2 * STEP));
  g_assert_true (take (harness));
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  element_test_free (harness);
  g_assert_cmpuint (smallest (), ==, 64);
}

static void
test_bad_location (void)
{
  GstHarness *harness = new_harness ("sync");
  g_autofree gchar *missing = g_build_filename (folder, "missing", NULL);
  g_autofree gchar *file = g_build_filename (folder, "file", NULL);
  const gchar *const places[] = { missing, file, "/proc/self", "/dev/full" };

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    g_object_set (harness->element, "snapshot-location", places[i], NULL);
    pass (harness, i, 100, TRUE);
    g_assert_true (take (harness));
    expect_warning (harness, GST_RESOURCE_ERROR_WRITE, places[i]);
    pass (harness, 10 + i, 100, TRUE);
  }
  g_assert_cmpuint (sweep (), ==, 1);
  element_test_free (harness);
}

/* Each is written or refused with a warning; the stream goes on. */
static void
test_many (void)
{
  GstHarness *harness = new_harness ("async");
  guint taken = 0, warned = 0;

  for (guint i = 0; i < 5; i++)
    pass (harness, i, 100, TRUE);
  for (guint i = 0; i < 100; i++) {
    taken += take (harness);
    if (i % 10 == 0)
      pass (harness, 5 + i, 100, TRUE);
  }
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  for (;;) {
    g_autoptr (GstMessage) message = element_test_message (harness, GST_MESSAGE_WARNING);

    if (!message)
      break;
    warned++;
  }
  g_assert_cmpuint (taken + warned, ==, 100);
  g_assert_cmpuint (taken, >=, 1);
  g_assert_cmpuint (sweep (), >=, taken);
  g_assert_cmpuint (gst_harness_buffers_received (harness), ==, 15);
  element_test_free (harness);
}

static void
test_states (void)
{
  GstHarness *harness = new_harness ("async");

  for (guint i = 0; i < 4; i++) {
    pass (harness, i, 100, TRUE);
    g_assert_true (take (harness));
    g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    g_assert_cmpuint (sweep (), >=, 1);
    g_assert_false (take (harness));
    gst_element_set_state (harness->element, GST_STATE_PLAYING);
    element_test_set_caps (harness, "RGB", WIDTH, HEIGHT);
  }
  element_test_free (harness);
}

static void
test_bad_frame (void)
{
  GstHarness *harness = new_harness ("sync");

  gst_buffer_unref (element_test_pass (harness, gst_buffer_new_allocate (NULL, 7, NULL), 0));
  g_assert_false (take (harness));
  pass (harness, 1, 100, TRUE);
  g_assert_true (take (harness));
  element_test_free (harness);
  g_assert_cmpuint (sweep (), ==, 2);
}

/* A folder whose name is not text: the message names the file as well as text can. */
static void
test_not_text (void)
{
  GstHarness *harness = new_harness ("sync");
  g_autofree gchar *beside = g_build_filename (folder, "caf\xe9", NULL), *shown = g_filename_display_name (beside);
  g_autoptr (GstStructure) fields = NULL;
  gchar *outer = folder;

  g_assert_cmpint (g_mkdir (beside, 0700), ==, 0);
  g_object_set (harness->element, "snapshot-location", beside, NULL);
  pass (harness, 0, 100, TRUE);
  g_assert_true (take (harness));
  fields = wait_for (harness);
  g_assert_nonnull (gst_structure_get_string (fields, "file"));
  g_assert_true (g_str_has_prefix (gst_structure_get_string (fields, "file"), shown));
  element_test_free (harness);
  folder = beside;
  g_assert_cmpuint (sweep (), ==, 2);
  g_assert_cmpint (g_rmdir (beside), ==, 0);
  folder = outer;
}

static void
test_properties (void)
{
  GstHarness *harness = new_harness ("sync");
  g_autofree gchar *location = NULL;
  guint quality = 0;
  gint format = 0;

  g_object_set (harness->element, "snapshot-quality", 71, NULL);
  g_object_get (harness->element, "snapshot-quality", &quality, "snapshot-location", &location, "snapshot-format",
                &format, NULL);
  g_assert_cmpuint (quality, ==, 71);
  g_assert_cmpstr (location, ==, folder);
  g_assert_cmpint (format, ==, DERMA_PICTURE_PNG);
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  int result;

  element_test_init (&argc, &argv);
  folder = g_dir_make_tmp ("derma-album-XXXXXX", NULL);
  g_test_add_func ("/album/sharpest", test_sharpest);
  g_test_add_func ("/album/event", test_event);
  g_test_add_func ("/album/end", test_end);
  g_test_add_func ("/album/button", test_button);
  g_test_add_func ("/album/frozen", test_frozen);
  g_test_add_func ("/album/frames-are-let-go", test_frames_are_let_go);
  g_test_add_func ("/album/not-set", test_not_set);
  g_test_add_func ("/album/too-early", test_too_early);
  g_test_add_func ("/album/flush-and-caps", test_flush_and_caps);
  g_test_add_func ("/album/bad-location", test_bad_location);
  g_test_add_func ("/album/many", test_many);
  g_test_add_func ("/album/states", test_states);
  g_test_add_func ("/album/bad-frame", test_bad_frame);
  g_test_add_func ("/album/not-text", test_not_text);
  g_test_add_func ("/album/properties", test_properties);
  result = element_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return result;
}
