/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures that whoever shows them is to crop, by a GstVideoCropMeta: they are not asked for, and not read whole. */
#include "elementtest.h"

#include <string.h>

#define WIDTH 320
#define HEIGHT 240
#define CUT 64

static void
invite (GstHarness *harness)
{
  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_META_API_TYPE, NULL);
  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_CROP_META_API_TYPE, NULL);
  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_CROP_META_API_TYPE, NULL);
}

/* What is downstream takes such metas: upstream hears of all others. */
static void
test_not_asked_for (void)
{
  static const gchar *const elements[] = { "dermaclassify", "dermaoverlay" };

  for (guint i = 0; i < G_N_ELEMENTS (elements); i++) {
    GstHarness *harness = element_test_harness (elements[i]);
    g_autoptr (GstCaps) caps = NULL;
    GstQuery *query;

    invite (harness);
    gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
    element_test_set_caps (harness, "I420", WIDTH, HEIGHT);
    caps = gst_pad_get_current_caps (harness->srcpad);
    query = gst_query_new_allocation (caps, FALSE);
    g_assert_true (gst_pad_peer_query (harness->srcpad, query));
    g_assert_false (gst_query_find_allocation_meta (query, GST_VIDEO_CROP_META_API_TYPE, NULL));
    g_assert_true (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL));
    g_assert_true (gst_query_find_allocation_meta (query, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL));
    gst_query_unref (query);
    element_test_free (harness);
  }
}

/* An element that cuts the picture, and perhaps others behind it; free with gst_harness_teardown(). */
static GstHarness *
cropping (const gchar *behind)
{
  g_autofree gchar *line = g_strdup_printf ("videocrop left=%u %s", CUT, behind);
  GstHarness *harness = gst_harness_new_parse (line);

  invite (harness);
  element_test_set_caps (harness, "GRAY8", WIDTH, HEIGHT);
  return harness;
}

static gboolean
can_crop (void)
{
  GstElementFactory *factory = gst_element_factory_find ("videocrop");

  if (factory)
    gst_object_unref (factory);
  else
    g_test_skip ("there is no videocrop");
  return factory != NULL;
}

/* The right part of the frame, cut here. */
static GstBuffer *
cut (GstBuffer *frame)
{
  const guint width = WIDTH - CUT;
  GstBuffer *part = gst_buffer_new_allocate (NULL, width * HEIGHT, NULL);
  GstMapInfo from, to;

  g_assert_true (gst_buffer_map (frame, &from, GST_MAP_READ));
  g_assert_true (gst_buffer_map (part, &to, GST_MAP_WRITE));
  for (guint y = 0; y < HEIGHT; y++)
    memcpy (to.data + y * width, from.data + y * WIDTH + CUT, width);
  gst_buffer_unmap (part, &to);
  gst_buffer_unmap (frame, &from);
  return part;
}

/* The same pixels and the same reading as of a picture that comes cropped. */
static void
test_cropped_upstream (void)
{
  g_autoptr (GstBuffer) frame = element_test_frame ("GRAY8", WIDTH, HEIGHT, 3);
  g_autoptr (GstBuffer) alone = NULL, before = NULL, after = NULL;
  GstHarness *harness;
  GstMapInfo a, b;

  if (!can_crop ())
    return;
  harness = cropping ("");
  alone = element_test_pass (harness, gst_buffer_copy_deep (frame), 0);
  g_assert_nonnull (gst_buffer_get_video_crop_meta (alone));
  gst_harness_teardown (harness);
  harness = element_test_harness ("dermaclassify");
  g_object_set (harness->element, "overlay", TRUE, NULL);
  element_test_set_caps (harness, "GRAY8", WIDTH - CUT, HEIGHT);
  before = element_test_pass (harness, cut (frame), 0);
  element_test_free (harness);
  harness = cropping ("! dermaclassify overlay=true");
  after = element_test_pass (harness, gst_buffer_copy_deep (frame), 0);
  g_assert_null (gst_buffer_get_video_crop_meta (after));
  g_assert_cmpfloat (element_test_double (element_test_meta (after), "malignant"), ==,
                     element_test_double (element_test_meta (before), "malignant"));
  g_assert_true (gst_buffer_map (before, &a, GST_MAP_READ) && gst_buffer_map (after, &b, GST_MAP_READ));
  g_assert_cmpmem (a.data, a.size, b.data, b.size);
  gst_buffer_unmap (after, &b);
  gst_buffer_unmap (before, &a);
  gst_harness_teardown (harness);
}

