/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/share.h"

#include "model/model-private.h"

/* Held while references are given back too: whoever finds a model finds one that stays. */
static GMutex lock;
static GHashTable *living; /* of DermaModel, each its own key */

static guint
hash (gconstpointer key)
{
  return g_str_hash (((const DermaModel *)key)->sha256);
}

static gboolean
equal (gconstpointer a, gconstpointer b)
{
  const DermaModel *one = a, *other = b;

  return g_str_equal (one->sha256, other->sha256) && g_str_equal (one->name, other->name);
}

static DermaModel *
find (const DermaModel *like)
{
  DermaModel *found = living ? g_hash_table_lookup (living, like) : NULL;

  return found ? derma_model_ref (found) : NULL;
}

DermaModel *
derma_share_find (const gchar *path, const gchar *sha256)
{
  const DermaModel like = { .name = (gchar *)path, .sha256 = (gchar *)sha256 };
  DermaModel *found;

  g_mutex_lock (&lock);
  found = find (&like);
  g_mutex_unlock (&lock);
  return found;
}

DermaModel *
derma_share_add (DermaModel *model)
{
  DermaModel *found;

  g_mutex_lock (&lock);
  found = find (model);
  if (!found) {
    if (!living)
      living = g_hash_table_new (hash, equal);
    model->shared = g_hash_table_add (living, model);
  }
  g_mutex_unlock (&lock);
  if (!found)
    return model;
  derma_model_unref (model);
  return found;
}

static void
forget_and_clear (gpointer data)
{
  DermaModel *model = data;

  if (model->shared)
    g_hash_table_remove (living, model);
  derma_model_clear (model);
}

void
derma_share_release (DermaModel *model)
{
  g_mutex_lock (&lock);
  g_atomic_rc_box_release_full (model, forget_and_clear);
  g_mutex_unlock (&lock);
}
