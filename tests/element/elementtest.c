/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "elementtest.h"

#include "leaks.h"
#include "support/onnx-builder.h"

#include <glib/gstdio.h>
#include <string.h>

const gchar *const element_test_formats[] = { "I420", "YV12", "NV12", "NV21", "YUY2", "UYVY", "RGB",  "BGR",   "RGBx",
                                              "BGRx", "xRGB", "xBGR", "RGBA", "BGRA", "ARGB", "ABGR", "GRAY8", NULL };

static gchar *folder;

gchar *
element_test_path (const gchar *name)
{
  return g_build_filename (folder, name, NULL);
}

gchar *
element_test_model (const gchar *name, const gchar *labels, const gchar *const *metadata)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_tiny_builder (labels);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gchar *path = element_test_path (name);

  for (guint i = 0; metadata && metadata[i]; i += 2)
    derma_onnx_builder_set_metadata (builder, metadata[i], metadata[i + 1]);
  bytes = derma_onnx_builder_finish (builder);
  g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
  return path;
}

/* From here and not by GStreamer's scanner, which cannot load a plugin that was built with a sanitizer. */
static void
load_plugin (void)
{
  g_autoptr (GError) error = NULL;
  GstPlugin *plugin = gst_plugin_load_file (g_getenv ("DERMA_PLUGIN"), &error);

  g_assert_no_error (error);
  gst_object_unref (plugin);
}

void
element_test_init (int *argc, char ***argv)
{
  static const gchar *const metadata[] = { "derma.malignant",
                                           "mel",
                                           "derma.name",
                                           "tiny",
                                           "derma.version",
                                           "1.2",
                                           "derma.titles",
                                           "melanoma;nevus;benign keratosis;dermatofibroma",
                                           "derma.operating-point",
                                           "0.2",
                                           "derma.licence",
                                           "CC0-1.0",
                                           NULL };
  g_autofree gchar *path = NULL, *state = NULL;

  g_test_init (argc, argv, NULL);
  folder = g_dir_make_tmp ("derma-element-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_setenv ("DERMA_MODEL_DIR", folder, TRUE);
  /* A lock keeps there what was before; tests that run at the same time play the same camera. */
  state = element_test_path ("state");
  g_setenv ("XDG_STATE_HOME", state, TRUE);
  leaks_init ();
  gst_init (argc, argv);
  load_plugin ();
  path = element_test_model ("dermaclassify.onnx", TEST_LABELS, metadata);
}

static void
remove_folder (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree gchar *child = g_build_filename (path, name, NULL);

    if (g_remove (child) != 0)
      remove_folder (child);
  }
  g_rmdir (path);
}

static int
finish (int status)
{
  remove_folder (folder);
  g_free (folder);
  return status;
}

int
element_test_run (void)
{
  return finish (leaks_check (g_test_run ()));
}

int
element_test_run_uncounted (void)
{
  return finish (g_test_run ());
}

GstHarness *
element_test_harness (const gchar *element)
{
  GstHarness *harness = gst_harness_new (element);
  GstBus *bus = gst_bus_new ();

  g_assert_nonnull (harness);
  gst_element_set_bus (harness->element, bus);
  gst_object_unref (bus);
  return harness;
}

void
element_test_set_caps (GstHarness *harness, const gchar *format, gint width, gint height)
{
  gst_harness_set_src_caps (harness, gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, format, "width",
                                                          G_TYPE_INT, width, "height", G_TYPE_INT, height, "framerate",
                                                          GST_TYPE_FRACTION, 25, 1, NULL));
}

GstHarness *
element_test_classify (const gchar *format, gint width, gint height)
{
  GstHarness *harness = element_test_harness ("dermaclassify");

  element_test_set_caps (harness, format, width, height);
  return harness;
}

void
element_test_free (GstHarness *harness)
{
  gst_element_set_bus (harness->element, NULL);
  gst_harness_teardown (harness);
}

GstBuffer *
element_test_frame (const gchar *format, gint width, gint height, guint32 seed)
{
  GstVideoInfo info;
  GstBuffer *buffer;
  GstMapInfo map;
  guint32 state = seed * 2654435761u + 1;

  gst_video_info_init (&info);
  g_assert_true (gst_video_info_set_format (&info, gst_video_format_from_string (format), width, height));
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (gsize i = 0; i < map.size; i++) {
    state = state * 1664525u + 1013904223u;
    map.data[i] = (state >> 24) / 2 + seed * 37 % 128;
  }
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

GstBuffer *
element_test_pass (GstHarness *harness, GstBuffer *frame, GstClockTime pts)
{
  GST_BUFFER_PTS (frame) = pts;
  g_assert_cmpint (gst_harness_push (harness, frame), ==, GST_FLOW_OK);
  return gst_harness_pull (harness);
}

const GstStructure *
element_test_meta (GstBuffer *buffer)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, "DermaReading");

  return meta ? gst_custom_meta_get_structure (meta) : NULL;
}

guint64
element_test_uint64 (const GstStructure *structure, const gchar *field)
{
  guint64 value;

  g_assert_true (gst_structure_get_uint64 (structure, field, &value));
  return value;
}

gdouble
element_test_double (const GstStructure *structure, const gchar *field)
{
  gdouble value;

  g_assert_true (gst_structure_get_double (structure, field, &value));
  return value;
}

guint64
element_test_stat (GstHarness *harness, const gchar *field)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (harness->element, "stats", &stats, NULL);
  return element_test_uint64 (stats, field);
}

GstMessage *
element_test_message (GstHarness *harness, GstMessageType type)
{
  GstBus *bus = gst_element_get_bus (harness->element);
  GstMessage *message = gst_bus_pop_filtered (bus, type);

  gst_object_unref (bus);
  return message;
}

void
element_test_expect (GstHarness *harness, GstMessageType type, GQuark domain, gint code, const gchar *words)
{
  g_autoptr (GstMessage) message = element_test_message (harness, type);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) list = g_strsplit (words, "|", -1);

  g_assert_nonnull (message);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);
  g_assert_error (error, domain, code);
  g_assert_null (strchr (error->message, '\n'));
  for (guint i = 0; list[i]; i++)
    g_assert_nonnull (strstr (error->message, list[i]));
}

void
element_test_reading (DermaReading *reading)
{
  static const gchar *const labels[] = { "mel", "nv", "bkl", "df", NULL };
  static const gchar *const titles[] = { "melanoma", "nevus", "benign keratosis", "dermatofibroma", NULL };
  static const gfloat probabilities[] = { 0.25f, 0.5f, 0.125f, 0.125f };
  g_autoptr (DermaClasses) classes = derma_classes_new (labels, titles);

  classes->malignant[0] = TRUE;
  classes->operating_point = 0.3f;
  g_free (classes->model_name);
  classes->model_name = g_strdup ("tiny");
  *reading = (DermaReading)DERMA_READING_INIT;
  derma_reading_set_classes (reading, classes);
  memcpy (reading->probabilities, probabilities, sizeof probabilities);
  derma_reading_decide (reading, 0.5f);
  reading->pts = 40 * GST_MSECOND;
  reading->lesion = 1;
  reading->latency = 5 * GST_MSECOND;
}

void
element_test_forget_hardware (void)
{
  static const gchar *const names[] = { "vah264enc", "vah264lpenc", "vaapih264enc", "nvh264enc", "v4l2h264enc" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (gst_registry_get (), names[i]);

    if (feature)
      gst_registry_remove_feature (gst_registry_get (), feature);
  }
}

void
element_test_flush (GstHarness *harness)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (harness, gst_event_new_flush_start ());
  gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
}
