/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same picture in buffers of every make is read as the same. */
#include "stress.h"

#include <string.h>

#define N_MAKES 100

typedef struct {
  Stress stress;
  GstVideoInfo info;
  gdouble expected[4];
} Fixture;

static void
get_probabilities (GstBuffer *buffer, gdouble values[4])
{
  const GstStructure *meta = element_test_meta (buffer);
  const GValue *list;

  g_assert_nonnull (meta);
  list = gst_structure_get_value (meta, "probabilities");
  g_assert_cmpuint (gst_value_array_get_size (list), ==, 4);
  for (guint i = 0; i < 4; i++)
    values[i] = g_value_get_double (gst_value_array_get_value (list, i));
}

/* Other caps, and what a plain frame of them is read as. */
static GstBuffer *
begin (Fixture *f)
{
  GstBuffer *plain;
  g_autoptr (GstBuffer) out = NULL;

  stress_renegotiate (&f->stress, 48);
  gst_video_info_init (&f->info);
  gst_video_info_set_format (&f->info, gst_video_format_from_string (f->stress.format), (guint)f->stress.width,
                             (guint)f->stress.height);
  plain = stress_frame (&f->stress);
  g_assert_cmpint (gst_harness_push (f->stress.harness, gst_buffer_copy_deep (plain)), ==, GST_FLOW_OK);
  out = gst_harness_pull (f->stress.harness);
  get_probabilities (out, f->expected);
  return plain;
}

static void
assert_same (Fixture *f, GstBuffer *frame)
{
  g_autoptr (GstBuffer) out = NULL;
  gdouble values[4];

  GST_BUFFER_PTS (frame) = f->stress.now;
  g_assert_cmpint (gst_harness_push (f->stress.harness, frame), ==, GST_FLOW_OK);
  out = gst_harness_pull (f->stress.harness);
  get_probabilities (out, values);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (values[i], f->expected[i], 1e-6);
  g_assert_cmpuint (stress_messages (f->stress.harness->element, GST_MESSAGE_WARNING), ==, 0);
}

static GstBuffer *
make_padded (Fixture *f)
{
  GstVideoAlignment alignment;
  GstAllocationParams params = { .align = (1u << stress_int (0, 7)) - 1, .prefix = (gsize)stress_int (0, 64) };
  g_autoptr (GstBufferPool) pool = gst_video_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  g_autoptr (GstCaps) caps = gst_video_info_to_caps (&f->info);
  GstBuffer *buffer = NULL;

  /* Even, or GStreamer's pool has too little for colours that two pixels share. */
  gst_video_alignment_reset (&alignment);
  alignment.padding_left = 2 * (guint)stress_int (0, 8);
  alignment.padding_right = 2 * (guint)stress_int (0, 8);
  alignment.padding_top = 2 * (guint)stress_int (0, 8);
  alignment.padding_bottom = 2 * (guint)stress_int (0, 8);
  for (guint i = 0; i < GST_VIDEO_MAX_PLANES; i++)
    alignment.stride_align[i] = (1u << stress_int (0, 6)) - 1;
  gst_buffer_pool_config_set_params (config, caps, (guint)f->info.size, 0, 2);
  gst_buffer_pool_config_set_allocator (config, NULL, &params);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment (config, &alignment);
  g_assert_true (gst_buffer_pool_set_config (pool, config));
  g_assert_true (gst_buffer_pool_set_active (pool, TRUE));
  g_assert_cmpint (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL), ==, GST_FLOW_OK);
  gst_buffer_pool_set_active (pool, FALSE);
  return buffer;
}

/* GStreamer leaves out the last half of what two pixels share, where the width is odd. */
static void
copy_pairs (GstVideoFrame *target, GstVideoFrame *source)
{
  for (gint y = 0; y < GST_VIDEO_FRAME_HEIGHT (source); y++)
    memcpy ((guint8 *)GST_VIDEO_FRAME_PLANE_DATA (target, 0) + y * GST_VIDEO_FRAME_PLANE_STRIDE (target, 0),
            (guint8 *)GST_VIDEO_FRAME_PLANE_DATA (source, 0) + y * GST_VIDEO_FRAME_PLANE_STRIDE (source, 0),
            (gsize)GST_ROUND_UP_2 (GST_VIDEO_FRAME_WIDTH (source)) * 2);
}

