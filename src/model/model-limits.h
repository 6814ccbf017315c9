/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an untrusted model file may ask for. Each is far beyond any network that is useful on a camera, and low enough
 * that a hostile file costs bounded memory and time.
 */

#define DERMA_LIMIT_FILE_BYTES (256u << 20)
/* Unpacked protobuf: so many times the file's size, plus a fixed part for small files. */
#define DERMA_LIMIT_UNPACK_FACTOR 4u
#define DERMA_LIMIT_UNPACK_BYTES (16u << 20)

#define DERMA_MIN_OPSET 7
#define DERMA_MAX_OPSET 21

#define DERMA_LIMIT_NODES 16384u
#define DERMA_LIMIT_TENSORS 65536u
#define DERMA_LIMIT_OUTPUTS 16u
#define DERMA_LIMIT_NODE_INPUTS 512u
#define DERMA_LIMIT_NODE_OUTPUTS 256u
#define DERMA_LIMIT_ATTRIBUTES 32u
#define DERMA_LIMIT_ATTRIBUTE_VALUES 1024u
#define DERMA_LIMIT_OPSETS 64u
#define DERMA_LIMIT_NAME_BYTES 1024u

#define DERMA_LIMIT_SIDE 4096                 /* width and height of the input */
#define DERMA_DEFAULT_SIDE 224                /* where the file leaves them open */
#define DERMA_LIMIT_WINDOW 4096               /* kernel, stride, dilation and padding of a convolution or pooling */
#define DERMA_LIMIT_ELEMENTS (1 << 27)        /* of one tensor */
#define DERMA_LIMIT_FOLDED_ELEMENTS (1 << 22) /* of a constant that is computed: weights of 1280 by 1000 too */
#define DERMA_LIMIT_FOLDED_INPUTS (1 << 24)   /* elements that one node computes with */
#define DERMA_LIMIT_FOLDED_TOTAL (1ull << 27) /* elements that all nodes compute with */
#define DERMA_LIMIT_CONSTANT_BYTES (1ull << 30)
#define DERMA_LIMIT_PLAN_BYTES (1ull << 30) /* of constants laid out to be run; XNNPACK packs them again */
#define DERMA_LIMIT_ACTIVATION_ELEMENTS (1ull << 29)
#define DERMA_LIMIT_MAP_SIDE 64                /* width and height of the lesion map */
#define DERMA_LIMIT_PLAN_ELEMENTS (1ull << 30) /* of results laid out to be run, with the copies that takes */
#define DERMA_LIMIT_MACS 100000000000ull       /* pooled values count as well */
#define DERMA_LIMIT_TAPS (1ull << 28)          /* places of windows times their extents; 8 bytes each in XNNPACK */

#define DERMA_LIMIT_METADATA_ENTRIES 1024u
#define DERMA_LIMIT_METADATA_BYTES 65536u /* of one value */
#define DERMA_LIMIT_LABEL_BYTES 64u
#define DERMA_LIMIT_TITLE_BYTES 128u
#define DERMA_LIMIT_TEXT_BYTES 4096u
