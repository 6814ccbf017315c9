/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/classes.h>

DermaClasses *
derma_classes_new (const gchar *const *labels, const gchar *const *titles)
{
  DermaClasses *classes = g_atomic_rc_box_new0 (DermaClasses);

  classes->labels = g_strdupv ((gchar **)labels);
  classes->titles = g_strdupv ((gchar **)(titles ? titles : labels));
  classes->n = g_strv_length (classes->labels);
  classes->malignant = g_new0 (gboolean, classes->n);
  classes->operating_point = 0.5f;
  classes->sensitivity = classes->specificity = -1.0f;
  classes->melanoma_operating_point = classes->melanoma_sensitivity = classes->melanoma_specificity = -1.0f;
  classes->model_name = g_strdup ("");
  classes->model_version = g_strdup ("");
  classes->model_sha256 = g_strdup ("");
  return classes;
}

DermaClasses *
derma_classes_ref (DermaClasses *classes)
{
  return g_atomic_rc_box_acquire (classes);
}

static void
classes_clear (gpointer data)
{
  DermaClasses *classes = data;

  g_strfreev (classes->labels);
  g_strfreev (classes->titles);
  g_free (classes->malignant);
  g_free (classes->model_name);
  g_free (classes->model_version);
  g_free (classes->model_sha256);
}

void
derma_classes_unref (DermaClasses *classes)
{
  if (classes)
    g_atomic_rc_box_release_full (classes, classes_clear);
}
