/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermareplay: which recorded reading a frame gets, and what it does with sidecars that are none. */
#include "readingmeta.h"
#include "sidecartest.h"

#include <derma/sidecar.h>

#define FRAME (40 * GST_MSECOND)

typedef struct {
  SidecarTest sidecar;
  GstHarness *harness;
} Fixture;

static void
set_up (Fixture *fixture)
{
  sidecar_test_set_up (&fixture->sidecar, "a.jsonl");
  fixture->harness = NULL;
}

static void
tear_down (Fixture *fixture)
{
  if (fixture->harness)
    element_test_free (fixture->harness);
  sidecar_test_tear_down (&fixture->sidecar);
}

static void
add_reading (Fixture *fixture, guint64 pts, guint top)
{
  caption_test_reading (&fixture->sidecar.reading, top, 0.9f, DERMA_STATE_STABLE);
  fixture->sidecar.reading.age = FRAME; /* as it is where a frame does not wait for its reading */
  sidecar_test_add_line (&fixture->sidecar, derma_sidecar_format_reading (&fixture->sidecar.reading, pts));
}

static GstElement *
make (Fixture *fixture, GstBus *bus)
{
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("dermareplay", NULL));

  sidecar_test_write (&fixture->sidecar);
  g_object_set (element, "sidecar", fixture->sidecar.path, NULL);
  gst_element_set_bus (element, bus);
  return element;
}

static void
play (Fixture *fixture)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstElement *element = make (fixture, bus);

  fixture->harness = gst_harness_new_with_element (element, "sink", "src");
  gst_object_unref (element);
  element_test_set_caps (fixture->harness, "I420", 16, 16);
}

/* The frame at @time carries the reading of @label of that @age, or none. */
static void
expect (Fixture *fixture, GstClockTime time, const gchar *label, guint64 age)
{
  g_autoptr (GstBuffer) buffer = element_test_pass (fixture->harness, caption_test_frame (NULL, time, FRAME), time);
  const GstStructure *meta = element_test_meta (buffer);

  if (!label) {
    g_assert_null (meta);
    return;
  }
  g_assert_nonnull (meta);
  g_assert_cmpstr (gst_structure_get_string (meta, "label"), ==, label);
  g_assert_cmpuint (element_test_uint64 (meta, "age"), ==, age);
}

static guint
count_messages (Fixture *fixture)
{
  guint n = 0;
  GstMessage *message;

  while ((message = element_test_message (fixture->harness, GST_MESSAGE_ELEMENT))) {
    if (gst_structure_has_name (gst_message_get_structure (message), "dermaclassify")) {
      g_assert_cmpuint (element_test_uint64 (gst_message_get_structure (message), "age"), ==, 0);
      n++;
    }
    gst_message_unref (message);
  }
  return n;
}

static void
test_readings_by_time (void)
{
  Fixture fixture;

  set_up (&fixture);
  add_reading (&fixture, FRAME, 0);
  add_reading (&fixture, 3 * FRAME, 1);
  sidecar_test_add_line (&fixture.sidecar, derma_sidecar_format_tag (3 * FRAME, "between"));
  add_reading (&fixture, 4 * FRAME, 2);
  sidecar_test_add_line (&fixture.sidecar, derma_sidecar_format_end (5 * FRAME, 3, 1));
  play (&fixture);
  expect (&fixture, 0, NULL, 0);
  expect (&fixture, FRAME, "mel", 0);
  expect (&fixture, 2 * FRAME, "mel", FRAME);
  expect (&fixture, 3 * FRAME, "nv", 0);
  expect (&fixture, 4 * FRAME, "bkl", 0);
  expect (&fixture, 400 * FRAME, "bkl", 396 * FRAME);
  g_assert_cmpuint (count_messages (&fixture), ==, 3);
  tear_down (&fixture);
}

/* Matroska rounds times to milliseconds. */
static void
test_rounded_times (void)
{
  Fixture fixture;

  set_up (&fixture);
  add_reading (&fixture, 33333333, 0);
  add_reading (&fixture, 66666667, 1);
  play (&fixture);
  expect (&fixture, 33 * GST_MSECOND, "mel", 0);
  expect (&fixture, 67 * GST_MSECOND, "nv", 0);
  tear_down (&fixture);
}

