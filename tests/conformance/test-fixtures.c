/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/error.h>
#include <derma/graph.h>

#include <math.h>
#include <string.h>

/* Files that PyTorch exported, and what it computes for the golden input; see make-fixtures.py. */

static const gchar *folder;

static DermaGraph *
open_graph (const gchar *name)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_load (path, &error);
  DermaGraph *graph;

  g_assert_no_error (error);
  graph = derma_graph_new (model, 1, &error);
  g_assert_no_error (error);
  return graph;
}

static void
fill_input (DermaGraph *graph)
{
  gsize n = 0;
  gfloat *input = derma_graph_get_input (graph, &n);
  g_autofree gfloat *natural = g_new (gfloat, n);
  guint width, height, channels;

  derma_golden_fill (natural, n);
  derma_model_get_input_size (derma_graph_get_model (graph), &width, &height, &channels);
  for (gsize c = 0; c < channels; c++)
    for (gsize p = 0; p < (gsize)width * height; p++)
      input[p * channels + c] = natural[c * width * height + p];
}

/* The outputs that belong to "NAME-OPSET.onnx" are in "NAME.f32". */
static gfloat *
read_expected (const gchar *name, gsize *n)
{
  g_autofree gchar *stem = g_strndup (name, (gsize)(strrchr (name, '-') - name));
  g_autofree gchar *path = g_strdup_printf ("%s/%s.f32", folder, stem);
  g_autoptr (GError) error = NULL;
  gchar *bytes = NULL;

  g_file_get_contents (path, &bytes, n, &error);
  g_assert_no_error (error);
  *n /= sizeof (gfloat);
  return (gfloat *)(gpointer)bytes;
}

static void
compare (const gfloat *found, const gfloat *expected, gsize n, gfloat tolerance)
{
  gfloat largest = 0.0f;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabsf (expected[i]));
  for (gsize i = 0; i < n; i++)
    if (!(fabsf (found[i] - expected[i]) <= tolerance * largest))
      g_error ("element %" G_GSIZE_FORMAT " is %.9g, not %.9g", i, (gdouble)found[i], (gdouble)expected[i]);
}

static void
test_fixture (gconstpointer data)
{
  const gchar *name = data;
  g_autoptr (DermaGraph) graph = open_graph (name);
  gsize n_expected = 0, at = 0;
  g_autofree gfloat *expected = read_expected (name, &n_expected);

  fill_input (graph);
  g_assert_true (derma_graph_run (graph, NULL));
  for (guint i = 0; i < derma_model_get_n_outputs (derma_graph_get_model (graph)); i++) {
    gsize n = 0;
    const gfloat *found = derma_graph_get_output (graph, i, &n);

    g_assert_cmpuint (at + n, <=, n_expected);
    compare (found, expected + at, n, g_str_has_prefix (name, "quantized") ? 0.02f : 1e-4f);
    at += n;
  }
  g_assert_cmpuint (at, ==, n_expected);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;

  g_test_init (&argc, &argv, NULL);
  folder = argc > 1 ? argv[1] : ".";
  dir = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".onnx")) {
      g_autofree gchar *path = g_strdup_printf ("/fixtures/%s", name);

      g_ptr_array_add (names, g_strdup (name));
      g_test_add_data_func (path, g_ptr_array_index (names, names->len - 1), test_fixture);
    }
  g_assert_cmpuint (names->len, >, 0);
  return g_test_run ();
}
