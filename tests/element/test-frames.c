/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames through dermaclassify: what comes out, and what is on it. */
#include "elementtest.h"

static void
assert_passes_untouched (const gchar *format, gint width, gint height)
{
  GstHarness *harness = element_test_classify (format, width, height);
  GstBuffer *frame = element_test_frame (format, width, height, 7);
  g_autoptr (GstBuffer) before = gst_buffer_copy_deep (frame), after = NULL;
  GstMemory *memory = gst_buffer_peek_memory (frame, 0);
  GstMapInfo was, is;

  after = element_test_pass (harness, frame, GST_SECOND);
  g_assert_true (after == frame);
  g_assert_true (gst_buffer_peek_memory (after, 0) == memory);
  gst_buffer_map (before, &was, GST_MAP_READ);
  gst_buffer_map (after, &is, GST_MAP_READ);
  g_assert_cmpmem (was.data, was.size, is.data, is.size);
  gst_buffer_unmap (before, &was);
  gst_buffer_unmap (after, &is);
  g_assert_nonnull (element_test_meta (after));
  g_assert_null (element_test_message (harness, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
  element_test_free (harness);
}

static void
test_all_formats_and_sizes (void)
{
  static const gint sizes[][2] = { { 1, 1 }, { 4, 4 }, { 31, 33 }, { 320, 240 }, { 1919, 1081 } };

  for (guint f = 0; element_test_formats[f]; f++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      assert_passes_untouched (element_test_formats[f], sizes[s][0], sizes[s][1]);
}

/* A frame that somebody else holds too gets its own metas, but not its own pixels. */
static void
test_shared_frames_are_not_copied (void)
{
  GstHarness *harness = element_test_classify ("I420", 64, 48);
  g_autoptr (GstBuffer) frame = element_test_frame ("I420", 64, 48, 7);
  g_autoptr (GstBuffer) after = element_test_pass (harness, gst_buffer_ref (frame), 0);

  g_assert_true (after != frame);
  g_assert_true (gst_buffer_peek_memory (after, 0) == gst_buffer_peek_memory (frame, 0));
  g_assert_nonnull (element_test_meta (after));
  g_assert_null (element_test_meta (frame));
  element_test_free (harness);
}

static void
test_read_only_memory (void)
{
  static const guint8 pixels[32 * 32 * 4] = { 0 };
  GstHarness *harness = element_test_classify ("BGRx", 32, 32);
  GstBuffer *frame = gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, (gpointer)pixels, sizeof pixels, 0,
                                                  sizeof pixels, NULL, NULL);
  g_autoptr (GstBuffer) after = element_test_pass (harness, frame, 0);

  g_assert_nonnull (element_test_meta (after));
  g_assert_true (gst_buffer_peek_memory (after, 0)->allocator == gst_buffer_peek_memory (frame, 0)->allocator);
  element_test_free (harness);
}

static void
test_flags_and_times_stay (void)
{
  GstHarness *harness = element_test_classify ("I420", 64, 48);
  GstBuffer *frame = element_test_frame ("I420", 64, 48, 7);
  g_autoptr (GstBuffer) after = NULL;

  GST_BUFFER_FLAG_SET (frame, GST_BUFFER_FLAG_GAP | GST_BUFFER_FLAG_MARKER | GST_BUFFER_FLAG_CORRUPTED);
  GST_BUFFER_DTS (frame) = 3;
  GST_BUFFER_DURATION (frame) = 4;
  GST_BUFFER_OFFSET (frame) = 5;
  after = element_test_pass (harness, frame, 6);
  g_assert_true (GST_BUFFER_FLAG_IS_SET (after, GST_BUFFER_FLAG_GAP));
  g_assert_true (GST_BUFFER_FLAG_IS_SET (after, GST_BUFFER_FLAG_MARKER));
  g_assert_true (GST_BUFFER_FLAG_IS_SET (after, GST_BUFFER_FLAG_CORRUPTED));
  g_assert_cmpuint (GST_BUFFER_DTS (after), ==, 3);
  g_assert_cmpuint (GST_BUFFER_DURATION (after), ==, 4);
  g_assert_cmpuint (GST_BUFFER_OFFSET (after), ==, 5);
  element_test_free (harness);
}

/* The same pixels with other strides and poison between the rows. */
static GstBuffer *
pad_frame (GstBuffer *frame, const gchar *format, gint width, gint height, guint8 poison)
{
  const GstVideoFormat id = gst_video_format_from_string (format);
  GstVideoAlignment align;
  GstVideoInfo info, padded;
  GstVideoFrame from, to;
  GstBuffer *copy;

  gst_video_info_init (&info);
  gst_video_info_set_format (&info, id, width, height);
  padded = info;
  gst_video_alignment_reset (&align);
  align.padding_left = 16;
  align.padding_right = 48;
  align.padding_top = 6;
  align.padding_bottom = 10;
  g_assert_true (gst_video_info_align (&padded, &align));
  copy = gst_buffer_new_allocate (NULL, padded.size, NULL);
  gst_buffer_memset (copy, 0, poison, padded.size);
  gst_buffer_add_video_meta_full (copy, GST_VIDEO_FRAME_FLAG_NONE, id, width, height, padded.finfo->n_planes,
                                  padded.offset, padded.stride);
  g_assert_true (gst_video_frame_map (&from, &info, frame, GST_MAP_READ));
  g_assert_true (gst_video_frame_map (&to, &info, copy, GST_MAP_WRITE));
  g_assert_true (gst_video_frame_copy (&to, &from));
  gst_video_frame_unmap (&to);
  gst_video_frame_unmap (&from);
  return copy;
}

static gdouble
malignant_of (GstHarness *harness, GstBuffer *frame)
{
  g_autoptr (GstBuffer) after = element_test_pass (harness, frame, 0);

  return element_test_double (element_test_meta (after), "malignant");
}

static void
test_strides (void)
{
  for (guint f = 0; element_test_formats[f]; f++) {
    const gchar *format = element_test_formats[f];
    GstHarness *harness = element_test_classify (format, 70, 46);
    g_autoptr (GstBuffer) frame = element_test_frame (format, 70, 46, 3);
    const gdouble plain = malignant_of (harness, gst_buffer_ref (frame));

    g_assert_cmpfloat (malignant_of (harness, pad_frame (frame, format, 70, 46, 0x00)), ==, plain);
    g_assert_cmpfloat (malignant_of (harness, pad_frame (frame, format, 70, 46, 0xff)), ==, plain);
    g_assert_cmpfloat (malignant_of (harness, element_test_frame (format, 70, 46, 60)), !=, plain);
    element_test_free (harness);
  }
}

static void
test_meta (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);
  g_autoptr (GstBuffer) after = element_test_pass (harness, element_test_frame ("RGB", 64, 64, 1), 80 * GST_MSECOND);
  const GstStructure *meta = element_test_meta (after);
  const GValue *probabilities = gst_structure_get_value (meta, "probabilities");
  gdouble sum = 0, most = 0;

  g_assert_true (gst_structure_has_name (meta, "DermaReading"));
  g_assert_cmpuint (element_test_uint64 (meta, "pts"), ==, 80 * GST_MSECOND);
  g_assert_cmpuint (element_test_uint64 (meta, "age"), ==, 0);
  g_assert_cmpuint (element_test_uint64 (meta, "latency"), >, 0);
  g_assert_cmpuint (gst_value_array_get_size (probabilities), ==, 4);
  for (guint i = 0; i < 4; i++) {
    const gdouble p = g_value_get_double (gst_value_array_get_value (probabilities, i));

    sum += p;
    most = MAX (most, p);
  }
  g_assert_cmpfloat (ABS (sum - 1.0), <, 1e-5);
  g_assert_cmpfloat (element_test_double (meta, "confidence"), ==, most);
  g_assert_cmpfloat (element_test_double (meta, "malignant"), ==,
                     g_value_get_double (gst_value_array_get_value (probabilities, 0)));
  element_test_free (harness);
}

static void
test_replaces_an_older_reading (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);
  GstBuffer *frame = element_test_frame ("RGB", 64, 64, 1);
  g_autoptr (GstBuffer) after = NULL;
  GstCustomMeta *old = gst_buffer_add_custom_meta (frame, "DermaReading");
  gpointer state = NULL;
  GstMeta *meta;
  guint n = 0;

  gst_structure_set (gst_custom_meta_get_structure (old), "label", G_TYPE_STRING, "stale", NULL);
  after = element_test_pass (harness, frame, 0);
  while ((meta = gst_buffer_iterate_meta (after, &state)))
    n += gst_meta_info_is_custom (meta->info);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (gst_structure_get_string (element_test_meta (after), "label"), !=, "stale");
  element_test_free (harness);
}

