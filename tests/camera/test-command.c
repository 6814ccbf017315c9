/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* derma camera as people call it, on devices of umockdev. */
#include "mockdevice.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

typedef struct {
  FakeCamera fake;
  UMockdevTestbed *testbed;
  gchar *home;
  gchar *out;
  gchar *err;
} Fixture;

static const gchar *command;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_camera_init (&fixture->fake);
  fixture->testbed = mock_testbed_new ();
  mock_testbed_add (fixture->testbed, 0, &fixture->fake);
  fixture->home = g_dir_make_tmp ("derma-XXXXXX", NULL);
}

static void
remove_folder (const gchar *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (folder && (name = g_dir_read_name (folder))) {
    g_autofree gchar *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR))
      remove_folder (child);
    else
      g_remove (child);
  }
  g_rmdir (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->testbed);
  remove_folder (fixture->home);
  g_free (fixture->home);
  g_free (fixture->out);
  g_free (fixture->err);
  fake_camera_clear (&fixture->fake);
}

/* Runs derma camera with the words of @arguments and returns its exit code. */
static gint
run (Fixture *fixture, const gchar *arguments)
{
  g_autofree gchar *line = g_strconcat (command, " camera ", arguments, NULL);
  g_auto (GStrv) argv = g_strsplit (g_strstrip (line), " ", -1);
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "XDG_STATE_HOME", fixture->home, TRUE);
  g_autoptr (GError) error = NULL;
  gint status;

  g_clear_pointer (&fixture->out, g_free);
  g_clear_pointer (&fixture->err, g_free);
  g_spawn_sync (NULL, argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &fixture->out, &fixture->err, &status, &error);
  g_assert_no_error (error);
  if (g_spawn_check_wait_status (status, &error))
    return 0;
  g_assert_true (error->domain == G_SPAWN_EXIT_ERROR);
  return error->code;
}

static void
assert_runs (Fixture *fixture, const gchar *arguments)
{
  gint code = run (fixture, arguments);

  g_assert_cmpstr (fixture->err, ==, "");
  g_assert_cmpint (code, ==, 0);
}

static void
assert_fails (Fixture *fixture, const gchar *arguments, gint expected, const gchar *message)
{
  gint code = run (fixture, arguments);
  g_autofree gchar *line = g_strconcat (message, "\n", NULL);

  g_assert_cmpstr (fixture->err, ==, line);
  g_assert_cmpint (code, ==, expected);
}

static void
assert_says (Fixture *fixture, const gchar *text)
{
  if (!strstr (fixture->out, text))
    g_test_message ("lacks '%s': %s", text, fixture->out);
  g_assert_nonnull (strstr (fixture->out, text));
}

static JsonNode *
parse (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (fixture->out, &error);

  g_assert_no_error (error);
  g_assert_true (g_utf8_validate (fixture->out, -1, NULL));
  return node;
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  FakeCamera metadata;

  fake_camera_init (&metadata);
  metadata.capability.device_caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
  mock_testbed_add (fixture->testbed, 1, &metadata);
  assert_runs (fixture, "list");
  g_assert_cmpstr (fixture->out, ==,
                   "/dev/video0  Dermatoscope  (uvcvideo, usb-0000:00:14.0-2, 3 modes, 9 controls)\n");
  assert_fails (fixture, "show /dev/video1", 1,
                "/dev/video1: captures metadata and no video; the camera's video is another node");
  g_clear_object (&fixture->testbed);
  fixture->testbed = mock_testbed_new ();
  assert_runs (fixture, "list");
  g_assert_cmpstr (fixture->out, ==, "There is no camera.\n");
  fake_camera_clear (&metadata);
}

static void
test_list_problems (Fixture *fixture, gconstpointer data)
{
  FakeCamera good;

  fixture->fake.call_error = EBUSY;
  assert_fails (fixture, "list", 1, "/dev/video0: is in use by another program");
  g_assert_cmpstr (fixture->out, ==, "");
  fake_camera_init (&good);
  mock_testbed_add (fixture->testbed, 2, &good);
  assert_fails (fixture, "list", 0, "/dev/video0: is in use by another program");
  g_assert_true (g_str_has_prefix (fixture->out, "/dev/video2  Dermatoscope"));
  g_clear_object (&fixture->testbed);
  fixture->testbed = mock_testbed_new ();
  fake_camera_clear (&good);
}

