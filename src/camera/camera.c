/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/camera-private.h"
#include "camera/text.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <string.h>

#define FOLDER "/dev"
#define MAX_NODES 256 /* that the kernel has room for */
#define MAX_CAMERAS 64
#define MAX_ENTRIES 65536

/* Why a device is no camera; NULL if it is one. */
static const gchar *
why_no_camera (guint32 able)
{
  if (able & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE))
    return "converts video and captures none";
  if (able & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE))
    return able & (V4L2_CAP_STREAMING | V4L2_CAP_READWRITE) ? NULL : "captures video and has no way to pass it on";
  if (able & V4L2_CAP_META_CAPTURE)
    return "captures metadata and no video; the camera's video is another node";
  if (able & (V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE | V4L2_CAP_VIDEO_OVERLAY))
    return "shows video and captures none";
  return "captures no video";
}

static gboolean
identify (DermaCamera *camera, GError **error)
{
  struct v4l2_capability capability = { 0 };
  gint code = derma_camera_call (camera, VIDIOC_QUERYCAP, &capability);
  const gchar *reason;

  if (code != 0) {
    derma_camera_io_fail (error, camera->device, NULL, code);
    return FALSE;
  }
  camera->able = capability.capabilities & V4L2_CAP_DEVICE_CAPS ? capability.device_caps : capability.capabilities;
  reason = why_no_camera (camera->able);
  if (reason) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED, "%s: %s", camera->device, reason);
    return FALSE;
  }
  camera->card = derma_text_clean (capability.card, sizeof capability.card);
  camera->driver = derma_text_clean (capability.driver, sizeof capability.driver);
  camera->bus = derma_text_clean (capability.bus_info, sizeof capability.bus_info);
  return TRUE;
}

DermaCamera *
derma_camera_open_with (DermaCameraIo *io, const gchar *device, GError **error)
{
  g_autoptr (DermaCamera) camera = g_new0 (DermaCamera, 1);

  camera->io = io;
  camera->device = g_strdup (device);
  camera->fd = io->open (io, device);
  if (camera->fd < 0) {
    /* Drivers say EINVAL to questions of another kind of device. */
    derma_camera_io_fail (error, device, NULL, errno == EINVAL ? ENOTTY : errno);
    return NULL;
  }
  if (!identify (camera, error))
    return NULL;
  return g_steal_pointer (&camera);
}

DermaCamera *
derma_camera_open (const gchar *device, GError **error)
{
  return derma_camera_open_with (&derma_camera_io_libv4l2, device, error);
}

void
derma_camera_free (DermaCamera *camera)
{
  if (!camera)
    return;
  if (camera->fd >= 0)
    camera->io->close (camera->io, camera->fd);
  g_free (camera->device);
  g_free (camera->card);
  g_free (camera->driver);
  g_free (camera->bus);
  g_free (camera);
}

const gchar *
derma_camera_get_device (const DermaCamera *camera)
{
  return camera->device;
}

const gchar *
derma_camera_get_card (const DermaCamera *camera)
{
  return camera->card;
}

const gchar *
derma_camera_get_driver (const DermaCamera *camera)
{
  return camera->driver;
}

const gchar *
derma_camera_get_bus (const DermaCamera *camera)
{
  return camera->bus;
}

gint
derma_camera_call (DermaCamera *camera, gulong request, gpointer argument)
{
  return derma_camera_io_call (camera->io, camera->fd, request, argument);
}

gboolean
derma_camera_is_lost (gint code)
{
  return code == ENODEV || code == ENXIO || code == ESHUTDOWN || code == EBADF;
}

static gint
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *)a, y = *(const guint *)b;

  return x < y ? -1 : x > y;
}

static gboolean
parse_node (const gchar *name, guint *number)
{
  guint64 value;

  if (!g_str_has_prefix (name, "video")
      || !g_ascii_string_to_unsigned (name + strlen ("video"), 10, 0, 65535, &value, NULL))
    return FALSE;
  *number = (guint)value;
  return TRUE;
}

static GArray *
list_nodes (void)
{
  g_autoptr (GDir) folder = g_dir_open (FOLDER, 0, NULL);
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  const gchar *name;
  guint number;

  for (guint i = 0; folder && i < MAX_ENTRIES && (name = g_dir_read_name (folder)); i++)
    if (parse_node (name, &number))
      g_array_append_val (numbers, number);
  g_array_sort (numbers, compare_numbers);
  if (numbers->len > MAX_NODES)
    g_array_set_size (numbers, MAX_NODES);
  return numbers;
}

/*
 * Whether it gives pictures as it is. What a media controller has to connect first does not, and neither do the parts
 * of an image processor, which have no input: a Raspberry Pi and many a laptop have a dozen of such nodes, without a
 * camera too.
 */
static gboolean
is_whole (DermaCamera *camera)
{
  struct v4l2_input input = { .index = 0 };

  return !(camera->able & V4L2_CAP_IO_MC) && derma_camera_call (camera, VIDIOC_ENUMINPUT, &input) == 0;
}

gchar **
derma_camera_find_with (DermaCameraIo *io, gchar ***problems)
{
  g_autoptr (GArray) numbers = list_nodes ();
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) failed = g_strv_builder_new ();

  for (guint i = 0, n = 0; i < numbers->len && n < MAX_CAMERAS; i++) {
    g_autofree gchar *device = g_strdup_printf (FOLDER "/video%u", g_array_index (numbers, guint, i));
    g_autoptr (GError) error = NULL;
    g_autoptr (DermaCamera) camera = derma_camera_open_with (io, device, &error);

    if (camera && is_whole (camera)) {
      g_strv_builder_add (found, device);
      n++;
    } else if (!camera && !g_error_matches (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED))
      g_strv_builder_add (failed, error->message);
  }
  if (problems)
    *problems = g_strv_builder_end (failed);
  return g_strv_builder_end (found);
}

gchar **
derma_camera_find (gchar ***problems)
{
  return derma_camera_find_with (&derma_camera_io_libv4l2, problems);
}