static void
test_message (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);
  g_autoptr (GstBuffer) after = element_test_pass (harness, element_test_frame ("RGB", 64, 64, 1), 80 * GST_MSECOND);
  g_autoptr (GstMessage) message = element_test_message (harness, GST_MESSAGE_ELEMENT);
  g_autoptr (GstStructure) fields = NULL;

  g_assert_nonnull (message);
  g_assert_true (GST_MESSAGE_SRC (message) == GST_OBJECT (harness->element));
  g_assert_true (gst_message_has_name (message, "dermaclassify"));
  fields = gst_structure_copy (gst_message_get_structure (message));
  gst_structure_set_name (fields, "DermaReading");
  g_assert_true (gst_structure_is_equal (fields, element_test_meta (after)));
  g_assert_null (element_test_message (harness, GST_MESSAGE_ELEMENT));
  element_test_free (harness);
}

static void
test_no_messages (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);
  g_autoptr (GstBuffer) after = NULL;

  g_object_set (harness->element, "post-messages", FALSE, NULL);
  after = element_test_pass (harness, element_test_frame ("RGB", 64, 64, 1), 0);
  g_assert_nonnull (element_test_meta (after));
  g_assert_null (element_test_message (harness, GST_MESSAGE_ELEMENT));
  element_test_free (harness);
}

