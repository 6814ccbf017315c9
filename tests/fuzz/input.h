/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The bytes that a target has not used yet. All functions go on with zeros at the end. */
typedef struct {
  const guint8 *data;
  gsize size;
} FuzzInput;

guint8 fuzz_input_byte (FuzzInput *input);
/* Little-endian. */
guint16 fuzz_input_word (FuzzInput *input);
guint32 fuzz_input_long (FuzzInput *input);
guint64 fuzz_input_huge (FuzzInput *input);
/* 0..@n - 1, for @n up to 256. */
guint fuzz_input_below (FuzzInput *input, guint n);
/* Up to @n bytes, fewer at the end. */
const guint8 *fuzz_input_take (FuzzInput *input, gsize n, gsize *taken);
/* (transfer full): up to the next zero, which is used up. */
gchar *fuzz_input_text (FuzzInput *input);

G_END_DECLS
