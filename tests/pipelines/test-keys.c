/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What keys do, and how those of a window come down to the program. */
#include "controls.h"

#include <derma/error.h>

#include <glib/gstdio.h>
#include <gst/video/navigation.h>

static void
test_find (void)
{
  g_assert_cmpint (keys_find (" "), ==, KEY_FREEZE);
  g_assert_cmpint (keys_find ("space"), ==, KEY_FREEZE);
  g_assert_cmpint (keys_find ("s"), ==, KEY_SNAPSHOT);
  g_assert_cmpint (keys_find ("S"), ==, KEY_SNAPSHOT);
  g_assert_cmpint (keys_find ("o"), ==, KEY_OVERLAY);
  g_assert_cmpint (keys_find ("f"), ==, KEY_RATE);
  g_assert_cmpint (keys_find ("?"), ==, KEY_HELP);
  g_assert_cmpint (keys_find ("q"), ==, KEY_QUIT);
}

static void
test_find_nothing (void)
{
  static const gchar *const keys[] = { "", "x", "ss", "Control_L", "\xff", "\033", "spaces" };

  g_assert_cmpint (keys_find (NULL), ==, KEY_NOTHING);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_assert_cmpint (keys_find (keys[i]), ==, KEY_NOTHING);
}

typedef struct {
  GstElement *pipeline;
  GstElement *sink;
  GstBus *bus;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GstElement) watched = NULL;
  g_autoptr (GstPad) pad = NULL;

  fixture->pipeline = gst_parse_launch ("videotestsrc name=source ! identity name=watched ! fakesink name=sink", NULL);
  fixture->sink = gst_bin_get_by_name (GST_BIN (fixture->pipeline), "sink");
  fixture->bus = gst_element_get_bus (fixture->pipeline);
  watched = gst_bin_get_by_name (GST_BIN (fixture->pipeline), "watched");
  pad = gst_element_get_static_pad (watched, "src");
  keys_watch (pad, fixture->pipeline);
  gst_element_set_state (fixture->pipeline, GST_STATE_PAUSED);
  gst_element_get_state (fixture->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gst_element_set_state (fixture->pipeline, GST_STATE_NULL);
  gst_object_unref (fixture->bus);
  gst_object_unref (fixture->sink);
  gst_object_unref (fixture->pipeline);
}

/* As the sink of a window does. */
static void
send (Fixture *fixture, GstEvent *event)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (fixture->sink, "sink");

  gst_pad_push_event (pad, event);
}

static gchar *
next_key (Fixture *fixture)
{
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (fixture->bus, GST_MESSAGE_APPLICATION);
  const GstStructure *structure = message ? gst_message_get_structure (message) : NULL;

  if (!structure)
    return NULL;
  g_assert_cmpstr (gst_structure_get_name (structure), ==, KEYS_MESSAGE);
  return g_strdup (gst_structure_get_string (structure, "key"));
}

static void
test_window (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *first = NULL, *second = NULL, *third = NULL;

  send (fixture, gst_navigation_event_new_key_press ("space", 0));
  send (fixture, gst_navigation_event_new_key_release ("space", 0));
  send (fixture, gst_navigation_event_new_mouse_move (1.0, 2.0, 0));
  send (fixture, gst_navigation_event_new_key_press ("s", 0));
  first = next_key (fixture);
  second = next_key (fixture);
  third = next_key (fixture);
  g_assert_cmpstr (first, ==, "space");
  g_assert_cmpstr (second, ==, "s");
  g_assert_null (third);
}

/* Made by hand, and others that go up. */
static void
test_odd_events (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *key = NULL;

  send (fixture, gst_event_new_navigation (gst_structure_new_empty ("application/x-gst-navigation")));
  send (fixture, gst_event_new_navigation (
                     gst_structure_new ("application/x-gst-navigation", "event", G_TYPE_STRING, "key-press", NULL)));
  send (fixture, gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 1.0, 0, 0));
  send (fixture, gst_event_new_reconfigure ());
  key = next_key (fixture);
  g_assert_null (key);
}

static GstElement *
make_reading (void)
{
  GstElement *pipeline =
      gst_parse_launch ("videotestsrc num-buffers=3 ! video/x-raw,width=320,height=240 ! dermaclassify name=classify "
                        "post-messages=false ! dermaoverlay name=overlay ! fakesink",
                        NULL);

  g_assert_nonnull (pipeline);
  return pipeline;
}