static void
test_renegotiation (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 48);

  for (guint f = 0; element_test_formats[f]; f++) {
    const gint width = 20 + 13 * f, height = 90 - 5 * f;
    g_autoptr (GstBuffer) after = NULL;
    g_autoptr (GstCaps) caps = NULL;
    GstVideoInfo info;

    element_test_set_caps (harness, element_test_formats[f], width, height);
    after = element_test_pass (harness, element_test_frame (element_test_formats[f], width, height, f), f);
    caps = gst_pad_get_current_caps (harness->sinkpad);
    g_assert_true (gst_video_info_from_caps (&info, caps));
    g_assert_cmpstr (GST_VIDEO_INFO_NAME (&info), ==, element_test_formats[f]);
    g_assert_cmpint (GST_VIDEO_INFO_WIDTH (&info), ==, width);
    g_assert_nonnull (element_test_meta (after));
  }
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 17);
  element_test_free (harness);
}

static void
test_unsupported_caps (void)
{
  static const gchar *const refused[] = { "video/x-raw,format=AYUV,width=64,height=64,framerate=25/1",
                                          "video/x-raw,format=P010_10LE,width=64,height=64,framerate=25/1",
                                          "video/x-raw,format=RGB,width=16385,height=64,framerate=25/1",
                                          "video/x-raw,format=RGB,width=64,height=99999,framerate=25/1",
                                          "video/x-raw(memory:GLMemory),format=RGBA,width=64,height=64,framerate=25/1",
                                          "video/x-raw(memory:DMABuf),format=NV12,width=64,height=64,framerate=25/1",
                                          "image/jpeg,width=64,height=64,framerate=25/1",
                                          "audio/x-raw,format=S16LE,rate=8000,channels=1,layout=interleaved" };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    GstHarness *harness = element_test_harness ("dermaclassify");
    g_autoptr (GstCaps) caps = gst_caps_from_string (refused[i]);
    GstPad *sink = gst_element_get_static_pad (harness->element, "sink");

    g_assert_false (gst_pad_query_accept_caps (sink, caps));
    gst_object_unref (sink);
    element_test_free (harness);
  }
}

/* A buffer without the pixels that its caps promise is passed on, with one warning. */
static void
test_short_buffers (void)
{
  GstHarness *harness = element_test_classify ("RGB", 640, 480);

  for (guint i = 0; i < 3; i++) {
    g_autoptr (GstBuffer) after = element_test_pass (harness, gst_buffer_new_allocate (NULL, 100, NULL), i);

    g_assert_cmpuint (gst_buffer_get_size (after), ==, 100);
    g_assert_null (element_test_meta (after));
  }
  element_test_expect (harness, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "frame");
  g_assert_null (element_test_message (harness, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
  element_test_free (harness);
}

static void
test_empty_buffer (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);
  g_autoptr (GstBuffer) after = element_test_pass (harness, gst_buffer_new (), 0);

  g_assert_null (element_test_meta (after));
  element_test_free (harness);
}

/* Left half black, right half white. */
static GstBuffer *
halves (void)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64 * 32, NULL);

  for (guint y = 0; y < 32; y++) {
    gst_buffer_memset (buffer, y * 64, 0, 32);
    gst_buffer_memset (buffer, y * 64 + 32, 255, 32);
  }
  return buffer;
}

static gdouble
read_roi (GstHarness *harness, const guint *roi)
{
  GstBuffer *frame = halves ();

  if (roi)
    gst_buffer_add_video_region_of_interest_meta (frame, "lesion", roi[0], roi[1], roi[2], roi[3]);
  return malignant_of (harness, frame);
}

