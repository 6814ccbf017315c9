/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/control.h"
#include "fakecamera.h"

#include <errno.h>
#include <string.h>

typedef struct {
  FakeCamera fake;
  DermaCamera *camera;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_camera_init (&fixture->fake);
  fixture->camera = fake_camera_open (&fixture->fake);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  derma_camera_free (fixture->camera);
  fake_camera_clear (&fixture->fake);
}

static GPtrArray *
list (Fixture *fixture, gboolean expect_truncated)
{
  g_autoptr (GError) error = NULL;
  gboolean truncated = !expect_truncated;
  GPtrArray *controls = derma_camera_list_controls (fixture->camera, &truncated, &error);

  g_assert_no_error (error);
  g_assert_nonnull (controls);
  g_assert_cmpint (truncated, ==, expect_truncated);
  return controls;
}

static const DermaControl *
find (const GPtrArray *controls, const gchar *key)
{
  const DermaControl *control = derma_control_find (controls, key);

  g_assert_nonnull (control);
  return control;
}

static void
test_controls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = list (fixture, FALSE);
  const DermaControl *control;

  /* The class is a heading and no control. */
  g_assert_cmpuint (controls->len, ==, fixture->fake.n_controls - 1);
  control = find (controls, "white_balance_temperature");
  g_assert_cmphex (control->id, ==, V4L2_CID_WHITE_BALANCE_TEMPERATURE);
  g_assert_cmpstr (control->name, ==, "White Balance Temperature");
  g_assert_cmpint (control->type, ==, DERMA_CONTROL_INTEGER);
  g_assert_cmpint (control->minimum, ==, 2800);
  g_assert_cmpint (control->maximum, ==, 6500);
  g_assert_cmpuint (control->step, ==, 10);
  g_assert_cmpint (control->default_value, ==, 4600);
  g_assert_cmpint (control->value, ==, 5000);
  g_assert_cmpint (control->flags, ==, DERMA_CONTROL_HAS_VALUE | DERMA_CONTROL_INACTIVE);
  g_assert_null (control->items);
  control = find (controls, "brightness");
  g_assert_cmpint (control->minimum, ==, -64);
  g_assert_cmpint (control->flags, ==, DERMA_CONTROL_HAS_VALUE);
}

static void
test_find (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = list (fixture, FALSE);

  g_assert_true (derma_control_find (controls, "0x009a0902") == find (controls, "exposure_time_absolute"));
  g_assert_true (derma_control_find (controls, "0x980900") == find (controls, "brightness"));
  g_assert_null (derma_control_find (controls, "Brightness"));
  g_assert_null (derma_control_find (controls, "0x1"));
  g_assert_null (derma_control_find (controls, "0x"));
  g_assert_null (derma_control_find (controls, "0xffffffffff"));
  g_assert_null (derma_control_find (controls, ""));
}

static void
test_menu (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = list (fixture, FALSE);
  const DermaControl *control = find (controls, "auto_exposure");
  const DermaControlItem *item;

  g_assert_cmpint (control->type, ==, DERMA_CONTROL_MENU);
  g_assert_cmpuint (control->items->len, ==, 2);
  item = g_ptr_array_index (control->items, 0);
  g_assert_cmpint (item->value, ==, 1);
  g_assert_cmpstr (item->name, ==, "Manual Mode");
  item = g_ptr_array_index (control->items, 1);
  g_assert_cmpint (item->value, ==, 3);
}

static void
test_integer_menu (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = NULL;
  const DermaControlItem *item;

  fake_camera_add (&fixture->fake, (FakeControl){ .id = V4L2_CID_ISO_SENSITIVITY,
                                                  .type = V4L2_CTRL_TYPE_INTEGER_MENU,
                                                  .name = "ISO Sensitivity",
                                                  .maximum = 3,
                                                  .value = 2 });
  controls = list (fixture, FALSE);
  item = g_ptr_array_index (find (controls, "iso_sensitivity")->items, 2);
  g_assert_cmpint (item->value, ==, 2);
  g_assert_cmpstr (item->name, ==, "2000");
}

