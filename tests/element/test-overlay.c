/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readings drawn by dermaclassify and dermaoverlay: blended, attached, or not at all. */
#include "elementtest.h"
#include "readingmeta.h"

#define WIDTH 320
#define HEIGHT 240
#define COMPOSITION_CAPS \
  "video/x-raw(memory:SystemMemory, meta:GstVideoOverlayComposition),format=I420,width=320,height=240,framerate=25/1"

static GstHarness *
drawing_classify (const gchar *format, gint width, gint height)
{
  GstHarness *harness = element_test_harness ("dermaclassify");

  g_object_set (harness->element, "overlay", TRUE, NULL);
  element_test_set_caps (harness, format, width, height);
  return harness;
}

static gboolean
equal_pixels (GstBuffer *a, GstBuffer *b)
{
  GstMapInfo left, right;
  gboolean equal;

  gst_buffer_map (a, &left, GST_MAP_READ);
  gst_buffer_map (b, &right, GST_MAP_READ);
  equal = left.size == right.size && memcmp (left.data, right.data, left.size) == 0;
  gst_buffer_unmap (a, &left);
  gst_buffer_unmap (b, &right);
  return equal;
}

static gboolean
caps_have_composition (GstHarness *harness)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (harness->sinkpad);

  return gst_caps_features_contains (gst_caps_get_features (caps, 0),
                                     GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION);
}

static void
test_blended (void)
{
  for (guint i = 0; element_test_formats[i]; i++) {
    GstHarness *harness = drawing_classify (element_test_formats[i], WIDTH, HEIGHT);
    GstBuffer *frame = element_test_frame (element_test_formats[i], WIDTH, HEIGHT, 2);
    g_autoptr (GstBuffer) before = gst_buffer_copy_deep (frame), after = element_test_pass (harness, frame, 0);

    g_assert_false (equal_pixels (before, after));
    g_assert_false (caps_have_composition (harness));
    g_assert_null (gst_buffer_get_video_overlay_composition_meta (after));
    g_assert_nonnull (element_test_meta (after));
    element_test_free (harness);
  }
}

/* Somebody else's frame stays as it was. */
static void
test_blended_on_a_copy (void)
{
  GstHarness *harness = drawing_classify ("I420", WIDTH, HEIGHT);
  g_autoptr (GstBuffer) frame = element_test_frame ("I420", WIDTH, HEIGHT, 2);
  g_autoptr (GstBuffer) before = gst_buffer_copy_deep (frame);
  g_autoptr (GstBuffer) after = element_test_pass (harness, gst_buffer_ref (frame), 0);

  g_assert_true (equal_pixels (before, frame));
  g_assert_false (equal_pixels (before, after));
  element_test_free (harness);
}

