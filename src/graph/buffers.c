/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/buffers.h"

#include <derma/error.h>

#include <stdlib.h>
#include <string.h>

/* What XNNPACK aligns its own buffers to. */
#define ALIGNMENT 64

static gpointer
allocate (const DermaValue *value, const gchar *name, GError **error)
{
  gsize size = derma_value_n_elements (value) * derma_dtype_size (value->dtype) + XNN_EXTRA_BYTES;
  gpointer memory;

  size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  memory = aligned_alloc (ALIGNMENT, size);
  if (memory)
    return memset (memory, 0, size);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: out of memory: %" G_GSIZE_FORMAT " bytes", name, size);
  return NULL;
}

gpointer *
derma_buffers_new (const DermaPlan *plan, gboolean ports, const gchar *name, GError **error)
{
  gpointer *buffers = g_new0 (gpointer, plan->values->len);

  for (guint i = 0; i < plan->values->len; i++) {
    const DermaValue *value = derma_plan_get_value (plan, i);

    if (!value->kept || value->port != ports)
      continue;
    buffers[i] = allocate (value, name, error);
    if (!buffers[i]) {
      derma_buffers_free (buffers, plan, ports);
      return NULL;
    }
  }
  return buffers;
}

void
derma_buffers_free (gpointer *buffers, const DermaPlan *plan, gboolean ports)
{
  for (guint i = 0; buffers && i < plan->values->len; i++)
    if (derma_plan_get_value (plan, i)->port == ports)
      free (buffers[i]);
  g_free (buffers);
}
