/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camfeed.h"

#include "camjpeg.h"
#include "camreport.h"

#include <derma/error.h>

#define MAX_SIDE 8192
#define MANY_FAULTS 30 /* in a row, which is a second of most cameras */
#define POOL "derma-cam-pool"

/* Of the streaming thread, but for the counter. */
typedef struct {
  gboolean jpeg;
  guint max_width, max_height;
  gboolean decoding; /* a picture has gone into the decoder and has not come out */
  guint n_faults;    /* in a row */
  gchar *device;
  gint *corrupt;
} Sieve;

static void
clear_sieve (gpointer data)
{
  g_free (((Sieve *)data)->device);
}

static void
drop_sieve (gpointer data)
{
  g_atomic_rc_box_release_full (data, clear_sieve);
}

/* (nullable): what is wrong with a picture */
static const gchar *
find_fault (const Sieve *sieve, GstBuffer *buffer)
{
  GstMapInfo map;
  const gchar *fault;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED))
    return "is marked as corrupt";
  if (gst_buffer_get_size (buffer) == 0)
    return "is empty";
  if (!sieve->jpeg)
    return NULL;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return "cannot be read";
  fault = derma_cam_jpeg_find_fault (map.data, map.size, sieve->max_width, sieve->max_height);
  gst_buffer_unmap (buffer, &map);
  return fault;
}

/* @pad: of an element in the feed, which is in the bin that tells */
static void
tell_faults (const Sieve *sieve, GstPad *pad, const gchar *fault)
{
  g_autoptr (GstElement) filter = gst_pad_get_parent_element (pad);
  g_autoptr (GstObject) feed = filter ? gst_object_get_parent (GST_OBJECT (filter)) : NULL;
  g_autoptr (GstObject) bin = feed ? gst_object_get_parent (feed) : NULL;

  if (bin)
    derma_cam_report_faults (GST_ELEMENT (bin), sieve->device, sieve->n_faults, fault);
}

static void
count_fault (Sieve *sieve, GstPad *pad, const gchar *fault)
{
  g_atomic_int_inc (sieve->corrupt);
  if (++sieve->n_faults == MANY_FAULTS)
    tell_faults (sieve, pad, fault);
}

static GstPadProbeReturn
sift (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Sieve *sieve = data;
  const gchar *fault;

  if (sieve->decoding)
    count_fault (sieve, pad, "cannot be decoded");
  sieve->decoding = FALSE;
  fault = find_fault (sieve, GST_PAD_PROBE_INFO_BUFFER (info));
  if (fault) {
    count_fault (sieve, pad, fault);
    return GST_PAD_PROBE_DROP;
  }
  sieve->decoding = sieve->jpeg;
  if (!sieve->jpeg)
    sieve->n_faults = 0;
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
note_decoded (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Sieve *sieve = data;

  sieve->decoding = FALSE;
  sieve->n_faults = 0;
  return GST_PAD_PROBE_OK;
}

static void
add_probe (GstElement *element, GstPadProbeCallback callback, Sieve *sieve)
{
  GstPad *pad = gst_element_get_static_pad (element, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, g_atomic_rc_box_acquire (sieve), drop_sieve);
  gst_object_unref (pad);
}

static void
add_sieve (GstElement *filter, GstElement *exit, const DermaCamMode *mode, Sieve *sieve)
{
  sieve->jpeg = mode->format == NULL;
  /* Some cameras send a few lines more than they say. */
  sieve->max_width = mode->width ? (guint)mode->width + 64 : MAX_SIDE;
  sieve->max_height = mode->height ? (guint)mode->height + 64 : MAX_SIDE;
  add_probe (filter, sift, sieve);
  if (exit != filter)
    add_probe (exit, note_decoded, sieve);
}

static GstElement *
make (const gchar *factory, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (!element)
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
                 "GStreamer lacks the element %s, which is of its good plugins", factory);
  return element;
}

static GstElement *
add_filter (GstBin *feed, const DermaCamMode *mode, GError **error)
{
  GstElement *filter = make ("capsfilter", error);
  g_autoptr (GstCaps) caps = derma_cam_mode_to_caps (mode);

  if (!filter)
    return NULL;
  g_object_set (filter, "caps", caps, NULL);
  gst_bin_add (feed, filter);
  return filter;
}

static GstElement *
add_decoder (GstBin *feed, GError **error)
{
  GstElement *decoder = make ("jpegdec", error);

  if (!decoder)
    return NULL;
  /* What is late is for those behind to judge. */
  g_object_set (decoder, "qos", FALSE, NULL);
  gst_bin_add (feed, decoder);
  return decoder;
}

static void
watch_pool (GstBin *feed, GstElement *source)
{
  GstPad *pad = gst_element_get_static_pad (source, "src");

  g_object_set_data_full (G_OBJECT (feed), POOL, derma_cam_pool_watch (pad), (GDestroyNotify)derma_cam_pool_unref);
  gst_object_unref (pad);
}

DermaCamPool *
derma_cam_feed_get_pool (GstElement *feed)
{
  return g_object_get_data (G_OBJECT (feed), POOL);
}

static gboolean
fill (GstBin *feed, GstElement *source, const DermaCamMode *mode, Sieve *sieve, GError **error)
{
  GstElement *filter, *exit;
  GstPad *pad;

  gst_bin_add (feed, source);
  watch_pool (feed, source);
  filter = add_filter (feed, mode, error);
  exit = mode->format || !filter ? filter : add_decoder (feed, error);
  if (!exit)
    return FALSE;
  if (!gst_element_link (source, filter) || (exit != filter && !gst_element_link (filter, exit))) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED, "cannot give %s", mode->fourcc);
    return FALSE;
  }
  add_sieve (filter, exit, mode, sieve);
  pad = gst_element_get_static_pad (exit, "src");
  gst_element_add_pad (GST_ELEMENT (feed), gst_ghost_pad_new ("src", pad));
  gst_object_unref (pad);
  return TRUE;
}

GstElement *
derma_cam_feed_new (DermaCamHost *host, const gchar *device, const DermaCamMode *mode, gint *corrupt, GError **error)
{
  GstElement *source = host->make_source (host, device);
  GstElement *feed;
  Sieve *sieve;
  g_autoptr (GError) reason = NULL;
  gboolean filled;

  if (!source) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
                 "%s: GStreamer lacks the element v4l2src, which is of its good plugins", device);
    return NULL;
  }
  feed = gst_bin_new (NULL);
  sieve = g_atomic_rc_box_new0 (Sieve);
  sieve->device = g_strdup (device);
  sieve->corrupt = corrupt;
  filled = fill (GST_BIN (feed), source, mode, sieve, &reason);
  drop_sieve (sieve);
  if (filled)
    return feed;
  g_propagate_prefixed_error (error, g_steal_pointer (&reason), "%s: ", device);
  gst_object_unref (gst_object_ref_sink (feed));
  return NULL;
}
