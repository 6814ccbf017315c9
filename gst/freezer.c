/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "freezer.h"

void
derma_freezer_reset (DermaFreezer *freezer)
{
  gst_clear_buffer (&freezer->still);
  freezer->read = FALSE;
}

void
derma_freezer_set_wanted (DermaFreezer *freezer, gboolean wanted)
{
  if (!wanted)
    derma_freezer_reset (freezer);
}

GstBuffer *
derma_freezer_replace (DermaFreezer *freezer, GstBuffer *buffer)
{
  GstBuffer *copy;

  if (!freezer->still)
    return NULL;
  /* The pixels are shared: whoever draws on them gets a copy of its own. */
  copy = gst_buffer_copy (freezer->still);
  gst_buffer_copy_into (copy, buffer, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  return copy;
}

void
derma_freezer_offer (DermaFreezer *freezer, GstBuffer *buffer, gboolean wanted)
{
  if (wanted && !freezer->still)
    freezer->still = gst_buffer_copy (buffer);
}
