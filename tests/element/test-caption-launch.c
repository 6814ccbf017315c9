/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermacaption in pipelines with elements of others: muxers, subtitle encoders, overlays. */
#include "elementtest.h"

#include <string.h>

#define PATIENCE (60 * GST_SECOND)
#define PICTURES                                                                                              \
  "videotestsrc num-buffers=50 pattern=ball ! video/x-raw,width=64,height=64,framerate=10/1 ! dermaclassify " \
  "max-rate=5 ! "

/* Runs @line, in which %s is @path, to its end. */
static gboolean
run (const gchar *line, const gchar *path)
{
  g_autofree gchar *whole = g_strdup_printf (line, path);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch_full (whole, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  gboolean ended;

  if (g_error_matches (error, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT)) {
    g_test_skip (error->message);
    return FALSE;
  }
  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, PATIENCE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  ended = message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  if (message && !ended)
    g_test_message ("%s", gst_structure_get_name (gst_message_get_structure (message)));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_assert_true (ended);
  return TRUE;
}

static gchar *
contents (const gchar *path)
{
  gchar *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_subrip (void)
{
  g_autofree gchar *path = element_test_path ("captions.srt");
  g_autofree gchar *text = NULL;

  if (!run (PICTURES "dermacaption max-delay=-1 ! srtenc ! filesink location=%s", path))
    return;
  text = contents (path);
  g_assert_true (g_str_has_prefix (text, "1\n00:00:00,000 --> 00:00:03,000\nResearch use only. Not a diagnosis.\n\n2\n"
                                         "00:00:03,000 --> "));
  g_assert_nonnull (strstr (text, " --> 00:00:05,000\n"));
}

static void
test_webvtt (void)
{
  g_autofree gchar *path = element_test_path ("captions.vtt");
  g_autofree gchar *text = NULL;

  if (!run (PICTURES "dermacaption max-delay=-1 ! webvttenc ! filesink location=%s", path))
    return;
  text = contents (path);
  g_assert_true (g_str_has_prefix (text, "WEBVTT\n\n"));
  g_assert_nonnull (strstr (text, "00:00:00.000 --> 00:00:03.000\nResearch use only. Not a diagnosis.\n"));
  g_assert_nonnull (strstr (text, " --> 00:00:05.000\n"));
}

/* What was written is read again by somebody else. */
static void
test_subrip_is_parsed (void)
{
  g_autofree gchar *path = element_test_path ("parsed.srt");

  if (!run (PICTURES "dermacaption max-delay=-1 ! srtenc ! filesink location=%s", path))
    return;
  run ("filesrc location=%s ! subparse ! fakesink", path);
}

static gchar *
probe (const gchar *path)
{
  g_autofree gchar *found = g_find_program_in_path ("ffprobe");
  g_autofree gchar *line = g_strdup_printf (
      "ffprobe -v error -of csv=p=0 -select_streams s -show_entries packet=pts_time,duration_time '%s'", path);
  gchar *output = NULL;
  gint status;

  if (!found)
    return NULL;
  g_assert_true (g_spawn_command_line_sync (line, &output, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  return output;
}

/* The queues are those that everybody uses: a muxer that waited for the end of a cue would never go on. */
static void
test_muxer_does_not_wait (gconstpointer data)
{
  g_autofree gchar *path = element_test_path ("muxed.mkv");
  g_autofree gchar *cues = NULL;
  g_autofree gchar *line = g_strconcat (
      "videotestsrc num-buffers=120 pattern=ball is-live=", (const gchar *)data,
      " ! video/x-raw,width=320,height=240,framerate=30/1 ! dermaclassify max-rate=5 ! tee name=t  "
      "t. ! queue ! jpegenc ! matroskamux name=mux ! filesink location=%s  t. ! queue ! dermacaption ! mux.",
      NULL);

  if (!run (line, path))
    return;
  cues = probe (path);
  if (cues)
    g_assert_true (g_str_has_prefix (cues, "0.") && strchr (cues, '\n'));
}

/* With times to their ends it takes queues that hold as much. */
static void
test_muxer_with_large_queues (void)
{
  g_autofree gchar *path = element_test_path ("held.mkv");
  g_autofree gchar *cues = NULL;

  if (!run ("videotestsrc num-buffers=50 pattern=ball ! video/x-raw,width=64,height=64,framerate=10/1 ! "
            "dermaclassify max-rate=5 ! tee name=t  t. ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! "
            "jpegenc ! matroskamux name=mux ! filesink location=%s  "
            "t. ! queue ! dermacaption max-delay=1000000000 ! mux.",
            path))
    return;
  cues = probe (path);
  if (cues)
    g_assert_true (g_str_has_prefix (cues, "0.000000,1.000000\n1.000000,1.000000\n2.000000,1.000000\n3.000000,"));
}

static void
test_text_overlay (void)
{
  run ("videotestsrc num-buffers=50 ! video/x-raw,width=64,height=64,framerate=10/1 ! dermaclassify ! tee name=t  "
       "t. ! queue ! textoverlay name=%s ! fakesink  t. ! queue ! dermacaption ! over.text_sink",
       "over");
}

/* Video without readings goes through all the same. */
static void
test_muxer_without_readings (void)
{
  g_autofree gchar *path = element_test_path ("none.mkv");

  run ("videotestsrc num-buffers=120 ! video/x-raw,width=320,height=240,framerate=30/1 ! tee name=t  "
       "t. ! queue ! jpegenc ! matroskamux name=mux ! filesink location=%s  t. ! queue ! dermacaption ! mux.",
       path);
}

/* A muxer that takes the words only as markup. */
static void
test_markup_is_negotiated (void)
{
  run (PICTURES "dermacaption ! text/x-raw,format=pango-markup ! fakesink name=%s", "end");
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/caption-launch/subrip", test_subrip);
  g_test_add_func ("/caption-launch/webvtt", test_webvtt);
  g_test_add_func ("/caption-launch/subrip-is-parsed", test_subrip_is_parsed);
  g_test_add_data_func ("/caption-launch/muxer-does-not-wait", "false", test_muxer_does_not_wait);
  g_test_add_data_func ("/caption-launch/muxer-does-not-wait-live", "true", test_muxer_does_not_wait);
  g_test_add_func ("/caption-launch/muxer-with-large-queues", test_muxer_with_large_queues);
  g_test_add_func ("/caption-launch/text-overlay", test_text_overlay);
  g_test_add_func ("/caption-launch/muxer-without-readings", test_muxer_without_readings);
  g_test_add_func ("/caption-launch/markup-is-negotiated", test_markup_is_negotiated);
  return element_test_run ();
}
