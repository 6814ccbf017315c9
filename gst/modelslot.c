/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "modelslot.h"

#include <string.h>

#define DIGEST_LENGTH 64

/* Loads @path, NULL for the shipped one. Returns: (nullable): NULL after having posted the cause as @report */
static DermaNetwork *
load (DermaModelSlot *slot, GstElement *element, GstMessageType report, const gchar *path, guint threads)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *named = path ? g_strdup (path) : derma_model_find_default ();
  g_autofree gchar *sha256 = NULL;
  DermaNetwork *network;

  GST_OBJECT_LOCK (element);
  sha256 = g_strdup (slot->sha256);
  GST_OBJECT_UNLOCK (element);
  network = derma_network_load (named, sha256, threads, &error);
  if (!network)
    derma_network_report (element, report, error, named);
  return network;
}

DermaNetwork *
derma_modelslot_start (DermaModelSlot *slot, GstElement *element, guint threads)
{
  DermaNetwork *network = NULL;
  gboolean settled;

  do {
    g_autofree gchar *path = NULL;

    derma_network_free (network);
    GST_OBJECT_LOCK (element);
    path = g_strdup (slot->model);
    GST_OBJECT_UNLOCK (element);
    network = load (slot, element, GST_MESSAGE_ERROR, path, threads);
    if (!network)
      return NULL;
    GST_OBJECT_LOCK (element);
    /* Another thread may have set one while this was loaded. */
    settled = g_strcmp0 (slot->model, path) == 0;
    slot->started = settled;
    GST_OBJECT_UNLOCK (element);
  } while (!settled);
  return network;
}

/* With the lock of the element held. */
static void
rename_model (DermaModelSlot *slot, const gchar *path)
{
  g_free (slot->model);
  slot->model = g_strdup (path);
}

/* Returns: whether @path is loaded by the next start, or by one that is under way */
static gboolean
leave_to_start (DermaModelSlot *slot, GstElement *element, const gchar *path)
{
  gboolean left;

  GST_OBJECT_LOCK (element);
  left = !slot->started;
  if (left)
    rename_model (slot, path);
  GST_OBJECT_UNLOCK (element);
  return left;
}

void
derma_modelslot_set (DermaModelSlot *slot, GstElement *element, const gchar *path, guint threads)
{
  DermaNetwork *network;

  if (path && !*path)
    path = NULL;
  if (leave_to_start (slot, element, path))
    return;
  network = load (slot, element, GST_MESSAGE_WARNING, path, threads);
  if (!network)
    return;

  GST_OBJECT_LOCK (element);
  rename_model (slot, path);
  if (slot->started) {
    DermaNetwork *old = slot->pending;

    slot->pending = network;
    network = old;
  }
  GST_OBJECT_UNLOCK (element);
  derma_network_free (network);
}

static gboolean
is_digest (const gchar *text)
{
  return strlen (text) == DIGEST_LENGTH && strspn (text, "0123456789abcdefABCDEF") == DIGEST_LENGTH;
}

void
derma_modelslot_pin (DermaModelSlot *slot, GstElement *element, const gchar *sha256)
{
  if (sha256 && !is_digest (sha256))
    GST_ELEMENT_WARNING (element, RESOURCE, SETTINGS,
                         ("model-sha256: '%s' is not a SHA-256 digest of 64 hex digits; no model has it", sha256),
                         (NULL));
  GST_OBJECT_LOCK (element);
  g_free (slot->sha256);
  slot->sha256 = g_strdup (sha256);
  GST_OBJECT_UNLOCK (element);
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
  g_clear_pointer (&slot->sha256, g_free);
}
