/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/model.h>

#include <glib.h>

G_BEGIN_DECLS

/*
 * A copy between two strided layouts: what transposes, slices, concatenations and changes of layout come down to.
 * Strides and offsets count elements.
 */
typedef struct {
  guint rank;
  gsize dims[DERMA_MAX_RANK];
  gsize from_strides[DERMA_MAX_RANK];
  gsize to_strides[DERMA_MAX_RANK];
  gsize from_offset;
  gsize to_offset;
  gsize element; /* bytes: 1 or 4 */
} DermaCopy;

/* Merges dimensions that can be walked as one; does not change what is copied. */
void derma_copy_simplify (DermaCopy *copy);
void derma_copy_run (const DermaCopy *copy, gconstpointer from, gpointer to);
/* Row-major strides of @dims. */
void derma_copy_pack_strides (guint rank, const gsize *dims, gsize *strides);

G_END_DECLS
