/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>

/* A frame of noise that owns its planes, each row padded to a multiple of 64 bytes as cameras do. */
typedef struct {
  DermaFrame frame;
  guint8 *memory;
} DermaTestFrame;

/* @width and @height are from 1 to DERMA_MAX_SIDE. */
void derma_test_frame_init (DermaTestFrame *test, DermaFormat format, guint width, guint height);
void derma_test_frame_clear (DermaTestFrame *test);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DermaTestFrame, derma_test_frame_clear)
