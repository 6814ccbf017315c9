/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/reader.h"

/*
 * Reads strides, dilations, pads, auto_pad and ceil_mode of the node being read for a @kernel over x: N,C,H,W and
 * resolves them into @window; sets height and width of @shape to those of the result.
 */
gboolean derma_reader_read_window (DermaReader *reader, const gint64 kernel[2], DermaWindow *window, DermaShape *shape);