static gboolean
get (GstElement *pipeline, const gchar *element, const gchar *property)
{
  g_autoptr (GstElement) found = gst_bin_get_by_name (GST_BIN (pipeline), element);
  gboolean value;

  g_object_get (found, property, &value, NULL);
  return value;
}

static void
test_toggles (void)
{
  static const struct {
    KeyAction action;
    const gchar *element;
    const gchar *property;
    gboolean first;
  } toggles[] = { { KEY_FREEZE, "classify", "frozen", FALSE },
                  { KEY_OVERLAY, "overlay", "enabled", TRUE },
                  { KEY_RATE, "overlay", "show-rate", FALSE } };
  g_autoptr (GstElement) pipeline = make_reading ();

  for (guint i = 0; i < G_N_ELEMENTS (toggles); i++)
    for (guint n = 0; n < 3; n++) {
      g_autofree gchar *text = NULL;

      g_assert_cmpint (get (pipeline, toggles[i].element, toggles[i].property), ==, toggles[i].first ^ (n % 2));
      text = controls_act (pipeline, toggles[i].action, NULL);
      g_assert_nonnull (text);
    }
  g_assert_null (controls_act (pipeline, KEY_NOTHING, NULL));
  g_assert_null (controls_act (pipeline, KEY_QUIT, NULL));
}

static GstMessage *
run_to_end (GstElement *pipeline, GstMessageType type)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  return gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, type | GST_MESSAGE_ERROR);
}

/* The folder comes with the first snapshot. */
static void
test_snapshot (void)
{
  g_autoptr (GstElement) pipeline = make_reading ();
  g_autofree gchar *top = g_dir_make_tmp ("derma-keys-XXXXXX", NULL);
  g_autofree gchar *folder = g_build_filename (top, "a", "b", NULL), *parent = g_build_filename (top, "a", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const gchar *name;
  guint n = 0;

  controls_set_snapshots (pipeline, folder);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_message_unref (run_to_end (pipeline, GST_MESSAGE_EOS));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_null (controls_act (pipeline, KEY_SNAPSHOT, &error));
  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_assert_true (g_str_has_suffix (name, ".jpg"));
    g_remove (path);
    n++;
  }
  g_assert_cmpuint (n, ==, 2);
  g_rmdir (folder);
  g_rmdir (parent);
  g_rmdir (top);
}

static void
test_bad_folder (void)
{
  g_autoptr (GstElement) pipeline = make_reading ();
  g_autoptr (GError) error = NULL;

  controls_set_snapshots (pipeline, "/dev/null/snapshots");
  g_assert_null (controls_act (pipeline, KEY_SNAPSHOT, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_true (g_str_has_prefix (error->message, "/dev/null/snapshots: "));
}

/* The camera's button makes the folder too, before the element looks for it. */
static void
test_button (void)
{
  g_autoptr (GstElement) pipeline = make_reading ();
  g_autoptr (GstElement) classify = gst_bin_get_by_name (GST_BIN (pipeline), "classify");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (classify, "sink");
  g_autofree gchar *top = g_dir_make_tmp ("derma-keys-XXXXXX", NULL), *folder = g_build_filename (top, "a", NULL);
  GstStructure *pressed = gst_structure_new ("derma-still-button", "pressed", G_TYPE_BOOLEAN, TRUE, NULL);

  controls_set_snapshots (pipeline, folder);
  gst_pad_set_active (pad, TRUE);
  gst_pad_send_event (pad, gst_event_new_stream_start ("x"));
  g_assert_false (g_file_test (folder, G_FILE_TEST_IS_DIR));
  gst_pad_send_event (pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, pressed));
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  gst_pad_set_active (pad, FALSE);
  g_rmdir (folder);
  g_rmdir (top);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/keys/find", test_find);
  g_test_add_func ("/keys/find-nothing", test_find_nothing);
  g_test_add ("/keys/window", Fixture, NULL, set_up, test_window, tear_down);
  g_test_add ("/keys/odd-events", Fixture, NULL, set_up, test_odd_events, tear_down);
  g_test_add_func ("/keys/toggles", test_toggles);
  g_test_add_func ("/keys/snapshot", test_snapshot);
  g_test_add_func ("/keys/bad-folder", test_bad_folder);
  g_test_add_func ("/keys/button", test_button);
  return g_test_run ();
}
