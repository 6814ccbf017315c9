/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "captiontest.h"

#include "readingmeta.h"

void
caption_test_reading (DermaReading *reading, guint top, gfloat confidence, DermaState state)
{
  derma_reading_clear (reading);
  element_test_reading (reading);
  for (guint i = 0; i < 4; i++)
    reading->probabilities[i] = i == top ? confidence : (1.0f - confidence) / 3.0f;
  derma_reading_decide (reading, 0.5f);
  reading->state = state;
}

GstBuffer *
caption_test_frame (const DermaReading *reading, GstClockTime pts, GstClockTime duration)
{
  GstBuffer *buffer = element_test_frame ("I420", 16, 16, 1);

  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = duration;
  if (reading) {
    g_autoptr (GstStructure) fields = derma_reading_to_structure (reading, DERMA_READING_META_NAME);

    derma_reading_meta_set (buffer, fields, 0);
  }
  return buffer;
}
