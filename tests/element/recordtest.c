/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recordtest.h"

#include <glib/gstdio.h>
#include <string.h>

#define PATIENCE (60 * GST_SECOND)

void
record_test_set_up (RecordTest *test, const gchar *first, ...)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstElement *element;
  va_list list;

  test->folder = g_dir_make_tmp ("derma-record-XXXXXX", NULL);
  g_assert_nonnull (test->folder);
  test->path = g_build_filename (test->folder, "a.mkv", NULL);
  test->now = 0;
  g_queue_init (&test->parts);
  test->reading = (DermaReading)DERMA_READING_INIT;
  caption_test_reading (&test->reading, 1, 0.93f, DERMA_STATE_STABLE);
  element = gst_object_ref_sink (gst_element_factory_make ("dermarecord", NULL));
  g_object_set (element, "location", test->path, NULL);
  gst_util_set_object_arg (G_OBJECT (element), "encoder", "mjpeg");
  va_start (list, first);
  if (first)
    g_object_set_valist (G_OBJECT (element), first, list);
  va_end (list);
  gst_element_set_bus (element, bus);
  test->harness = gst_harness_new_with_element (element, "sink", NULL);
  gst_object_unref (element);
  gst_harness_set_live (test->harness, FALSE);
  gst_harness_set_src_caps_str (test->harness, "video/x-raw, format=I420, width=16, height=16, framerate=10/1");
}

void
record_test_tear_down (RecordTest *test)
{
  GDir *dir;
  const gchar *name;

  element_test_free (test->harness);
  derma_reading_clear (&test->reading);
  g_queue_clear_full (&test->parts, (GDestroyNotify)gst_structure_free);
  dir = g_dir_open (test->folder, 0, NULL);
  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = record_test_path (test, name);

    g_remove (path);
  }
  g_dir_close (dir);
  g_assert_cmpint (g_rmdir (test->folder), ==, 0);
  g_free (test->path);
  g_free (test->folder);
}

gchar *
record_test_path (const RecordTest *test, const gchar *name)
{
  return g_build_filename (test->folder, name, NULL);
}

gboolean
record_test_exists (const RecordTest *test, const gchar *name)
{
  g_autofree gchar *path = record_test_path (test, name);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

void
record_test_show (RecordTest *test, GstClockTime end)
{
  for (; test->now < end; test->now += RECORD_FRAME) {
    test->reading.pts = test->now;
    g_assert_cmpint (gst_harness_push (test->harness, caption_test_frame (&test->reading, test->now, RECORD_FRAME)), ==,
                     GST_FLOW_OK);
  }
}

void
record_test_finish (RecordTest *test)
{
  g_assert_true (gst_harness_push_event (test->harness, gst_event_new_eos ()));
}

static GstMessage *
wait_for_message (RecordTest *test)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (test->harness->element);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, PATIENCE, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

  g_assert_nonnull (message);
  return message;
}

static void
take_part (RecordTest *test, GstMessage *message)
{
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_ELEMENT);
  if (gst_message_has_name (message, "dermarecord-part"))
    g_queue_push_tail (&test->parts, gst_structure_copy (gst_message_get_structure (message)));
}

GstStructure *
record_test_part (RecordTest *test)
{
  while (g_queue_is_empty (&test->parts)) {
    g_autoptr (GstMessage) message = wait_for_message (test);

    take_part (test, message);
  }
  return g_queue_pop_head (&test->parts);
}

void
record_test_expect (RecordTest *test, const gchar *name, guint number, GstClockTime duration, guint64 frames)
{
  g_autofree gchar *path = record_test_path (test, name);
  g_autoptr (GstStructure) part = record_test_part (test);
  gboolean finished;
  guint n;

  g_assert_cmpstr (gst_structure_get_string (part, "location"), ==, path);
  g_assert_true (gst_structure_get_uint (part, "part", &n));
  g_assert_cmpuint (n, ==, number);
  g_assert_cmpuint (element_test_uint64 (part, "duration"), ==, duration);
  g_assert_cmpuint (element_test_uint64 (part, "frames"), ==, frames);
  g_assert_true (gst_structure_get_boolean (part, "finished", &finished));
  g_assert_true (finished);
}

guint64
record_test_stat (RecordTest *test, const gchar *field)
{
  return element_test_stat (test->harness, field);
}

