/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermaclassify evidence-window, and what is measured of each frame. */
#include "elementtest.h"

#define STEP (100 * GST_MSECOND)

static GstHarness *
new_harness (gdouble window)
{
  GstHarness *harness = element_test_classify ("RGB", 320, 240);

  g_object_set (harness->element, "evidence-window", window, NULL);
  return harness;
}

/* The state that frame @i carries. */
static gchar *
state_of (GstHarness *harness, guint i, guint32 seed)
{
  g_autoptr (GstBuffer) out = element_test_pass (harness, element_test_frame ("RGB", 320, 240, seed), i * STEP);

  return g_strdup (gst_structure_get_string (element_test_meta (out), "state"));
}

static gchar *
states (GstHarness *harness, guint first, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = first; i < first + n; i++) {
    g_autofree gchar *state = state_of (harness, i, 1);

    g_string_append_c (text, state[0]);
  }
  return g_string_free (text, FALSE);
}

/* A lesion that has just come into view is being acquired; then its reading stands or does not. */
static void
test_acquires (gconstpointer data)
{
  const gboolean stands = GPOINTER_TO_INT (data);
  GstHarness *harness = new_harness (2.0);
  g_autofree gchar *text = NULL;

  g_object_set (harness->element, "threshold", stands ? 0.0 : 1.0, NULL);
  text = states (harness, 0, 30);
  g_assert_true (g_str_has_prefix (text, "aaa"));
  g_assert_true (g_str_has_suffix (text, stands ? "sssss" : "uuuuu"));
  element_test_free (harness);
}

static void
test_off (void)
{
  GstHarness *harness = new_harness (0.0);
  g_autofree gchar *text = NULL;

  g_object_set (harness->element, "threshold", 0.0, NULL);
  text = states (harness, 0, 5);
  g_assert_cmpstr (text, ==, "sssss");
  element_test_free (harness);
}

/* A flush begins anew. */
static void
test_flush (void)
{
  GstHarness *harness = new_harness (2.0);
  g_autofree gchar *before = NULL, *after = NULL;

  g_object_set (harness->element, "threshold", 0.0, NULL);
  before = states (harness, 0, 30);
  element_test_flush (harness);
  after = states (harness, 0, 3);
  g_assert_true (g_str_has_suffix (before, "s"));
  g_assert_cmpstr (after, ==, "aaa");
  element_test_free (harness);
}

static gdouble
quality_of (GstBuffer *buffer, const gchar *name)
{
  const GValue *value = gst_structure_get_value (element_test_meta (buffer), "quality");

  return element_test_double (gst_value_get_structure (value), name);
}

/* Each frame's quality is measured; motion needs one before it. */
static void
test_quality (void)
{
  static const gchar *const names[] = { "focus", "exposure", "glare" };
  GstHarness *harness = new_harness (0.0);
  g_autoptr (GstBuffer) first = element_test_pass (harness, element_test_frame ("RGB", 320, 240, 3), 0);
  g_autoptr (GstBuffer) second = element_test_pass (harness, element_test_frame ("RGB", 320, 240, 3), STEP);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_cmpfloat (quality_of (first, names[i]), >=, 0.0);
    g_assert_cmpfloat (quality_of (first, names[i]), <=, 1.0);
  }
  g_assert_cmpfloat (quality_of (first, "motion"), ==, -1.0);
  g_assert_cmpfloat (quality_of (second, "motion"), >, 0.9);
  element_test_free (harness);
}

/* What is out of range is not taken. */
static void
test_range (void)
{
  GstHarness *harness = new_harness (60.0);
  gdouble window;

  g_object_get (harness->element, "evidence-window", &window, NULL);
  g_assert_cmpfloat (window, ==, 60.0);
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_data_func ("/evidence/stands", GINT_TO_POINTER (TRUE), test_acquires);
  g_test_add_data_func ("/evidence/uncertain", GINT_TO_POINTER (FALSE), test_acquires);
  g_test_add_func ("/evidence/off", test_off);
  g_test_add_func ("/evidence/flush", test_flush);
  g_test_add_func ("/evidence/quality", test_quality);
  g_test_add_func ("/evidence/range", test_range);
  return element_test_run ();
}
