/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>

/*
 * A file for another program that is in no folder: nobody but the user's own programs can open it, and it is gone with
 * the last program that has it open, however that ends.
 */
typedef struct {
  gint fd;     /* programs that are started inherit it */
  gchar *path; /* by which such a program opens it */
} DermaScratch;

#define DERMA_SCRATCH_INIT ((DermaScratch){ -1, NULL })

/* @data: what is in it, NULL for an empty one. FALSE with @error set to a cause without a name. */
gboolean derma_scratch_make (DermaScratch *scratch, GBytes *data, GError **error);
/* (transfer full): what is in it now */
GBytes *derma_scratch_read (const DermaScratch *scratch, GError **error);
void derma_scratch_clear (DermaScratch *scratch);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DermaScratch, derma_scratch_clear)
