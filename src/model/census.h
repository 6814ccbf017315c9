/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/ir.h"

/* Trained values: elements of the constants that nodes read, each counted once; not those that only describe an
 * operation (scalars, scales and zero points of quantisation). */
guint64 derma_ir_count_parameters (const DermaIr *ir);
/* Multiply-accumulates of convolutions and fully connected layers; saturates at G_MAXUINT64. */
guint64 derma_ir_count_macs (const DermaIr *ir);
/* These, and the values that pooling looks at: each window's for each of its results; saturates too. */
guint64 derma_ir_count_operations (const DermaIr *ir);
/* Places that windows of convolutions and pooling are laid at, times the places in each: XNNPACK keeps a pointer for
 * one at most. Saturates too. */
guint64 derma_ir_count_taps (const DermaIr *ir);
