/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dmasource.h"

#include <gst/base/gstpushsrc.h>
#include <gst/video/video.h>

#define WIDTH 64
#define HEIGHT 48
#define N_FRAMES 5
#define SIZE "width=64,height=48,framerate=25/1"
#define DEVICE "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=NV12," SIZE
#define SYSTEM "video/x-raw,format=NV12," SIZE

typedef struct {
  GstPushSrc parent;

  DmaSourceOffer offer;
  gboolean started;
  gboolean device; /* what was agreed on */
  guint n_frames;
  guint n_device_frames;
} DmaSource;

typedef GstPushSrcClass DmaSourceClass;

static GstStaticPadTemplate template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (DEVICE "; " SYSTEM));

static GType dma_source_get_type (void);
G_DEFINE_TYPE (DmaSource, dma_source, GST_TYPE_PUSH_SRC)

static GstCaps *
get_caps (GstBaseSrc *base, GstCaps *filter)
{
  DmaSource *source = (DmaSource *)base;
  const gboolean only = source->offer == DMA_SOURCE_DEVICE_ONLY && source->started;
  g_autoptr (GstCaps) caps = gst_caps_from_string (only                                       ? DEVICE
                                                   : source->offer == DMA_SOURCE_SYSTEM_FIRST ? SYSTEM "; " DEVICE
                                                                                              : DEVICE "; " SYSTEM);

  return filter ? gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST) : g_steal_pointer (&caps);
}

static gboolean
set_caps (GstBaseSrc *base, GstCaps *caps)
{
  const GstCapsFeatures *features = gst_caps_get_features (caps, 0);

  ((DmaSource *)base)->device = gst_caps_features_contains (features, "memory:DMABuf");
  return TRUE;
}

static gboolean
start (GstBaseSrc *base)
{
  DmaSource *source = (DmaSource *)base;

  source->started = TRUE;
  source->n_frames = source->n_device_frames = 0;
  return TRUE;
}

static GstFlowReturn
create (GstPushSrc *push, GstBuffer **buffer)
{
  DmaSource *source = (DmaSource *)push;

  if (source->n_frames == N_FRAMES)
    return GST_FLOW_EOS;
  /* Tiles of a device would not be pixels either. */
  *buffer = gst_buffer_new_allocate (NULL, source->device ? 16 : WIDTH * HEIGHT * 3 / 2, NULL);
  gst_buffer_memset (*buffer, 0, 128, (gsize)-1);
  GST_BUFFER_PTS (*buffer) = source->n_frames++ * 40 * GST_MSECOND;
  GST_BUFFER_DURATION (*buffer) = 40 * GST_MSECOND;
  source->n_device_frames += source->device;
  return GST_FLOW_OK;
}

static void
dma_source_class_init (DmaSourceClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  base_class->get_caps = get_caps;
  base_class->set_caps = set_caps;
  base_class->start = start;
  GST_PUSH_SRC_CLASS (klass)->create = create;
  gst_element_class_add_static_pad_template (element_class, &template);
  gst_element_class_set_static_metadata (element_class, "Source of a test", "Source/Video", "Offers two memories",
                                         "The dermaclassify authors");
}

static void
dma_source_init (DmaSource *source)
{
  gst_base_src_set_format (GST_BASE_SRC (source), GST_FORMAT_TIME);
}

GstElement *
dma_source_new (DmaSourceOffer offer)
{
  DmaSource *source = g_object_new (dma_source_get_type (), NULL);

  source->offer = offer;
  return GST_ELEMENT (source);
}

guint
dma_source_count_device_frames (GstElement *source)
{
  return ((DmaSource *)source)->n_device_frames;
}