static void
test_backwards (void)
{
  Fixture fixture;

  set_up (&fixture);
  add_reading (&fixture, 0, 0);
  add_reading (&fixture, 10 * FRAME, 1);
  play (&fixture);
  expect (&fixture, 12 * FRAME, "nv", 2 * FRAME);
  element_test_flush (fixture.harness);
  expect (&fixture, 5 * FRAME, "mel", 5 * FRAME);
  expect (&fixture, 10 * FRAME, "nv", 0);
  tear_down (&fixture);
}

/* Of what is passed by on the way to a frame only the last reading is told, forwards and back. */
static void
test_seeks (void)
{
  Fixture fixture;

  set_up (&fixture);
  for (guint i = 0; i < 1000; i++)
    add_reading (&fixture, i * FRAME, i % 3);
  play (&fixture);
  expect (&fixture, 0, "mel", 0);
  g_assert_cmpuint (count_messages (&fixture), ==, 1);
  element_test_flush (fixture.harness);
  expect (&fixture, 901 * FRAME, "nv", 0);
  expect (&fixture, 902 * FRAME, "bkl", 0);
  g_assert_cmpuint (count_messages (&fixture), ==, 2);
  element_test_flush (fixture.harness);
  expect (&fixture, 500 * FRAME, "bkl", 0);
  expect (&fixture, 501 * FRAME, "mel", 0);
  g_assert_cmpuint (count_messages (&fixture), ==, 2);
  tear_down (&fixture);
}

/* Played backwards a reading is told once, and held until the frame that it is of. */
static void
test_played_backwards (void)
{
  GstSegment segment;
  Fixture fixture;

  set_up (&fixture);
  for (guint i = 0; i < 10; i++)
    add_reading (&fixture, i * 10 * FRAME, i % 3);
  play (&fixture);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = -1;
  segment.stop = 100 * FRAME;
  g_assert_true (gst_harness_push_event (fixture.harness, gst_event_new_segment (&segment)));
  for (guint i = 99; i >= 5; i--)
    expect (&fixture, i * FRAME, (const gchar *const[]){ "mel", "nv", "bkl" }[i / 10 % 3], i % 10 * FRAME);
  g_assert_cmpuint (count_messages (&fixture), ==, 10);
  expect (&fixture, 55 * FRAME, "bkl", 5 * FRAME);
  tear_down (&fixture);
}

static GstPadProbeReturn
flush (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  gst_pad_remove_probe (pad, GST_PAD_PROBE_INFO_ID (info));
  g_assert_true (gst_pad_send_event (pad, gst_event_new_flush_start ()));
  return GST_PAD_PROBE_OK;
}

/* A seek comes while the frame of another is being looked for. */
static void
test_interrupted (void)
{
  Fixture fixture;
  GstPad *pad;

  set_up (&fixture);
  add_reading (&fixture, 0, 0);
  add_reading (&fixture, 10 * FRAME, 1);
  add_reading (&fixture, 20 * FRAME, 2);
  play (&fixture);
  expect (&fixture, 0, "mel", 0);
  g_assert_cmpuint (count_messages (&fixture), ==, 1);
  pad = gst_element_get_static_pad (fixture.harness->element, "sink");
  for (guint i = 0; i < 2; i++) {
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, flush, NULL, NULL);
    g_assert_cmpint (gst_harness_push (fixture.harness, caption_test_frame (NULL, 15 * FRAME, FRAME)), ==,
                     GST_FLOW_FLUSHING);
    g_assert_cmpuint (count_messages (&fixture), ==, 0);
    element_test_flush (fixture.harness);
    expect (&fixture, i ? 16 * FRAME : 5 * FRAME, i ? "nv" : "mel", i ? 6 * FRAME : 5 * FRAME);
    g_assert_cmpuint (count_messages (&fixture), ==, i);
  }
  gst_object_unref (pad);
  tear_down (&fixture);
}

static void
test_quietly (void)
{
  Fixture fixture;

  set_up (&fixture);
  add_reading (&fixture, 0, 0);
  play (&fixture);
  g_object_set (fixture.harness->element, "post-messages", FALSE, NULL);
  expect (&fixture, 0, "mel", 0);
  g_assert_cmpuint (count_messages (&fixture), ==, 0);
  tear_down (&fixture);
}

