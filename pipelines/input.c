/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "input.h"

#include "cameras.h"
#include "feed.h"
#include "pictures.h"

#include <derma/error.h>

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define PICTURE_SECONDS 1.0

static gboolean
made (Input *input, GstElement *source, gchar *described, GError **error)
{
  if (!source) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: GStreamer lacks the elements to read it", described);
    g_free (described);
    return FALSE;
  }
  input->source = source;
  input->described = described;
  return TRUE;
}

static gboolean
open_phantom (Input *input, const gchar *described, GError **error)
{
  input->is_live = TRUE;
  return made (input, feed_phantom_new (), g_strdup (described), error);
}

static void
check_video (GstElement *decoder, gpointer data)
{
  g_autoptr (GstPad) entry = gst_element_get_static_pad (GST_ELEMENT (data), "sink");

  if (!gst_pad_is_linked (entry))
    GST_ELEMENT_ERROR (decoder, STREAM, WRONG_TYPE, ("there is no video in it that can be decoded"), (NULL));
}

static void
link_video (GstElement *decoder, GstPad *pad, gpointer data)
{
  g_autoptr (GstPad) entry = gst_element_get_static_pad (GST_ELEMENT (data), "sink");
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);

  if (gst_pad_is_linked (entry) || gst_caps_is_empty (caps) || gst_caps_is_any (caps)
      || !gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw"))
    return;
  gst_pad_link (pad, entry);
}

/* A bin of @line, whose element "origin" reads @value, and a decoder, of which the first video comes out, converted
 * only where the elements behind it do not take what was decoded. */
static GstElement *
decoded (const gchar *line, const gchar *property, const gchar *value)
{
  g_autofree gchar *whole =
      g_strconcat (line, " ! decodebin name=decoder  identity name=video silent=true ! videoconvert name=taken", NULL);
  GstElement *bin = gst_parse_bin_from_description_full (whole, FALSE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, NULL);
  g_autoptr (GstElement) origin = NULL;
  g_autoptr (GstElement) decoder = NULL;
  g_autoptr (GstElement) video = NULL;
  g_autoptr (GstElement) taken = NULL;
  g_autoptr (GstPad) exit = NULL;

  if (!bin)
    return NULL;
  origin = gst_bin_get_by_name (GST_BIN (bin), "origin");
  decoder = gst_bin_get_by_name (GST_BIN (bin), "decoder");
  video = gst_bin_get_by_name (GST_BIN (bin), "video");
  taken = gst_bin_get_by_name (GST_BIN (bin), "taken");
  exit = gst_element_get_static_pad (taken, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", exit));
  g_object_set (origin, property, value, NULL);
  g_signal_connect_object (decoder, "pad-added", G_CALLBACK (link_video), video, 0);
  g_signal_connect_object (decoder, "no-more-pads", G_CALLBACK (check_video), video, 0);
  return bin;
}

static gboolean
open_camera (Input *input, const gchar *device, GError **error)
{
  GstElement *source = gst_element_factory_make ("dermacamsrc", NULL);

  if (source)
    g_object_set (source, "device", device, NULL);
  input->is_live = TRUE;
  return made (input, source, g_strdup_printf ("camera %s", device), error);
}

static gboolean
open_video (Input *input, const gchar *path, GError **error)
{
  input->is_file = TRUE;
  return made (input, decoded ("filesrc name=origin", "location", path), g_strdup_printf ("video %s", path), error);
}

static gboolean
open_picture (Input *input, const gchar *path, gdouble seconds, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (paths, g_strdup (path));
  return made (input, feed_pictures_new (paths, seconds > 0.0 ? seconds : PICTURE_SECONDS),
               g_strdup_printf ("picture %s", path), error);
}

static gboolean
open_folder (Input *input, const gchar *folder, GError **error)
{
  g_autoptr (GPtrArray) paths = pictures_list (folder, error);

  if (!paths)
    return FALSE;
  input->total = paths->len;
  return made (input, feed_pictures_new (paths, PICTURE_SECONDS),
               g_strdup_printf ("%u picture%s in %s", paths->len, paths->len == 1 ? "" : "s", folder), error);
}

static gboolean
check_readable (const gchar *path, struct stat *status, GError **error)
{
  gint fd = g_open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  gint reason = errno;

  if (fd >= 0 && fstat (fd, status) == 0) {
    g_close (fd, NULL);
    return TRUE;
  }
  if (fd >= 0)
    g_close (fd, NULL);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be opened: %s", path, g_strerror (reason));
  return FALSE;
}

static gboolean
open_named (Input *input, const gchar *name, gdouble seconds, GError **error)
{
  struct stat status;

  if (!strcmp (name, "phantom"))
    return open_phantom (input, "a painted phantom", error);
  if (!check_readable (name, &status, error))
    return FALSE;
  if (S_ISDIR (status.st_mode))
    return open_folder (input, name, error);
  if (S_ISCHR (status.st_mode))
    return open_camera (input, name, error);
  if (status.st_size == 0 && S_ISREG (status.st_mode)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: the file is empty", name);
    return FALSE;
  }
  return pictures_is_picture (name) ? open_picture (input, name, seconds, error) : open_video (input, name, error);
}

gboolean
input_open (Input *input, const gchar *name, gdouble seconds, GError **error)
{
  g_auto (Input) opened = { .source = NULL };
  g_autofree gchar *camera = name ? NULL : cameras_find_first ();
  gboolean ok;

  if (name)
    ok = open_named (&opened, name, seconds, error);
  else if (camera)
    ok = open_camera (&opened, camera, error);
  else
    ok = open_phantom (&opened, "no camera found: a painted phantom is shown", error);
  if (!ok)
    return FALSE;
  *input = opened;
  opened = (Input){ .source = NULL };
  gst_object_ref_sink (input->source);
  return TRUE;
}

void
input_clear (Input *input)
{
  gst_clear_object (&input->source);
  g_clear_pointer (&input->described, g_free);
}
