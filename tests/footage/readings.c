/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* readings VIDEO [PROPERTY=VALUE...]: plays a video through dermaclassify and prints each reading as a line of JSON. */
#include "readingmeta.h"

#include <gst/gst.h>

static GstElement *
make_pipeline (const gchar *path, gchar **properties, GError **error)
{
  g_autoptr (GString) text = g_string_new ("filesrc name=file ! decodebin ! dermaclassify qos=false");
  GstElement *pipeline, *file;

  for (guint i = 0; properties[i]; i++)
    g_string_append_printf (text, " %s", properties[i]);
  g_string_append (text, " ! fakesink sync=false");
  pipeline = gst_parse_launch_full (text->str, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (!pipeline)
    return NULL;
  file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  g_object_set (file, "location", path, NULL);
  gst_object_unref (file);
  return pipeline;
}

static void
print_reading (const GstStructure *fields)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line = NULL;

  if (!derma_reading_from_structure (&reading, fields, &error)) {
    g_printerr ("%s\n", error->message);
    return;
  }
  line = derma_reading_to_json (&reading);
  g_print ("%s\n", line);
}

/* Returns: whether the video was played to its end */
static gboolean
watch (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GError) error = NULL;

  for (;;) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop (bus, GST_CLOCK_TIME_NONE);

    switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name (message, "dermaclassify"))
        print_reading (gst_message_get_structure (message));
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      g_printerr ("%s\n", error->message);
      return FALSE;
    case GST_MESSAGE_EOS:
      return TRUE;
    default:
      break;
    }
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GError) error = NULL;
  gboolean played;

  gst_init (&argc, &argv);
  if (argc < 2) {
    g_printerr ("usage: %s VIDEO [PROPERTY=VALUE...]\n", argv[0]);
    return 2;
  }
  pipeline = make_pipeline (argv[1], argv + 2, &error);
  if (!pipeline) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  played = watch (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return played ? 0 : 1;
}
