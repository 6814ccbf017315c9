/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/shelf.h"

#include <string.h>

/* Of one folder. */
#define MAX_SHIPPED 32

struct _DermaShelf {
  GPtrArray *models;
};

/* Those that do not load are not missed: they are not the ones that gave readings. */
static void
add_shipped (DermaShelf *shelf)
{
  g_autofree gchar *path = derma_model_find_default ();
  g_autofree gchar *folder = g_path_get_dirname (path);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir && shelf->models->len < MAX_SHIPPED && (name = g_dir_read_name (dir))) {
    g_autofree gchar *child = g_build_filename (folder, name, NULL);
    DermaModel *model = g_str_has_suffix (name, ".onnx") ? derma_model_load (child, NULL) : NULL;

    if (model)
      g_ptr_array_add (shelf->models, model);
  }
}

DermaShelf *
derma_shelf_new (gchar **paths, GError **error)
{
  g_autoptr (DermaShelf) shelf = g_new0 (DermaShelf, 1);

  shelf->models = g_ptr_array_new_with_free_func ((GDestroyNotify)derma_model_unref);
  add_shipped (shelf);
  for (guint i = 0; paths && paths[i]; i++) {
    DermaModel *model = derma_model_load (paths[i], error);

    if (!model)
      return NULL;
    g_ptr_array_add (shelf->models, model);
  }
  return g_steal_pointer (&shelf);
}

void
derma_shelf_free (DermaShelf *shelf)
{
  if (!shelf)
    return;
  g_ptr_array_unref (shelf->models);
  g_free (shelf);
}

DermaModel *
derma_shelf_find (const DermaShelf *shelf, const DermaClasses *classes)
{
  for (guint i = 0; i < shelf->models->len; i++) {
    DermaModel *model = g_ptr_array_index (shelf->models, i);
    const DermaClasses *own = derma_model_get_metadata (model)->classes;

    if (g_ascii_strcasecmp (derma_model_get_sha256 (model), classes->model_sha256) == 0
        && g_strv_equal ((const gchar *const *)own->labels, (const gchar *const *)classes->labels))
      return model;
  }
  return NULL;
}
