/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camreport.h"

#include <derma/error.h>

#include <string.h>

#define MAX_NAMED 8

/* Paths may be of any bytes, which structures do not take. */
static void
set_text (GstStructure *structure, const gchar *field, const gchar *text)
{
  g_autofree gchar *valid = text ? g_utf8_make_valid (text, -1) : NULL;

  gst_structure_set (structure, field, G_TYPE_STRING, valid, NULL);
}

static GstStructure *
describe (const gchar *event, const gchar *device)
{
  GstStructure *structure = gst_structure_new ("dermacamsrc", "event", G_TYPE_STRING, event, NULL);

  set_text (structure, "device", device);
  return structure;
}

static void
post (GstElement *element, GstStructure *structure)
{
  gst_element_post_message (element, gst_message_new_element (GST_OBJECT (element), structure));
}

void
derma_cam_report_event (GstElement *element, const gchar *event, const gchar *device, const GError *error)
{
  GstStructure *structure = describe (event, device);

  if (error)
    set_text (structure, "error", error->message);
  post (element, structure);
}

void
derma_cam_report_lock (GstElement *element, const gchar *event, const gchar *device, gboolean settled,
                       const GError *error)
{
  GstStructure *structure = describe (event, device);

  if (error)
    set_text (structure, "error", error->message);
  else if (strcmp (event, "locked") == 0)
    gst_structure_set (structure, "settled", G_TYPE_BOOLEAN, settled, NULL);
  post (element, structure);
}

void
derma_cam_report_button (GstElement *element, const gchar *device, gboolean pressed)
{
  GstStructure *structure = describe ("still-button", device);

  gst_structure_set (structure, "pressed", G_TYPE_BOOLEAN, pressed, NULL);
  post (element, structure);
}

static gint
code_of (const gchar *device, const GError *error)
{
  if (error->domain != DERMA_ERROR)
    return GST_RESOURCE_ERROR_READ;
  switch (error->code) {
  case DERMA_ERROR_FILE:
    return device && g_file_test (device, G_FILE_TEST_EXISTS) ? GST_RESOURCE_ERROR_OPEN_READ
                                                              : GST_RESOURCE_ERROR_NOT_FOUND;
  case DERMA_ERROR_GONE:
    return GST_RESOURCE_ERROR_NOT_FOUND;
  case DERMA_ERROR_BUSY:
    return GST_RESOURCE_ERROR_BUSY;
  case DERMA_ERROR_UNSUPPORTED:
    return GST_RESOURCE_ERROR_SETTINGS;
  default:
    return GST_RESOURCE_ERROR_OPEN_READ;
  }
}

static gchar *
to_line (const gchar *text)
{
  return g_strdelimit (g_utf8_make_valid (text, -1), "\r\n", ' ');
}

void
derma_cam_report_error (GstElement *element, const gchar *device, const GError *error)
{
  const gboolean lacking = g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);

  gst_element_message_full (element, GST_MESSAGE_ERROR, lacking ? GST_CORE_ERROR : GST_RESOURCE_ERROR,
                            lacking ? error->code : code_of (device, error), to_line (error->message), NULL, __FILE__,
                            G_STRFUNC, __LINE__);
}

/* GStreamer's elements name the device in places, and end sentences. */
static gchar *
make_line (const gchar *device, const gchar *cause)
{
  g_autofree gchar *clean = to_line (cause);

  return strstr (clean, device) ? g_steal_pointer (&clean) : g_strdup_printf ("%s: %s", device, clean);
}

void
derma_cam_report_loss (GstElement *element, const gchar *device, gboolean gone, const GError *cause)
{
  gchar *line = gone ? g_strdup_printf ("%s: was unplugged", device) : make_line (device, cause->message);
  const gint code = gone                                  ? GST_RESOURCE_ERROR_NOT_FOUND
                    : cause->domain == GST_RESOURCE_ERROR ? cause->code
                                                          : GST_RESOURCE_ERROR_READ;

  gst_element_message_full (element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, code, line, g_strdup (cause->message),
                            __FILE__, G_STRFUNC, __LINE__);
}

void
derma_cam_report_refusal (GstElement *element, const gchar *device, const GError *cause, const gchar *debug)
{
  g_autofree gchar *line =
      g_strdup_printf ("%s: nothing takes its pictures (is dermacamsrc linked, and are the caps fit?)", device);

  gst_element_message_full (element, GST_MESSAGE_ERROR, cause->domain, cause->code, to_line (line), g_strdup (debug),
                            __FILE__, G_STRFUNC, __LINE__);
}

void
derma_cam_report_faults (GstElement *element, const gchar *device, guint n, const gchar *fault)
{
  g_autofree gchar *line = g_strdup_printf ("%s: %u pictures in a row are left out; the last %s", device, n, fault);

  gst_element_message_full (element, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, to_line (line),
                            NULL, __FILE__, G_STRFUNC, __LINE__);
}

static gboolean
is_named (const GPtrArray *modes, guint index)
{
  const DermaCameraMode *mode = g_ptr_array_index (modes, index);

  for (guint i = 0; i < index; i++)
    if (strcmp (((const DermaCameraMode *)g_ptr_array_index (modes, i))->format, mode->format) == 0)
      return TRUE;
  return FALSE;
}

void
derma_cam_report_formats (GError **error, const gchar *device, const GPtrArray *modes, DermaCamFormat wished)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < modes->len && n < MAX_NAMED; i++) {
    if (is_named (modes, i))
      continue;
    g_string_append_printf (names, "%s%s", n++ ? ", " : "", ((DermaCameraMode *)g_ptr_array_index (modes, i))->format);
  }
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED, "%s: gives no pictures that can be used%s; it gives %s",
               device,
               wished == DERMA_CAM_FORMAT_MJPEG ? " as JPEG"
               : wished == DERMA_CAM_FORMAT_RAW ? " uncompressed"
                                                : "",
               n ? names->str : "nothing");
}

GstStructure *
derma_cam_report_stats (guint64 frames, guint64 corrupt, guint64 losses, guint64 returns)
{
  return gst_structure_new ("stats", "frames", G_TYPE_UINT64, frames, "corrupt", G_TYPE_UINT64, corrupt, "losses",
                            G_TYPE_UINT64, losses, "returns", G_TYPE_UINT64, returns, NULL);
}
