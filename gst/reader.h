/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "network.h"
#include "pacer.h"

#include <derma/quality.h>
#include <derma/tracker.h>

#include <gst/video/video.h>

G_BEGIN_DECLS

/*
 * Reads buffers of video: the network, which frames it sees, and the last reading it gave.
 */
typedef struct {
  DermaNetwork *network;
  DermaPacer pacer;
  gfloat threshold;  /* confidence below which a reading is uncertain */
  gfloat window;     /* seconds of evidence in a reading; 0: the one frame */
  gboolean adaptive; /* whether a scene that stands still is not read again */
  gboolean still;    /* whether the frame that came last was therefore not read */
  DermaFrame frame;  /* what the caps fix */
  DermaQualityMeter *meter;
  DermaQuality quality; /* of the frame that was prepared */
  DermaTracker *tracker;
  DermaReading reading;
  const DermaClasses *told; /* the classes in these fields: */
  GstStructure *fields;     /* the last reading as it goes into metas and messages; NULL before the first */
} DermaReader;

void derma_reader_init (DermaReader *reader);
/* Forgets the last reading; the next frame is due. */
void derma_reader_reset (DermaReader *reader);
/* Releases all it holds. */
void derma_reader_clear (DermaReader *reader);

/*
 * Reads a frame.
 * @error: return location; %DERMA_ERROR_ARGUMENT for a buffer that is not what @info says; %DERMA_ERROR_RUNTIME
 * Returns: TRUE, or FALSE with @error set and the last reading kept. With TRUE and @still set, the last reading is kept
 *   too: the scene has not changed since.
 */
gboolean derma_reader_read (DermaReader *reader, const GstVideoInfo *info, GstBuffer *buffer, DermaRegion region,
                            GError **error);

/*
 * First half of derma_reader_read(): the frame is not used afterwards. What derma_classifier_finish() then gives is
 * taken over by derma_reader_take(). With @still set there is nothing to finish.
 */
gboolean derma_reader_prepare (DermaReader *reader, const GstVideoInfo *info, GstBuffer *buffer, DermaRegion region,
                               GError **error);
/* The reader's own reading was replaced by that of the frame that was prepared: adds what else is known of it. */
void derma_reader_take (DermaReader *reader);

/* Puts the last reading, if there is one, on a writable @buffer, with the age it has there. */
void derma_reader_mark (DermaReader *reader, GstBuffer *buffer);

/* Posts the last reading as a message of @element. */
void derma_reader_post (const DermaReader *reader, GstElement *element);

G_END_DECLS