static void
test_integer64 (Fixture *fixture, gconstpointer data)
{
  const gint64 big = G_GINT64_CONSTANT (0x123456789a);
  g_autoptr (GPtrArray) controls = NULL;
  const DermaControl *control;
  gint64 value = 0;

  fake_camera_add (&fixture->fake, (FakeControl){ .id = V4L2_CID_PIXEL_RATE,
                                                  .type = V4L2_CTRL_TYPE_INTEGER64,
                                                  .name = "Pixel Rate",
                                                  .minimum = G_MININT64,
                                                  .maximum = G_MAXINT64,
                                                  .value = big });
  controls = list (fixture, FALSE);
  control = find (controls, "pixel_rate");
  g_assert_cmpint (control->type, ==, DERMA_CONTROL_INTEGER64);
  g_assert_cmpint (control->minimum, ==, G_MININT64);
  g_assert_cmpint (control->value, ==, big);
  g_assert_cmpint (derma_control_write (fixture->camera, control, -big), ==, 0);
  g_assert_cmpint (derma_control_read (fixture->camera, control, &value), ==, 0);
  g_assert_cmpint (value, ==, -big);
  g_assert_null (derma_control_refuse (control, G_MININT64));
  g_assert_null (derma_control_refuse (control, G_MAXINT64));
  g_assert_cmpint (derma_control_clamp (control, G_MAXINT64), ==, G_MAXINT64);
}

static void
test_bitmask (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = NULL;
  const DermaControl *control;
  g_autofree gchar *refusal = NULL;
  gint64 value = 0;

  fake_camera_add (&fixture->fake, (FakeControl){ .id = V4L2_CID_DETECT_CLASS_BASE + 1,
                                                  .type = V4L2_CTRL_TYPE_BITMASK,
                                                  .name = "Bits",
                                                  .maximum = 0x80000001,
                                                  .value = 0x80000001 });
  controls = list (fixture, FALSE);
  control = find (controls, "bits");
  g_assert_cmpint (control->value, ==, 0x80000001);
  g_assert_null (derma_control_refuse (control, 0x80000000));
  g_assert_cmpint (derma_control_write (fixture->camera, control, 0x80000000), ==, 0);
  g_assert_cmpint (derma_control_read (fixture->camera, control, &value), ==, 0);
  g_assert_cmpint (value, ==, 0x80000000);
  refusal = derma_control_refuse (control, 2);
  g_assert_cmpstr (refusal, ==, "2 has bits outside of 0x80000001");
}

static void
test_no_value (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = NULL;
  g_autofree gchar *refusal = NULL;

  fake_camera_add (&fixture->fake,
                   (FakeControl){ .id = V4L2_CID_DO_WHITE_BALANCE, .type = V4L2_CTRL_TYPE_BUTTON, .name = "Push" });
  fake_camera_add (
      &fixture->fake,
      (FakeControl){ .id = V4L2_CID_RDS_TX_PS_NAME, .type = V4L2_CTRL_TYPE_STRING, .name = "Text", .maximum = 8 });
  fake_camera_add (&fixture->fake, (FakeControl){ .id = V4L2_CID_RDS_TX_PI, .type = 0x7777, .name = "Compound" });
  controls = list (fixture, FALSE);
  g_assert_cmpint (find (controls, "push")->type, ==, DERMA_CONTROL_BUTTON);
  g_assert_cmpint (find (controls, "push")->flags & DERMA_CONTROL_HAS_VALUE, ==, 0);
  g_assert_cmpint (find (controls, "text")->type, ==, DERMA_CONTROL_OTHER);
  g_assert_cmpint (find (controls, "compound")->type, ==, DERMA_CONTROL_OTHER);
  g_assert_false (derma_control_is_writable (find (controls, "text")));
  refusal = derma_control_refuse (find (controls, "push"), 0);
  g_assert_cmpstr (refusal, ==, "has no value that can be set");
}

static void
test_flags (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = NULL;
  const DermaControl *control;

  fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->flags =
      V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_VOLATILE | V4L2_CTRL_FLAG_GRABBED | V4L2_CTRL_FLAG_UPDATE;
  fake_camera_get (&fixture->fake, V4L2_CID_GAIN)->flags = V4L2_CTRL_FLAG_WRITE_ONLY;
  fake_camera_get (&fixture->fake, V4L2_CID_FOCUS_AUTO)->flags = V4L2_CTRL_FLAG_DISABLED;
  controls = list (fixture, FALSE);
  control = find (controls, "brightness");
  g_assert_cmpint (control->flags, ==,
                   DERMA_CONTROL_HAS_VALUE | DERMA_CONTROL_READ_ONLY | DERMA_CONTROL_VOLATILE | DERMA_CONTROL_GRABBED);
  g_assert_false (derma_control_is_writable (control));
  control = find (controls, "gain");
  g_assert_cmpint (control->flags, ==, DERMA_CONTROL_WRITE_ONLY | DERMA_CONTROL_INACTIVE);
  control = find (controls, "focus_automatic_continuous");
  g_assert_cmpint (control->flags, ==, DERMA_CONTROL_DISABLED);
  g_assert_false (derma_control_is_writable (control));
}

