/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* dladdr */
#include <derma/model.h>

#include <dlfcn.h>

#define DEFAULT_FILE "dermaclassify.onnx"

/* libderma lies in BUILD/src before it is installed, and the shipped model in BUILD/models. */
static gchar *
find_in_build_tree (void)
{
  g_autofree gchar *library = NULL;
  g_autofree gchar *source = NULL;
  g_autofree gchar *build = NULL;
  g_autofree gchar *path = NULL;
  Dl_info info;

  if (!dladdr ((const void *)derma_model_find_default, &info) || !info.dli_fname)
    return NULL;
  library = g_canonicalize_filename (info.dli_fname, NULL);
  source = g_path_get_dirname (library);
  build = g_path_get_dirname (source);
  path = g_build_filename (build, "models", DEFAULT_FILE, NULL);
  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

gchar *
derma_model_find_default (void)
{
  const gchar *folder = g_getenv ("DERMA_MODEL_DIR");
  gchar *path;

  if (folder && *folder)
    return g_build_filename (folder, DEFAULT_FILE, NULL);
  path = find_in_build_tree ();
  return path ? path : g_build_filename (DERMA_MODEL_INSTALL_DIR, DEFAULT_FILE, NULL);
}
