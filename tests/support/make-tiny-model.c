/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/colour-model.h"

/* make-tiny-model OUT.onnx [KEY=VALUE...]: writes the network that tells red, green and blue pictures apart. */
int
main (int argc, char **argv)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_colour_builder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gconstpointer data;
  gsize size;

  for (gint i = 2; i < argc; i++) {
    g_auto (GStrv) pair = g_strsplit (argv[i], "=", 2);

    if (pair[0] && pair[1])
      derma_onnx_builder_set_metadata (builder, pair[0], pair[1]);
  }
  if (argc < 2) {
    g_printerr ("usage: %s OUT.onnx [KEY=VALUE...]\n", argv[0]);
    return 2;
  }
  bytes = derma_onnx_builder_finish (builder);
  data = g_bytes_get_data (bytes, &size);
  if (!g_file_set_contents (argv[1], data, (gssize)size, &error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  return 0;
}
