/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fakecamera.h"

#include <errno.h>
#include <string.h>

typedef struct {
  FakeCamera fake;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_camera_init (&fixture->fake);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fake_camera_clear (&fixture->fake);
}

static void
assert_refused (FakeCamera *fake, DermaError code, const gchar *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_camera_open_with (&fake->io, FAKE_DEVICE, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_identity (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaCamera) camera = fake_camera_open (&fixture->fake);

  g_assert_cmpstr (derma_camera_get_device (camera), ==, FAKE_DEVICE);
  g_assert_cmpstr (derma_camera_get_card (camera), ==, "Dermatoscope");
  g_assert_cmpstr (derma_camera_get_driver (camera), ==, "uvcvideo");
  g_assert_cmpstr (derma_camera_get_bus (camera), ==, "usb-0000:00:14.0-2");
}

static void
test_old_driver (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaCamera) camera = NULL;

  fixture->fake.capability.capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_READWRITE;
  fixture->fake.capability.device_caps = 0;
  camera = fake_camera_open (&fixture->fake);
}

static void
test_open_errors (Fixture *fixture, gconstpointer data)
{
  static const struct {
    gint code;
    DermaError error;
    const gchar *message;
  } CASES[] = {
    { ENOENT, DERMA_ERROR_FILE, FAKE_DEVICE ": no such device" },
    { EACCES, DERMA_ERROR_FILE, FAKE_DEVICE ": permission denied (members of the group 'video' usually may)" },
    { EBUSY, DERMA_ERROR_BUSY, FAKE_DEVICE ": is in use by another program" },
    { ENODEV, DERMA_ERROR_GONE, FAKE_DEVICE ": was unplugged" },
    { ENOTTY, DERMA_ERROR_UNSUPPORTED, FAKE_DEVICE ": is not a video device" },
    { ENOSYS, DERMA_ERROR_UNSUPPORTED, FAKE_DEVICE ": is not a video device" },
    { EINVAL, DERMA_ERROR_UNSUPPORTED, FAKE_DEVICE ": is not a video device" },
    { EISDIR, DERMA_ERROR_UNSUPPORTED, FAKE_DEVICE ": is not a video device" },
    { EIO, DERMA_ERROR_RUNTIME, FAKE_DEVICE ": Input/output error" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    fixture->fake.open_error = CASES[i].code;
    assert_refused (&fixture->fake, CASES[i].error, CASES[i].message);
  }
}

static void
test_call_errors (Fixture *fixture, gconstpointer data)
{
  fixture->fake.call_error = EBUSY;
  assert_refused (&fixture->fake, DERMA_ERROR_BUSY, FAKE_DEVICE ": is in use by another program");
  fixture->fake.call_error = ENODEV;
  assert_refused (&fixture->fake, DERMA_ERROR_GONE, FAKE_DEVICE ": was unplugged");
  fixture->fake.call_error = ENOTTY;
  assert_refused (&fixture->fake, DERMA_ERROR_UNSUPPORTED, FAKE_DEVICE ": is not a video device");
}

static void
test_no_camera (Fixture *fixture, gconstpointer data)
{
  static const struct {
    guint32 able;
    const gchar *message;
  } CASES[] = {
    { V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING,
      FAKE_DEVICE ": captures metadata and no video; the camera's video is another node" },
    { V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING, FAKE_DEVICE ": shows video and captures none" },
    { V4L2_CAP_VIDEO_M2M | V4L2_CAP_STREAMING, FAKE_DEVICE ": converts video and captures none" },
    { V4L2_CAP_VBI_CAPTURE | V4L2_CAP_READWRITE, FAKE_DEVICE ": captures no video" },
    { V4L2_CAP_VIDEO_CAPTURE, FAKE_DEVICE ": captures video and has no way to pass it on" },
    { 0, FAKE_DEVICE ": captures no video" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    fixture->fake.capability.device_caps = CASES[i].able;
    assert_refused (&fixture->fake, DERMA_ERROR_UNSUPPORTED, CASES[i].message);
  }
}

static void
test_signals (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaCamera) camera = NULL;

  fixture->fake.interruptions = 7;
  camera = fake_camera_open (&fixture->fake);
  fixture->fake.interruptions = 0;
}

static void
test_signals_for_ever (Fixture *fixture, gconstpointer data)
{
  fixture->fake.interruptions = G_MAXUINT;
  assert_refused (&fixture->fake, DERMA_ERROR_RUNTIME, FAKE_DEVICE ": Interrupted system call");
}

static void
test_broken_strings (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaCamera) camera = NULL;

  memset (fixture->fake.capability.card, 0xff, sizeof fixture->fake.capability.card);
  memset (fixture->fake.capability.driver, 'x', sizeof fixture->fake.capability.driver);
  strcpy ((gchar *)fixture->fake.capability.bus_info, "usb\n\x1b[31m-\t2 ");
  camera = fake_camera_open (&fixture->fake);
  g_assert_true (g_utf8_validate (derma_camera_get_card (camera), -1, NULL));
  g_assert_cmpint (g_utf8_strlen (derma_camera_get_card (camera), -1), ==, 32);
  g_assert_cmpstr (derma_camera_get_driver (camera), ==, "xxxxxxxxxxxxxxxx");
  g_assert_cmpstr (derma_camera_get_bus (camera), ==, "usb  [31m- 2");
}

static void
test_free_nothing (void)
{
  derma_camera_free (NULL);
}

/* Nodes that are no devices at all, through libv4l2. */
static void
test_real_paths (void)
{
  static const gchar *const PATHS[] = { "/dev/null", "/", "/nowhere/video0", "/dev/null/video0", "" };

  for (guint i = 0; i < G_N_ELEMENTS (PATHS); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (derma_camera_open (PATHS[i], &error));
    g_assert_true (error->domain == DERMA_ERROR);
    g_assert_true (error->code == (i < 2 ? DERMA_ERROR_UNSUPPORTED : DERMA_ERROR_FILE));
    g_assert_true (g_str_has_prefix (error->message, PATHS[i]));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/camera/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("identity", test_identity);
  ADD ("old-driver", test_old_driver);
  ADD ("open-errors", test_open_errors);
  ADD ("call-errors", test_call_errors);
  ADD ("no-camera", test_no_camera);
  ADD ("signals", test_signals);
  ADD ("signals-for-ever", test_signals_for_ever);
  ADD ("broken-strings", test_broken_strings);
#undef ADD
  g_test_add_func ("/camera/free-nothing", test_free_nothing);
  g_test_add_func ("/camera/real-paths", test_real_paths);
  return g_test_run ();
}