static void
test_frames_without_time (void)
{
  Fixture fixture;

  set_up (&fixture);
  add_reading (&fixture, 0, 0);
  play (&fixture);
  expect (&fixture, GST_CLOCK_TIME_NONE, NULL, 0);
  expect (&fixture, 0, "mel", 0);
  tear_down (&fixture);
}

static void
test_no_readings (void)
{
  Fixture fixture;

  set_up (&fixture);
  play (&fixture);
  expect (&fixture, 0, NULL, 0);
  expect (&fixture, 100 * FRAME, NULL, 0);
  tear_down (&fixture);
}

/* Readings without a time, or without classes, are of no frame. */
static void
test_readings_of_no_frame (void)
{
  Fixture fixture;

  set_up (&fixture);
  add_reading (&fixture, G_MAXUINT64, 0);
  derma_reading_clear (&fixture.sidecar.reading);
  sidecar_test_add_line (&fixture.sidecar, derma_sidecar_format_reading (&fixture.sidecar.reading, 0));
  add_reading (&fixture, 2 * FRAME, 1);
  play (&fixture);
  expect (&fixture, 0, NULL, 0);
  expect (&fixture, 2 * FRAME, "nv", 0);
  tear_down (&fixture);
}

static void
test_torn_line (void)
{
  Fixture fixture;

  set_up (&fixture);
  add_reading (&fixture, 0, 0);
  g_string_append (fixture.sidecar.text, "{\"type\":\"reading\",\"pts\":4");
  play (&fixture);
  expect (&fixture, 0, "mel", 0);
  element_test_expect (fixture.harness, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, "line 3");
  tear_down (&fixture);
}

static void
test_malformed_line (void)
{
  Fixture fixture;

  set_up (&fixture);
  add_reading (&fixture, 0, 0);
  add_reading (&fixture, FRAME, 0);
  sidecar_test_add_line (&fixture.sidecar, g_strdup ("nonsense"));
  add_reading (&fixture, 3 * FRAME, 0);
  play (&fixture);
  expect (&fixture, 0, "mel", 0);
  g_assert_cmpint (gst_harness_push (fixture.harness, caption_test_frame (NULL, 2 * FRAME, FRAME)), ==, GST_FLOW_ERROR);
  element_test_expect (fixture.harness, GST_MESSAGE_ERROR, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, "a.jsonl|line 4");
  tear_down (&fixture);
}

static void
refuses (Fixture *fixture, const gchar *path, GQuark domain, gint code)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *element = make (fixture, bus);

  g_object_set (element, "sidecar", path, NULL);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, domain, code);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
}

static void
test_no_sidecar (void)
{
  Fixture fixture;

  set_up (&fixture);
  refuses (&fixture, NULL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  refuses (&fixture, "/nowhere/a.jsonl", GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  tear_down (&fixture);
}

static void
test_other_files (void)
{
  static const gchar *const texts[] = { "",
                                        "\n",
                                        "not JSON\n",
                                        "{\"type\":\"session\",\"schema\":\"other\",\"version\":1}\n",
                                        "{\"type\":\"session\",\"schema\":\"derma-session\",\"version\":2}\n",
                                        "[]\n" };
  Fixture fixture;

  set_up (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_string_assign (fixture.sidecar.text, texts[i]);
    refuses (&fixture, fixture.sidecar.path, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE);
  }
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/replay/readings-by-time", test_readings_by_time);
  g_test_add_func ("/replay/rounded-times", test_rounded_times);
  g_test_add_func ("/replay/backwards", test_backwards);
  g_test_add_func ("/replay/seeks", test_seeks);
  g_test_add_func ("/replay/played-backwards", test_played_backwards);
  g_test_add_func ("/replay/interrupted", test_interrupted);
  g_test_add_func ("/replay/quietly", test_quietly);
  g_test_add_func ("/replay/frames-without-time", test_frames_without_time);
  g_test_add_func ("/replay/no-readings", test_no_readings);
  g_test_add_func ("/replay/readings-of-no-frame", test_readings_of_no_frame);
  g_test_add_func ("/replay/torn-line", test_torn_line);
  g_test_add_func ("/replay/malformed-line", test_malformed_line);
  g_test_add_func ("/replay/no-sidecar", test_no_sidecar);
  g_test_add_func ("/replay/other-files", test_other_files);
  return element_test_run ();
}
