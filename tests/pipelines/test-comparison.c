/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "comparison.h"

#include <math.h>
#include <string.h>

typedef struct {
  Comparison *comparison;
  FILE *file;
  gchar *text;
  size_t size;
} Fixture;

static void
set_up (Fixture *fixture)
{
  fixture->text = NULL;
  fixture->file = open_memstream (&fixture->text, &fixture->size);
  fixture->comparison = comparison_new (fixture->file);
}

static void
tear_down (Fixture *fixture)
{
  comparison_free (fixture->comparison);
  fclose (fixture->file);
  free (fixture->text);
}

static void
expect (Fixture *fixture, const gchar *text)
{
  comparison_print (fixture->comparison);
  fflush (fixture->file);
  g_assert_cmpstr (fixture->text, ==, text);
}

static void
set_array (GstStructure *structure, const gchar *name, const gchar *first, gdouble number)
{
  GValue array = G_VALUE_INIT;

  gst_value_array_init (&array, 2);
  for (guint i = 0; i < 2; i++) {
    GValue value = G_VALUE_INIT;

    if (first) {
      g_value_init (&value, G_TYPE_STRING);
      g_value_set_string (&value, i == 0 ? first : "nv");
    } else {
      g_value_init (&value, G_TYPE_DOUBLE);
      g_value_set_double (&value, i == 0 ? number : 1.0 - number);
    }
    gst_value_array_append_and_take_value (&array, &value);
  }
  gst_structure_take_value (structure, name, &array);
}

static GstStructure *
reading (const gchar *label, gdouble malignant, gboolean flagged)
{
  GstStructure *structure =
      gst_structure_new ("reading", "label", G_TYPE_STRING, label, "confidence", G_TYPE_DOUBLE, 0.75, "malignant",
                         G_TYPE_DOUBLE, malignant, "flagged", G_TYPE_BOOLEAN, flagged, NULL);

  set_array (structure, "labels", "mel", 0.0);
  set_array (structure, "probabilities", NULL, malignant);
  return structure;
}

static gboolean
take (Fixture *fixture, GstStructure *recorded, GstStructure *again, GstClockTime time)
{
  gboolean printed = comparison_take (fixture->comparison, recorded, again, time);

  g_clear_pointer (&recorded, gst_structure_free);
  g_clear_pointer (&again, gst_structure_free);
  return printed;
}

static void
test_equal (void)
{
  Fixture fixture;

  set_up (&fixture);
  for (guint i = 0; i < 4; i++)
    g_assert_false (take (&fixture, reading ("nv", 0.25, FALSE), reading ("nv", 0.25, FALSE), i * GST_SECOND));
  g_assert_cmpuint (comparison_get_count (fixture.comparison), ==, 4);
  expect (&fixture, "4 readings compared: 100.0 % of the same class, 100.0 % flagged alike, 0 differ\n"
                    "mean difference of the malignant score 0.0000, at most 0.0000 at 00:00.0\n"
                    "mean difference of the probabilities 0.0000\n");
  tear_down (&fixture);
}

/* A line where they begin to differ, and not for each reading that differs. */
static void
test_different (void)
{
  Fixture fixture;

  set_up (&fixture);
  g_assert_false (take (&fixture, reading ("nv", 0.25, FALSE), reading ("nv", 0.30, FALSE), 0));
  g_assert_true (take (&fixture, reading ("nv", 0.25, FALSE), reading ("mel", 0.75, TRUE), 3200 * GST_MSECOND));
  g_assert_false (take (&fixture, reading ("nv", 0.25, FALSE), reading ("mel", 0.70, TRUE), 4 * GST_SECOND));
  g_assert_false (take (&fixture, reading ("nv", 0.25, FALSE), reading ("nv", 0.25, FALSE), 5 * GST_SECOND));
  expect (&fixture, "00:03.2  recorded nv 0.75, malignant 0.25   now mel 0.75, malignant 0.75, flagged\n"
                    "4 readings compared: 50.0 % of the same class, 50.0 % flagged alike, 2 differ\n"
                    "mean difference of the malignant score 0.2500, at most 0.5000 at 00:03.2\n"
                    "mean difference of the probabilities 0.2500\n");
  tear_down (&fixture);
}

