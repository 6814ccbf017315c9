/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fakecamera.h"

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
  GPtrArray *modes = derma_camera_list_modes (fixture->camera, &truncated, &error);

  g_assert_no_error (error);
  g_assert_nonnull (modes);
  g_assert_cmpint (truncated, ==, expect_truncated);
  return modes;
}

static void
test_modes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) modes = list (fixture, FALSE);
  const DermaCameraMode *mode;

  g_assert_cmpuint (modes->len, ==, 3);
  mode = g_ptr_array_index (modes, 0);
  g_assert_cmpstr (mode->format, ==, "MJPG");
  g_assert_cmphex (mode->fourcc, ==, V4L2_PIX_FMT_MJPEG);
  g_assert_cmpstr (mode->description, ==, "Motion-JPEG");
  g_assert_true (mode->compressed);
  g_assert_cmpuint (mode->min_width, ==, 1920);
  g_assert_cmpuint (mode->max_width, ==, 1920);
  g_assert_cmpuint (mode->min_height, ==, 1080);
  g_assert_cmpuint (mode->n_rates, ==, 2);
  g_assert_false (mode->rates_range);
  g_assert_cmpuint (mode->rates[0].numerator, ==, 30);
  g_assert_cmpuint (mode->rates[0].denominator, ==, 1);
  g_assert_cmpuint (mode->rates[1].denominator, ==, 2);
  mode = g_ptr_array_index (modes, 1);
  g_assert_cmpuint (mode->max_width, ==, 640);
}

static void
test_stepwise (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) modes = list (fixture, FALSE);
  const DermaCameraMode *mode = g_ptr_array_index (modes, 2);

  g_assert_cmpstr (mode->format, ==, "YUYV");
  g_assert_false (mode->compressed);
  g_assert_cmpuint (mode->min_width, ==, 160);
  g_assert_cmpuint (mode->max_width, ==, 1280);
  g_assert_cmpuint (mode->step_width, ==, 16);
  g_assert_cmpuint (mode->min_height, ==, 120);
  g_assert_cmpuint (mode->max_height, ==, 720);
  g_assert_cmpuint (mode->step_height, ==, 8);
}

static void
test_rate_range (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) modes = NULL;
  const DermaCameraMode *mode;

  fixture->fake.faults = FAKE_STEPWISE_RATES;
  modes = list (fixture, FALSE);
  mode = g_ptr_array_index (modes, 0);
  g_assert_cmpuint (mode->n_rates, ==, 2);
  g_assert_true (mode->rates_range);
  g_assert_cmpuint (mode->rates[0].numerator, ==, 1);
  g_assert_cmpuint (mode->rates[1].numerator, ==, 60);
}

/* Steps of 0, and limits the wrong way round. */
static void
test_odd_range (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) modes = NULL;
  const DermaCameraMode *mode;

  fixture->fake.formats[1].sizes[0].stepwise = (struct v4l2_frmsize_stepwise){ 1280, 160, 0, 720, 120, 0 };
  modes = list (fixture, FALSE);
  mode = g_ptr_array_index (modes, 2);
  g_assert_cmpuint (mode->min_width, ==, 160);
  g_assert_cmpuint (mode->max_height, ==, 720);
  g_assert_cmpuint (mode->step_width, ==, 1);
  g_assert_cmpuint (mode->step_height, ==, 1);
}

static void
test_no_sizes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) modes = NULL;
  const DermaCameraMode *mode;

  fixture->fake.faults = FAKE_NO_SIZES;
  modes = list (fixture, FALSE);
  g_assert_cmpuint (modes->len, ==, 2);
  mode = g_ptr_array_index (modes, 0);
  g_assert_cmpuint (mode->min_width, ==, 640);
  g_assert_cmpuint (mode->n_rates, ==, 2);
  mode = g_ptr_array_index (modes, 1);
  g_assert_cmpuint (mode->max_width, ==, 0);
  g_assert_cmpuint (mode->n_rates, ==, 0);
}

static void
test_no_formats (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) modes = NULL;

  fixture->fake.n_formats = 0;
  modes = list (fixture, FALSE);
  g_assert_cmpuint (modes->len, ==, 0);
}

static void
test_strange_format (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) modes = NULL;
  const DermaCameraMode *mode;

  fixture->fake.formats[0].fourcc = V4L2_PIX_FMT_Y16_BE;
  fixture->fake.formats[0].description = "\xc3\x28 broken\r\n and without an end, which a";
  fixture->fake.formats[1].fourcc = 0x0a00ff41;
  modes = list (fixture, FALSE);
  mode = g_ptr_array_index (modes, 0);
  g_assert_cmpstr (mode->format, ==, "Y16 -BE");
  g_assert_true (g_utf8_validate (mode->description, -1, NULL));
  g_assert_null (strpbrk (mode->description, "\r\n"));
  mode = g_ptr_array_index (modes, modes->len - 1);
  g_assert_cmpstr (mode->format, ==, "A???");
}

static void
test_endless (Fixture *fixture, gconstpointer data)
{
  static const FakeFaults FAULTS[] = { FAKE_ENDLESS_FORMATS, FAKE_ENDLESS_SIZES, FAKE_ENDLESS_RATES,
                                       FAKE_ENDLESS_FORMATS | FAKE_ENDLESS_SIZES | FAKE_ENDLESS_RATES, FAKE_GARBAGE };

  for (guint i = 0; i < G_N_ELEMENTS (FAULTS); i++) {
    g_autoptr (GPtrArray) modes = NULL;

    fixture->fake.faults = FAULTS[i];
    fixture->fake.n_calls = 0;
    modes = list (fixture, TRUE);
    g_assert_cmpuint (modes->len, >, 0);
    g_assert_cmpuint (modes->len, <=, 1024);
    g_assert_cmpuint (fixture->fake.n_calls, <=, 16384);
    for (guint j = 0; j < modes->len; j++)
      g_assert_cmpuint (((const DermaCameraMode *)g_ptr_array_index (modes, j))->n_rates, <=, 64);
  }
}

/* Unplugged at each question in turn. */
static void
test_unplugged (Fixture *fixture, gconstpointer data)
{
  guint n_calls;

  fixture->fake.n_calls = 0;
  g_ptr_array_unref (list (fixture, FALSE));
  n_calls = fixture->fake.n_calls;
  g_assert_cmpuint (n_calls, >, 5);
  for (guint i = 1; i < n_calls; i++) {
    g_autoptr (GError) error = NULL;

    fixture->fake.n_calls = 0;
    fixture->fake.gone_after = i;
    g_assert_null (derma_camera_list_modes (fixture->camera, NULL, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_GONE);
    g_assert_cmpstr (error->message, ==, FAKE_DEVICE ": was unplugged");
    g_assert_cmpuint (fixture->fake.n_calls, ==, i + 1);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/mode/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("modes", test_modes);
  ADD ("stepwise", test_stepwise);
  ADD ("rate-range", test_rate_range);
  ADD ("odd-range", test_odd_range);
  ADD ("no-sizes", test_no_sizes);
  ADD ("no-formats", test_no_formats);
  ADD ("strange-format", test_strange_format);
  ADD ("endless", test_endless);
  ADD ("unplugged", test_unplugged);
#undef ADD
  return g_test_run ();
}
