/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>
#include <derma/model.h>

#include <json-glib/json-glib.h>

/* Brings masks, pictures whose lesion is white, to the grid of a network's lesion map. Used by one thread at a time. */
typedef struct _DermaMaskGrid DermaMaskGrid;

/* NULL with @error set if the network has no lesion map. */
DermaMaskGrid *derma_mask_grid_new (const DermaModel *model, GError **error);
void derma_mask_grid_free (DermaMaskGrid *grid);
/*
 * Loads the mask of a picture: of @rect in @frame, in whatever size the mask has. (transfer none): the share of lesion
 * in each cell, 0..1, row by row, valid until the next one; NULL with @error set to "PATH: CAUSE".
 */
const gfloat *derma_mask_grid_load (DermaMaskGrid *grid, const gchar *path, const DermaFrame *frame,
                                    const DermaRect *rect, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaMaskGrid, derma_mask_grid_free)

/* Intersection over union of the cells that are at least half lesion; 1 if there are none in both. */
gfloat derma_overlap_get (const gfloat *map, const gfloat *mask, guint n);

/* How the lesion maps of pictures agree with their masks. */
typedef struct {
  guint n;            /* pictures that have a mask */
  gdouble mean;       /* NAN without any, as the others */
  gdouble median;     /* of an even number the mean of the two in the middle */
  gdouble below_half; /* share of them whose overlap is below 0.5 */
} DermaOverlap;

/* @ious: of @n pictures; NAN for those without a mask */
void derma_overlap_measure (const gfloat *ious, guint n, DermaOverlap *overlap);
void derma_overlap_print (const DermaOverlap *overlap, GString *text);
/* The member `map_iou` of the object that is being built. */
void derma_overlap_add (const DermaOverlap *overlap, JsonBuilder *builder);
