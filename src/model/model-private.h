/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/ir.h"

struct _DermaModel {
  gchar *name;
  gchar *sha256;
  gchar *input_name;
  gchar **output_names; /* one an entry of ir->outputs; NULL-terminated */
  gint opset;
  DermaIr *ir;
  DermaMetadata metadata;
  guint64 n_parameters;
  guint64 n_macs;
  gboolean shared; /* among those that derma_share_find() finds */
};

/* Releases what @model holds, not its memory. */
void derma_model_clear (DermaModel *model);
