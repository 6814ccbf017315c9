/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fakecamera.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  FakeCamera fake;
  DermaCamera *camera;
  gchar *folder;
  gchar *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_camera_init (&fixture->fake);
  fixture->camera = fake_camera_open (&fixture->fake);
  fixture->folder = g_dir_make_tmp ("derma-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "a.conf", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
  derma_camera_free (fixture->camera);
  fake_camera_clear (&fixture->fake);
}

static void
write_profile (Fixture *fixture, const gchar *text)
{
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
}

static gint64
value_of (Fixture *fixture, guint32 id)
{
  return fake_camera_get (&fixture->fake, id)->value;
}

static gboolean
apply (Fixture *fixture, GError **error)
{
  g_autoptr (DermaProfile) profile = derma_profile_load (fixture->path, error);

  return profile && derma_profile_apply (profile, fixture->camera, error);
}

static void
assert_applies (Fixture *fixture, const gchar *text)
{
  g_autoptr (GError) error = NULL;

  write_profile (fixture, text);
  g_assert_true (apply (fixture, &error));
  g_assert_no_error (error);
}

/* The message less the path, which goes before ": ". */
static void
assert_refuses (Fixture *fixture, const gchar *text, DermaError code, const gchar *message)
{
  g_autofree gchar *expected = g_strdup_printf ("%s: %s", fixture->path, message);
  g_autoptr (GError) error = NULL;
  guint n_writes = fixture->fake.n_writes;

  write_profile (fixture, text);
  g_assert_false (apply (fixture, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_cmpstr (error->message, ==, expected);
  g_assert_cmpuint (fixture->fake.n_writes, ==, n_writes);
}

static void
test_apply (Fixture *fixture, gconstpointer data)
{
  /* The automatic control goes first wherever it stands. */
  assert_applies (fixture, "# for the clinic\n[camera]\ncard=Other\n[controls]\n0x009a0902 = 120 \n"
                           "auto_exposure=1\nbrightness=-5\npower_line_frequency=2\n");
  g_assert_cmpint (value_of (fixture, V4L2_CID_EXPOSURE_ABSOLUTE), ==, 120);
  g_assert_cmpint (value_of (fixture, V4L2_CID_EXPOSURE_AUTO), ==, V4L2_EXPOSURE_MANUAL);
  g_assert_cmpint (value_of (fixture, V4L2_CID_BRIGHTNESS), ==, -5);
  g_assert_cmpint (value_of (fixture, V4L2_CID_POWER_LINE_FREQUENCY), ==, 2);
}

static void
test_words (Fixture *fixture, gconstpointer data)
{
  assert_applies (fixture, "[controls]\nwhite_balance_automatic=false\nwhite_balance_temperature=3000\n");
  g_assert_cmpint (value_of (fixture, V4L2_CID_AUTO_WHITE_BALANCE), ==, 0);
  g_assert_cmpint (value_of (fixture, V4L2_CID_WHITE_BALANCE_TEMPERATURE), ==, 3000);
  assert_applies (fixture, "[controls]\nwhite_balance_automatic=true\n");
  g_assert_cmpint (value_of (fixture, V4L2_CID_AUTO_WHITE_BALANCE), ==, 1);
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  assert_applies (fixture, "[controls]\n");
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
}

static void
test_save (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *card = NULL;

  fake_camera_add (&fixture->fake, (FakeControl){ .id = V4L2_CID_CONTRAST,
                                                  .type = V4L2_CTRL_TYPE_INTEGER,
                                                  .name = "Contrast",
                                                  .maximum = 9,
                                                  .flags = V4L2_CTRL_FLAG_READ_ONLY });
  fake_camera_add (&fixture->fake,
                   (FakeControl){ .id = V4L2_CID_DO_WHITE_BALANCE, .type = V4L2_CTRL_TYPE_BUTTON, .name = "Push" });
  g_assert_true (derma_profile_save (fixture->camera, fixture->path, &error));
  g_assert_no_error (error);
  g_assert_true (g_key_file_load_from_file (file, fixture->path, G_KEY_FILE_NONE, NULL));
  card = g_key_file_get_string (file, "camera", "card", NULL);
  g_assert_cmpstr (card, ==, "Dermatoscope");
  g_assert_cmpint (g_key_file_get_integer (file, "controls", "auto_exposure", NULL), ==, 3);
  g_assert_cmpint (g_key_file_get_integer (file, "controls", "brightness", NULL), ==, 3);
  /* What an automatic control moves, what cannot be written, what has no value. */
  g_assert_false (g_key_file_has_key (file, "controls", "exposure_time_absolute", NULL));
  g_assert_false (g_key_file_has_key (file, "controls", "contrast", NULL));
  g_assert_false (g_key_file_has_key (file, "controls", "push", NULL));
}

static void
test_save_and_apply (Fixture *fixture, gconstpointer data)
{
  FakeControl *brightness = fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS);
  FakeControl *focus = fake_camera_get (&fixture->fake, V4L2_CID_FOCUS_ABSOLUTE);
  g_autoptr (GError) error = NULL;

  fake_camera_get (&fixture->fake, V4L2_CID_FOCUS_AUTO)->value = 0;
  /* A driver may give what it would not take. */
  focus->value = 63;
  g_assert_true (derma_profile_save (fixture->camera, fixture->path, &error));
  brightness->value = 30;
  focus->value = 200;
  g_assert_true (apply (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpint (brightness->value, ==, 3);
  g_assert_cmpint (focus->value, ==, 60);
}

static void
test_save_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->fake.n_controls = 1; /* a class */
  g_assert_true (derma_profile_save (fixture->camera, fixture->path, &error));
  g_assert_true (apply (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
}

static void
test_entries (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const gchar *text;
    DermaError code;
    const gchar *message;
  } CASES[] = {
    { "[controls]\nbrightnes=1\n", DERMA_ERROR_ARGUMENT, "[controls] brightnes: the camera has no such control" },
    { "[controls]\n0x12=1\n", DERMA_ERROR_ARGUMENT, "[controls] 0x12: the camera has no such control" },
    { "[controls]\nbrightness=65\n", DERMA_ERROR_ARGUMENT, "[controls] brightness: 65 is not in -64..64" },
    { "[controls]\nfocus_absolute=3\n", DERMA_ERROR_ARGUMENT,
      "[controls] focus_absolute: 3 is not a step of 5 from 0" },
    { "[controls]\nauto_exposure=0\n", DERMA_ERROR_ARGUMENT, "[controls] auto_exposure: 0 is no item of the menu" },
    { "[controls]\nbrightness=1\n0x00980900=1\n", DERMA_ERROR_ARGUMENT,
      "[controls] 0x00980900: the control has an entry already" },
    { "[controls]\ngain=1\n", DERMA_ERROR_ARGUMENT, "[controls] gain: auto_exposure governs it and is on" },
    { "[controls]\nauto_exposure=3\nexposure_time_absolute=1\n", DERMA_ERROR_ARGUMENT,
      "[controls] exposure_time_absolute: auto_exposure governs it and is on" },
    { "[controls]\nbrightness=1\ngain=101\n", DERMA_ERROR_ARGUMENT, "[controls] gain: 101 is not in 0..100" },
    { "[controls]\nbrightness=dark\n", DERMA_ERROR_FORMAT,
      "[controls] brightness: is not a whole number, true or false" },
    { "[controls]\nbrightness=\n", DERMA_ERROR_FORMAT, "[controls] brightness: is not a whole number, true or false" },
    { "[controls]\nbrightness=1.5\n", DERMA_ERROR_FORMAT,
      "[controls] brightness: is not a whole number, true or false" },
    { "[controls]\nbrightness=99999999999999999999\n", DERMA_ERROR_FORMAT,
      "[controls] brightness: is not a whole number, true or false" },
    { "[controls]\n[contrast]\n", DERMA_ERROR_FORMAT, "[contrast]: not a group of such a file" },
    { "[camera]\ncard=x\n", DERMA_ERROR_FORMAT, "[controls]: the group is missing" },
    { "", DERMA_ERROR_FORMAT, "[controls]: the group is missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    assert_refuses (fixture, CASES[i].text, CASES[i].code, CASES[i].message);
}

static void
test_read_only (Fixture *fixture, gconstpointer data)
{
  fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->flags = V4L2_CTRL_FLAG_READ_ONLY;
  assert_refuses (fixture, "[controls]\nbrightness=1\n", DERMA_ERROR_ARGUMENT,
                  "[controls] brightness: cannot be set on this camera");
}

static void
test_does_not_stick (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->stubborn = TRUE;
  write_profile (fixture, "[controls]\nbrightness=9\n");
  g_assert_false (apply (fixture, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME);
  g_assert_cmpstr (error->message, ==, FAKE_DEVICE ": brightness: does not stick: 9 was written, 3 is read");
}

static void
assert_not_loaded (const gchar *path, DermaError code, const gchar *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_profile_load (path, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_no_profile (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *long_line = g_strnfill (60000, 'x');
  g_autofree gchar *long_file = g_strnfill (70000, '\n');
  g_autoptr (GError) error = NULL;

  assert_not_loaded (fixture->path, DERMA_ERROR_FILE, ": No such file");
  assert_not_loaded (fixture->folder, DERMA_ERROR_FILE, ": is not a file");
  assert_not_loaded ("/dev/zero", DERMA_ERROR_FILE, ": is not a file");
  write_profile (fixture, "\xff\xfe");
  assert_not_loaded (fixture->path, DERMA_ERROR_FORMAT, ": is not a text in UTF-8");
  g_assert_true (g_file_set_contents (fixture->path, "[controls]\0", 11, NULL));
  assert_not_loaded (fixture->path, DERMA_ERROR_FORMAT, ": is not a text in UTF-8");
  write_profile (fixture, "brightness=1\n");
  assert_not_loaded (fixture->path, DERMA_ERROR_FORMAT, ": Key file does not start with a group");
  write_profile (fixture, long_file);
  assert_not_loaded (fixture->path, DERMA_ERROR_LIMIT, ": is larger than 65536 bytes");
  write_profile (fixture, long_line);
  g_assert_null (derma_profile_load (fixture->path, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_cmpuint (strlen (error->message), <, strlen (fixture->path) + 300);
}

/* Would block for ever if it were opened as a file is. */
static void
test_pipe (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  assert_not_loaded (fixture->path, DERMA_ERROR_FILE, ": is not a file");
}

static void
assert_not_saved (Fixture *fixture, const gchar *path, const gchar *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (derma_profile_save (fixture->camera, path, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_no_place (Fixture *fixture, gconstpointer data)
{
  assert_not_saved (fixture, fixture->folder, ": exists and is not a file");
  assert_not_saved (fixture, "/dev/null", ": exists and is not a file");
  assert_not_saved (fixture, "/nowhere/a.conf", ": cannot be written: No such file");
}

static void
test_unplugged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->fake.n_calls = 0;
  fixture->fake.gone_after = 3;
  g_assert_false (derma_profile_save (fixture->camera, fixture->path, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_GONE);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

/* Saving what a camera makes up, and reading it again, must not go wrong whatever it makes up. */
static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  fixture->fake.faults = FAKE_GARBAGE;
  for (guint i = 0; i < 100; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (derma_profile_save (fixture->camera, fixture->path, &error));
    apply (fixture, &error);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/profile/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("apply", test_apply);
  ADD ("words", test_words);
  ADD ("empty", test_empty);
  ADD ("save", test_save);
  ADD ("save-and-apply", test_save_and_apply);
  ADD ("save-nothing", test_save_nothing);
  ADD ("entries", test_entries);
  ADD ("read-only", test_read_only);
  ADD ("does-not-stick", test_does_not_stick);
  ADD ("no-profile", test_no_profile);
  ADD ("pipe", test_pipe);
  ADD ("no-place", test_no_place);
  ADD ("unplugged", test_unplugged);
  ADD ("garbage", test_garbage);
#undef ADD
  return g_test_run ();
}
