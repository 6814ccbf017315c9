/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/reader.h"

/* The transposition of a float32 matrix, as another constant; DERMA_NO_TENSOR on failure. */
guint derma_weights_transpose (DermaReader *reader, guint tensor);
/* The same values as float32 of a constant that may be dequantised; DERMA_NO_TENSOR on failure. */
guint derma_weights_to_floats (DermaReader *reader, guint tensor);
/* The integers of @dtype that QuantizeLinear, the node being read, makes of a constant; -1 for one scale. */
guint derma_weights_quantize (DermaReader *reader, DermaDtype dtype, gint axis);
