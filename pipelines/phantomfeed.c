/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed.h"
#include "phantom.h"

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#define WIDTH 1280
#define HEIGHT 720
#define FRAMES_A_SECOND 30
#define SEED 1

typedef struct {
  Phantom *phantom;
  guint64 next;
} PhantomFeed;

static void
feed_free (gpointer data)
{
  PhantomFeed *feed = data;

  phantom_free (feed->phantom);
  g_free (feed);
}

/* Which frame is due now; 0 before the clock runs. */
static guint64
due (GstElement *source)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (source);
  GstClockTime base = gst_element_get_base_time (source);
  GstClockTime now = clock ? gst_clock_get_time (clock) : GST_CLOCK_TIME_NONE;

  if (!GST_CLOCK_TIME_IS_VALID (now) || !GST_CLOCK_TIME_IS_VALID (base) || now < base
      || GST_STATE (source) != GST_STATE_PLAYING)
    return 0;
  return gst_util_uint64_scale (now - base, FRAMES_A_SECOND, GST_SECOND);
}

static void
need_data (GstAppSrc *source, guint length, gpointer data)
{
  PhantomFeed *feed = data;
  guint64 index = MAX (feed->next, due (GST_ELEMENT (source)));
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, WIDTH * HEIGHT * 4, NULL);
  GstMapInfo map;

  if (!buffer || !gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    gst_clear_buffer (&buffer);
    GST_ELEMENT_ERROR (source, RESOURCE, FAILED, ("no memory for a frame"), (NULL));
    gst_app_src_end_of_stream (source);
    return;
  }
  phantom_paint (feed->phantom, (gdouble)index / FRAMES_A_SECOND, map.data, WIDTH * 4);
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (index, GST_SECOND, FRAMES_A_SECOND);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / FRAMES_A_SECOND;
  feed->next = index + 1;
  gst_app_src_push_buffer (source, buffer);
}

/* A bin of the painter and the clock that paces it. */
static GstElement *
paced (GstElement *source)
{
  GstElement *bin = gst_bin_new ("phantom");
  GstElement *pace = gst_element_factory_make ("clocksync", NULL);
  g_autoptr (GstPad) pad = NULL;

  if (!pace) {
    gst_object_unref (source);
    gst_object_unref (bin);
    return NULL;
  }
  gst_bin_add_many (GST_BIN (bin), source, pace, NULL);
  gst_element_link (source, pace);
  pad = gst_element_get_static_pad (pace, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad));
  return bin;
}

GstElement *
feed_phantom_new (void)
{
  GstAppSrcCallbacks callbacks = { .need_data = need_data };
  g_autoptr (Phantom) phantom = phantom_new (WIDTH, HEIGHT, SEED);
  g_autoptr (GstCaps) caps = NULL;
  GstElement *source;
  PhantomFeed *feed;
  GstVideoInfo info;

  if (!phantom || !(source = gst_element_factory_make ("appsrc", NULL)))
    return NULL;
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_BGRx, WIDTH, HEIGHT);
  GST_VIDEO_INFO_FPS_N (&info) = FRAMES_A_SECOND;
  GST_VIDEO_INFO_FPS_D (&info) = 1;
  caps = gst_video_info_to_caps (&info);
  g_object_set (source, "format", GST_FORMAT_TIME, "caps", caps, NULL);
  feed = g_new0 (PhantomFeed, 1);
  feed->phantom = g_steal_pointer (&phantom);
  gst_app_src_set_callbacks (GST_APP_SRC (source), &callbacks, feed, feed_free);
  return paced (source);
}
