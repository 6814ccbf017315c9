/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "input.h"

#include <string.h>

guint8
fuzz_input_byte (FuzzInput *input)
{
  if (input->size == 0)
    return 0;
  input->size--;
  return *input->data++;
}

guint16
fuzz_input_word (FuzzInput *input)
{
  guint16 low = fuzz_input_byte (input);

  return (guint16)(low | fuzz_input_byte (input) << 8);
}

guint32
fuzz_input_long (FuzzInput *input)
{
  guint32 low = fuzz_input_word (input);

  return low | (guint32)fuzz_input_word (input) << 16;
}

guint64
fuzz_input_huge (FuzzInput *input)
{
  guint64 low = fuzz_input_long (input);

  return low | (guint64)fuzz_input_long (input) << 32;
}

guint
fuzz_input_below (FuzzInput *input, guint n)
{
  return fuzz_input_byte (input) % n;
}

const guint8 *
fuzz_input_take (FuzzInput *input, gsize n, gsize *taken)
{
  const guint8 *data = input->data;

  *taken = MIN (n, input->size);
  if (*taken > 0)
    input->data += *taken;
  input->size -= *taken;
  return data;
}

gchar *
fuzz_input_text (FuzzInput *input)
{
  const guint8 *end = input->size ? memchr (input->data, '\0', input->size) : NULL;
  gsize n = end ? (gsize)(end - input->data) : input->size;
  gchar *text;

  if (input->size == 0)
    return g_strdup ("");
  text = g_strndup ((const gchar *)input->data, n);
  input->data += n + (end ? 1 : 0);
  input->size -= n + (end ? 1 : 0);
  return text;
}