static void
test_small_frames_have_no_overlay (void)
{
  static const gint sizes[][2] = { { 1, 1 }, { 4, 4 }, { 31, 33 }, { 160, 120 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstHarness *harness = drawing_classify ("NV12", sizes[i][0], sizes[i][1]);
    GstBuffer *frame = element_test_frame ("NV12", sizes[i][0], sizes[i][1], 2);
    g_autoptr (GstBuffer) before = gst_buffer_copy_deep (frame), after = element_test_pass (harness, frame, 0);

    g_assert_true (equal_pixels (before, after));
    g_assert_nonnull (element_test_meta (after));
    element_test_free (harness);
  }
}

static void
test_attached (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");
  GstBuffer *frame = element_test_frame ("I420", WIDTH, HEIGHT, 2);
  g_autoptr (GstBuffer) before = gst_buffer_copy_deep (frame), after = NULL;
  GstVideoOverlayCompositionMeta *meta;

  g_object_set (harness->element, "overlay", TRUE, NULL);
  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  element_test_set_caps (harness, "I420", WIDTH, HEIGHT);
  after = element_test_pass (harness, frame, 0);
  g_assert_true (caps_have_composition (harness));
  g_assert_true (equal_pixels (before, after));
  meta = gst_buffer_get_video_overlay_composition_meta (after);
  g_assert_nonnull (meta);
  g_assert_cmpuint (gst_video_overlay_composition_n_rectangles (meta->overlay), ==, 1);
  element_test_free (harness);
}

/* Frames that carry the same reading carry the same overlay: nothing is painted anew. */
static void
test_attached_once (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");
  g_autoptr (GstBuffer) first = NULL, second = NULL;

  g_object_set (harness->element, "overlay", TRUE, "inference-interval", 9, NULL);
  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  element_test_set_caps (harness, "I420", WIDTH, HEIGHT);
  first = element_test_pass (harness, element_test_frame ("I420", WIDTH, HEIGHT, 2), 0);
  second = element_test_pass (harness, element_test_frame ("I420", WIDTH, HEIGHT, 3), 1);
  g_assert_true (gst_buffer_get_video_overlay_composition_meta (first)->overlay
                 == gst_buffer_get_video_overlay_composition_meta (second)->overlay);
  element_test_free (harness);
}

static GstVideoOverlayComposition *
somebodys_overlay (void)
{
  g_autoptr (GstBuffer) pixels = gst_buffer_new_allocate (NULL, 16 * 16 * 4, NULL);
  GstVideoOverlayRectangle *rectangle;
  GstVideoOverlayComposition *overlay;

  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 16, 16);
  rectangle = gst_video_overlay_rectangle_new_raw (pixels, 300, 200, 16, 16, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
  overlay = gst_video_overlay_composition_new (rectangle);
  gst_video_overlay_rectangle_unref (rectangle);
  return overlay;
}

/* An overlay that comes from upstream is joined, and not changed for others who hold it. */
static void
test_attached_to_another (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");
  GstBuffer *frame = element_test_frame ("I420", WIDTH, HEIGHT, 2);
  GstVideoOverlayComposition *other = somebodys_overlay ();
  g_autoptr (GstBuffer) after = NULL;

  g_object_set (harness->element, "overlay", TRUE, NULL);
  gst_harness_set_src_caps_str (harness, COMPOSITION_CAPS);
  gst_buffer_add_video_overlay_composition_meta (frame, other);
  after = element_test_pass (harness, frame, 0);
  g_assert_true (caps_have_composition (harness));
  g_assert_cmpuint (
      gst_video_overlay_composition_n_rectangles (gst_buffer_get_video_overlay_composition_meta (after)->overlay), ==,
      2);
  g_assert_cmpuint (gst_video_overlay_composition_n_rectangles (other), ==, 1);
  gst_video_overlay_composition_unref (other);
  element_test_free (harness);
}

static void
test_off_leaves_caps_alone (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");
  g_autoptr (GstBuffer) after = NULL;

  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  element_test_set_caps (harness, "I420", WIDTH, HEIGHT);
  after = element_test_pass (harness, element_test_frame ("I420", WIDTH, HEIGHT, 2), 0);
  g_assert_false (caps_have_composition (harness));
  g_assert_null (gst_buffer_get_video_overlay_composition_meta (after));
  element_test_free (harness);
}

static void
test_switched_while_playing (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");

  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  element_test_set_caps (harness, "I420", WIDTH, HEIGHT);
  for (guint i = 0; i < 6; i++) {
    g_autoptr (GstBuffer) after = NULL;

    g_object_set (harness->element, "overlay", i % 2, NULL);
    after = element_test_pass (harness, element_test_frame ("I420", WIDTH, HEIGHT, 2), i);
    g_assert_cmpint (caps_have_composition (harness), ==, i % 2);
    g_assert_cmpint (gst_buffer_get_video_overlay_composition_meta (after) != NULL, ==, i % 2);
  }
  element_test_free (harness);
}

static GstStructure *
valid_fields (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  element_test_reading (&reading);
  return derma_reading_to_structure (&reading, DERMA_READING_META_NAME);
}

/* Through dermaoverlay with these fields in the meta; NULL is no meta. Returns whether something was drawn. */
static gboolean
draws (GstHarness *harness, GstStructure *fields)
{
  GstBuffer *frame = element_test_frame ("I420", WIDTH, HEIGHT, 2);
  g_autoptr (GstBuffer) before = gst_buffer_copy_deep (frame), after = NULL;

  if (fields) {
    derma_reading_meta_set (frame, fields, 0);
    gst_structure_free (fields);
  }
  after = element_test_pass (harness, frame, 0);
  return !equal_pixels (before, after);
}

static GstHarness *
overlay_harness (void)
{
  GstHarness *harness = element_test_harness ("dermaoverlay");

  element_test_set_caps (harness, "I420", WIDTH, HEIGHT);
  return harness;
}

static void
test_dermaoverlay (void)
{
  GstHarness *harness = overlay_harness ();

  g_assert_true (draws (harness, valid_fields ()));
  g_assert_false (draws (harness, NULL));
  g_assert_true (draws (harness, valid_fields ()));
  g_object_set (harness->element, "enabled", FALSE, NULL);
  g_assert_false (draws (harness, valid_fields ()));
  g_object_set (harness->element, "enabled", TRUE, "top-k", 1, NULL);
  g_assert_true (draws (harness, valid_fields ()));
  element_test_free (harness);
}

typedef struct {
  GObject *element;
  gint ended;  /* atomic */
  gint wanted; /* atomic: whether it is to stand still */
  gint still;  /* atomic: whether it does */
} Setter;

static gpointer
set_top_k (gpointer data)
{
  Setter *setter = data;

  for (guint i = 0; !g_atomic_int_get (&setter->ended); i++) {
    const gboolean still = g_atomic_int_get (&setter->wanted);

    g_atomic_int_set (&setter->still, still);
    if (!still)
      g_object_set (setter->element, "top-k", 1 + i % 3, NULL);
  }
  return NULL;
}

/* Another property that is set at the same time does not undo it. */
static void
test_dermaoverlay_two_threads (void)
{
  GstHarness *harness = overlay_harness ();
  Setter setter = { .element = G_OBJECT (harness->element) };
  GThread *thread = g_thread_new ("setter", set_top_k, &setter);

  for (guint i = 0; i < 300; i++) {
    gboolean enabled;

    g_object_set (harness->element, "enabled", i % 2, NULL);
    g_atomic_int_set (&setter.wanted, TRUE);
    while (!g_atomic_int_get (&setter.still))
      g_thread_yield ();
    g_object_get (harness->element, "enabled", &enabled, NULL);
    g_assert_cmpint (enabled, ==, i % 2);
    g_assert_cmpint (draws (harness, valid_fields ()), ==, enabled);
    g_atomic_int_set (&setter.wanted, FALSE);
    while (g_atomic_int_get (&setter.still))
      g_thread_yield ();
  }
  g_atomic_int_set (&setter.ended, TRUE);
  g_thread_join (thread);
  element_test_free (harness);
}

static void
test_dermaoverlay_hostile (void)
{
  static const gchar *const wrong[] = {
    "DermaReading", "DermaReading,label=(string)x",
    "DermaReading,labels=(string)<a,b>,probabilities=(double)<0.5>,label=(string)a,confidence=0.5,malignant=0.1,"
    "operating-point=0.5,flagged=(boolean)false,state=(string)stable",
    "DermaReading,labels=(string)<a>,probabilities=(double)<0.5>,label=(string)a,confidence=0.5,malignant=0.1,"
    "operating-point=0.5,flagged=(boolean)false,state=(string)invented",
    "DermaReading,labels=(int)<1,2>,probabilities=(string)<a,b>,label=(int)7,confidence=(string)high,"
    "malignant=(int)1,operating-point=(string)x,flagged=(int)9,state=(int)1,quality=(int)1,model=(int)2"
  };
  GstHarness *harness = overlay_harness ();

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    GstStructure *fields = gst_structure_from_string (wrong[i], NULL);

    g_assert_nonnull (fields);
    g_assert_false (draws (harness, fields));
  }
  g_assert_true (draws (harness, valid_fields ()));
  g_assert_null (element_test_message (harness, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
  element_test_free (harness);
}

/* The overlay of a reading is the same, whoever draws it. */
static void
test_same_painter (void)
{
  GstHarness *both = drawing_classify ("I420", WIDTH, HEIGHT),
             *classify = element_test_classify ("I420", WIDTH, HEIGHT);
  GstHarness *overlay = overlay_harness ();
  g_autoptr (GstBuffer) one = element_test_pass (both, element_test_frame ("I420", WIDTH, HEIGHT, 2), 0);
  g_autoptr (GstBuffer) two =
      element_test_pass (overlay, element_test_pass (classify, element_test_frame ("I420", WIDTH, HEIGHT, 2), 0), 0);

  g_assert_true (equal_pixels (one, two));
  element_test_free (both);
  element_test_free (classify);
  element_test_free (overlay);
}

static void
test_short_buffer (void)
{
  GstHarness *harness = overlay_harness ();
  g_autoptr (GstStructure) fields = valid_fields ();

  for (guint i = 0; i < 2; i++) {
    GstBuffer *frame = gst_buffer_new_allocate (NULL, 10, NULL);
    g_autoptr (GstBuffer) after = NULL;

    derma_reading_meta_set (frame, fields, 0);
    after = element_test_pass (harness, frame, i);
    g_assert_cmpuint (gst_buffer_get_size (after), ==, 10);
  }
  element_test_expect (harness, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "pixels");
  g_assert_null (element_test_message (harness, GST_MESSAGE_WARNING));
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/overlay/blended", test_blended);
  g_test_add_func ("/overlay/blended-on-a-copy", test_blended_on_a_copy);
  g_test_add_func ("/overlay/small-frames", test_small_frames_have_no_overlay);
  g_test_add_func ("/overlay/attached", test_attached);
  g_test_add_func ("/overlay/attached-once", test_attached_once);
  g_test_add_func ("/overlay/attached-to-another", test_attached_to_another);
  g_test_add_func ("/overlay/off-leaves-caps-alone", test_off_leaves_caps_alone);
  g_test_add_func ("/overlay/switched-while-playing", test_switched_while_playing);
  g_test_add_func ("/dermaoverlay/draws", test_dermaoverlay);
  g_test_add_func ("/dermaoverlay/two-threads", test_dermaoverlay_two_threads);
  g_test_add_func ("/dermaoverlay/hostile", test_dermaoverlay_hostile);
  g_test_add_func ("/dermaoverlay/same-painter", test_same_painter);
  g_test_add_func ("/dermaoverlay/short-buffer", test_short_buffer);
  return element_test_run ();
}
