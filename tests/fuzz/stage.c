/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"

#include <string.h>

/* Larger frames take too long to fuzz. */
#define MAX_BYTES 500000

static const gchar *const FORMATS[] = { "I420", "YV12", "NV12",  "NV21", "YUY2", "UYVY",   "RGB",
                                        "BGR",  "RGBx", "BGRx",  "xRGB", "xBGR", "RGBA",   "BGRA",
                                        "ARGB", "ABGR", "GRAY8", "Y444", "v210", "ENCODED" };
static const gchar *const COLORIMETRIES[] = { NULL,      "bt601",   "bt709",   "bt2020",    "smpte240m", "sRGB",
                                              "1:4:7:1", "2:0:0:0", "0:0:0:0", "bt2100-pq", "nonsense" };
static const gchar *const INTERLACE_MODES[] = { NULL, "progressive", "interleaved", "mixed", "alternate", "fields" };

/* Events out of their order are told of at length. */
static void
ignore (const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data)
{
}

void
fuzz_stage_start (void)
{
  g_autoptr (GError) error = NULL;
  GstPlugin *plugin;

  gst_init (NULL, NULL);
  g_log_set_handler ("GStreamer", G_LOG_LEVEL_WARNING, ignore, NULL);
  plugin = gst_plugin_load_file (g_getenv ("DERMA_PLUGIN"), &error);
  g_assert_no_error (error);
  gst_object_unref (plugin);
}

static void
send_segment (FuzzStage *stage)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (stage->harness->srcpad, gst_event_new_segment (&segment));
}

void
fuzz_stage_init (FuzzStage *stage, const gchar *element)
{
  *stage = (FuzzStage){ .harness = gst_harness_new (element), .bus = gst_bus_new () };
  gst_video_info_init (&stage->info);
  gst_element_set_bus (stage->harness->element, stage->bus);
  gst_pad_push_event (stage->harness->srcpad, gst_event_new_stream_start ("fuzz"));
}

void
fuzz_stage_clear (FuzzStage *stage)
{
  gst_element_set_state (stage->harness->element, GST_STATE_NULL);
  gst_bus_set_flushing (stage->bus, TRUE);
  gst_element_set_bus (stage->harness->element, NULL);
  gst_harness_teardown (stage->harness);
  gst_object_unref (stage->bus);
}

static gint
draw_side (FuzzInput *input)
{
  guint kind = fuzz_input_byte (input);

  if (kind < 200)
    return (gint)kind % 64 + 1;
  return kind < 240 ? 320 + (gint)kind % 4 : (gint)fuzz_input_long (input);
}

static void
set_choice (GstCaps *caps, const gchar *field, const gchar *const *choices, guint n, FuzzInput *input)
{
  const gchar *choice = choices[fuzz_input_below (input, n)];

  if (choice)
    gst_caps_set_simple (caps, field, G_TYPE_STRING, choice, NULL);
}

void
fuzz_stage_send_caps (FuzzStage *stage, FuzzInput *input)
{
  const gchar *format = FORMATS[fuzz_input_below (input, G_N_ELEMENTS (FORMATS))];
  gint width = draw_side (input), height = draw_side (input);
  guint what = fuzz_input_byte (input);
  GstCaps *caps = gst_caps_new_simple (what == 255 ? "image/jpeg" : "video/x-raw", "format", G_TYPE_STRING, format,
                                       "width", G_TYPE_INT, width, "height", G_TYPE_INT, height, NULL);

  if (what & 1)
    gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, (gint)(what >> 4), 1 + (gint)(what >> 6), NULL);
  if (what & 2)
    set_choice (caps, "colorimetry", COLORIMETRIES, G_N_ELEMENTS (COLORIMETRIES), input);
  if (what & 4)
    set_choice (caps, "interlace-mode", INTERLACE_MODES, G_N_ELEMENTS (INTERLACE_MODES), input);
  if ((what & 24) == 24)
    gst_caps_set_features (caps, 0, gst_caps_features_new ("meta:GstVideoOverlayComposition", NULL));
  stage->has_info = gst_video_info_from_caps (&stage->info, caps);
  gst_pad_push_event (stage->harness->srcpad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  if (!stage->begun)
    send_segment (stage);
  stage->begun = TRUE;
}

GstClockTime
fuzz_stage_draw_time (FuzzStage *stage, FuzzInput *input)
{
  guint kind = fuzz_input_byte (input);

  if (kind < 200)
    stage->clock += kind * GST_MSECOND;
  else if (kind < 220)
    return GST_CLOCK_TIME_NONE;
  else
    stage->clock = kind < 240 ? fuzz_input_long (input) * GST_USECOND : fuzz_input_huge (input);
  return stage->clock;
}

