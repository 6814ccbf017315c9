/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/copy.h"

#include <string.h>

void
derma_copy_pack_strides (guint rank, const gsize *dims, gsize *strides)
{
  gsize stride = 1;

  for (guint i = rank; i-- > 0;) {
    strides[i] = stride;
    stride *= dims[i];
  }
}

void
derma_copy_simplify (DermaCopy *copy)
{
  guint n = 0;

  for (guint i = 0; i < copy->rank; i++) {
    gsize dim = copy->dims[i], from = copy->from_strides[i], to = copy->to_strides[i];

    if (dim == 1)
      continue;
    if (n && copy->from_strides[n - 1] == from * dim && copy->to_strides[n - 1] == to * dim) {
      dim *= copy->dims[n - 1];
      n--;
    }
    copy->dims[n] = dim;
    copy->from_strides[n] = from;
    copy->to_strides[n] = to;
    n++;
  }
  copy->rank = n;
}

static void
copy_row (const DermaCopy *copy, const guint8 *from, guint8 *to)
{
  guint last = copy->rank - 1;
  gsize n = copy->dims[last], from_stride = copy->from_strides[last], to_stride = copy->to_strides[last];

  if (from_stride == 1 && to_stride == 1) {
    memcpy (to, from, n * copy->element);
  } else if (copy->element == sizeof (guint32)) {
    const guint32 *from4 = (const guint32 *)from;
    guint32 *to4 = (guint32 *)to;

    for (gsize i = 0; i < n; i++)
      to4[i * to_stride] = from4[i * from_stride];
  } else {
    for (gsize i = 0; i < n; i++)
      to[i * to_stride] = from[i * from_stride];
  }
}

/* Steps to the next row, counting in the outer axes; FALSE after the last. */
static gboolean
next_row (const DermaCopy *copy, gsize at[DERMA_MAX_RANK], gsize *from, gsize *to)
{
  for (guint axis = copy->rank - 1; axis-- > 0;) {
    *from += copy->from_strides[axis];
    *to += copy->to_strides[axis];
    if (++at[axis] < copy->dims[axis])
      return TRUE;
    *from -= at[axis] * copy->from_strides[axis];
    *to -= at[axis] * copy->to_strides[axis];
    at[axis] = 0;
  }
  return FALSE;
}

void
derma_copy_run (const DermaCopy *copy, gconstpointer from, gpointer to)
{
  gsize at[DERMA_MAX_RANK] = { 0 }, source = copy->from_offset, target = copy->to_offset;

  if (copy->rank == 0) {
    memcpy ((guint8 *)to + target * copy->element, (const guint8 *)from + source * copy->element, copy->element);
    return;
  }
  do
    copy_row (copy, (const guint8 *)from + source * copy->element, (guint8 *)to + target * copy->element);
  while (next_row (copy, at, &source, &target));
}