static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = NULL;

  fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->read_error = EIO;
  controls = list (fixture, FALSE);
  g_assert_cmpint (find (controls, "brightness")->flags, ==, 0);
  g_assert_cmpint (find (controls, "gain")->value, ==, 40);
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = NULL;

  fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->name = "\xff\xfe\x01";
  fake_camera_get (&fixture->fake, V4L2_CID_GAIN)->name = "  Focus,\nAbsolute!! ";
  fake_camera_get (&fixture->fake, V4L2_CID_FOCUS_AUTO)->name = "0x009a0902";
  fake_camera_get (&fixture->fake, V4L2_CID_POWER_LINE_FREQUENCY)->name = "Thirty-two bytes without an end.";
  controls = list (fixture, FALSE);
  g_assert_true (g_utf8_validate (find (controls, "control_00980900")->name, -1, NULL));
  g_assert_cmpstr (find (controls, "focus_absolute")->name, ==, "Focus, Absolute!!");
  /* The second of that name, and a name that looks like an id. */
  g_assert_cmphex (find (controls, "focus_absolute_009a090a")->id, ==, V4L2_CID_FOCUS_ABSOLUTE);
  g_assert_cmphex (find (controls, "control_009a090c")->id, ==, V4L2_CID_FOCUS_AUTO);
  g_assert_cmpstr (find (controls, "thirty_two_bytes_without_an_end")->name, ==, "Thirty-two bytes without an end.");
}

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const gchar *key;
    gint64 value;
    const gchar *refusal;
  } CASES[] = {
    { "brightness", -64, NULL },
    { "brightness", 64, NULL },
    { "brightness", 65, "65 is not in -64..64" },
    { "brightness", -65, "-65 is not in -64..64" },
    { "brightness", G_MAXINT64, "9223372036854775807 is not in -64..64" },
    { "white_balance_temperature", 2810, NULL },
    { "white_balance_temperature", 2815, "2815 is not a step of 10 from 2800" },
    { "auto_exposure", 3, NULL },
    { "auto_exposure", 2, "2 is no item of the menu" },
    { "auto_exposure", 4, "4 is not in 0..3" },
    { "white_balance_automatic", 2, "2 is not in 0..1" },
  };
  g_autoptr (GPtrArray) controls = list (fixture, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree gchar *refusal = derma_control_refuse (find (controls, CASES[i].key), CASES[i].value);

    g_assert_cmpstr (refusal, ==, CASES[i].refusal);
  }
}

static void
test_clamp (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = list (fixture, FALSE);
  const DermaControl *control = find (controls, "white_balance_temperature");
  DermaControl upside_down = { .minimum = 10, .maximum = -10, .step = 1 };

  g_assert_cmpint (derma_control_clamp (control, 0), ==, 2800);
  g_assert_cmpint (derma_control_clamp (control, 2819), ==, 2810);
  g_assert_cmpint (derma_control_clamp (control, G_MAXINT64), ==, 6500);
  g_assert_cmpint (derma_control_clamp (control, G_MININT64), ==, 2800);
  g_assert_cmpint (derma_control_clamp (&upside_down, 0), ==, 10);
}

