/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/runtime.h"

#include "graph/memory.h"

#include <derma/error.h>

/* XNNPACK's notes on a network, of which it does not see that there is no memory for them. */
#define RESERVE 65536
#define RESERVE_OF_VALUE 256

typedef struct {
  const DermaPlan *plan;
  gpointer *buffers;
  xnn_subgraph_t subgraph;
  uint32_t *ids;     /* one a value; XNN_INVALID_VALUE_ID until it is defined */
  GArray *externals; /* of struct xnn_external_value */
  GArray *values;    /* of guint: which value of the plan each of them is */
  gboolean alone;    /* every value is external: to see whether one step can run at all */
} Builder;

struct _DermaRuntime {
  xnn_runtime_t runtime;
  GArray *externals;
  GArray *values;
};

/* Stands for the memory of runtimes that are set up but never run. */
static gint64 nowhere[XNN_EXTRA_BYTES / sizeof (gint64)];

const gchar *
derma_runtime_explain (enum xnn_status status)
{
  switch (status) {
  case xnn_status_success:
    return "success";
  case xnn_status_uninitialized:
    return "XNNPACK could not be initialised";
  case xnn_status_invalid_parameter:
    return "XNNPACK does not accept its parameters";
  case xnn_status_invalid_state:
    return "XNNPACK is in the wrong state";
  case xnn_status_unsupported_parameter:
    return "this version of XNNPACK does not support its parameters";
  case xnn_status_unsupported_hardware:
    return "XNNPACK does not support this processor";
  case xnn_status_out_of_memory:
    return "out of memory";
  default:
    return "XNNPACK failed";
  }
}

static gpointer
initialize (gpointer data)
{
  return GINT_TO_POINTER ((gint)xnn_initialize (&derma_memory));
}

/* Never undone: other users of XNNPACK in the process, and graphs still alive, depend on it. */
gboolean
derma_runtime_init (GError **error)
{
  static GOnce once = G_ONCE_INIT;
  enum xnn_status status;

  g_once (&once, initialize, NULL);
  status = (enum xnn_status)GPOINTER_TO_INT (once.retval);
  if (status == xnn_status_success)
    return TRUE;
  g_set_error_literal (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, derma_runtime_explain (status));
  return FALSE;
}

static enum xnn_datatype
get_datatype (const DermaValue *value)
{
  switch (value->dtype) {
  case DERMA_DTYPE_INT8:
    return value->scales ? xnn_datatype_qcint8 : xnn_datatype_qint8;
  case DERMA_DTYPE_INT32:
    return value->scales ? xnn_datatype_qcint32 : xnn_datatype_qint32;
  default:
    return xnn_datatype_fp32;
  }
}

static enum xnn_status
define_value (Builder *builder, const DermaValue *value, uint32_t external, uint32_t flags, uint32_t *id)
{
  enum xnn_datatype type = get_datatype (value);

  if (value->dtype == DERMA_DTYPE_FLOAT32)
    return xnn_define_tensor_value (builder->subgraph, type, value->rank, value->dims, value->data, external, flags,
                                    id);
  if (value->scales)
    return xnn_define_channelwise_quantized_tensor_value (builder->subgraph, type, value->scales, value->rank,
                                                          value->scale_axis, value->dims, value->data, external, flags,
                                                          id);
  return xnn_define_quantized_tensor_value (builder->subgraph, type, value->zero_point, value->scale, value->rank,
                                            value->dims, value->data, external, flags, id);
}

static enum xnn_status
use_value (Builder *builder, guint index, gboolean written)
{
  const DermaValue *value = derma_plan_get_value (builder->plan, index);
  uint32_t external = XNN_INVALID_VALUE_ID, flags = 0;

  if (builder->ids[index] != XNN_INVALID_VALUE_ID)
    return xnn_status_success;
  if (!value->data && (value->kept || builder->alone)) {
    struct xnn_external_value entry = { .id = builder->externals->len };

    entry.data = builder->alone ? (gpointer)nowhere : builder->buffers[index];

    external = entry.id;
    flags = written ? XNN_VALUE_FLAG_EXTERNAL_OUTPUT : XNN_VALUE_FLAG_EXTERNAL_INPUT;
    g_array_append_val (builder->externals, entry);
    g_array_append_val (builder->values, index);
  }
  return define_value (builder, value, external, flags, &builder->ids[index]);
}

static enum xnn_status
add_step (Builder *builder, const DermaStep *step)
{
  uint32_t inputs[DERMA_OP_INPUTS];
  enum xnn_status status = xnn_status_success;

  for (guint i = 0; i < step->n_inputs && status == xnn_status_success; i++) {
    status = use_value (builder, step->inputs[i], FALSE);
    inputs[i] = builder->ids[step->inputs[i]];
  }
  if (status == xnn_status_success)
    status = use_value (builder, step->output, TRUE);
  if (status == xnn_status_success)
    status = step->emit (builder->subgraph, step, inputs, builder->ids[step->output]);
  return status;
}

static void
builder_clear (Builder *builder)
{
  if (builder->subgraph)
    xnn_delete_subgraph (builder->subgraph);
  g_free (builder->ids);
  g_clear_pointer (&builder->externals, g_array_unref);
  g_clear_pointer (&builder->values, g_array_unref);
}

