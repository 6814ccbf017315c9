/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the elements allocate while frames pass: nothing, once all has grown to size. What GStreamer makes for the meta
 * or the message that each frame is given is its own. */
#include "allocwatch.h"
#include "elementtest.h"
#include "readingmeta.h"

#include <derma/classes.h>

#define N_WARM 20
#define N_FRAMES 200
#define N_READINGS 50 /* by another thread */
#define N_KINDS 4
#define WIDTH 320
#define HEIGHT 240

/* @properties: NULL, or pairs of name and value */
static GstHarness *
make_classify (const gchar *const *properties, gboolean attached)
{
  GstHarness *harness = gst_harness_new ("dermaclassify");

  /* The mode is that of the start. */
  gst_element_set_state (harness->element, GST_STATE_NULL);
  g_object_set (harness->element, "post-messages", FALSE, NULL);
  for (; properties && *properties; properties += 2)
    gst_util_set_object_arg (G_OBJECT (harness->element), properties[0], properties[1]);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  if (attached)
    gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  element_test_set_caps (harness, "RGB", WIDTH, HEIGHT);
  return harness;
}

/* Frames that differ, so that each gives a reading of its own. */
static void
make_frames (GstBuffer **frames)
{
  for (guint i = 0; i < N_KINDS; i++)
    frames[i] = element_test_frame ("RGB", WIDTH, HEIGHT, i);
}

static void
drop_frames (GstBuffer **frames)
{
  for (guint i = 0; i < N_KINDS; i++)
    gst_buffer_unref (frames[i]);
}

static GstBuffer *
pass (GstHarness *harness, GstBuffer *const *frames, guint i)
{
  return element_test_pass (harness, gst_buffer_copy (frames[i % N_KINDS]), i * GST_MSECOND);
}

static AllocWatch
watch_frames (GstHarness *harness, guint n)
{
  GstBuffer *frames[N_KINDS];
  AllocWatch seen;

  make_frames (frames);
  for (guint i = 0; i < N_WARM + n; i++) {
    if (i == N_WARM)
      alloc_watch_begin ();
    gst_buffer_unref (pass (harness, frames, i));
  }
  seen = alloc_watch_end ();
  drop_frames (frames);
  return seen;
}

/* Passes frames from @first on until there have been @n readings, which frames do not wait for. Returns: the next one
 */
static guint
pass_readings (GstHarness *harness, GstBuffer *const *frames, guint n, guint first)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  guint64 last = GST_CLOCK_TIME_NONE;
  guint i = first;

  for (; n > 0 && g_get_monotonic_time () < deadline; i++) {
    g_autoptr (GstBuffer) out = pass (harness, frames, i);
    const GstStructure *meta = element_test_meta (out);

    if (meta && element_test_uint64 (meta, "pts") != last) {
      last = element_test_uint64 (meta, "pts");
      n--;
    }
    g_usleep (500);
  }
  g_assert_cmpuint (n, ==, 0);
  return i;
}

static void
check_nothing (const AllocWatch *seen)
{
  g_test_message ("%u own, %u for metas, %u of others%s", seen->n_own, seen->n_meta, seen->n_rest, seen->first_own);
  g_assert_cmpstr (seen->first_own, ==, "");
  g_assert_cmpuint (seen->n_own, ==, 0);
}

static void
check_steady (const gchar *const *properties, gboolean attached)
{
  GstHarness *harness = make_classify (properties, attached);
  const AllocWatch seen = watch_frames (harness, N_FRAMES);

  check_nothing (&seen);
  gst_harness_teardown (harness);
}

static void
test_sync (void)
{
  check_steady (NULL, FALSE);
}

static void
test_interval (void)
{
  check_steady ((const gchar *const[]){ "inference-interval", "3", NULL }, FALSE);
}

static void
test_evidence (void)
{
  check_steady ((const gchar *const[]){ "evidence-window", "1", NULL }, FALSE);
}

static void
test_adaptive (void)
{
  check_steady ((const gchar *const[]){ "adaptive", "true", NULL }, FALSE);
}

static void
test_messages (void)
{
  check_steady ((const gchar *const[]){ "post-messages", "true", NULL }, FALSE);
}

/* One reading on all frames: the overlay is painted once, in the first of them. */
static void
test_attached (void)
{
  check_steady ((const gchar *const[]){ "overlay", "true", "max-rate", "0.001", NULL }, TRUE);
}

/* Another thread reads as many frames as it can. */
static void
test_async (void)
{
  GstHarness *harness = make_classify ((const gchar *const[]){ "mode", "async", NULL }, FALSE);
  GstBuffer *frames[N_KINDS];
  AllocWatch seen;
  guint next;

  make_frames (frames);
  next = pass_readings (harness, frames, N_WARM, 0);
  alloc_watch_begin ();
  pass_readings (harness, frames, N_READINGS, next);
  seen = alloc_watch_end ();
  check_nothing (&seen);
  drop_frames (frames);
  gst_harness_teardown (harness);
}

