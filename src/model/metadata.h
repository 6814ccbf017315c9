/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/ir.h"

/* One entry of the file's metadata_props. */
typedef struct {
  const gchar *key;
  const gchar *value;
} DermaEntry;

/* What metadata is checked against. */
typedef struct {
  const gchar *file;         /* for messages; its stem is the default name */
  const gchar *sha256;       /* of the file; "" if unknown */
  const DermaIr *ir;         /* outputs and their shapes */
  gchar **output_names;      /* one an output of @ir */
  const DermaEntry *entries; /* of all keys; those that do not start with "derma." are ignored */
  guint n_entries;
} DermaMetadataSource;

/* Fills in @metadata, which is all zero before; on failure it may be part-filled and wants clearing. */
gboolean derma_metadata_read (DermaMetadata *metadata, const DermaMetadataSource *source, GError **error);
void derma_metadata_clear (DermaMetadata *metadata);
