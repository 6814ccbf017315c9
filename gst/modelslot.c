/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "modelslot.h"

DermaNetwork *
derma_modelslot_load (GstElement *element, GstMessageType report, const gchar *path, guint threads)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *named = path ? g_strdup (path) : derma_model_find_default ();
  DermaNetwork *network = derma_network_load (named, threads, &error);

  if (!network)
    derma_network_report (element, report, error, named);
  return network;
}

void
derma_modelslot_set (DermaModelSlot *slot, GstElement *element, const gchar *path, guint threads)
{
  DermaNetwork *network = NULL;
  gboolean started;

  if (path && !*path)
    path = NULL;
  GST_OBJECT_LOCK (element);
  started = slot->started;
  GST_OBJECT_UNLOCK (element);
  if (started && !(network = derma_modelslot_load (element, GST_MESSAGE_WARNING, path, threads)))
    return;

  GST_OBJECT_LOCK (element);
  g_free (slot->model);
  slot->model = g_strdup (path);
  if (slot->started) {
    DermaNetwork *old = slot->pending;

    slot->pending = network;
    network = old;
  }
  GST_OBJECT_UNLOCK (element);
  derma_network_free (network);
}

DermaNetwork *
derma_modelslot_adopt (DermaModelSlot *slot, GstElement *element, DermaNetwork **current)
{
  DermaNetwork *old = NULL;

  GST_OBJECT_LOCK (element);
  if (slot->pending) {
    old = *current;
    *current = g_steal_pointer (&slot->pending);
  }
  GST_OBJECT_UNLOCK (element);
  return old;
}

void
derma_modelslot_clear (DermaModelSlot *slot)
{
  g_clear_pointer (&slot->pending, derma_network_free);
  g_clear_pointer (&slot->model, g_free);
}
