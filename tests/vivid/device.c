/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device.h"

#include <derma/camera.h>

#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/videodev2.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DRIVER "/sys/bus/platform/drivers/vivid/"

gchar *
device_run (const gchar *line, gint status)
{
  const gchar *arguments[] = { "/bin/bash", "-c", line, NULL };
  g_autofree gchar *complaints = NULL;
  g_autoptr (GError) error = NULL;
  gchar *output;
  gint ended;

  g_spawn_sync (NULL, (gchar **)arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, &complaints, &ended, &error);
  g_assert_no_error (error);
  if (!WIFEXITED (ended) || WEXITSTATUS (ended) != status)
    g_error ("%s: ended with %d: %s%s", line, ended, output, complaints);
  return output;
}

void
device_load (const gchar *line)
{
  g_autofree gchar *command = g_strdup_printf ("$DERMA_LOAD %s", line);

  g_free (device_run (command, 0));
}

/* Nodes that somebody has open keep their number, so that it may be the next one. */
static void
wait_for_node (void)
{
  g_free (device_run ("until ls /dev/video* >/dev/null 2>&1; do sleep 0.05; done", 0));
}

void
device_load_vivid (void)
{
  if (g_access (DEVICE_NODE, F_OK) != 0)
    device_load ("vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0");
  wait_for_node ();
}

void
device_unbind_vivid (void)
{
  g_free (device_run ("echo vivid.0 >" DRIVER "unbind", 0));
}

void
device_bind_vivid (void)
{
  g_free (device_run ("echo vivid.0 >" DRIVER "bind", 0));
  wait_for_node ();
}

/* (transfer full): the node that vivid has now */
static gchar *
find_node (void)
{
  g_auto (GStrv) nodes = derma_camera_find (NULL);

  g_assert_nonnull (nodes[0]);
  return g_strdup (nodes[0]);
}

static guint32
find_control (const gchar *key, gint64 *value)
{
  g_autofree gchar *node = find_node ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaCamera) camera = derma_camera_open (node, &error);
  g_autoptr (GPtrArray) controls = camera ? derma_camera_list_controls (camera, NULL, &error) : NULL;
  const DermaControl *control;

  g_assert_no_error (error);
  control = derma_control_find (controls, key);
  if (!control)
    g_error ("%s: there is no such control", key);
  if (value)
    *value = control->value;
  return control->id;
}

void
device_set (const gchar *key, gint value)
{
  struct v4l2_control control = { .id = find_control (key, NULL), .value = value };
  g_autofree gchar *node = find_node ();
  gint fd = g_open (node, O_RDWR | O_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  if (ioctl (fd, VIDIOC_S_CTRL, &control) < 0)
    g_error ("%s: %s", key, g_strerror (errno));
  close (fd);
}

gint64
device_get (const gchar *key)
{
  gint64 value;

  find_control (key, &value);
  return value;
}
