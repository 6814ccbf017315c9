/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reader.h"

#include "readingmeta.h"
#include "videoframe.h"

#ifdef HAVE_ANALYTICS
#include "analyticsmeta.h"
#endif

#include <derma/error.h>

/* A still scene is looked at again after this time, whatever it looks like. */
#define LONGEST_STILL (5 * GST_SECOND)

void
derma_reader_init (DermaReader *reader)
{
  *reader = (DermaReader){ .pacer.interval = 1, .reading = DERMA_READING_INIT };
  reader->meter = derma_quality_meter_new ();
  reader->tracker = derma_tracker_new ();
  derma_pacer_reset (&reader->pacer);
}

void
derma_reader_reset (DermaReader *reader)
{
  g_clear_pointer (&reader->fields, gst_structure_free);
  derma_quality_meter_reset (reader->meter);
  derma_tracker_reset (reader->tracker);
  derma_pacer_reset (&reader->pacer);
}

void
derma_reader_clear (DermaReader *reader)
{
  derma_reader_reset (reader);
  g_clear_pointer (&reader->meter, derma_quality_meter_free);
  g_clear_pointer (&reader->tracker, derma_tracker_free);
  derma_reading_clear (&reader->reading);
  g_clear_pointer (&reader->network, derma_network_free);
}

/* The first region of interest on the buffer, kept to numbers that cannot overflow. */
static gboolean
find_roi (GstBuffer *buffer, DermaRect *roi)
{
  const GstVideoRegionOfInterestMeta *meta =
      (const GstVideoRegionOfInterestMeta *)gst_buffer_get_meta (buffer, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);

  if (!meta)
    return FALSE;
  roi->x = MIN (meta->x, DERMA_MAX_SIDE);
  roi->y = MIN (meta->y, DERMA_MAX_SIDE);
  roi->width = MIN (meta->w, DERMA_MAX_SIDE);
  roi->height = MIN (meta->h, DERMA_MAX_SIDE);
  return TRUE;
}

/* A reading that stands by itself, of this network and not too old, is as good for the same scene. */
static gboolean
is_still (const DermaReader *reader, GstClockTime pts)
{
  const DermaReading *reading = &reader->reading;
  const DermaModel *model = derma_classifier_get_model (reader->network->classifier);

  return reader->adaptive && reader->fields && reading->state != DERMA_STATE_ACQUIRING
         && reading->classes == derma_model_get_metadata (model)->classes && GST_CLOCK_TIME_IS_VALID (pts)
         && GST_CLOCK_TIME_IS_VALID (reading->pts) && pts >= reading->pts && pts - reading->pts < LONGEST_STILL
         && derma_quality_meter_is_still (reader->meter);
}

/* The scene comes first where it may be all that is looked at; else the network's input does, which brings all pixels
 * into the cache that the scene takes some of. */
static gboolean
look (DermaReader *reader, GstClockTime pts, const DermaRect *rect, GError **error)
{
  DermaClassifier *classifier = reader->network->classifier;

  if (!reader->adaptive && !derma_classifier_prepare (classifier, &reader->frame, rect, error))
    return FALSE;
  if (!derma_quality_meter_measure (reader->meter, &reader->frame, rect, &reader->quality, error))
    return FALSE;
  reader->still = is_still (reader, pts);
  if (reader->still)
    return TRUE;
  derma_quality_meter_keep (reader->meter);
  return !reader->adaptive || derma_classifier_prepare (classifier, &reader->frame, rect, error);
}

static gboolean
prepare (DermaReader *reader, GstBuffer *buffer, DermaRegion region, GError **error)
{
  DermaRect roi, rect;
  gboolean has_roi = region == DERMA_REGION_ROI_META && find_roi (buffer, &roi);

  if (!derma_frame_check (&reader->frame, error))
    return FALSE;
  rect = derma_frame_get_region (&reader->frame, region, has_roi ? &roi : NULL);
  return look (reader, GST_BUFFER_PTS (buffer), &rect, error);
}

gboolean
derma_reader_prepare (DermaReader *reader, const GstVideoInfo *info, GstBuffer *buffer, DermaRegion region,
                      GError **error)
{
  GstVideoFrame video;
  gboolean done;

  if (!derma_video_frame_map (&video, info, buffer, GST_MAP_READ | GST_VIDEO_FRAME_MAP_FLAG_NO_REF)) {
    g_set_error_literal (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "frame: not the pixels that its caps promise");
    return FALSE;
  }
  derma_frame_set_pixels (&reader->frame, &video);
  done = prepare (reader, buffer, region, error);
  gst_video_frame_unmap (&video);
  if (done)
    derma_pacer_take (&reader->pacer, GST_BUFFER_PTS (buffer));
  return done;
}

void
derma_reader_take (DermaReader *reader)
{
  reader->reading.age = 0;
  reader->reading.lesion = 1;
  reader->reading.quality = reader->quality;
  if (reader->window > 0)
    derma_tracker_update (reader->tracker, reader->window, reader->threshold, &reader->reading);
  if (reader->fields && reader->told == reader->reading.classes) {
    derma_reading_update_structure (&reader->reading, reader->fields);
    return;
  }
  g_clear_pointer (&reader->fields, gst_structure_free);
  reader->fields = derma_reading_to_structure (&reader->reading, DERMA_READING_META_NAME);
  reader->told = reader->reading.classes;
}

gboolean
derma_reader_read (DermaReader *reader, const GstVideoInfo *info, GstBuffer *buffer, DermaRegion region, GError **error)
{
  if (!derma_reader_prepare (reader, info, buffer, region, error))
    return FALSE;
  if (reader->still)
    return TRUE;
  if (!derma_classifier_finish (reader->network->classifier, reader->threshold, &reader->reading, error))
    return FALSE;
  reader->reading.pts = GST_BUFFER_PTS (buffer);
  derma_reader_take (reader);
  return TRUE;
}

void
derma_reader_mark (DermaReader *reader, GstBuffer *buffer)
{
  const GstClockTime pts = GST_BUFFER_PTS (buffer);
  DermaReading *reading = &reader->reading;

  if (!reader->fields)
    return;
  reading->age = 0;
  if (GST_CLOCK_TIME_IS_VALID (pts) && GST_CLOCK_TIME_IS_VALID (reading->pts) && pts > reading->pts)
    reading->age = pts - reading->pts;
  derma_reading_meta_set (buffer, reader->fields, reading->age);
#ifdef HAVE_ANALYTICS
  derma_analytics_meta_add (buffer, reading, reader->frame.width, reader->frame.height);
#endif
}

void
derma_reader_post (const DermaReader *reader, GstElement *element)
{
  GstStructure *fields = gst_structure_copy (reader->fields);

  gst_structure_set_name (fields, "dermaclassify");
  gst_element_post_message (element, gst_message_new_element (GST_OBJECT (element), fields));
}