/* Nothing that the terminal obeys, and one line, whatever a sidecar says. */
static void
test_hostile_labels (void)
{
  Fixture fixture;

  set_up (&fixture);
  g_assert_true (
      take (&fixture, reading ("\033[31mn\302\233v\n", 0.25, FALSE), reading ("m\r\u2028el\a", 0.25, FALSE), 0));
  expect (&fixture, "00:00.0  recorded  [31mn v  0.75, malignant 0.25   now m  el  0.75, malignant 0.25\n"
                    "1 readings compared: 0.0 % of the same class, 100.0 % flagged alike, 1 differ\n"
                    "mean difference of the malignant score 0.0000, at most 0.0000 at 00:00.0\n"
                    "mean difference of the probabilities 0.0000\n");
  tear_down (&fixture);
}

static void
test_malignant_alone (void)
{
  Fixture fixture;

  set_up (&fixture);
  g_assert_true (take (&fixture, reading ("nv", 0.25, FALSE), reading ("nv", 0.375, FALSE), 0));
  g_assert_false (take (&fixture, reading ("nv", 0.25, FALSE), reading ("nv", 0.3, FALSE), 1));
  g_assert_true (take (&fixture, reading ("nv", 0.25, FALSE), reading ("nv", 0.25, TRUE), 2));
  tear_down (&fixture);
}

static void
test_nothing (void)
{
  Fixture fixture;

  set_up (&fixture);
  expect (&fixture, "no readings could be compared\n");
  tear_down (&fixture);
}

/* Another network may have other classes: their probabilities say nothing about each other. */
static void
test_other_classes (void)
{
  Fixture fixture;
  GstStructure *other = reading ("nv", 0.25, FALSE);

  set_up (&fixture);
  set_array (other, "labels", "scc", 0.0);
  g_assert_false (take (&fixture, reading ("nv", 0.25, FALSE), other, 0));
  expect (&fixture, "1 readings compared: 100.0 % of the same class, 100.0 % flagged alike, 0 differ\n"
                    "mean difference of the malignant score 0.0000, at most 0.0000 at 00:00.0\n"
                    "the classes are not the same ones\n");
  tear_down (&fixture);
}

/* Whatever lacks what a reading has is not counted. */
static void
test_malformed (void)
{
  static const gchar *const fields[] = { "label", "confidence", "malignant", "flagged" };
  Fixture fixture;

  set_up (&fixture);
  g_assert_false (take (&fixture, NULL, reading ("nv", 0.25, FALSE), 0));
  g_assert_false (take (&fixture, reading ("nv", 0.25, FALSE), NULL, 0));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    GstStructure *broken = reading ("nv", 0.25, FALSE);

    gst_structure_set (broken, fields[i], G_TYPE_UINT64, G_GUINT64_CONSTANT (7), NULL);
    g_assert_false (take (&fixture, reading ("nv", 0.25, FALSE), broken, 0));
  }
  g_assert_cmpuint (comparison_get_count (fixture.comparison), ==, 0);
  tear_down (&fixture);
}

static void
test_malformed_arrays (void)
{
  Fixture fixture;
  GstStructure *none = reading ("nv", 0.25, FALSE);
  GstStructure *texts = reading ("nv", 0.25, FALSE);

  set_up (&fixture);
  gst_structure_remove_field (none, "probabilities");
  set_array (texts, "probabilities", "much", 0.0);
  g_assert_false (take (&fixture, reading ("nv", 0.25, FALSE), none, 0));
  g_assert_false (take (&fixture, reading ("nv", 0.25, FALSE), texts, 0));
  g_assert_cmpuint (comparison_get_count (fixture.comparison), ==, 2);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/comparison/equal", test_equal);
  g_test_add_func ("/comparison/different", test_different);
  g_test_add_func ("/comparison/hostile-labels", test_hostile_labels);
  g_test_add_func ("/comparison/malignant-alone", test_malignant_alone);
  g_test_add_func ("/comparison/nothing", test_nothing);
  g_test_add_func ("/comparison/other-classes", test_other_classes);
  g_test_add_func ("/comparison/malformed", test_malformed);
  g_test_add_func ("/comparison/malformed-arrays", test_malformed_arrays);
  return g_test_run ();
}
