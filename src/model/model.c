/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/census.h"
#include "model/metadata.h"
#include "model/model-private.h"
#include "model/share.h"

void
derma_model_clear (DermaModel *model)
{
  g_free (model->name);
  g_free (model->sha256);
  g_free (model->input_name);
  g_strfreev (model->output_names);
  derma_ir_free (model->ir);
  derma_metadata_clear (&model->metadata);
}

DermaModel *
derma_model_ref (DermaModel *model)
{
  return g_atomic_rc_box_acquire (model);
}

void
derma_model_unref (DermaModel *model)
{
  if (model)
    derma_share_release (model);
}

/* Metadata of a model without any; its outputs need not be scores. */
static void
fill_defaults (DermaModel *model)
{
  static const gchar *const one_label[] = { "0", NULL };
  DermaMetadataSource source = {
    .file = model->name, .sha256 = model->sha256, .ir = model->ir, .output_names = model->output_names
  };

  if (!derma_metadata_read (&model->metadata, &source, NULL) && !model->metadata.classes)
    model->metadata.classes = derma_classes_new (one_label, NULL);
}

DermaModel *
derma_model_new_from_ir (DermaIr *ir, const gchar *name)
{
  DermaModel *model = g_atomic_rc_box_new0 (DermaModel);
  guint n = ir->outputs->len;

  model->ir = ir;
  model->name = g_strdup (name);
  model->sha256 = g_strdup ("");
  model->opset = 13;
  model->input_name = g_strdup (derma_ir_get_tensor (ir, ir->input)->name);
  model->output_names = g_new0 (gchar *, n + 1);
  for (guint i = 0; i < n; i++)
    model->output_names[i] = g_strdup (derma_ir_get_tensor (ir, g_array_index (ir->outputs, guint, i))->name);
  model->n_parameters = derma_ir_count_parameters (ir);
  model->n_macs = derma_ir_count_macs (ir);
  fill_defaults (model);
  return model;
}

const DermaIr *
derma_model_get_ir (const DermaModel *model)
{
  return model->ir;
}

const gchar *
derma_model_get_name (const DermaModel *model)
{
  return model->name;
}

const gchar *
derma_model_get_sha256 (const DermaModel *model)
{
  return model->sha256;
}

const DermaMetadata *
derma_model_get_metadata (const DermaModel *model)
{
  return &model->metadata;
}

gint
derma_model_get_opset (const DermaModel *model)
{
  return model->opset;
}

const gchar *
derma_model_get_input_name (const DermaModel *model)
{
  return model->input_name;
}

void
derma_model_get_input_size (const DermaModel *model, guint *width, guint *height, guint *channels)
{
  const DermaTensor *input = derma_ir_get_tensor (model->ir, model->ir->input);

  *channels = (guint)input->dims[1];
  *height = (guint)input->dims[2];
  *width = (guint)input->dims[3];
}

guint
derma_model_get_n_outputs (const DermaModel *model)
{
  return model->ir->outputs->len;
}

const gchar *
derma_model_get_output_name (const DermaModel *model, guint output)
{
  return output < model->ir->outputs->len ? model->output_names[output] : NULL;
}

guint
derma_model_get_output_shape (const DermaModel *model, guint output, gint64 dims[DERMA_MAX_RANK])
{
  const DermaTensor *tensor = derma_ir_get_tensor (model->ir, g_array_index (model->ir->outputs, guint, output));

  for (guint i = 0; i < tensor->rank; i++)
    dims[i] = tensor->dims[i];
  return tensor->rank;
}

guint64
derma_model_get_n_parameters (const DermaModel *model)
{
  return model->n_parameters;
}

guint64
derma_model_get_n_macs (const DermaModel *model)
{
  return model->n_macs;
}
