/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/labels.h"

#include "tools/table.h"

#include <string.h>

#define MAX_DIAGNOSES 32

/* Where a table says what. */
typedef struct {
  gint path;
  gint id;
  gint dx; /* -1 in a one-hot table */
  gint lesion;
  gint mask;
  gint filters[2];
  guint n_onehot;
  gint onehot[MAX_DIAGNOSES];
  const gchar *names[MAX_DIAGNOSES];
  const gchar *otherwise; /* what a row without a mark is */
} Layout;

void
derma_sample_free (gpointer data)
{
  DermaSample *sample = data;

  g_free (sample->path);
  g_free (sample->id);
  g_free (sample->mask);
  g_free (sample->lesion);
  g_free (sample);
}

void
derma_labels_free (DermaLabels *labels)
{
  if (!labels)
    return;
  g_free (labels->source);
  g_ptr_array_unref (labels->samples);
  g_free (labels);
}

/* ISIC's names of diagnoses and the classes that they are. */
static const struct {
  const gchar *column;
  const gchar *label;
} ONE_HOT[] = {
  { "MEL", "mel" },     { "NV", "nv" },   { "BCC", "bcc" },      { "AK", "akiec" },
  { "AKIEC", "akiec" }, { "BKL", "bkl" }, { "DF", "df" },        { "VASC", "vasc" },
  { "SCC", "scc" },     { "UNK", "unk" }, { "melanoma", "mel" }, { "seborrheic_keratosis", "bkl" },
};

static gboolean
find_layout (const DermaTable *table, const DermaSelection *selection, Layout *layout, GError **error)
{
  static const gchar *const path_names[] = { "path", "image", "image_id" };

  memset (layout, 0, sizeof *layout);
  layout->path = -1;
  for (guint i = 0; layout->path < 0 && i < G_N_ELEMENTS (path_names); i++)
    layout->path = derma_table_find_column (table, path_names[i]);
  layout->id = derma_table_find_column (table, "image_id");
  layout->dx = derma_table_find_column (table, "dx");
  layout->lesion = derma_table_find_column (table, "lesion_id");
  layout->mask = derma_table_find_column (table, "mask");
  layout->filters[0] = derma_table_find_column (table, "split");
  layout->filters[1] = derma_table_find_column (table, "dataset");
  for (guint i = 0; layout->dx < 0 && i < G_N_ELEMENTS (ONE_HOT); i++) {
    gint column = derma_table_find_column (table, ONE_HOT[i].column);

    if (column < 0)
      continue;
    layout->onehot[layout->n_onehot] = column;
    layout->names[layout->n_onehot++] = ONE_HOT[i].label;
  }
  if (derma_table_find_column (table, "seborrheic_keratosis") >= 0)
    layout->otherwise = "nv";
  if (layout->path < 0 || (layout->dx < 0 && layout->n_onehot < 2))
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT,
                 "%s: has neither columns 'path' and 'dx' nor those of an ISIC ground truth", table->path);
  else if ((selection->split && layout->filters[0] < 0) || (selection->dataset && layout->filters[1] < 0))
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: has no column '%s' to choose by", table->path,
                 selection->split && layout->filters[0] < 0 ? "split" : "dataset");
  else
    return TRUE;
  return FALSE;
}

static gboolean
is_selected (const DermaRow *row, const Layout *layout, const DermaSelection *selection)
{
  return (!selection->split || strcmp (derma_row_get (row, layout->filters[0]), selection->split) == 0)
         && (!selection->dataset || strcmp (derma_row_get (row, layout->filters[1]), selection->dataset) == 0);
}

static gboolean
is_unmarked (const DermaRow *row, const Layout *layout)
{
  for (guint i = 0; i < layout->n_onehot; i++)
    if (*derma_row_get (row, layout->onehot[i]) != '\0')
      return FALSE;
  return TRUE;
}

