/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The classification for elements that know GStreamer's own analytics. */
#define GST_USE_UNSTABLE_API
#include "analyticsmeta.h"
#include "elementtest.h"

#include <gst/analytics/analytics.h>

#include <math.h>
#include <stdlib.h>

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
  derma_analytics_meta_add (buffer, &reading, 200, 100);
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
  derma_analytics_meta_add (buffer, &reading, 200, 100);
  classification = find_classification (buffer, 0);
  g_assert_cmpuint (gst_analytics_cls_mtd_get_length (&classification), ==, 1);
  classification = find_classification (buffer, 1);
  assert_equal (&classification, &reading);
}

static gboolean
find_object (GstBuffer *buffer, GstAnalyticsODMtd *object)
{
  GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta (buffer);
  gpointer state = NULL;

  return gst_analytics_relation_meta_iterate (meta, &state, gst_analytics_od_mtd_get_mtd_type (), object);
}

static void
add_with_region (GstBuffer *buffer, DermaBox region)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  element_test_reading (&reading);
  reading.region = region;
  reading.typicality = 0.75f;
  derma_analytics_meta_add (buffer, &reading, 200, 100);
}

static void
assert_location (GstBuffer *buffer, gint x, gint y, gint width, gint height)
{
  GstAnalyticsODMtd object;
  gint found[4];
  gfloat confidence;

  g_assert_true (find_object (buffer, &object));
  g_assert_true (gst_analytics_od_mtd_get_location (&object, &found[0], &found[1], &found[2], &found[3], &confidence));
  g_assert_cmpint (found[0], ==, x);
  g_assert_cmpint (found[1], ==, y);
  g_assert_cmpint (found[2], ==, width);
  g_assert_cmpint (found[3], ==, height);
  g_assert_cmpfloat (confidence, ==, 0.75f);
}

static void
test_region (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  GstAnalyticsClsMtd classification;
  GstAnalyticsODMtd object;

  add_with_region (buffer, (DermaBox){ 0.25f, 0.1f, 0.5f, 0.6f });
  assert_location (buffer, 50, 10, 100, 60);
  g_assert_true (find_object (buffer, &object));
  classification = find_classification (buffer, 0);
  g_assert_cmpstr (g_quark_to_string (gst_analytics_od_mtd_get_obj_type (&object)), ==, "lesion");
  g_assert_cmpint (gst_analytics_relation_meta_get_relation (object.meta, object.id, classification.id), ==,
                   GST_ANALYTICS_REL_TYPE_RELATE_TO);
  g_assert_cmpint (gst_analytics_relation_meta_get_relation (object.meta, classification.id, object.id), ==,
                   GST_ANALYTICS_REL_TYPE_RELATE_TO);
}

static void
test_regions_keep_to_the_frame (void)
{
  static const DermaBox none[] = { { 0 },
                                   { 0.5f, 0.5f, 0, 0.5f },
                                   { 2, 2, 1, 1 },
                                   { 0.5f, 0.5f, 0.001f, 0.5f },
                                   { 0.5f, 0.5f, NAN, 0.5f },
                                   { 0.5f, 0.5f, -0.2f, 0.5f } };
  g_autoptr (GstBuffer) over = gst_buffer_new ();

  add_with_region (over, (DermaBox){ -1, 0.5f, 3, 7 });
  assert_location (over, 0, 50, 200, 50);
  for (guint i = 0; i < G_N_ELEMENTS (none); i++) {
    g_autoptr (GstBuffer) buffer = gst_buffer_new ();
    GstAnalyticsODMtd object;

    add_with_region (buffer, none[i]);
    g_assert_false (find_object (buffer, &object));
    find_classification (buffer, 0);
  }
}

static void
draw_by_others (void)
{
  g_autoptr (GstBuffer) after = NULL;
  GstHarness *harness = gst_harness_new ("objectdetectionoverlay");
  GstBuffer *frame;
  GstMapInfo map;

  gst_harness_set_src_caps_str (harness, "video/x-raw,format=RGBA,width=200,height=100,framerate=30/1");
  frame = gst_buffer_new_allocate (NULL, 200 * 100 * 4, NULL);
  gst_buffer_memset (frame, 0, 0, 200 * 100 * 4);
  GST_BUFFER_PTS (frame) = 0;
  add_with_region (frame, (DermaBox){ 0.25f, 0.1f, 0.5f, 0.6f });
  after = gst_harness_push_and_pull (harness, frame);
  g_assert_true (gst_buffer_map (after, &map, GST_MAP_READ));
  for (guint x = 60; x < 140; x += 20) {
    g_assert_cmpuint (
        map.data[(10 * 200 + x) * 4] | map.data[(10 * 200 + x) * 4 + 1] | map.data[(10 * 200 + x) * 4 + 2], !=, 0);
    g_assert_cmpuint (map.data[(85 * 200 + x) * 4], ==, 0);
  }
  gst_buffer_unmap (after, &map);
  gst_harness_teardown (harness);
}

/* GStreamer's overlay draws a box at the region; in a process of its own, as it keeps what it drew last for ever. */
static void
test_drawn_by_others (void)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find ("objectdetectionoverlay");

  if (!factory) {
    g_test_skip ("no objectdetectionoverlay here");
    return;
  }
  if (g_test_subprocess ()) {
    draw_by_others ();
    exit (0);
  }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
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
  derma_analytics_meta_add (buffer, &reading, 200, 100);
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
  g_test_add_func ("/analytics/region", test_region);
  g_test_add_func ("/analytics/regions-keep-to-the-frame", test_regions_keep_to_the_frame);
  g_test_add_func ("/analytics/drawn-by-others", test_drawn_by_others);
  g_test_add_func ("/analytics/most-classes", test_most_classes);
  g_test_add_func ("/analytics/on-frames", test_on_frames);
  return element_test_run ();
}
