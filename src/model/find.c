/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* dladdr */
#include <derma/model.h>

#include <dlfcn.h>

#define DEFAULT_FILE "dermaclassify.onnx"
#define FREE_FILE "dermaclassify-cc0.onnx"

static gboolean
is_file (const gchar *path)
{
  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/* Who cannot take the terms of the one has the other alone. (transfer full): may not exist */
static gchar *
choose (const gchar *folder)
{
  g_autofree gchar *first = g_build_filename (folder, DEFAULT_FILE, NULL);
  g_autofree gchar *second = g_build_filename (folder, FREE_FILE, NULL);

  return !is_file (first) && is_file (second) ? g_steal_pointer (&second) : g_steal_pointer (&first);
}

/* libderma lies in BUILD/src before it is installed, and the shipped models in BUILD/models. */
static gchar *
find_in_build_tree (void)
{
  g_autofree gchar *library = NULL;
  g_autofree gchar *source = NULL;
  g_autofree gchar *build = NULL;
  g_autofree gchar *models = NULL;
  g_autofree gchar *path = NULL;
  Dl_info info;

  if (!dladdr ((const void *)derma_model_find_default, &info) || !info.dli_fname)
    return NULL;
  library = g_canonicalize_filename (info.dli_fname, NULL);
  source = g_path_get_dirname (library);
  build = g_path_get_dirname (source);
  models = g_build_filename (build, "models", NULL);
  path = choose (models);
  return is_file (path) ? g_steal_pointer (&path) : NULL;
}

gchar *
derma_model_find_default (void)
{
  const gchar *folder = g_getenv ("DERMA_MODEL_DIR");
  gchar *path;

  if (folder && *folder)
    return choose (folder);
  path = find_in_build_tree ();
  return path ? path : choose (DERMA_MODEL_INSTALL_DIR);
}
