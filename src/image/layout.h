/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>

G_BEGIN_DECLS

typedef enum {
  DERMA_FAMILY_YCBCR,
  DERMA_FAMILY_RGB,
  DERMA_FAMILY_GREY,
} DermaFamily;

/* A plane's unit: the smallest whole thing in a row, @bytes long, that stands for 1 << @xshift pixels of the picture.
 */
typedef struct {
  guint8 bytes;
  guint8 xshift;
  guint8 yshift;
} DermaPlaneLayout;

/* Where the samples of one component lie: byte @offset of @plane and every @step bytes from there. */
typedef struct {
  guint8 plane;
  guint8 offset;
  guint8 step;
  guint8 xshift;
} DermaComponent;

/* Components are in the order Y, Cb, Cr or R, G, B; grey has one. */
typedef struct {
  const gchar *name;
  DermaFamily family;
  guint8 n_planes;
  guint8 n_components;
  DermaPlaneLayout planes[3];
  DermaComponent components[3];
} DermaLayout;

/* NULL if @format is out of range */
const DermaLayout *derma_layout_get (DermaFormat format);

/* Bytes that a row of @plane has in a picture of @width pixels. */
gsize derma_layout_row_bytes (const DermaLayout *layout, guint plane, guint width);

G_END_DECLS