static void
test_set (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = list (fixture, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (derma_control_set (fixture->camera, find (controls, "brightness"), -7, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->value, ==, -7);
  /* What is late is waited for, what is rounded to the step has stuck. */
  fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->lazy = 3;
  g_assert_true (derma_control_set (fixture->camera, find (controls, "brightness"), 9, &error));
  g_assert_no_error (error);
  fake_camera_get (&fixture->fake, V4L2_CID_AUTO_WHITE_BALANCE)->value = 0;
  g_assert_true (derma_control_set (fixture->camera, find (controls, "white_balance_temperature"), 3009, &error));
  g_assert_no_error (error);
}

static void
assert_not_set (Fixture *fixture, DermaError code, const gchar *message)
{
  g_autoptr (GPtrArray) controls = list (fixture, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_false (derma_control_set (fixture->camera, find (controls, "brightness"), 20, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_set_errors (Fixture *fixture, gconstpointer data)
{
  FakeControl *brightness = fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS);

  brightness->stubborn = TRUE;
  assert_not_set (fixture, DERMA_ERROR_RUNTIME, FAKE_DEVICE ": brightness: does not stick: 20 was written, 3 is read");
  brightness->write_error = EBUSY;
  assert_not_set (fixture, DERMA_ERROR_BUSY, FAKE_DEVICE ": brightness: cannot be changed while the camera is in use");
  brightness->write_error = EACCES;
  assert_not_set (fixture, DERMA_ERROR_RUNTIME, FAKE_DEVICE ": brightness: the driver does not allow it at present");
  brightness->write_error = ERANGE;
  assert_not_set (fixture, DERMA_ERROR_RUNTIME, FAKE_DEVICE ": brightness: the driver refuses the value");
  brightness->write_error = ENODEV;
  assert_not_set (fixture, DERMA_ERROR_GONE, FAKE_DEVICE ": brightness: was unplugged");
  brightness->write_error = 0;
  brightness->read_error = EIO;
  assert_not_set (fixture, DERMA_ERROR_RUNTIME, FAKE_DEVICE ": brightness: Input/output error");
}

/* What must not be written at present, and need not be. */
static void
test_set_in_use (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = list (fixture, FALSE);
  g_autoptr (GError) error = NULL;

  fake_camera_get (&fixture->fake, V4L2_CID_BRIGHTNESS)->write_error = EBUSY;
  g_assert_true (derma_control_set (fixture->camera, find (controls, "brightness"), 3, &error));
  g_assert_no_error (error);
  g_assert_false (derma_control_set (fixture->camera, find (controls, "brightness"), 4, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_BUSY);
}

static void
test_endless (Fixture *fixture, gconstpointer data)
{
  static const FakeFaults FAULTS[] = { FAKE_ENDLESS_CONTROLS, FAKE_SAME_CONTROL, FAKE_GARBAGE };

  for (guint i = 0; i < G_N_ELEMENTS (FAULTS); i++) {
    g_autoptr (GPtrArray) controls = NULL;

    fixture->fake.faults = FAULTS[i];
    fixture->fake.n_calls = 0;
    controls = list (fixture, TRUE);
    g_assert_cmpuint (controls->len, <=, 256);
    g_assert_cmpuint (fixture->fake.n_calls, <=, 2 * 256 + 64 + 2);
  }
}

/* Every answer random, many times over: nothing to be learnt, nothing broken. */
static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  fixture->fake.faults = FAKE_GARBAGE;
  for (guint i = 0; i < 500; i++) {
    g_autoptr (GPtrArray) controls = list (fixture, TRUE);

    for (guint j = 0; j < controls->len; j++) {
      const DermaControl *control = g_ptr_array_index (controls, j);
      gint64 near = derma_control_clamp (control, control->value);

      g_free (derma_control_refuse (control, control->value));
      g_assert_true (g_utf8_validate (control->name, -1, NULL));
      g_assert_true (near >= control->minimum && (near <= control->maximum || near == control->minimum));
    }
  }
}

static void
test_endless_menu (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) controls = NULL;

  fake_camera_add (&fixture->fake, (FakeControl){ .id = V4L2_CID_SCENE_MODE,
                                                  .type = V4L2_CTRL_TYPE_MENU,
                                                  .name = "Scene",
                                                  .minimum = G_MININT64,
                                                  .maximum = G_MAXINT64 });
  controls = list (fixture, TRUE);
  g_assert_cmpuint (find (controls, "scene")->items->len, ==, 64);
  g_assert_cmpuint (fixture->fake.n_calls, <, 200);
}

static void
test_unplugged (Fixture *fixture, gconstpointer data)
{
  guint n_calls;

  fixture->fake.n_calls = 0;
  g_ptr_array_unref (list (fixture, FALSE));
  n_calls = fixture->fake.n_calls;
  for (guint i = 1; i < n_calls; i++) {
    g_autoptr (GError) error = NULL;

    fixture->fake.n_calls = 0;
    fixture->fake.gone_after = i;
    g_assert_null (derma_camera_list_controls (fixture->camera, NULL, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_GONE);
    g_assert_cmpuint (fixture->fake.n_calls, ==, i + 1);
  }
}

static void
test_type_names (void)
{
  g_assert_cmpstr (derma_control_type_to_string (DERMA_CONTROL_INTEGER_MENU), ==, "integer-menu");
  g_assert_cmpstr (derma_control_type_to_string (DERMA_CONTROL_OTHER), ==, "other");
  g_assert_null (derma_control_type_to_string (DERMA_N_CONTROL_TYPES));
  g_assert_null (derma_control_type_to_string ((DermaControlType)-1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/control/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("controls", test_controls);
  ADD ("find", test_find);
  ADD ("menu", test_menu);
  ADD ("integer-menu", test_integer_menu);
  ADD ("integer64", test_integer64);
  ADD ("bitmask", test_bitmask);
  ADD ("no-value", test_no_value);
  ADD ("flags", test_flags);
  ADD ("unreadable", test_unreadable);
  ADD ("names", test_names);
  ADD ("refusals", test_refusals);
  ADD ("clamp", test_clamp);
  ADD ("set", test_set);
  ADD ("set-errors", test_set_errors);
  ADD ("set-in-use", test_set_in_use);
  ADD ("endless", test_endless);
  ADD ("garbage", test_garbage);
  ADD ("endless-menu", test_endless_menu);
  ADD ("unplugged", test_unplugged);
#undef ADD
  g_test_add_func ("/control/type-names", test_type_names);
  return g_test_run ();
}
