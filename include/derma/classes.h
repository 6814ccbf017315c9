/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/api.h>

#include <glib.h>

G_BEGIN_DECLS

/** DERMA_MAX_CLASSES: the most classes a network may have to give readings */
#define DERMA_MAX_CLASSES 1024

/**
 * DermaClasses:
 * @n: number of classes, at least 1
 * @labels: (array length=n): short label of each, as in the training data ("mel"); NULL-terminated
 * @titles: (array length=n): what to show a person ("melanoma"); NULL-terminated; equal to @labels where not given
 * @malignant: (array length=n): whether the class counts as malignant
 * @has_operating_point: whether @operating_point was chosen on data rather than being the default 0.5
 * @operating_point: malignant score at which a reading is flagged, 0..1
 * @sensitivity: sensitivity at the operating point on the validation data, 0..1; negative if unknown
 * @specificity: specificity at the operating point on the validation data, 0..1; negative if unknown
 * @melanoma_operating_point: the same for the class "mel" alone, 0..1; negative if the network has none
 * @melanoma_sensitivity: sensitivity there on the validation data, 0..1; negative if unknown
 * @melanoma_specificity: specificity there on the validation data, 0..1; negative if unknown
 * @model_name: name of the network
 * @model_version: its version; "" if unknown
 * @model_sha256: lower-case hex SHA-256 of the model file; "" if unknown
 *
 * What the classes of a network are and whose they are: all that is needed to show a reading without the network.
 * Immutable once shared, reference-counted, safe to share between threads.
 */
typedef struct {
  guint n;
  gchar **labels;
  gchar **titles;
  gboolean *malignant;
  gboolean has_operating_point;
  gfloat operating_point;
  gfloat sensitivity;
  gfloat specificity;
  gfloat melanoma_operating_point;
  gfloat melanoma_sensitivity;
  gfloat melanoma_specificity;
  gchar *model_name;
  gchar *model_version;
  gchar *model_sha256;
} DermaClasses;

/**
 * derma_classes_new:
 * @labels: (array zero-terminated=1): at least one label
 * @titles: (nullable) (array zero-terminated=1): as many titles, or NULL to use the labels
 *
 * Returns: (transfer full): classes with no malignant ones, operating point 0.5 and empty identity, to be filled in
 *   by the caller before it is shared; strings in it are owned by it and freed with g_free()
 */
DERMA_API DermaClasses *derma_classes_new (const gchar *const *labels, const gchar *const *titles);
DERMA_API DermaClasses *derma_classes_ref (DermaClasses *classes);
/** derma_classes_unref: @classes: (nullable) (transfer full) */
DERMA_API void derma_classes_unref (DermaClasses *classes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaClasses, derma_classes_unref)

G_END_DECLS