static void
test_json (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject *camera, *control;
  JsonArray *modes;

  assert_runs (fixture, "list --json");
  root = parse (fixture);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (root)), ==, 1);
  camera = json_array_get_object_element (json_node_get_array (root), 0);
  g_assert_cmpstr (json_object_get_string_member (camera, "device"), ==, "/dev/video0");
  g_assert_cmpstr (json_object_get_string_member (camera, "driver"), ==, "uvcvideo");
  modes = json_object_get_array_member (camera, "modes");
  g_assert_cmpuint (json_array_get_length (modes), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (modes, 0), "format"), ==, "MJPG");
  g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (modes, 2), "step_width"), ==, 16);
  control = json_array_get_object_element (json_object_get_array_member (camera, "controls"), 0);
  g_assert_cmpstr (json_object_get_string_member (control, "key"), ==, "brightness");
  g_assert_cmpint (json_object_get_int_member (control, "min"), ==, -64);
  g_assert_cmpint (json_object_get_int_member (control, "value"), ==, 3);
  g_assert_false (json_object_get_boolean_member (camera, "truncated"));
}

static void
test_show (Fixture *fixture, gconstpointer data)
{
  assert_runs (fixture, "show /dev/video0");
  assert_says (fixture, "card: Dermatoscope\n");
  assert_says (fixture, "  MJPG  1920x1080  30, 15 frames a second\n");
  assert_says (fixture, "  YUYV  160x120 to 1280x720 by 16x8  30 frames a second\n");
  assert_says (fixture, "  auto_exposure = 3  (menu 0..3)\n    1: Manual Mode\n    3: Aperture Priority Mode\n");
  assert_says (fixture, "  white_balance_temperature = 5000  (integer 2800..6500 by 10, inactive)\n");
  fixture->fake.faults = FAKE_STEPWISE_RATES | FAKE_NO_SIZES;
  assert_runs (fixture, "show /dev/video0");
  assert_says (fixture, "  MJPG  640x480  1 to 60 frames a second\n");
  assert_says (fixture, "  YUYV  size not told\n");
}

static void
test_save (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = g_build_filename (fixture->home, "a.conf", NULL);
  g_autofree gchar *save = g_strconcat ("show /dev/video0 --save ", path, NULL);
  g_autofree gchar *use = g_strconcat ("lock /dev/video0 --settle 0 --profile ", path, NULL);

  assert_runs (fixture, save);
  fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->value = 50;
  assert_runs (fixture, use);
  g_assert_cmpint (fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->value, ==, 3);
  assert_fails (fixture, "show /dev/video0 --save /dev/null", 1, "/dev/null: exists and is not a file");
}

static void
test_lock_and_restore (Fixture *fixture, gconstpointer data)
{
  const FakeControl *exposure = fake_camera_get (&fixture->fake, V4L2_CID_EXPOSURE_AUTO);
  g_autofree gchar *state =
      g_build_filename (fixture->home, "dermaclassify", "cameras", "usb-0000_00_14.0-2-Dermatoscope.conf", NULL);
  g_autofree gchar *message = g_strdup_printf ("/dev/video0: is not locked: there is no %s", state);

  assert_fails (fixture, "restore /dev/video0", 1, message);
  assert_runs (fixture, "lock /dev/video0 --settle 0");
  assert_says (fixture, "auto_exposure = 1\n");
  assert_says (fixture, "exposure_time_absolute = 300\n");
  assert_says (fixture, "The values had not settled after 0 s.\n");
  g_assert_cmpint (exposure->value, ==, 1);
  g_assert_true (g_file_test (state, G_FILE_TEST_IS_REGULAR));
  assert_runs (fixture, "lock /dev/video0 --settle 0");
  assert_runs (fixture, "restore /dev/video0");
  g_assert_cmpstr (fixture->out, ==, "");
  g_assert_cmpint (exposure->value, ==, 3);
  assert_fails (fixture, "restore /dev/video0", 1, message);
}

/* The exposure comes to rest while the command watches. */
static void
test_settle (Fixture *fixture, gconstpointer data)
{
  FakeControl *exposure = fake_camera_get (&fixture->fake, V4L2_CID_EXPOSURE_ABSOLUTE);

  fixture->fake.moves_streaming = TRUE;
  exposure->value = 1000;
  exposure->target = 157;
  exposure->speed = 400;
  assert_runs (fixture, "lock /dev/video0 --settle 60");
  assert_says (fixture, "exposure_time_absolute = 157\n");
  g_assert_null (strstr (fixture->out, "not settled"));
  g_assert_false (fixture->fake.streaming);
}