static enum xnn_status
build (Builder *builder, guint first, guint end, pthreadpool_t pool, xnn_runtime_t *runtime)
{
  guint n = builder->plan->values->len;
  enum xnn_status status = xnn_create_subgraph ((end - first) * (DERMA_OP_INPUTS + 1), 0, &builder->subgraph);

  builder->externals = g_array_new (FALSE, FALSE, sizeof (struct xnn_external_value));
  builder->values = g_array_new (FALSE, FALSE, sizeof (guint));
  builder->ids = g_new (uint32_t, n);
  for (guint i = 0; i < n; i++)
    builder->ids[i] = XNN_INVALID_VALUE_ID;
  for (guint i = first; i < end && status == xnn_status_success; i++)
    status = add_step (builder, &g_array_index (builder->plan->steps, DermaStep, i));
  if (status == xnn_status_success)
    status = xnn_create_runtime_v2 (builder->subgraph, pool, 0, runtime);
  if (status == xnn_status_success && derma_memory_has_failed ())
    status = xnn_status_out_of_memory;
  if (status == xnn_status_success)
    status = xnn_setup_runtime (*runtime, builder->externals->len,
                                (const struct xnn_external_value *)builder->externals->data);
  return status;
}

/* Which of the steps is the cause shows when each is tried alone. */
static const DermaNode *
find_culprit (const Builder *failed, guint first, guint end, enum xnn_status *status)
{
  for (guint i = first; i < end; i++) {
    Builder builder = { .plan = failed->plan, .buffers = failed->buffers, .alone = TRUE };
    xnn_runtime_t runtime = NULL;
    enum xnn_status alone = build (&builder, i, i + 1, NULL, &runtime);

    builder_clear (&builder);
    if (runtime)
      xnn_delete_runtime (runtime);
    if (alone != xnn_status_success) {
      *status = alone;
      return g_array_index (failed->plan->steps, DermaStep, i).node;
    }
  }
  return NULL;
}

static void
set_error (GError **error, enum xnn_status status, const DermaNode *node, const gchar *name)
{
  DermaError code = status == xnn_status_out_of_memory || !node ? DERMA_ERROR_RUNTIME : DERMA_ERROR_UNSUPPORTED;

  if (node)
    g_set_error (error, DERMA_ERROR, (gint)code, "%s: node '%s' (%s): %s", name, node->name, node->op_type,
                 derma_runtime_explain (status));
  else
    g_set_error (error, DERMA_ERROR, (gint)code, "%s: %s", name, derma_runtime_explain (status));
}

static DermaRuntime *
wrap (Builder *builder, xnn_runtime_t runtime)
{
  DermaRuntime *wrapped = g_new (DermaRuntime, 1);

  wrapped->runtime = runtime;
  wrapped->externals = g_steal_pointer (&builder->externals);
  wrapped->values = g_steal_pointer (&builder->values);
  return wrapped;
}

static DermaRuntime *
make (Builder *builder, guint first, guint end, pthreadpool_t pool, const gchar *name, GError **error)
{
  DermaRuntime *wrapped = NULL;
  xnn_runtime_t runtime = NULL;
  const DermaNode *culprit = NULL;
  enum xnn_status status = build (builder, first, end, pool, &runtime);

  if (status != xnn_status_success && !derma_memory_has_failed ())
    culprit = find_culprit (builder, first, end, &status);
  if (derma_memory_has_failed ())
    status = xnn_status_out_of_memory;
  if (status == xnn_status_success)
    wrapped = wrap (builder, runtime);
  else
    set_error (error, status, culprit, name);
  builder_clear (builder);
  if (!wrapped && runtime)
    xnn_delete_runtime (runtime);
  return wrapped;
}

DermaRuntime *
derma_runtime_new (const DermaPlan *plan, guint first, guint end, gpointer *buffers, pthreadpool_t pool,
                   const gchar *name, GError **error)
{
  Builder builder = { .plan = plan, .buffers = buffers };
  DermaRuntime *runtime = NULL;

  if (derma_memory_reserve (RESERVE + plan->values->len * RESERVE_OF_VALUE))
    runtime = make (&builder, first, end, pool, name, error);
  else
    set_error (error, xnn_status_out_of_memory, NULL, name);
  derma_memory_release ();
  return runtime;
}

void
derma_runtime_free (DermaRuntime *runtime)
{
  if (!runtime)
    return;
  xnn_delete_runtime (runtime->runtime);
  g_array_unref (runtime->externals);
  g_array_unref (runtime->values);
  g_free (runtime);
}

enum xnn_status
derma_runtime_connect (DermaRuntime *runtime, gpointer *buffers)
{
  for (guint i = 0; i < runtime->externals->len; i++)
    g_array_index (runtime->externals, struct xnn_external_value, i).data =
        buffers[g_array_index (runtime->values, guint, i)];
  return derma_xnn_setup_again (runtime->runtime, runtime->externals->len,
                                (const struct xnn_external_value *)runtime->externals->data);
}

enum xnn_status
derma_runtime_invoke (DermaRuntime *runtime)
{
  return xnn_invoke_runtime (runtime->runtime);
}
