/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>

#include <gst/video/video.h>

G_BEGIN_DECLS

/* What of a DermaFrame the caps fix: format, size, matrix and range, with GStreamer's default for the format and size
 * where the caps leave matrix or range open. Returns FALSE, with @frame untouched, for a format that is not taken. */
gboolean derma_frame_init_from_info (DermaFrame *frame, const GstVideoInfo *info);

/* gst_video_frame_map() for formats that are taken. Unlike that it also fails if a GstVideoMeta says that pixels lie
 * where the buffer has none, or a GstVideoCropMeta that not all of them are to be seen. */
gboolean derma_video_frame_map (GstVideoFrame *video, const GstVideoInfo *info, GstBuffer *buffer, GstMapFlags flags);

/* Whether the buffer has the memory that its meta, or else @info, says a picture of @info lies in, and no meta crops
 * it; of any format, and without mapping it. */
gboolean derma_video_frame_is_whole (const GstVideoInfo *info, GstBuffer *buffer);

/* Points @frame at the pixels of @video, which must stay mapped as long as @frame is read. */
void derma_frame_set_pixels (DermaFrame *frame, const GstVideoFrame *video);

G_END_DECLS
