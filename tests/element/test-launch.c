/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole pipelines: the lines of the documentation, the way of the meta through other elements, stills. */
#include "elementtest.h"
#include "stills.h"

#include <derma/derma.h>

/* Runs a pipeline to its end; sinks called "sink" put their last buffer with a reading into @reading. */
typedef struct {
  GstElement *pipeline;
  GstStructure *reading;
  guint n_buffers;
  guint n_readings;
  guint n_messages;
} Run;

static void
on_buffer (GstElement *sink, GstBuffer *buffer, GstPad *pad, Run *run)
{
  const GstStructure *meta = element_test_meta (buffer);

  run->n_buffers++;
  if (!meta)
    return;
  run->n_readings++;
  g_clear_pointer (&run->reading, gst_structure_free);
  run->reading = gst_structure_copy (meta);
}

static void
wait_for_eos (Run *run)
{
  GstBus *bus = gst_element_get_bus (run->pipeline);
  gboolean done = FALSE;

  while (!done) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop (bus, 60 * GST_SECOND);

    g_assert_nonnull (message);
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR || GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
      g_error ("%s", gst_structure_to_string (gst_message_get_structure (message)));
    run->n_messages += gst_message_has_name (message, "dermaclassify");
    done = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  }
  gst_object_unref (bus);
}

static void
run_line (Run *run, const gchar *line)
{
  g_autoptr (GError) error = NULL;
  GstElement *sink;

  *run = (Run){ .pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error) };
  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (run->pipeline), "sink");
  if (sink) {
    g_object_set (sink, "signal-handoffs", TRUE, NULL);
    g_signal_connect (sink, "handoff", G_CALLBACK (on_buffer), run);
    gst_object_unref (sink);
  }
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  wait_for_eos (run);
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  gst_object_unref (run->pipeline);
}

static void
run_documented_lines (const gchar *file, guint expected)
{
  g_autofree gchar *path = g_build_filename (g_getenv ("SOURCE_ROOT"), "gst", file, NULL);
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL, parts = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  /* A backslash joins two lines. */
  parts = g_strsplit (text, "\\\n *", -1);
  g_free (text);
  text = g_strjoinv ("", parts);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i]; i++) {
    const gchar *line = strstr (lines[i], "gst-launch-1.0 ");
    Run run;

    if (!line)
      continue;
    line += strlen ("gst-launch-1.0 ");
    line += g_str_has_prefix (line, "-m ") ? 3 : 0;
    run_line (&run, line);
    g_assert_cmpuint (run.n_messages, >, 0);
    n++;
  }
  g_assert_cmpuint (n, ==, expected);
}

static void
test_documentation (void)
{
  run_documented_lines ("dermaclassify.c", 3);
  run_documented_lines ("dermaoverlay.c", 2);
}

static gboolean
has_elements (const gchar *names)
{
  g_auto (GStrv) list = g_strsplit (names, " ", -1);

  for (guint i = 0; list[i]; i++) {
    GstElementFactory *factory = gst_element_factory_find (list[i]);

    if (!factory)
      return FALSE;
    gst_object_unref (factory);
  }
  return TRUE;
}

/* Each frame arrives with its own reading, whatever was in between. */
static void
assert_survives (const gchar *between)
{
  g_autofree gchar *line = g_strdup_printf ("videotestsrc num-buffers=5 ! video/x-raw,format=I420,width=320,height=240 "
                                            "! dermaclassify ! %s ! fakesink name=sink",
                                            between);
  Run run;

  run_line (&run, line);
  g_assert_cmpuint (run.n_buffers, ==, 5);
  g_assert_cmpuint (run.n_readings, ==, 5);
  g_assert_cmpuint (element_test_uint64 (run.reading, "pts"), >, 0);
  g_assert_cmpuint (gst_value_array_get_size (gst_structure_get_value (run.reading, "probabilities")), ==, 4);
  gst_structure_free (run.reading);
}

static void
test_survives (void)
{
  assert_survives ("videoconvert ! video/x-raw,format=BGRx");
  assert_survives ("videoscale ! video/x-raw,width=160,height=120");
  assert_survives ("videoconvert ! videoscale ! video/x-raw,format=NV12,width=1280,height=720");
  assert_survives ("tee ! queue");
  assert_survives ("queue ! identity ! videoconvert ! video/x-raw,format=RGB ! dermaoverlay");
}