/* The reading is parsed from each frame, the overlay painted once. */
static void
test_overlay_element (void)
{
  GstHarness *classify = make_classify (NULL, FALSE), *overlay = gst_harness_new ("dermaoverlay");
  g_autoptr (GstBuffer) read = element_test_pass (classify, element_test_frame ("RGB", WIDTH, HEIGHT, 1), 0);
  AllocWatch seen;

  gst_harness_add_propose_allocation_meta (overlay, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  element_test_set_caps (overlay, "RGB", WIDTH, HEIGHT);
  for (guint i = 0; i < N_WARM + N_FRAMES; i++) {
    g_autoptr (GstBuffer) out = NULL;

    if (i == N_WARM)
      alloc_watch_begin ();
    out = element_test_pass (overlay, gst_buffer_copy (read), i * GST_MSECOND);
    g_assert_nonnull (gst_buffer_get_video_overlay_composition_meta (out));
  }
  seen = alloc_watch_end ();
  check_nothing (&seen);
  gst_harness_teardown (overlay);
  gst_harness_teardown (classify);
}

/* What allocates is seen: a library of ours, the plugin, and what the plugin asks for. */
static void
test_library_is_seen (void)
{
  static const gchar *const labels[] = { "a", "b", NULL };
  DermaClasses *classes;
  AllocWatch seen;

  alloc_watch_begin ();
  classes = derma_classes_new (labels, NULL);
  seen = alloc_watch_end ();
  g_assert_cmpuint (seen.n_own, >=, 1);
  g_assert_cmpstr (seen.first_own, !=, "");
  derma_classes_unref (classes);
}

static void
test_painting_is_seen (void)
{
  GstHarness *harness = make_classify ((const gchar *const[]){ "overlay", "true", NULL }, TRUE);
  AllocWatch seen = watch_frames (harness, 4);

  g_assert_cmpuint (seen.n_own, >=, 4);
  gst_harness_teardown (harness);
}

static void
test_metas_are_seen (void)
{
  GstHarness *harness = make_classify (NULL, FALSE);
  AllocWatch seen = watch_frames (harness, 4);

  g_assert_cmpuint (seen.n_meta, >=, 4);
  g_assert_cmpuint (seen.n_rest, >=, 4);
  gst_harness_teardown (harness);
}

static void
test_test_is_not_ours (void)
{
  AllocWatch seen;

  alloc_watch_begin ();
  g_free (g_malloc (100));
  gst_buffer_unref (gst_buffer_new_allocate (NULL, 100, NULL));
  seen = alloc_watch_end ();
  g_assert_cmpuint (seen.n_own, ==, 0);
  g_assert_cmpuint (seen.n_rest, >=, 2);
}

/* A reading's fields that are changed in place are those that are made anew. */
static void
test_update (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GstStructure) changed = NULL;

  element_test_reading (&reading);
  changed = derma_reading_to_structure (&reading, "fields");
  for (guint i = 0; i < 8; i++) {
    g_autoptr (GstStructure) anew = NULL;

    reading.pts = i * GST_SECOND;
    reading.age = i;
    reading.latency = i * 3;
    reading.top = i % reading.classes->n;
    reading.confidence = reading.probabilities[i % reading.classes->n] = 0.1f * (gfloat)i;
    reading.malignant = 0.05f * (gfloat)i;
    reading.flagged = i % 2;
    reading.lesion = i;
    reading.typicality = 0.5f;
    reading.state = (DermaState)(i % 5);
    reading.quality = (DermaQuality){ .focus = 0.1f * (gfloat)i, .motion = 0.3f };
    reading.region = (DermaBox){ 0.1f, 0.2f, i % 3 ? 0.1f * (gfloat)i : 0.0f, 0.4f };
    derma_reading_update_structure (&reading, changed);
    anew = derma_reading_to_structure (&reading, "fields");
    g_assert_true (gst_structure_is_equal (changed, anew));
  }
}

int
main (int argc, char *argv[])
{
  if (g_getenv ("DERMA_UNDER")) {
    g_print ("1..0 # SKIP malloc() is another's here\n");
    return 0;
  }
  element_test_init (&argc, &argv);
  g_test_add_func ("/steady/sync", test_sync);
  g_test_add_func ("/steady/interval", test_interval);
  g_test_add_func ("/steady/evidence", test_evidence);
  g_test_add_func ("/steady/adaptive", test_adaptive);
  g_test_add_func ("/steady/messages", test_messages);
  g_test_add_func ("/steady/overlay-attached", test_attached);
  g_test_add_func ("/steady/overlay-element", test_overlay_element);
  g_test_add_func ("/steady/async", test_async);
  g_test_add_func ("/steady/seen/library", test_library_is_seen);
  g_test_add_func ("/steady/seen/painting", test_painting_is_seen);
  g_test_add_func ("/steady/seen/metas", test_metas_are_seen);
  g_test_add_func ("/steady/seen/not-the-test", test_test_is_not_ours);
  g_test_add_func ("/steady/update", test_update);
  return element_test_run ();
}
