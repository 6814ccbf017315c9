/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* That leaks_check() sees what is left. */
#include "elementtest.h"
#include "leaks.h"

static void
test_buffer (void)
{
  GstBuffer *buffer = gst_buffer_new ();

  g_assert_cmpuint (leaks_count (), ==, 1);
  g_assert_cmpuint (leaks_count (), ==, 1);
  gst_buffer_unref (buffer);
  g_assert_cmpuint (leaks_count (), ==, 0);
}

static void
test_event (void)
{
  GstCaps *caps = gst_caps_new_empty_simple ("video/x-raw");
  GstEvent *event = gst_event_new_caps (caps);

  g_assert_cmpuint (leaks_count (), ==, 2);
  gst_event_unref (event);
  g_assert_cmpuint (leaks_count (), ==, 1);
  gst_caps_unref (caps);
  g_assert_cmpuint (leaks_count (), ==, 0);
}

/* With its pads. */
static void
test_element (void)
{
  GstElement *element = gst_element_factory_make ("dermaclassify", NULL);

  g_assert_cmpuint (leaks_count (), >=, 3);
  gst_object_unref (element);
  g_assert_cmpuint (leaks_count (), ==, 0);
}

static void
test_harness (void)
{
  GstHarness *harness = element_test_classify ("RGB", 16, 16);
  GstBuffer *out = element_test_pass (harness, element_test_frame ("RGB", 16, 16, 1), 0);

  element_test_free (harness);
  g_assert_cmpuint (leaks_count (), >=, 1);
  gst_buffer_unref (out);
  g_assert_cmpuint (leaks_count (), ==, 0);
}

static void
test_status (void)
{
  GstBuffer *buffer = gst_buffer_new ();

  g_assert_cmpint (leaks_check (0), ==, 1);
  g_assert_cmpint (leaks_check (77), ==, 1);
  gst_buffer_unref (buffer);
  g_assert_cmpint (leaks_check (0), ==, 0);
  g_assert_cmpint (leaks_check (77), ==, 77);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/leaks/buffer", test_buffer);
  g_test_add_func ("/leaks/event", test_event);
  g_test_add_func ("/leaks/element", test_element);
  g_test_add_func ("/leaks/harness", test_harness);
  g_test_add_func ("/leaks/status", test_status);
  return element_test_run ();
}