static void
fill (GstBuffer *buffer, FuzzInput *input)
{
  GstMapInfo map;
  guint8 first = fuzz_input_byte (input), step = fuzz_input_byte (input);

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (gsize i = 0; i < map.size; i++)
    map.data[i] = (guint8)(first + i * step);
  gst_buffer_unmap (buffer, &map);
}

/* Rows that are further apart than the caps say, or that do not all lie in the buffer. */
static GstBuffer *
add_video_meta (const FuzzStage *stage, GstBuffer *buffer, FuzzInput *input)
{
  const GstVideoInfo *info = &stage->info;
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
  gint strides[GST_VIDEO_MAX_PLANES] = { 0 };
  guint extra = fuzz_input_below (input, 17), lie = extra == 16 ? fuzz_input_byte (input) : 0;
  GstVideoFormat format = lie == 255 ? GST_VIDEO_FORMAT_I420 : GST_VIDEO_INFO_FORMAT (info);
  guint width = (guint)GST_VIDEO_INFO_WIDTH (info), height = (guint)GST_VIDEO_INFO_HEIGHT (info);

  for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    strides[i] = GST_VIDEO_INFO_PLANE_STRIDE (info, i) + (gint)extra;
    offsets[i] = GST_VIDEO_INFO_PLANE_OFFSET (info, i) + i * extra;
  }
  if (lie > 200 && lie < 255)
    *(lie & 1 ? &width : &height) = fuzz_input_word (input) + 1u;
  if (lie > 240 && lie < 255)
    strides[0] = (gint)fuzz_input_long (input);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, format, width, height,
                                  GST_VIDEO_INFO_N_PLANES (info), offsets, strides);
  return buffer;
}

static void
add_region (GstBuffer *buffer, FuzzInput *input)
{
  guint x = fuzz_input_word (input), y = fuzz_input_byte (input);
  guint width = fuzz_input_byte (input), height = fuzz_input_long (input);

  gst_buffer_add_video_region_of_interest_meta (buffer, "lesion", x, y, width, height);
}

static void
disturb (GstBuffer *buffer, guint what, FuzzInput *input)
{
  if (what & 1)
    add_region (buffer, input);
  if (what & 2)
    GST_BUFFER_FLAG_SET (buffer, (guint)fuzz_input_byte (input) << 4);
  if (what & 4)
    gst_buffer_set_size (buffer, (gssize)(gst_buffer_get_size (buffer) * fuzz_input_byte (input) / 255));
  if (what & 8)
    gst_buffer_append_memory (buffer, gst_allocator_alloc (NULL, fuzz_input_byte (input) + 1u, NULL));
}

GstBuffer *
fuzz_stage_make_frame (FuzzStage *stage, FuzzInput *input)
{
  guint what = fuzz_input_byte (input);
  gsize size = stage->has_info && stage->info.size <= MAX_BYTES ? stage->info.size : 100;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size + (what & 16 ? 400 : 0), NULL);

  fill (buffer, input);
  if (what & 16 && stage->has_info && stage->info.size <= MAX_BYTES)
    add_video_meta (stage, buffer, input);
  if (what & 32)
    disturb (buffer, fuzz_input_byte (input), input);
  GST_BUFFER_PTS (buffer) = fuzz_stage_draw_time (stage, input);
  if (what & 64)
    GST_BUFFER_DURATION (buffer) = fuzz_input_huge (input);
  return buffer;
}

static GstEvent *
make_segment (FuzzInput *input)
{
  static const GstFormat formats[] = { GST_FORMAT_TIME, GST_FORMAT_TIME, GST_FORMAT_TIME, GST_FORMAT_BYTES };
  static const gdouble rates[] = { 1, 1, -1, 2, 0.5, 1e-9 };
  GstSegment segment;

  gst_segment_init (&segment, formats[fuzz_input_below (input, G_N_ELEMENTS (formats))]);
  segment.rate = rates[fuzz_input_below (input, G_N_ELEMENTS (rates))];
  segment.start = fuzz_input_byte (input) * GST_MSECOND * 10;
  /* Backwards without an end is nothing that GStreamer's own base class takes. */
  if (fuzz_input_byte (input) & 1 || segment.rate < 0)
    segment.stop = segment.start + fuzz_input_huge (input) / 2;
  segment.base = fuzz_input_byte (input) * GST_MSECOND;
  return gst_event_new_segment (&segment);
}

