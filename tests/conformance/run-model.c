/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/graph.h>

#include <string.h>

/* run-model MODEL INPUT OUTPUT: float32 files, N,C,H,W as the model declares; all outputs one after the other. */

static gboolean
fill_input (DermaGraph *graph, const gchar *path, GError **error)
{
  g_autofree gchar *bytes = NULL;
  guint width, height, channels;
  gsize n = 0, size = 0;
  gfloat *input = derma_graph_get_input (graph, &n);
  const gfloat *natural;

  if (!g_file_get_contents (path, &bytes, &size, error))
    return FALSE;
  if (size != n * sizeof *natural) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: not the size of the input", path);
    return FALSE;
  }
  natural = (const gfloat *)(gconstpointer)bytes;
  derma_model_get_input_size (derma_graph_get_model (graph), &width, &height, &channels);
  for (gsize c = 0; c < channels; c++)
    for (gsize p = 0; p < (gsize)width * height; p++)
      input[p * channels + c] = natural[c * width * height + p];
  return TRUE;
}

static GByteArray *
collect_outputs (DermaGraph *graph)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < derma_model_get_n_outputs (derma_graph_get_model (graph)); i++) {
    gsize n = 0;
    const gfloat *values = derma_graph_get_output (graph, i, &n);

    g_byte_array_append (bytes, (const guint8 *)values, (guint)(n * sizeof *values));
  }
  return bytes;
}

static gboolean
run (const gchar *model_path, const gchar *input, const gchar *output, GError **error)
{
  g_autoptr (DermaModel) model = derma_model_load (model_path, error);
  g_autoptr (DermaGraph) graph = model ? derma_graph_new (model, 2, error) : NULL;
  g_autoptr (GByteArray) bytes = NULL;

  if (!graph || !fill_input (graph, input, error) || !derma_graph_run (graph, error))
    return FALSE;
  bytes = collect_outputs (graph);
  return g_file_set_contents (output, (const gchar *)bytes->data, (gssize)bytes->len, error);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  if (argc != 4) {
    g_printerr ("usage: %s MODEL INPUT OUTPUT\n", argv[0]);
    return 2;
  }
  if (run (argv[1], argv[2], argv[3], &error))
    return 0;
  g_printerr ("%s\n", error->message);
  return 1;
}
