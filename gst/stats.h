/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What an element has done since its start. */
typedef struct {
  guint64 frames;
  guint64 inferences;
  guint64 skipped_qos;
  guint64 skipped_still;
  guint64 latency_sum;
  guint64 latency_last;
} DermaStats;

/* One more inference, which took @latency ns. */
void derma_stats_count (DermaStats *stats, guint64 latency);
/* (transfer full): the property stats */
GstStructure *derma_stats_to_structure (const DermaStats *stats);

G_END_DECLS
