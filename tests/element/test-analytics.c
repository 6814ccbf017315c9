/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The classification for elements that know GStreamer's own analytics. */
#define GST_USE_UNSTABLE_API
#include "analyticsmeta.h"
#include "elementtest.h"

#include <gst/analytics/analytics.h>

static GstAnalyticsClsMtd
find_classification (GstBuffer *buffer, guint index)
{
  GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta (buffer);
  gpointer state = NULL;
  GstAnalyticsMtd found;

  g_assert_nonnull (meta);
  for (guint i = 0; i <= index; i++)
    g_assert_true (gst_analytics_relation_meta_iterate (meta, &state, gst_analytics_cls_mtd_get_mtd_type (), &found));
  return found;
}

static void
assert_equal (const GstAnalyticsClsMtd *classification, const DermaReading *reading)
{
  g_assert_cmpuint (gst_analytics_cls_mtd_get_length (classification), ==, reading->classes->n);
  for (guint i = 0; i < reading->classes->n; i++) {
    const gint index =
        gst_analytics_cls_mtd_get_index_by_quark (classification, g_quark_from_string (reading->classes->labels[i]));

    g_assert_cmpint (index, ==, i);
    g_assert_cmpfloat (gst_analytics_cls_mtd_get_level (classification, i), ==, reading->probabilities[i]);
  }
}

static void
test_added (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  GstAnalyticsClsMtd classification;

  element_test_reading (&reading);
  g_assert_null (gst_buffer_get_analytics_relation_meta (buffer));
  derma_analytics_meta_add (buffer, &reading);
  classification = find_classification (buffer, 0);
  assert_equal (&classification, &reading);
}

/* What another element has found stays. */
static void
test_joins_others (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  GstAnalyticsClsMtd classification;

  element_test_reading (&reading);
  gst_analytics_relation_meta_add_one_cls_mtd (gst_buffer_add_analytics_relation_meta (buffer), 0.5f,
                                               g_quark_from_string ("hand"), &classification);
  derma_analytics_meta_add (buffer, &reading);
  classification = find_classification (buffer, 0);
  g_assert_cmpuint (gst_analytics_cls_mtd_get_length (&classification), ==, 1);
  classification = find_classification (buffer, 1);
  assert_equal (&classification, &reading);
}

static void
test_most_classes (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (DermaClasses) classes = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) labels = NULL;
  GstAnalyticsClsMtd classification;

  for (guint i = 0; i < DERMA_MAX_CLASSES; i++) {
    g_autofree gchar *label = g_strdup_printf ("class %u", i);

    g_strv_builder_add (builder, label);
  }
  labels = g_strv_builder_end (builder);
  classes = derma_classes_new ((const gchar *const *)labels, NULL);
  derma_reading_set_classes (&reading, classes);
  derma_analytics_meta_add (buffer, &reading);
  classification = find_classification (buffer, 0);
  assert_equal (&classification, &reading);
}

static void
test_on_frames (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);
  g_autoptr (GstBuffer) after = element_test_pass (harness, element_test_frame ("RGB", 64, 64, 1), 0);
  const GstAnalyticsClsMtd classification = find_classification (after, 0);
  const GValue *probabilities = gst_structure_get_value (element_test_meta (after), "probabilities");

  g_assert_cmpuint (gst_analytics_cls_mtd_get_length (&classification), ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat (gst_analytics_cls_mtd_get_level (&classification, i), ==,
                       (gfloat)g_value_get_double (gst_value_array_get_value (probabilities, i)));
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/analytics/added", test_added);
  g_test_add_func ("/analytics/joins-others", test_joins_others);
  g_test_add_func ("/analytics/most-classes", test_most_classes);
  g_test_add_func ("/analytics/on-frames", test_on_frames);
  return element_test_run ();
}
