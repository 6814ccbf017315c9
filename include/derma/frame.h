/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/api.h>
#include <derma/metadata.h>

#include <glib.h>

G_BEGIN_DECLS

/** DERMA_MAX_SIDE: the widest and highest frame that is taken, in pixels */
#define DERMA_MAX_SIDE 16384

/**
 * DermaFormat:
 *
 * Pixel formats, named and laid out as GStreamer's GstVideoFormat of the same name.
 */
typedef enum {
  DERMA_FORMAT_I420,
  DERMA_FORMAT_YV12,
  DERMA_FORMAT_NV12,
  DERMA_FORMAT_NV21,
  DERMA_FORMAT_YUY2,
  DERMA_FORMAT_UYVY,
  DERMA_FORMAT_RGB,
  DERMA_FORMAT_BGR,
  DERMA_FORMAT_RGBX,
  DERMA_FORMAT_BGRX,
  DERMA_FORMAT_XRGB,
  DERMA_FORMAT_XBGR,
  DERMA_FORMAT_RGBA,
  DERMA_FORMAT_BGRA,
  DERMA_FORMAT_ARGB,
  DERMA_FORMAT_ABGR,
  DERMA_FORMAT_GRAY8,
  DERMA_N_FORMATS,
} DermaFormat;

/** DermaMatrix: how Y'CbCr is made of R'G'B' (ITU-R BT.601, BT.709, BT.2020 non-constant; SMPTE 240M; FCC 73.682) */
typedef enum {
  DERMA_MATRIX_BT601,
  DERMA_MATRIX_BT709,
  DERMA_MATRIX_BT2020,
  DERMA_MATRIX_SMPTE240M,
  DERMA_MATRIX_FCC,
  DERMA_N_MATRICES,
} DermaMatrix;

/** DermaRange: limited is 16..235 for Y' and 16..240 for chroma; full is 0..255. Honoured for RGB and grey too. */
typedef enum {
  DERMA_RANGE_LIMITED,
  DERMA_RANGE_FULL,
} DermaRange;

/**
 * DermaFrame:
 * @format: the pixel format
 * @width: pixels, 1..DERMA_MAX_SIDE
 * @height: pixels, 1..DERMA_MAX_SIDE
 * @matrix: for Y'CbCr formats
 * @range: the range of the values
 * @planes: first byte of each plane in memory order (YV12: Y, V, U)
 * @strides: bytes from one row to the next, each at least a row's bytes
 *
 * A picture in memory that somebody else owns.
 */
typedef struct {
  DermaFormat format;
  guint width;
  guint height;
  DermaMatrix matrix;
  DermaRange range;
  const guint8 *planes[3];
  gint strides[3];
} DermaFrame;

/** DermaRect: a rectangle of a frame, in pixels of its full resolution */
typedef struct {
  gint x;
  gint y;
  gint width;
  gint height;
} DermaRect;

/** derma_frame_check: Returns: TRUE, or FALSE with @error (%DERMA_ERROR_ARGUMENT) if size, planes or strides are off */
DERMA_API gboolean derma_frame_check (const DermaFrame *frame, GError **error);

/**
 * derma_frame_get_region:
 * @region: which part
 * @roi: (nullable): for %DERMA_REGION_ROI_META, clipped to the frame; the centred square if NULL or nothing is left
 *
 * Returns: a rectangle that lies in the frame, at least one pixel wide and high
 */
DERMA_API DermaRect derma_frame_get_region (const DermaFrame *frame, DermaRegion region, const DermaRect *roi);

/** derma_format_get_name: Returns: (transfer none): GStreamer's name of the format, or NULL if out of range */
DERMA_API const gchar *derma_format_get_name (DermaFormat format);
/** derma_format_from_name: @format: (out), untouched on failure. Returns: whether @name, in GStreamer's spelling, is
 * one */
DERMA_API gboolean derma_format_from_name (const gchar *name, DermaFormat *format);

/**
 * derma_format_get_plane_size:
 * @plane: counted from 0 in memory order
 * @width: of the picture, pixels
 * @height: of the picture, pixels
 * @row_bytes: (out): bytes that a row of the plane has without padding
 * @rows: (out): rows of the plane
 *
 * Returns: TRUE, or FALSE with everything untouched if the format has no such plane
 */
DERMA_API gboolean derma_format_get_plane_size (DermaFormat format, guint plane, guint width, guint height,
                                                gsize *row_bytes, guint *rows);

G_END_DECLS