void
record_test_wait (RecordTest *test, guint64 frames)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  while (record_test_stat (test, "frames") < frames && g_get_monotonic_time () < deadline)
    g_usleep (5000);
  g_assert_cmpuint (record_test_stat (test, "frames"), ==, frames);
}

GstElement *
record_test_element (RecordTest *test, const gchar *name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (test->harness->element), name);

  g_assert_nonnull (element);
  return element;
}

void
record_test_drain (RecordTest *test)
{
  GstQuery *query = gst_query_new_drain ();

  /* It waits its turn, whatever becomes of it. */
  gst_pad_peer_query (test->harness->srcpad, query);
  gst_query_unref (query);
}

void
record_test_fails (RecordTest *test, GQuark domain, gint code, const gchar *words)
{
  g_autoptr (GstMessage) message = wait_for_message (test);
  g_auto (GStrv) list = g_strsplit (words, "|", -1);
  g_autoptr (GError) error = NULL;

  /* What the writer met with is told by a thread of its own, which the end of the file may overtake. */
  while (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR) {
    take_part (test, message);
    gst_message_unref (message);
    message = wait_for_message (test);
  }
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, domain, code);
  g_assert_null (strchr (error->message, '\n'));
  for (guint i = 0; list[i]; i++)
    g_assert_nonnull (strstr (error->message, list[i]));
}

guint64
record_test_told (RecordTest *test, gint64 begun)
{
  GstMessage *message;
  gint64 least = 0;
  guint64 told = 1;

  while ((message = element_test_message (test->harness, GST_MESSAGE_WARNING))) {
    g_autoptr (GError) warning = NULL;

    gst_message_parse_warning (message, &warning, NULL);
    told = g_ascii_strtoull (strrchr (warning->message, ':') + 1, NULL, 10);
    least += 5 * G_TIME_SPAN_SECOND;
    gst_message_unref (message);
  }
  g_assert_cmpint (least, <=, g_get_monotonic_time () - begun);
  return told;
}

gboolean
record_test_can_probe (void)
{
  g_autofree gchar *found = g_find_program_in_path ("ffprobe");

  if (!found)
    g_test_skip ("ffprobe of ffmpeg is not installed");
  return found != NULL;
}

gchar *
record_test_probe (const RecordTest *test, const gchar *name, const gchar *arguments)
{
  g_autofree gchar *path = record_test_path (test, name);
  g_autofree gchar *quoted = g_shell_quote (path);
  g_autofree gchar *line = g_strdup_printf ("ffprobe -v error -of csv=p=0 %s %s", arguments, quoted);
  g_autoptr (GError) error = NULL;
  gchar *output = NULL;
  gint status;

  g_assert_true (g_spawn_command_line_sync (line, &output, NULL, &status, &error));
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return g_strstrip (output);
}

void
record_test_plays (const RecordTest *test, const gchar *name, const gchar *codec, guint least, guint most)
{
  g_autofree gchar *told =
      record_test_probe (test, name, "-select_streams v -count_frames -show_entries stream=codec_name,nb_read_frames");
  g_auto (GStrv) fields = g_strsplit (told, ",", 2);

  g_assert_cmpuint (g_strv_length (fields), ==, 2);
  g_assert_cmpstr (fields[0], ==, codec);
  g_assert_cmpuint (g_ascii_strtoull (fields[1], NULL, 10), >=, least);
  g_assert_cmpuint (g_ascii_strtoull (fields[1], NULL, 10), <=, most);
}

guint
record_test_sidecar (const RecordTest *test, const gchar *name, const gchar *kinds, gboolean complete)
{
  g_autofree gchar *path = record_test_path (test, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaSidecar) sidecar = derma_sidecar_open (path, &error);
  g_autoptr (GString) seen = g_string_new (NULL);
  DermaSidecarItem item = DERMA_SIDECAR_END;
  guint n = 0;

  g_assert_no_error (error);
  do {
    derma_sidecar_next (sidecar, &item, &error);
    g_assert_no_error (error);
    if (item == DERMA_SIDECAR_READING)
      n++;
    else if (item == DERMA_SIDECAR_EVENT)
      g_string_append_printf (seen, "%s%s", seen->len > 0 ? " " : "", derma_sidecar_get_event (sidecar)->kind);
  } while (item != DERMA_SIDECAR_END);
  if (kinds)
    g_assert_cmpstr (seen->str, ==, kinds);
  g_assert_cmpint (derma_sidecar_is_complete (sidecar), ==, complete);
  return n;
}
