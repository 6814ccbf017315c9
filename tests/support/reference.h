/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/ir.h"

G_BEGIN_DECLS

/*
 * Runs a network as ONNX defines it, naively and in double precision: one array a tensor, in ONNX order; integers are
 * kept as doubles.
 *
 * Returns: (element-type gdouble*) (transfer full): indexed by tensor
 */
GPtrArray *reference_run (const DermaIr *ir, const gfloat *input);

G_END_DECLS
