/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tools read: labels in CSV, groups of pictures in CSV, NumPy arrays. The first byte chooses. */
#include "input.h"
#include "memfile.h"
#include "outcome.h"
#include "target.h"

#include "tools/groups.h"
#include "tools/labels.h"
#include "tools/npy.h"

#include <string.h>

static DermaClasses *classes;

void
fuzz_target_start (void)
{
  static const gchar *const labels[] = { "mel", "nv", "bkl", "akiec", NULL };

  classes = derma_classes_new (labels, NULL);
}

static gboolean
read_labels (const gchar *path, GError **error)
{
  const DermaSelection selection = { .root = "/nowhere" };
  g_autoptr (DermaLabels) labels = derma_labels_load (path, classes, &selection, error);

  if (!labels)
    return FALSE;
  for (guint i = 0; i < labels->samples->len; i++) {
    const DermaSample *sample = g_ptr_array_index (labels->samples, i);

    g_assert_cmpuint (sample->truth, <, classes->n);
    fuzz_outcome_check_text (sample->path);
    fuzz_outcome_check_text (sample->id);
    fuzz_outcome_check_text (sample->lesion);
  }
  return TRUE;
}

static gboolean
read_groups (const gchar *path, GError **error)
{
  static const gchar *const columns[] = { "age", "sex", NULL };
  static const gchar *const pictures[] = { "a", "b", "ISIC_0024306", "" };
  g_autoptr (DermaGroups) groups = derma_groups_load (path, columns, error);
  gint order;

  if (!groups)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    for (guint c = 0; c < groups->n_columns; c++) {
      g_autofree gchar *group = derma_groups_get (groups, c, pictures[i], &order);

      fuzz_outcome_check_text (group);
      g_assert_null (strchr (group, '\n'));
    }
  return TRUE;
}

/* An array has as many values as its shape says. */
static gboolean
read_array (const gchar *path, GError **error)
{
  g_auto (DermaArray) array = { 0 };
  gsize n = 1;

  if (!derma_npy_load (path, &array, error))
    return FALSE;
  for (guint i = 0; i < array.rank; i++)
    n *= (gsize)array.dims[i];
  g_assert_cmpuint (n, ==, array.n);
  g_free (g_memdup2 (array.values, array.n * sizeof *array.values));
  return TRUE;
}

void
fuzz_target_run (const guint8 *data, gsize size)
{
  static gboolean (*const readers[]) (const gchar *, GError **) = { read_labels, read_groups, read_array };
  FuzzInput input = { data, size };
  guint reader = fuzz_input_below (&input, G_N_ELEMENTS (readers));
  const gchar *path = fuzz_memfile_write (input.data, input.size);
  g_autofree gchar *place = g_strdup_printf ("%s: ", path);
  g_autoptr (GError) error = NULL;
  gboolean ok = readers[reader](path, &error);

  fuzz_outcome_check (ok, error, place);
}
