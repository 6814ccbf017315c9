/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What a source says it can give: frames in memory of a device, in system memory, or both, the better first. */
typedef enum {
  DMA_SOURCE_DEVICE_FIRST,
  DMA_SOURCE_SYSTEM_FIRST,
  DMA_SOURCE_DEVICE_ONLY, /* once it is started; before it says the same as the first */
} DmaSourceOffer;

/* (transfer floating): a source like v4l2src of GStreamer 1.26, of five NV12 frames of 64 by 48 */
GstElement *dma_source_new (DmaSourceOffer offer);
/* How many frames it gave as memory of a device, which nothing here can read. */
guint dma_source_count_device_frames (GstElement *source);

G_END_DECLS
