/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/layout.h"

#define FULL \
  {          \
    1, 0, 0  \
  }
#define QUARTER \
  {             \
    1, 1, 1     \
  }

/* Three planes, the chroma ones halved both ways; @cb and @cr are their places. */
#define PLANAR(n, cb, cr)                                                                                            \
  {                                                                                                                  \
    .name = n, .family = DERMA_FAMILY_YCBCR, .n_planes = 3, .n_components = 3, .planes = { FULL, QUARTER, QUARTER }, \
    .components = {                                                                                                  \
      { 0, 0, 1, 0 },                                                                                                \
      { cb, 0, 1, 1 },                                                                                               \
      { cr, 0, 1, 1 }                                                                                                \
    }                                                                                                                \
  }
#define SEMIPLANAR(n, cb, cr)                                                                                   \
  {                                                                                                             \
    .name = n, .family = DERMA_FAMILY_YCBCR, .n_planes = 2, .n_components = 3, .planes = { FULL, { 2, 1, 1 } }, \
    .components = {                                                                                             \
      { 0, 0, 1, 0 },                                                                                           \
      { 1, cb, 2, 1 },                                                                                          \
      { 1, cr, 2, 1 }                                                                                           \
    }                                                                                                           \
  }
#define PACKED_422(n, y, cb, cr)                                                                          \
  {                                                                                                       \
    .name = n, .family = DERMA_FAMILY_YCBCR, .n_planes = 1, .n_components = 3, .planes = { { 4, 1, 0 } }, \
    .components = {                                                                                       \
      { 0, y, 2, 0 },                                                                                     \
      { 0, cb, 4, 1 },                                                                                    \
      { 0, cr, 4, 1 }                                                                                     \
    }                                                                                                     \
  }
#define PACKED_RGB(n, b, r, g, bl)                                                                      \
  {                                                                                                     \
    .name = n, .family = DERMA_FAMILY_RGB, .n_planes = 1, .n_components = 3, .planes = { { b, 0, 0 } }, \
    .components = {                                                                                     \
      { 0, r, b, 0 },                                                                                   \
      { 0, g, b, 0 },                                                                                   \
      { 0, bl, b, 0 }                                                                                   \
    }                                                                                                   \
  }

static const DermaLayout layouts[DERMA_N_FORMATS] = {
  [DERMA_FORMAT_I420] = PLANAR ("I420", 1, 2),
  [DERMA_FORMAT_YV12] = PLANAR ("YV12", 2, 1),
  [DERMA_FORMAT_NV12] = SEMIPLANAR ("NV12", 0, 1),
  [DERMA_FORMAT_NV21] = SEMIPLANAR ("NV21", 1, 0),
  [DERMA_FORMAT_YUY2] = PACKED_422 ("YUY2", 0, 1, 3),
  [DERMA_FORMAT_UYVY] = PACKED_422 ("UYVY", 1, 0, 2),
  [DERMA_FORMAT_RGB] = PACKED_RGB ("RGB", 3, 0, 1, 2),
  [DERMA_FORMAT_BGR] = PACKED_RGB ("BGR", 3, 2, 1, 0),
  [DERMA_FORMAT_RGBX] = PACKED_RGB ("RGBx", 4, 0, 1, 2),
  [DERMA_FORMAT_BGRX] = PACKED_RGB ("BGRx", 4, 2, 1, 0),
  [DERMA_FORMAT_XRGB] = PACKED_RGB ("xRGB", 4, 1, 2, 3),
  [DERMA_FORMAT_XBGR] = PACKED_RGB ("xBGR", 4, 3, 2, 1),
  [DERMA_FORMAT_RGBA] = PACKED_RGB ("RGBA", 4, 0, 1, 2),
  [DERMA_FORMAT_BGRA] = PACKED_RGB ("BGRA", 4, 2, 1, 0),
  [DERMA_FORMAT_ARGB] = PACKED_RGB ("ARGB", 4, 1, 2, 3),
  [DERMA_FORMAT_ABGR] = PACKED_RGB ("ABGR", 4, 3, 2, 1),
  [DERMA_FORMAT_GRAY8] = { .name = "GRAY8",
                           .family = DERMA_FAMILY_GREY,
                           .n_planes = 1,
                           .n_components = 1,
                           .planes = { FULL },
                           .components = { { 0, 0, 1, 0 } } },
};

const DermaLayout *
derma_layout_get (DermaFormat format)
{
  return (guint)format < DERMA_N_FORMATS ? &layouts[format] : NULL;
}

gsize
derma_layout_row_bytes (const DermaLayout *layout, guint plane, guint width)
{
  const DermaPlaneLayout *p = &layout->planes[plane];

  return (((gsize)width + (1u << p->xshift) - 1) >> p->xshift) * p->bytes;
}
