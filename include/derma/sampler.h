/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>

G_BEGIN_DECLS

/**
 * DermaSampler:
 *
 * Turns a rectangle of a frame into a network's input: antialiased scaling, colour conversion and normalisation.
 * Used by one thread at a time; its scratch memory grows to the largest frame seen and is kept.
 *
 * Where the rectangle is larger than the input an output is the exact mean of the area that it covers, pixels that the
 * area cuts counting with the part inside; where it is smaller, linear between pixel centres, the outermost pixels of
 * the rectangle going on for ever. Each direction and each plane on its own: a rectangle falls on halved chroma planes
 * as it is, at half pixels if need be, and no pixel outside of it is used. Chroma is taken to lie in the middle of its
 * pixels; chroma that lies on the left ones is then off by half a pixel of the frame, a tenth of an input pixel at
 * 1080p. R'G'B' is made after the mean and clipped to 0..255 before normalisation. Alpha is ignored.
 */
typedef struct _DermaSampler DermaSampler;

/**
 * derma_sampler_new:
 * @width: the network's input width, 1..4096
 * @height: the network's input height, 1..4096
 * @channels: 3 (R, G, B) or 1 (luma)
 * @mean: subtracted from values in 0..1
 * @std: divides them after that; each > 0
 *
 * Returns: (transfer full): a sampler, or NULL if a number is out of range
 */
DERMA_API DermaSampler *derma_sampler_new (guint width, guint height, guint channels, const gfloat mean[3],
                                           const gfloat std[3]);
/** derma_sampler_free: @sampler: (nullable) (transfer full) */
DERMA_API void derma_sampler_free (DermaSampler *sampler);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaSampler, derma_sampler_free)

/**
 * derma_sampler_run:
 * @frame: a frame
 * @rect: the part to take; must lie in the frame
 * @output: (out caller-allocates): height * width * channels floats in H,W,C order
 * @error: return location; %DERMA_ERROR_ARGUMENT
 *
 * Returns: TRUE, or FALSE with @error set and @output untouched
 */
DERMA_API gboolean derma_sampler_run (DermaSampler *sampler, const DermaFrame *frame, const DermaRect *rect,
                                      gfloat *output, GError **error);

G_END_DECLS
