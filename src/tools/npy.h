/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>

/* The most dimensions of an array, and bytes of a file. */
#define DERMA_NPY_MAX_RANK 8
#define DERMA_NPY_MAX_BYTES (1u << 30)

/* An array of NumPy's .npy format, versions 1 to 3: little-endian float32, row by row. */
typedef struct {
  guint rank;
  gint64 dims[DERMA_NPY_MAX_RANK];
  gsize n;
  gfloat *values;
} DermaArray;

/* FALSE with @error set to "PATH: CAUSE"; @array untouched then. */
gboolean derma_npy_load (const gchar *path, DermaArray *array, GError **error);
/* Writes beside the file, then renames. */
gboolean derma_npy_save (const gchar *path, const DermaArray *array, GError **error);
void derma_array_clear (DermaArray *array);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DermaArray, derma_array_clear)
