/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

G_BEGIN_DECLS

/* A made-up recording in a folder of its own: sidecars line by line, and films of plain grey pictures. */
typedef struct {
  gchar *folder;
  GString *lines;
} DermaStoryboard;

DermaStoryboard *derma_storyboard_new (void);
/* Removes the folder and what is in it. */
void derma_storyboard_free (DermaStoryboard *board);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaStoryboard, derma_storyboard_free)

/* (transfer full): a name in the folder */
gchar *derma_storyboard_get_path (const DermaStoryboard *board, const gchar *name);

/* Begins the text of a sidecar anew. */
void derma_storyboard_begin (DermaStoryboard *board, guint part);
void derma_storyboard_add_line (DermaStoryboard *board, const gchar *format, ...) G_GNUC_PRINTF (2, 3);
/* @classes: NULL for two classes, "mel" and "nv", of a network that nobody has */
void derma_storyboard_add_reading (DermaStoryboard *board, DermaClasses *classes, guint64 pts, guint lesion,
                                   gfloat malignant);
/* Writes what there is; the text stays. */
void derma_storyboard_save (const DermaStoryboard *board, const gchar *name);

/* A film of @n pictures, 100 ms apart, with levels of grey of 20, 40, 60 ...; (transfer full): its path. Without loss.
 */
gchar *derma_storyboard_film (const DermaStoryboard *board, const gchar *name, guint n, guint width, guint height);

G_END_DECLS
