/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "support/onnx-builder.h"

G_BEGIN_DECLS

/* Width and height of its pictures, RGB normalised to -1..1; the file says so. */
#define DERMA_TEST_COLOUR_SIDE 32

/*
 * A classifier of about a thousand bytes whose classes are red (the malignant one), green and blue: the score of the
 * colour that a picture has is 4, that of the others 0; a grey picture gets equal scores.
 */
DermaOnnxBuilder *derma_test_colour_builder (void);

G_END_DECLS
