/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "input.h"

G_BEGIN_DECLS

/*
 * (transfer full): an ONNX file of up to a dozen operators that mostly fit together, as the bytes say: bytes of a file
 * that are changed at random seldom make another network that can be run.
 */
GBytes *fuzz_blueprint_build (FuzzInput *input);

G_END_DECLS
