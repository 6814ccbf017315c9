/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* phantom FILE.png WIDTH HEIGHT [SEED [SECONDS]]: one picture of the phantom as a file. */
#include "phantom.h"

#include <cairo.h>
#include <stdio.h>

typedef struct {
  const gchar *path;
  guint64 values[4]; /* width, height, seed, seconds */
} Request;

static gboolean
parse (Request *request, gint argc, gchar **argv)
{
  if (argc < 4 || argc > 6)
    return FALSE;
  request->path = argv[1];
  for (gint i = 2; i < argc; i++) {
    if (!g_ascii_string_to_unsigned (argv[i], 10, 0, G_MAXINT32, &request->values[i - 2], NULL))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_picture (Phantom *phantom, const Request *request)
{
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, (gint)request->values[0], (gint)request->values[1]);
  cairo_status_t status = cairo_surface_status (surface);

  if (status == CAIRO_STATUS_SUCCESS) {
    phantom_paint (phantom, (gdouble)request->values[3], cairo_image_surface_get_data (surface),
                   cairo_image_surface_get_stride (surface));
    cairo_surface_mark_dirty (surface);
    status = cairo_surface_write_to_png (surface, request->path);
  }
  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS)
    fprintf (stderr, "phantom: %s: %s\n", request->path, cairo_status_to_string (status));
  return status == CAIRO_STATUS_SUCCESS;
}

int
main (int argc, char **argv)
{
  Request request = { .values = { 0, 0, 1, 0 } };
  g_autoptr (Phantom) phantom = NULL;

  if (!parse (&request, argc, argv)) {
    fprintf (stderr, "usage: phantom FILE.png WIDTH HEIGHT [SEED [SECONDS]]\n");
    return 2;
  }
  phantom = phantom_new ((guint)request.values[0], (guint)request.values[1], (guint32)request.values[2]);
  if (!phantom) {
    fprintf (stderr, "phantom: %s x %s: not a size from 1 to %d\n", argv[2], argv[3], PHANTOM_MAX_SIDE);
    return 1;
  }
  return write_picture (phantom, &request) ? 0 : 1;
}
