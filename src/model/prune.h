/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/ir.h"

/* Drops the nodes whose result reaches no output, and the bytes of constants that nothing reads any more. */
void derma_ir_prune (DermaIr *ir);
