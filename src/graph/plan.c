/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/plan.h"

#include "model/model-limits.h"

DermaPlan *
derma_plan_new (void)
{
  DermaPlan *plan = g_new0 (DermaPlan, 1);

  plan->values = g_array_new (FALSE, TRUE, sizeof (DermaValue));
  plan->steps = g_array_new (FALSE, TRUE, sizeof (DermaStep));
  plan->constants = g_ptr_array_new_with_free_func (g_free);
  plan->outputs = g_array_new (FALSE, TRUE, sizeof (DermaPort));
  return plan;
}

void
derma_plan_free (DermaPlan *plan)
{
  if (!plan)
    return;
  g_array_unref (plan->values);
  g_array_unref (plan->steps);
  g_ptr_array_unref (plan->constants);
  g_array_unref (plan->outputs);
  g_free (plan);
}

gpointer
derma_plan_alloc (DermaPlan *plan, gsize size)
{
  gpointer memory;

  if (size > DERMA_LIMIT_PLAN_BYTES - plan->bytes)
    return NULL;
  memory = g_try_malloc0 (size + XNN_EXTRA_BYTES);
  if (!memory)
    return NULL;
  plan->bytes += size;
  g_ptr_array_add (plan->constants, memory);
  return memory;
}

guint
derma_plan_add_value (DermaPlan *plan, const DermaValue *value)
{
  g_array_append_val (plan->values, *value);
  return plan->values->len - 1;
}

DermaValue *
derma_plan_get_value (const DermaPlan *plan, guint index)
{
  return &g_array_index (plan->values, DermaValue, index);
}

gsize
derma_value_n_elements (const DermaValue *value)
{
  gsize n = 1;

  for (guint i = 0; i < value->rank; i++)
    n *= value->dims[i];
  return n;
}

guint
derma_plan_find_segment_end (const DermaPlan *plan, guint first)
{
  guint end = first;

  while (end < plan->steps->len && g_array_index (plan->steps, DermaStep, end).emit)
    end++;
  return end;
}

/* Each value's segment is the one that writes it; whatever is read elsewhere must be kept. */
void
derma_plan_place_values (DermaPlan *plan)
{
  g_autofree guint *writer = g_new0 (guint, plan->values->len + 1);
  guint segment = 1;

  for (guint i = 0; i < plan->steps->len; i++) {
    const DermaStep *step = &g_array_index (plan->steps, DermaStep, i);

    if (!step->emit)
      segment++;
    for (guint j = 0; j < step->n_inputs; j++) {
      DermaValue *input = derma_plan_get_value (plan, step->inputs[j]);

      if (!input->data && (!step->emit || writer[step->inputs[j]] != segment))
        input->kept = TRUE;
    }
    writer[step->output] = segment;
    if (!step->emit) {
      derma_plan_get_value (plan, step->output)->kept = TRUE;
      segment++;
    }
  }
  if (plan->input.value != DERMA_NO_VALUE)
    derma_plan_get_value (plan, plan->input.value)->kept = derma_plan_get_value (plan, plan->input.value)->port = TRUE;
  for (guint i = 0; i < plan->outputs->len; i++) {
    DermaValue *output = derma_plan_get_value (plan, g_array_index (plan->outputs, DermaPort, i).value);

    output->kept = output->port = !output->data;
  }
}