static void
copy_pixels (Fixture *f, GstBuffer *to, GstBuffer *from)
{
  GstVideoFrame source, target;

  g_assert_true (gst_video_frame_map (&source, &f->info, from, GST_MAP_READ));
  g_assert_true (gst_video_frame_map (&target, &f->info, to, GST_MAP_WRITE));
  if (g_str_equal (f->stress.format, "YUY2") || g_str_equal (f->stress.format, "UYVY"))
    copy_pairs (&target, &source);
  else
    g_assert_true (gst_video_frame_copy (&target, &source));
  gst_video_frame_unmap (&source);
  gst_video_frame_unmap (&target);
}

static void
test_padded (gconstpointer data)
{
  Fixture f = { 0 };

  stress_set_up (&f.stress, data);
  for (guint i = 0; i < N_MAKES; i++) {
    g_autoptr (GstBuffer) plain = begin (&f);
    GstBuffer *padded = make_padded (&f);

    copy_pixels (&f, padded, plain);
    assert_same (&f, padded);
  }
  stress_tear_down (&f.stress);
}

/* The bytes of @whole in @n memories. */
static GstBuffer *
split (GstBuffer *whole, guint n)
{
  GstBuffer *buffer = gst_buffer_new ();
  const gsize size = gst_buffer_get_size (whole);
  gsize at = 0;

  for (guint i = 0; i < n && at < size; i++) {
    const gsize length = i == n - 1 ? size - at : (gsize)stress_int (1, (gint)(size - at));
    g_autoptr (GstBuffer) piece = gst_buffer_copy_region (whole, GST_BUFFER_COPY_MEMORY, at, length);

    gst_buffer_append_memory (buffer, gst_memory_copy (gst_buffer_peek_memory (piece, 0), 0, -1));
    at += length;
  }
  return buffer;
}

static void
test_split (gconstpointer data)
{
  Fixture f = { 0 };

  stress_set_up (&f.stress, data);
  for (guint i = 0; i < N_MAKES; i++) {
    g_autoptr (GstBuffer) plain = begin (&f);

    assert_same (&f, split (plain, (guint)stress_int (1, 5)));
  }
  stress_tear_down (&f.stress);
}

/* More memory than the picture needs, and memory that begins before it. */
static void
test_extra (gconstpointer data)
{
  Fixture f = { 0 };

  stress_set_up (&f.stress, data);
  for (guint i = 0; i < N_MAKES; i++) {
    g_autoptr (GstBuffer) plain = begin (&f);
    const gsize size = gst_buffer_get_size (plain);
    const gsize before = (gsize)stress_int (0, 100);
    GstBuffer *longer = gst_buffer_new_allocate (NULL, before + size + (gsize)stress_int (0, 100), NULL);
    GstMapInfo map;

    gst_buffer_map (plain, &map, GST_MAP_READ);
    gst_buffer_fill (longer, before, map.data, size);
    gst_buffer_unmap (plain, &map);
    gst_buffer_resize (longer, (gssize)before, -1);
    if (stress_chance (2))
      gst_buffer_append_memory (longer, gst_allocator_alloc (NULL, 50, NULL));
    assert_same (&f, longer);
  }
  stress_tear_down (&f.stress);
}

/* Memory that must not be written is not, also where a drawing is blended. */
static void
test_read_only (gconstpointer data)
{
  Fixture f = { 0 };

  stress_set_up (&f.stress, data);
  for (guint i = 0; i < N_MAKES; i++) {
    g_autoptr (GstBuffer) plain = begin (&f);
    const gsize size = gst_buffer_get_size (plain);
    g_autofree guint8 *bytes = g_malloc (size);
    g_autofree guint8 *copy = NULL;

    gst_buffer_extract (plain, 0, bytes, size);
    copy = g_memdup2 (bytes, size);
    assert_same (&f, gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, bytes, size, 0, size, NULL, NULL));
    g_assert_cmpmem (bytes, size, copy, size);
  }
  stress_tear_down (&f.stress);
}

