/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stats.h"

void
derma_stats_count (DermaStats *stats, guint64 latency)
{
  stats->inferences++;
  stats->latency_last = latency;
  stats->latency_sum += latency;
}

GstStructure *
derma_stats_to_structure (const DermaStats *stats)
{
  return gst_structure_new ("stats", "frames", G_TYPE_UINT64, stats->frames, "inferences", G_TYPE_UINT64,
                            stats->inferences, "readings", G_TYPE_UINT64, stats->inferences, "skipped-qos",
                            G_TYPE_UINT64, stats->skipped_qos, "skipped-still", G_TYPE_UINT64, stats->skipped_still,
                            "latency-mean", G_TYPE_UINT64,
                            stats->inferences ? stats->latency_sum / stats->inferences : 0, "latency-last",
                            G_TYPE_UINT64, stats->latency_last, NULL);
}