static GstEvent *
make_custom (FuzzInput *input)
{
  static const gchar *const names[] = { "derma-still-button", "derma-snapshot", "derma-tag", "other" };
  const gchar *name = names[fuzz_input_below (input, G_N_ELEMENTS (names))];
  GstStructure *structure = gst_structure_new_empty (name);
  guint what = fuzz_input_byte (input);

  if (what & 1)
    gst_structure_set (structure, "pressed", G_TYPE_BOOLEAN, (what & 2) != 0, NULL);
  if (what & 4)
    gst_structure_set (structure, "pressed", G_TYPE_INT, 1, "text", G_TYPE_INT, 3, NULL);
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, structure);
}

void
fuzz_stage_send_event (FuzzStage *stage, FuzzInput *input)
{
  GstPad *pad = stage->harness->srcpad;
  GstClockTime time;

  switch (fuzz_input_below (input, 8)) {
  case 0:
    gst_pad_push_event (pad, make_segment (input));
    return;
  case 1:
    gst_pad_push_event (pad, gst_event_new_flush_start ());
    return;
  case 2:
    gst_pad_push_event (pad, gst_event_new_flush_stop (fuzz_input_byte (input) & 1));
    return;
  case 3:
    gst_pad_push_event (pad, gst_event_new_eos ());
    return;
  case 4:
    time = fuzz_stage_draw_time (stage, input);
    if (GST_CLOCK_TIME_IS_VALID (time))
      gst_pad_push_event (pad, gst_event_new_gap (time, fuzz_input_long (input)));
    return;
  case 5:
    gst_pad_push_event (pad, gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "x", NULL)));
    return;
  case 6:
    gst_pad_push_event (pad, gst_event_new_stream_start ("another"));
    return;
  default:
    gst_pad_push_event (pad, make_custom (input));
  }
}

static GstEvent *
make_qos (FuzzStage *stage, FuzzInput *input)
{
  GstClockTime time = fuzz_stage_draw_time (stage, input);
  GstClockTimeDiff late = (gint32)fuzz_input_long (input);
  gdouble proportion = fuzz_input_byte (input) / 16.0;

  if (!GST_CLOCK_TIME_IS_VALID (time))
    time = 0;
  /* GStreamer itself takes care that the two do not add up to less than nothing. */
  return gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, proportion, MAX (late, -(GstClockTimeDiff)(time / 2)), time);
}

void
fuzz_stage_send_upstream (FuzzStage *stage, FuzzInput *input)
{
  switch (fuzz_input_below (input, 4)) {
  case 0:
    gst_harness_push_upstream_event (stage->harness, make_qos (stage, input));
    return;
  case 1:
    gst_harness_push_upstream_event (stage->harness, gst_event_new_reconfigure ());
    return;
  case 2:
    gst_harness_push_upstream_event (stage->harness, gst_event_new_latency (fuzz_input_long (input)));
    return;
  default:
    gst_harness_push_upstream_event (stage->harness,
                                     gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET,
                                                         fuzz_input_long (input), GST_SEEK_TYPE_NONE, 0));
  }
}

static GstQuery *
make_query (FuzzStage *stage, FuzzInput *input)
{
  g_autoptr (GstCaps) caps = stage->has_info ? gst_video_info_to_caps (&stage->info) : gst_caps_new_any ();

  switch (fuzz_input_below (input, 6)) {
  case 0:
    return gst_query_new_latency ();
  case 1:
    return gst_query_new_caps (fuzz_input_byte (input) & 1 ? caps : NULL);
  case 2:
    return stage->has_info ? gst_query_new_accept_caps (caps) : gst_query_new_uri ();
  case 3:
    return stage->has_info ? gst_query_new_allocation (caps, fuzz_input_byte (input) & 1) : gst_query_new_drain ();
  case 4:
    return gst_query_new_position (GST_FORMAT_TIME);
  default:
    return gst_query_new_custom (GST_QUERY_CUSTOM, gst_structure_new_empty ("nothing"));
  }
}

void
fuzz_stage_ask (FuzzStage *stage, FuzzInput *input)
{
  gboolean downstream = fuzz_input_byte (input) & 1;
  GstQuery *query = make_query (stage, input);

  gst_pad_peer_query (downstream ? stage->harness->srcpad : stage->harness->sinkpad, query);
  gst_query_unref (query);
}

void
fuzz_stage_change_state (FuzzStage *stage, FuzzInput *input)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING };

  gst_element_set_state (stage->harness->element, states[fuzz_input_below (input, G_N_ELEMENTS (states))]);
}

void
fuzz_stage_tidy (FuzzStage *stage)
{
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (stage->harness)))
    gst_event_unref (event);
  gst_bus_set_flushing (stage->bus, TRUE);
  gst_bus_set_flushing (stage->bus, FALSE);
}
