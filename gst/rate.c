/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate.h"

gdouble
derma_rate_count (DermaRate *rate, gint64 now)
{
  const gint64 elapsed = now - rate->since;

  if (rate->since == 0 || elapsed < 0) {
    rate->since = now;
    rate->frames = 0;
    return rate->rate;
  }
  rate->frames++;
  if (elapsed >= G_USEC_PER_SEC) {
    rate->rate = (gdouble)rate->frames * G_USEC_PER_SEC / (gdouble)elapsed;
    rate->since = now;
    rate->frames = 0;
  }
  return rate->rate;
}