/* The diagnosis of a row, "" if it has none; NULL with @error set if its marks make no sense. */
static const gchar *
get_diagnosis (const DermaTable *table, const DermaRow *row, const Layout *layout, GError **error)
{
  const gchar *found = NULL;
  guint marks = 0;

  if (layout->dx >= 0)
    return derma_row_get (row, layout->dx);
  if (is_unmarked (row, layout))
    return "";
  for (guint i = 0; i < layout->n_onehot; i++) {
    const gchar *text = derma_row_get (row, layout->onehot[i]);
    gchar *end;
    gdouble value = g_ascii_strtod (text, &end);

    if (end == text || *end != '\0' || (value != 0.0 && value != 1.0)) {
      g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: record %u: '%.40s' is neither 0 nor 1", table->path,
                   row->line, text);
      return NULL;
    }
    if (value == 1.0) {
      found = layout->names[i];
      marks++;
    }
  }
  if (marks == 0 && layout->otherwise)
    return layout->otherwise;
  if (marks != 1) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: record %u: marks %u diagnoses", table->path, row->line,
                 marks);
    return NULL;
  }
  return found;
}

static gint
find_class (const DermaClasses *classes, const gchar *dx)
{
  for (guint i = 0; i < classes->n; i++)
    if (g_ascii_strcasecmp (classes->labels[i], dx) == 0)
      return (gint)i;
  return g_ascii_strcasecmp (dx, "scc") == 0 ? find_class (classes, "akiec") : -1;
}

/* ISIC's tables name pictures without their ending. */
static gchar *
find_file (const gchar *root, const gchar *name)
{
  static const gchar *const endings[] = { "", ".jpg", ".jpeg", ".png", "_downsampled.jpg", ".JPG" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++) {
    g_autofree gchar *file = g_strconcat (name, endings[i], NULL);
    g_autofree gchar *path = g_path_is_absolute (file) ? g_strdup (file) : g_build_filename (root, file, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
      return g_steal_pointer (&path);
  }
  return g_path_is_absolute (name) ? g_strdup (name) : g_build_filename (root, name, NULL);
}

static gchar *
get_id (const gchar *path)
{
  gchar *id = g_path_get_basename (path), *dot = strrchr (id, '.');

  if (dot && dot != id)
    *dot = '\0';
  return id;
}

/* What a row is read with. */
typedef struct {
  const DermaTable *table;
  const Layout *layout;
  const gchar *root;
  const DermaClasses *classes;
} Context;

static gboolean
add_row (DermaLabels *labels, const DermaRow *row, const Context *context, GError **error)
{
  const Layout *layout = context->layout;
  const gchar *dx = get_diagnosis (context->table, row, layout, error);
  const gchar *lesion = derma_row_get (row, layout->lesion), *mask = derma_row_get (row, layout->mask);
  const gchar *id = derma_row_get (row, layout->id);
  DermaSample *sample;
  gint truth;

  if (!dx)
    return FALSE;
  if (*dx == '\0') {
    labels->n_unlabelled++;
    return TRUE;
  }
  truth = find_class (context->classes, dx);
  if (truth < 0) {
    labels->n_unknown++;
    return TRUE;
  }
  sample = g_new0 (DermaSample, 1);
  sample->path = find_file (context->root, derma_row_get (row, layout->path));
  sample->id = id && *id ? g_strdup (id) : get_id (derma_row_get (row, layout->path));
  sample->truth = (guint)truth;
  sample->mask = mask && *mask ? find_file (context->root, mask) : NULL;
  sample->lesion = g_strdup (lesion && *lesion ? lesion : sample->path);
  sample->line = row->line;
  g_ptr_array_add (labels->samples, sample);
  return TRUE;
}

DermaLabels *
derma_labels_load (const gchar *path, const DermaClasses *classes, const DermaSelection *selection, GError **error)
{
  g_autoptr (DermaTable) table = derma_table_load (path, error);
  g_autoptr (DermaLabels) labels = NULL;
  g_autofree gchar *folder = g_path_get_dirname (path);
  Layout layout;
  Context context = { table, &layout, selection->root ? selection->root : folder, classes };

  if (!table || !find_layout (table, selection, &layout, error))
    return NULL;
  labels = g_new0 (DermaLabels, 1);
  labels->source = g_strdup (path);
  labels->samples = g_ptr_array_new_with_free_func (derma_sample_free);
  labels->lesions = layout.lesion >= 0;
  labels->masks = layout.mask >= 0;
  for (guint i = 0; i < table->rows->len; i++) {
    const DermaRow *row = g_ptr_array_index (table->rows, i);

    if (is_selected (row, &layout, selection) && !add_row (labels, row, &context, error))
      return NULL;
  }
  if (labels->samples->len == 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT,
                 "%s: no row is left to evaluate (%u of other diagnoses, %u without one)", path, labels->n_unknown,
                 labels->n_unlabelled);
    return NULL;
  }
  return g_steal_pointer (&labels);
}
