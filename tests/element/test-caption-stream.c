/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What dermacaption says of its stream. */
#include "captiontest.h"

static GstHarness *
new_harness (void)
{
  GstHarness *harness = element_test_harness ("dermacaption");

  gst_harness_set_sink_caps_str (harness, "text/x-raw, format = (string) utf8");
  element_test_set_caps (harness, "I420", 16, 16);
  return harness;
}

static void
begin (GstHarness *harness, const gchar *stream)
{
  g_assert_true (gst_harness_push_event (harness, gst_event_new_stream_start (stream)));
}

static void
has_stream_id (GstHarness *harness, const gchar *id)
{
  g_autofree gchar *found = gst_pad_get_stream_id (harness->sinkpad);

  g_assert_cmpstr (found, ==, id);
}

/* It says which video it is of, also of a second one. */
static void
test_id (void)
{
  GstHarness *harness = new_harness ();

  begin (harness, "first");
  has_stream_id (harness, "first/caption");
  begin (harness, "second");
  has_stream_id (harness, "second/caption");
  element_test_free (harness);
}

static void
test_sparse (void)
{
  GstHarness *harness = new_harness ();
  g_autoptr (GstEvent) event = NULL;
  GstStreamFlags flags;

  g_assert_cmpint (gst_harness_push (harness, caption_test_frame (NULL, 0, GST_SECOND)), ==, GST_FLOW_OK);
  event = gst_pad_get_sticky_event (harness->sinkpad, GST_EVENT_STREAM_START, 0);
  gst_event_parse_stream_flags (event, &flags);
  g_assert_true (flags & GST_STREAM_FLAG_SPARSE);
  element_test_free (harness);
}

static guint
get_group (GstHarness *harness)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (harness->sinkpad, GST_EVENT_STREAM_START, 0);
  guint group = GST_GROUP_ID_INVALID;

  gst_event_parse_group_id (event, &group);
  return group;
}

/* It plays together with its video, where that says with what it does. */
static void
test_group (void)
{
  GstHarness *harness = new_harness ();
  GstEvent *start = gst_event_new_stream_start ("grouped");

  begin (harness, "alone");
  g_assert_cmpuint (get_group (harness), ==, GST_GROUP_ID_INVALID);
  gst_event_set_group_id (start, 17);
  g_assert_true (gst_harness_push_event (harness, start));
  g_assert_cmpuint (get_group (harness), ==, 17);
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/caption-stream/id", test_id);
  g_test_add_func ("/caption-stream/sparse", test_sparse);
  g_test_add_func ("/caption-stream/group", test_group);
  return element_test_run ();
}