static void
test_region_of_interest (void)
{
  static const guint left[] = { 0, 0, 32, 32 }, right[] = { 32, 0, 32, 32 }, centre[] = { 16, 0, 32, 32 };
  static const guint outside[] = { 1000, 1000, 10, 10 }, empty[] = { 3, 3, 0, 0 };
  static const guint vast[] = { G_MAXUINT, G_MAXUINT, G_MAXUINT, G_MAXUINT }, over[] = { 32, 0, G_MAXUINT, G_MAXUINT };
  GstHarness *harness = element_test_classify ("GRAY8", 64, 32);
  gdouble square, black, white;

  square = read_roi (harness, left);
  gst_util_set_object_arg (G_OBJECT (harness->element), "region", "roi-meta");
  black = read_roi (harness, left);
  white = read_roi (harness, right);
  g_assert_cmpfloat (black, !=, white);
  g_assert_cmpfloat (black, !=, square);
  g_assert_cmpfloat (read_roi (harness, centre), ==, square);
  g_assert_cmpfloat (read_roi (harness, NULL), ==, square);
  g_assert_cmpfloat (read_roi (harness, outside), ==, square);
  g_assert_cmpfloat (read_roi (harness, empty), ==, square);
  g_assert_cmpfloat (read_roi (harness, vast), ==, square);
  g_assert_cmpfloat (read_roi (harness, over), ==, white);
  element_test_free (harness);
}

static void
test_full_frame (void)
{
  GstHarness *harness = element_test_classify ("GRAY8", 96, 32);
  g_autoptr (GstBuffer) frame = element_test_frame ("GRAY8", 96, 32, 9);
  gdouble square, whole;

  gst_buffer_memset (frame, 0, 255, 96 * 8);
  for (guint y = 0; y < 32; y++)
    gst_buffer_memset (frame, y * 96, 255, 20);
  square = malignant_of (harness, gst_buffer_ref (frame));
  gst_util_set_object_arg (G_OBJECT (harness->element), "region", "full-frame");
  whole = malignant_of (harness, gst_buffer_ref (frame));
  g_assert_cmpfloat (square, !=, whole);
  element_test_free (harness);
}

static void
test_threshold (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GstBuffer) after = NULL;

    g_object_set (harness->element, "threshold", (gdouble)i, NULL);
    after = element_test_pass (harness, element_test_frame ("RGB", 64, 64, 1), i);
    g_assert_cmpstr (gst_structure_get_string (element_test_meta (after), "state"), ==, i ? "uncertain" : "stable");
  }
  element_test_free (harness);
}

/* The matrix of the caps is used: the same values are other colours. */
static void
test_colorimetry (void)
{
  static const gchar *const colorimetries[] = { "bt601", "bt709", "1:4:0:0" };
  gdouble seen[3];

  for (guint i = 0; i < 3; i++) {
    GstHarness *harness = element_test_harness ("dermaclassify");
    g_autofree gchar *caps =
        g_strdup_printf ("video/x-raw,format=I420,width=64,height=64,framerate=25/1,colorimetry=%s", colorimetries[i]);

    gst_harness_set_src_caps_str (harness, caps);
    seen[i] = malignant_of (harness, element_test_frame ("I420", 64, 64, 50));
    element_test_free (harness);
  }
  g_assert_cmpfloat (seen[0], !=, seen[1]);
  g_assert_cmpfloat (seen[0], !=, seen[2]);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/frames/all-formats-and-sizes", test_all_formats_and_sizes);
  g_test_add_func ("/frames/shared", test_shared_frames_are_not_copied);
  g_test_add_func ("/frames/read-only", test_read_only_memory);
  g_test_add_func ("/frames/flags-and-times", test_flags_and_times_stay);
  g_test_add_func ("/frames/strides", test_strides);
  g_test_add_func ("/frames/renegotiation", test_renegotiation);
  g_test_add_func ("/frames/unsupported-caps", test_unsupported_caps);
  g_test_add_func ("/frames/short-buffers", test_short_buffers);
  g_test_add_func ("/frames/empty-buffer", test_empty_buffer);
  g_test_add_func ("/frames/colorimetry", test_colorimetry);
  g_test_add_func ("/reading/meta", test_meta);
  g_test_add_func ("/reading/replaces-an-older-one", test_replaces_an_older_reading);
  g_test_add_func ("/reading/message", test_message);
  g_test_add_func ("/reading/no-messages", test_no_messages);
  g_test_add_func ("/reading/threshold", test_threshold);
  g_test_add_func ("/reading/region-of-interest", test_region_of_interest);
  g_test_add_func ("/reading/full-frame", test_full_frame);
  return element_test_run ();
}
