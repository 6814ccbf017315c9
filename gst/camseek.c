/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camseek.h"

#include <string.h>

static void
clear_names (DermaCamIdentity *identity)
{
  g_clear_pointer (&identity->device, g_free);
  g_clear_pointer (&identity->card, g_free);
  g_clear_pointer (&identity->driver, g_free);
  g_clear_pointer (&identity->bus, g_free);
}

void
derma_cam_identity_clear (DermaCamIdentity *identity)
{
  clear_names (identity);
  g_clear_pointer (&identity->others, g_strfreev);
}

void
derma_cam_identity_set (DermaCamIdentity *identity, const DermaCamera *camera)
{
  clear_names (identity);
  identity->device = g_strdup (derma_camera_get_device (camera));
  identity->card = g_strdup (derma_camera_get_card (camera));
  identity->driver = g_strdup (derma_camera_get_driver (camera));
  identity->bus = g_strdup (derma_camera_get_bus (camera));
}

gchar *
derma_cam_seek_first (DermaCamHost *host, GError **error)
{
  g_auto (GStrv) devices = host->find (host);

  if (devices && devices[0])
    return g_strdup (devices[0]);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_GONE,
               "no camera was found (is it plugged in, and is the user in the group 'video'?)");
  return NULL;
}

static gboolean
is_alike (const DermaCamIdentity *identity, const DermaCamera *camera)
{
  return strcmp (derma_camera_get_card (camera), identity->card) == 0
         && strcmp (derma_camera_get_driver (camera), identity->driver) == 0;
}

static gboolean
is_at_its_place (const DermaCamIdentity *identity, const DermaCamera *camera)
{
  return is_alike (identity, camera) && strcmp (derma_camera_get_bus (camera), identity->bus) == 0;
}

static gboolean
is_another (const DermaCamIdentity *identity, const DermaCamera *camera)
{
  return identity->others && g_strv_contains ((const gchar *const *)identity->others, derma_camera_get_bus (camera));
}

gboolean
derma_cam_seek_is_there (const DermaCamIdentity *identity, DermaCamHost *host)
{
  g_autoptr (DermaCamera) camera = host->open (host, identity->device, NULL);

  return camera && is_at_its_place (identity, camera);
}

void
derma_cam_seek_note_others (DermaCamIdentity *identity, DermaCamHost *host)
{
  g_auto (GStrv) devices = host->find (host);
  g_autoptr (GStrvBuilder) others = g_strv_builder_new ();

  for (guint i = 0; devices && devices[i]; i++) {
    g_autoptr (DermaCamera) camera = host->open (host, devices[i], NULL);

    if (camera && is_alike (identity, camera) && !is_at_its_place (identity, camera))
      g_strv_builder_add (others, derma_camera_get_bus (camera));
  }
  g_strfreev (identity->others);
  identity->others = g_strv_builder_end (others);
}

gchar *
derma_cam_seek_again (const DermaCamIdentity *identity, DermaCamHost *host)
{
  g_auto (GStrv) devices = NULL;
  g_autofree gchar *moved = NULL;

  if (derma_cam_seek_is_there (identity, host))
    return g_strdup (identity->device);
  devices = host->find (host);
  for (guint i = 0; devices && devices[i]; i++) {
    g_autoptr (DermaCamera) camera = host->open (host, devices[i], NULL);

    if (camera && is_at_its_place (identity, camera))
      return g_strdup (devices[i]);
    if (camera && !moved && is_alike (identity, camera) && !is_another (identity, camera))
      moved = g_strdup (devices[i]);
  }
  return g_steal_pointer (&moved);
}
