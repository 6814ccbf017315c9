/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ends.h"

static GstPadProbeReturn
count (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    g_atomic_int_inc ((gint *)data);
  return GST_PAD_PROBE_OK;
}

void
ends_count (GstBin *bin, const gchar *element, gint *ends)
{
  g_autoptr (GstElement) found = gst_bin_get_by_name (bin, element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (found, "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, count, ends, NULL);
}