static void
test_lock_fails (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = g_build_filename (fixture->home, "a.conf", NULL);
  g_autofree gchar *use = g_strconcat ("lock /dev/video0 --profile ", path, NULL);
  g_autofree gchar *message = g_strconcat (path, ": [controls] gain: 900 is not in 0..100", NULL);
  g_autofree gchar *missing = g_strconcat (path, ": No such file or directory", NULL);

  fake_camera_get (&fixture->fake, V4L2_CID_EXPOSURE_ABSOLUTE)->kept = 156;
  assert_fails (fixture, "lock /dev/video0 --settle 0", 1,
                "/dev/video0: exposure_time_absolute: does not stick: 300 was written, 156 is read");
  g_assert_cmpint (fake_camera_get (&fixture->fake, V4L2_CID_EXPOSURE_AUTO)->value, ==, 3);
  assert_fails (fixture, use, 1, missing);
  g_assert_true (g_file_set_contents (path, "[controls]\nauto_exposure=1\ngain=900\n", -1, NULL));
  assert_fails (fixture, use, 1, message);
}

static void
test_broken_devices (Fixture *fixture, gconstpointer data)
{
  static const struct {
    gint code;
    const gchar *message;
  } CASES[] = {
    { EBUSY, "/dev/video0: is in use by another program" },
    { ENODEV, "/dev/video0: was unplugged" },
    { EACCES, "/dev/video0: permission denied (members of the group 'video' usually may)" },
    { ENOTTY, "/dev/video0: is not a video device" },
    { EIO, "/dev/video0: Input/output error" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    fixture->fake.call_error = CASES[i].code;
    assert_fails (fixture, "show /dev/video0", 1, CASES[i].message);
    assert_fails (fixture, "lock /dev/video0", 1, CASES[i].message);
  }
  assert_fails (fixture, "show /dev/video7", 1, "/dev/video7: no such device");
  assert_fails (fixture, "restore /dev/null", 1, "/dev/null: is not a video device");
}

/* Unplugged after a number of questions: what is said is short and true, whenever it happens. */
static void
test_unplugged (Fixture *fixture, gconstpointer data)
{
  for (guint i = 1; i < 120; i += 17) {
    fixture->fake.n_calls = 0;
    fixture->fake.gone_after = i;
    g_assert_cmpint (run (fixture, "lock /dev/video0"), ==, 1);
    g_assert_nonnull (strstr (fixture->err, "/dev/video0: "));
    g_assert_nonnull (strstr (fixture->err, "was unplugged\n"));
    g_assert_cmpstr (fixture->out, ==, "");
  }
}

static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) root = NULL;

  memset (fixture->fake.capability.card, 0xff, sizeof fixture->fake.capability.card);
  fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->name = "\x1b[2J\n\xc3";
  fixture->fake.faults = FAKE_ENDLESS_FORMATS | FAKE_ENDLESS_CONTROLS;
  assert_runs (fixture, "show --json /dev/video0");
  root = parse (fixture);
  g_assert_true (json_object_get_boolean_member (json_node_get_object (root), "truncated"));
  assert_runs (fixture, "show /dev/video0");
  assert_says (fixture, "The driver offers more than is listed.\n");
  g_assert_null (strchr (fixture->out, '\x1b'));
}

static void
test_usage (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const gchar *arguments;
    const gchar *message;
  } CASES[] = {
    { "", "derma camera: list, show, lock or restore? (--help tells more)" },
    { "look", "derma camera: list, show, lock or restore? (--help tells more)" },
    { "show", "derma camera show: 0 arguments where 1 are needed (--help tells more)" },
    { "lock /dev/video0 /dev/video1", "derma camera lock: 2 arguments where 1 are needed (--help tells more)" },
    { "lock /dev/video0 --settle -1", "derma camera lock: --settle: -1 is not in 0 to 60" },
    { "lock /dev/video0 --settle nan", "derma camera lock: --settle: nan is not in 0 to 60" },
    { "lock /dev/video0 --settle 61", "derma camera lock: --settle: 61 is not in 0 to 60" },
    { "list --fast", "derma camera list: Unknown option --fast (--help tells more)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    assert_fails (fixture, CASES[i].arguments, 2, CASES[i].message);
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
  assert_runs (fixture, "--help");
  assert_says (fixture, "list|show|lock|restore");
  assert_runs (fixture, "lock --help");
  assert_says (fixture, "--settle=SECONDS");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!mock_testbed_is_possible ())
    return 0;
  command = argv[1];
#define ADD(name, test) g_test_add ("/command/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("list", test_list);
  ADD ("list-problems", test_list_problems);
  ADD ("json", test_json);
  ADD ("show", test_show);
  ADD ("save", test_save);
  ADD ("lock-and-restore", test_lock_and_restore);
  ADD ("settle", test_settle);
  ADD ("lock-fails", test_lock_fails);
  ADD ("broken-devices", test_broken_devices);
  ADD ("unplugged", test_unplugged);
  ADD ("hostile", test_hostile);
  ADD ("usage", test_usage);
#undef ADD
  return g_test_run ();
}