/* Too little of it, in any number of pieces: a warning, no reading, and the frame passes. */
static void
test_short (gconstpointer data)
{
  Fixture f = { 0 };

  stress_set_up (&f.stress, data);
  for (guint i = 0; i < N_MAKES; i++) {
    g_autoptr (GstBuffer) plain = begin (&f);
    g_autoptr (GstBuffer) part = gst_buffer_copy_region (plain, GST_BUFFER_COPY_ALL, 0,
                                                         (gsize)stress_int (1, (gint)gst_buffer_get_size (plain)) - 1);
    g_autoptr (GstBuffer) out = NULL;

    f.stress.watch.video = FALSE; /* its size is not that of the caps */
    g_assert_cmpint (gst_harness_push (f.stress.harness, split (part, 3)), ==, GST_FLOW_OK);
    out = gst_harness_pull (f.stress.harness);
    g_assert_cmpuint (gst_buffer_get_size (out), ==, gst_buffer_get_size (part));
    g_assert_cmpuint (stress_messages (f.stress.harness->element, GST_MESSAGE_WARNING), >=, 1);
  }
  stress_tear_down (&f.stress);
}

/* Fields and views are read as the picture that they make together; what comes as one field a buffer is refused. */
static void
assert_caps (const gchar *line, const gchar *fields, gboolean taken)
{
  g_autofree gchar *caps = g_strdup_printf ("video/x-raw%s", fields);
  Stress stress = { 0 };

  stress_open (&stress, line);
  gst_harness_set_src_caps_str (stress.harness, caps);
  for (guint i = 0; i < 3; i++) {
    GstBuffer *frame = stress_frame (&stress);

    GST_BUFFER_FLAG_SET (frame, GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TFF);
    g_assert_cmpint (gst_harness_push (stress.harness, frame), ==, taken ? GST_FLOW_OK : GST_FLOW_NOT_NEGOTIATED);
  }
  g_assert_cmpuint (stress.watch.n_buffers, ==, taken ? 3 : 0);
  stress_messages (stress.harness->element, GST_MESSAGE_ANY);
  stress_tear_down (&stress);
}

static void
test_caps (gconstpointer data)
{
#define FIELDS ",format=RGB,width=32,height=24,framerate=25/1"
  assert_caps (data, FIELDS ",interlace-mode=progressive", TRUE);
  assert_caps (data, FIELDS ",interlace-mode=interleaved,field-order=top-field-first", TRUE);
  assert_caps (data, FIELDS ",interlace-mode=mixed", TRUE);
  assert_caps (data, FIELDS ",interlace-mode=fields", TRUE);
  assert_caps (data, "(format:Interlaced)" FIELDS ",interlace-mode=alternate", FALSE);
  assert_caps (data, FIELDS ",interlace-mode=alternate", FALSE);
  assert_caps (data, "(memory:DMABuf)" FIELDS, FALSE);
  assert_caps (data, FIELDS ",multiview-mode=side-by-side", TRUE);
  assert_caps (data, FIELDS ",multiview-mode=top-bottom,multiview-flags=right-view-first", TRUE);
  assert_caps (data, FIELDS ",multiview-mode=frame-by-frame", TRUE);
  assert_caps (data, FIELDS ",multiview-mode=separated,views=2", TRUE);
  assert_caps (data, ",format=RGB,width=16385,height=24,framerate=25/1", FALSE);
  assert_caps (data, ",format=RGB,width=32,height=0,framerate=25/1", FALSE);
  assert_caps (data, ",format=GRAY16_LE,width=32,height=24,framerate=25/1", FALSE);
}

static void
add (const gchar *name, const gchar *description, GTestDataFunc function)
{
  g_autofree gchar *words = g_strdelimit (g_strdup (description), " =", '-');
  g_autofree gchar *path = g_strdup_printf ("/stress-buffers/%s/%s", name, words);

  g_test_add_data_func (path, description, function);
}

int
main (int argc, char **argv)
{
  static const gchar *const lines[] = { "dermaclassify evidence-window=0",
                                        "dermaclassify evidence-window=0 overlay=true" };

  element_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    add ("padded", lines[i], test_padded);
    add ("split", lines[i], test_split);
    add ("extra", lines[i], test_extra);
    add ("read-only", lines[i], test_read_only);
    add ("short", lines[i], test_short);
    add ("caps", lines[i], test_caps);
  }
  add ("caps", "dermaclassify mode=async", test_caps);
  add ("caps", "dermaoverlay", test_caps);
  return element_test_run ();
}
