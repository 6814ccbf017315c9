/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/classes.h>
#include <derma/error.h>

/* A labelled picture. */
typedef struct {
  gchar *path;   /* of the file */
  gchar *id;     /* image_id, or the file's name without its ending */
  guint truth;   /* index of its class */
  gchar *mask;   /* file whose lesion is white; NULL without one */
  gchar *lesion; /* what it is resampled with: lesion_id, or the path */
  guint line;    /* record of the CSV file; 0 if it is from none */
} DermaSample;

typedef struct {
  gchar *source;      /* the CSV file */
  GPtrArray *samples; /* of DermaSample* */
  guint n_unknown;    /* rows left out: a diagnosis that the network has no class for, UNK among them */
  guint n_unlabelled; /* rows left out: no diagnosis at all */
  gboolean lesions;   /* whether the file groups pictures by lesion */
  gboolean masks;     /* whether the file has a column `mask` */
} DermaLabels;

/* What to take of a CSV file; NULL members take all. */
typedef struct {
  const gchar *root;    /* folder that paths are relative to; the CSV file's own if NULL */
  const gchar *split;   /* value of the column `split` */
  const gchar *dataset; /* value of the column `dataset` */
} DermaSelection;

/*
 * Reads `path,dx` (and image_id, lesion_id, mask, split, dataset if there are such columns), or an ISIC ground truth:
 * `image` with one column a diagnosis (2018, 2019: MEL NV BCC AK or AKIEC BKL DF VASC SCC UNK), or `image_id,melanoma,
 * seborrheic_keratosis` (2017), where neither means nevus. scc counts as akiec where the network has no scc.
 */
DermaLabels *derma_labels_load (const gchar *path, const DermaClasses *classes, const DermaSelection *selection,
                                GError **error);
void derma_labels_free (DermaLabels *labels);
/* Of the list's samples. */
void derma_sample_free (gpointer sample);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaLabels, derma_labels_free)