static GstBuffer *
marked (guint x, guint y, guint width, guint height)
{
  GstBuffer *frame = element_test_frame ("GRAY8", WIDTH, HEIGHT, 3);
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (frame);

  crop->x = x;
  crop->y = y;
  crop->width = width;
  crop->height = height;
  return frame;
}

/* Metas that come without being asked for. */
static const struct {
  guint x, y, width, height;
} wrong[] = { { CUT, 0, WIDTH - CUT, HEIGHT },
              { 0, 1, WIDTH, HEIGHT - 1 },
              { 0, 0, WIDTH - 1, HEIGHT },
              { 0, 0, WIDTH, HEIGHT - 1 },
              { 1, 1, WIDTH, HEIGHT },
              { 0, 0, 0, 0 },
              { G_MAXUINT, G_MAXUINT, G_MAXUINT, G_MAXUINT } };

static void
test_strange_metas_not_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    GstHarness *harness = element_test_classify ("GRAY8", WIDTH, HEIGHT);
    GstBuffer *frame = marked (wrong[i].x, wrong[i].y, wrong[i].width, wrong[i].height);
    g_autoptr (GstBuffer) after = element_test_pass (harness, frame, 0);

    g_assert_null (element_test_meta (after));
    element_test_expect (harness, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "not the pixels");
    element_test_free (harness);
  }
}

static void
test_strange_metas_not_drawn_on (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    GstHarness *classify = element_test_classify ("GRAY8", WIDTH, HEIGHT);
    GstHarness *overlay = element_test_harness ("dermaoverlay");
    g_autoptr (GstBuffer) read = element_test_pass (classify, element_test_frame ("GRAY8", WIDTH, HEIGHT, 3), 0);
    g_autoptr (GstBuffer) frame = marked (wrong[i].x, wrong[i].y, wrong[i].width, wrong[i].height);
    g_autoptr (GstBuffer) after = NULL;
    GstMapInfo a, b;

    gst_buffer_copy_into (frame, read, GST_BUFFER_COPY_META, 0, -1);
    element_test_set_caps (overlay, "GRAY8", WIDTH, HEIGHT);
    after = element_test_pass (overlay, gst_buffer_copy_deep (frame), 0);
    g_assert_true (gst_buffer_map (frame, &a, GST_MAP_READ) && gst_buffer_map (after, &b, GST_MAP_READ));
    g_assert_cmpmem (a.data, a.size, b.data, b.size);
    gst_buffer_unmap (after, &b);
    gst_buffer_unmap (frame, &a);
    element_test_expect (overlay, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "pixels");
    element_test_free (classify);
    element_test_free (overlay);
  }
}

/* A meta that leaves the picture whole changes nothing. */
static void
test_whole_picture (void)
{
  GstHarness *harness = element_test_classify ("GRAY8", WIDTH, HEIGHT);
  g_autoptr (GstBuffer) after = element_test_pass (harness, marked (0, 0, WIDTH, HEIGHT), 0);

  g_assert_nonnull (element_test_meta (after));
  g_assert_null (element_test_message (harness, GST_MESSAGE_WARNING));
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/crop/not-asked-for", test_not_asked_for);
  g_test_add_func ("/crop/cropped-upstream", test_cropped_upstream);
  g_test_add_func ("/crop/strange-metas-not-read", test_strange_metas_not_read);
  g_test_add_func ("/crop/strange-metas-not-drawn-on", test_strange_metas_not_drawn_on);
  g_test_add_func ("/crop/whole-picture", test_whole_picture);
  return element_test_run ();
}
