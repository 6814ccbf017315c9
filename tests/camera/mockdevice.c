/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mockdevice.h"

#include <errno.h>
#include <string.h>

gboolean
mock_testbed_is_possible (void)
{
  if (g_strcmp0 (g_getenv ("DERMA_UNDER"), "tsan") != 0)
    return TRUE;
  g_print ("1..0 # SKIP ThreadSanitizer does not see into umockdev\n");
  return FALSE;
}

UMockdevTestbed *
mock_testbed_new (void)
{
  const gchar *preloaded = g_getenv ("LD_PRELOAD");

  /* umockdev_in_mock_environment() says no also where it should say yes. */
  g_assert_true (preloaded && strstr (preloaded, "umockdev"));
  return umockdev_testbed_new ();
}

/* The structure that the argument points to, and the one that this points to; both go back to the caller as they
 * become. */
static gboolean
fetch (UMockdevIoctlData *argument, gulong request, UMockdevIoctlData **data, UMockdevIoctlData **values)
{
  *data = umockdev_ioctl_data_resolve (argument, 0, _IOC_SIZE (request), NULL);
  if (!*data)
    return FALSE;
  if (request != VIDIOC_G_EXT_CTRLS && request != VIDIOC_S_EXT_CTRLS)
    return TRUE;
  *values = umockdev_ioctl_data_resolve (*data, G_STRUCT_OFFSET (struct v4l2_ext_controls, controls),
                                         sizeof (struct v4l2_ext_control), NULL);
  return *values != NULL;
}

static gboolean
handle_ioctl (UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer user_data)
{
  gulong request = umockdev_ioctl_client_get_request (client);
  g_autoptr (UMockdevIoctlData) data = NULL;
  g_autoptr (UMockdevIoctlData) values = NULL;
  gint result;

  if (!fetch (umockdev_ioctl_client_get_arg (client), request, &data, &values)) {
    umockdev_ioctl_client_complete (client, -1, EFAULT);
    return TRUE;
  }
  errno = 0;
  result = fake_camera_ioctl (user_data, request, data->data);
  umockdev_ioctl_client_complete (client, result, errno);
  return TRUE;
}

void
mock_testbed_add (UMockdevTestbed *testbed, guint number, FakeCamera *fake)
{
  g_autofree gchar *description = g_strdup_printf ("P: /devices/usb1/1-%u/video4linux/video%u\nN: video%u\n"
                                                   "E: DEVNAME=/dev/video%u\nE: SUBSYSTEM=video4linux\n",
                                                   number, number, number, number);
  g_autofree gchar *node = g_strdup_printf ("/dev/video%u", number);
  g_autoptr (UMockdevIoctlBase) handler = umockdev_ioctl_base_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (umockdev_testbed_add_from_string (testbed, description, &error));
  g_signal_connect (handler, "handle-ioctl", G_CALLBACK (handle_ioctl), fake);
  g_assert_true (umockdev_testbed_attach_ioctl (testbed, node, handler, &error));
  g_assert_no_error (error);
}