static void
test_survives_codecs (void)
{
  static const gchar *const codecs[][2] = { { "jpegenc", "jpegenc" },
                                            { "jpegenc jpegdec", "jpegenc ! jpegdec" },
                                            { "vp8enc", "vp8enc deadline=1" },
                                            { "vp8enc vp8dec", "vp8enc deadline=1 ! vp8dec" },
                                            { "x264enc", "x264enc tune=zerolatency speed-preset=ultrafast" } };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (!has_elements (codecs[i][0]))
      continue;
    assert_survives (codecs[i][1]);
    n++;
  }
  if (n == 0)
    g_test_skip ("none of the encoders is installed");
}

static void
test_rewritten_downstream (void)
{
  Run run;

  run_line (&run, "videotestsrc num-buffers=3 ! dermaclassify ! videoscale ! video/x-raw,width=64,height=64 ! "
                  "dermaclassify region=full-frame ! fakesink name=sink");
  g_assert_cmpuint (run.n_messages, ==, 6);
  g_assert_cmpuint (run.n_readings, ==, 3);
  gst_structure_free (run.reading);
}

/* A sink that takes compositions behind elements that have no caps yet gets them attached. */
static void
test_attached_through_others (void)
{
  static const gchar *const between[] = { "identity", "queue", "videoconvert", "videoscale ! identity" };

  if (!has_elements ("fakevideosink")) {
    g_test_skip ("fakevideosink is not installed");
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (between); i++) {
    g_autofree gchar *line = g_strdup_printf (
        "videotestsrc num-buffers=3 ! dermaclassify overlay=true name=d ! %s ! fakevideosink sync=false", between[i]);
    g_autoptr (GError) error = NULL;
    Run run = { .pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error) };
    GstElement *classify = gst_bin_get_by_name (GST_BIN (run.pipeline), "d");
    GstPad *pad = gst_element_get_static_pad (classify, "src");
    g_autoptr (GstCaps) caps = NULL;

    gst_element_set_state (run.pipeline, GST_STATE_PLAYING);
    wait_for_eos (&run);
    caps = gst_pad_get_current_caps (pad);
    g_assert_true (gst_caps_features_contains (gst_caps_get_features (caps, 0),
                                               GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION));
    gst_element_set_state (run.pipeline, GST_STATE_NULL);
    gst_object_unref (pad);
    gst_object_unref (classify);
    gst_object_unref (run.pipeline);
  }
}

static void
read_still (const gchar *path, DermaReading *reading)
{
  g_autofree gchar *shipped = derma_model_find_default ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_load (shipped, &error);
  g_autoptr (DermaClassifier) classifier = NULL;
  g_autoptr (DermaPicture) picture = derma_picture_load (path, &error);
  const DermaFrame *frame;
  DermaRect rect;

  g_assert_no_error (error);
  classifier = derma_classifier_new (model, 1, &error);
  g_assert_no_error (error);
  frame = derma_picture_get_frame (picture);
  rect = derma_frame_get_region (frame, DERMA_REGION_CENTER_SQUARE, NULL);
  g_assert_true (derma_classifier_classify (classifier, frame, &rect, 0.5f, reading, &error));
}

static void
assert_same_as_live (const Still *still)
{
  g_autoptr (GBytes) bytes = still_encode (still);
  g_autofree gchar *path = element_test_path ("still.jpg"), *line = NULL;
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  const GValue *probabilities;
  Run run;

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
  line = g_strdup_printf ("filesrc location=%s ! jpegdec ! dermaclassify ! fakesink name=sink", path);
  run_line (&run, line);
  read_still (path, &reading);
  probabilities = gst_structure_get_value (run.reading, "probabilities");
  g_assert_cmpuint (gst_value_array_get_size (probabilities), ==, reading.classes->n);
  for (guint i = 0; i < reading.classes->n; i++) {
    const gdouble live = g_value_get_double (gst_value_array_get_value (probabilities, i));

    g_assert_cmpfloat (ABS (live - reading.probabilities[i]), <, 1e-4);
  }
  gst_structure_free (run.reading);
}

static void
test_stills (void)
{
  static const Still stills[] = { { STILL_420, 600, 450, FALSE },
                                  { STILL_420, 301, 227, TRUE },
                                  { STILL_422, 64, 64, FALSE },
                                  { STILL_444, 224, 300, FALSE },
                                  { STILL_GREY, 127, 95, FALSE } };

  if (!has_elements ("jpegdec")) {
    g_test_skip ("jpegdec is not installed");
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (stills); i++)
    assert_same_as_live (&stills[i]);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/launch/documentation", test_documentation);
  g_test_add_func ("/launch/survives", test_survives);
  g_test_add_func ("/launch/survives-codecs", test_survives_codecs);
  g_test_add_func ("/launch/rewritten-downstream", test_rewritten_downstream);
  g_test_add_func ("/launch/attached-through-others", test_attached_through_others);
  g_test_add_func ("/launch/stills", test_stills);
  return element_test_run ();
}
