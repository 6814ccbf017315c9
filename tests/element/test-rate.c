/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames a second, by a clock that the test moves; and what the drawing says of them, of the lesion and of the age. */
#include "elementtest.h"
#include "painter.h"
#include "panel.h"
#include "rate.h"

#define SECOND G_USEC_PER_SEC

static void
test_counts (void)
{
  static const guint rates[] = { 1, 5, 25, 30, 60, 240 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    DermaRate rate = { 0 };
    gint64 now = 12345678;

    for (guint n = 0; n < rates[i]; n++)
      g_assert_cmpfloat (derma_rate_count (&rate, now + n * SECOND / rates[i]), ==, 0.0);
    g_assert_cmpfloat_with_epsilon (derma_rate_count (&rate, now + SECOND), rates[i], 0.01);
    /* It stands for a second. */
    g_assert_cmpfloat_with_epsilon (derma_rate_count (&rate, now + SECOND + 10), rates[i], 0.01);
  }
}

static void
test_changes (void)
{
  DermaRate rate = { 0 };
  gint64 now = SECOND;

  for (guint n = 0; n < 60; n++)
    derma_rate_count (&rate, now += SECOND / 30);
  g_assert_cmpfloat_with_epsilon (rate.rate, 30.0, 0.1);
  for (guint n = 0; n < 40; n++)
    derma_rate_count (&rate, now += SECOND / 10);
  g_assert_cmpfloat_with_epsilon (rate.rate, 10.0, 0.1);
  /* A frame after a long pause. */
  g_assert_cmpfloat (derma_rate_count (&rate, now += 100 * SECOND), <, 0.2);
}

/* All at once, or with a clock that goes back. */
static void
test_odd_clocks (void)
{
  DermaRate rate = { 0 };

  for (guint n = 0; n < 1000; n++)
    g_assert_cmpfloat (derma_rate_count (&rate, 5), ==, 0.0);
  g_assert_cmpfloat (derma_rate_count (&rate, 1), ==, 0.0);
  g_assert_cmpfloat (derma_rate_count (&rate, G_MAXINT64), <, 0.001);
  g_assert_cmpfloat (derma_rate_count (&rate, G_MININT64 / 2), <, 0.001);
}

static guint
painted (DermaPainter *painter, const DermaReading *reading)
{
  g_assert_nonnull (derma_painter_paint (painter, reading, 3, 640, 480));
  return derma_painter_get_n_painted (painter);
}

/* Painted anew only when the figures that are shown are others. */
static void
test_painted_anew (void)
{
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  element_test_reading (&reading);
  g_assert_cmpuint (painted (painter, &reading), ==, 1);
  reading.age = 499 * GST_MSECOND;
  g_assert_cmpuint (painted (painter, &reading), ==, 1);
  reading.age = 510 * GST_MSECOND;
  g_assert_cmpuint (painted (painter, &reading), ==, 2);
  reading.lesion++;
  g_assert_cmpuint (painted (painter, &reading), ==, 3);
  derma_painter_set_rate (painter, 29.97);
  g_assert_cmpuint (painted (painter, &reading), ==, 4);
  derma_painter_set_rate (painter, 30.01);
  g_assert_cmpuint (painted (painter, &reading), ==, 4);
  derma_painter_set_rate (painter, 31.0);
  g_assert_cmpuint (painted (painter, &reading), ==, 5);
  derma_painter_set_rate (painter, -1.0);
  g_assert_cmpuint (painted (painter, &reading), ==, 6);
}

static void
test_odd_figures (void)
{
  static const gdouble rates[] = { 0.0, 1e-9, 1e300, -1e300 };
  static const guint64 ages[] = { 0, GST_SECOND, 3600 * GST_SECOND, G_MAXUINT64 };
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  element_test_reading (&reading);
  for (guint i = 0; i < 4; i++)
    for (guint j = 0; j < 4; j++) {
      derma_painter_set_rate (painter, rates[i]);
      reading.age = ages[j];
      reading.lesion = j % 2 ? G_MAXUINT : 0;
      reading.state = j;
      g_assert_nonnull (derma_painter_paint (painter, &reading, 3, 320, 240));
    }
  g_assert_cmpuint (derma_panel_age (&reading), ==, G_MAXINT);
}

/* It goes before what is more important. */
static void
test_leaves_room (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  DermaPanel panel;

  element_test_reading (&reading);
  g_assert_true (derma_panel_fit (&panel, &reading, 3, 1280, 720));
  g_assert_true (panel.status);
  g_assert_cmpfloat (panel.rate, <, 0.0);
  g_assert_true (derma_panel_fit (&panel, &reading, 3, 230, 150));
  g_assert_false (panel.status);
}

static void
test_property (void)
{
  GstHarness *harness = element_test_harness ("dermaoverlay");
  gboolean shown = TRUE;

  g_object_get (harness->element, "show-rate", &shown, NULL);
  g_assert_false (shown);
  g_object_set (harness->element, "show-rate", TRUE, NULL);
  g_object_get (harness->element, "show-rate", &shown, NULL);
  g_assert_true (shown);
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/rate/counts", test_counts);
  g_test_add_func ("/rate/changes", test_changes);
  g_test_add_func ("/rate/odd-clocks", test_odd_clocks);
  g_test_add_func ("/rate/painted-anew", test_painted_anew);
  g_test_add_func ("/rate/odd-figures", test_odd_figures);
  g_test_add_func ("/rate/leaves-room", test_leaves_room);
  g_test_add_func ("/rate/property", test_property);
  return element_test_run ();
}
