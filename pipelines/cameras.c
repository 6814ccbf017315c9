/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cameras.h"

#include <derma/camera.h>

gchar *
cameras_find_first (void)
{
  g_auto (GStrv) found = derma_camera_find (NULL);

  return g_strdup (found[0]);
}

gchar *
cameras_describe (const GstStructure *message)
{
  const gchar *error = gst_structure_get_string (message, "error");

  if (!gst_structure_has_name (message, "dermacamsrc"))
    return NULL;
  return g_strconcat ("camera: ", gst_structure_get_string (message, "event"), error ? ": " : NULL, error, NULL);
}
