/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate.h"

gdouble
derma_rate_count (DermaRate *rate, gint64 now)
{
  gint64 elapsed;

  if (rate->since == 0 || now < rate->since) {
    rate->since = now;
    rate->frames = 0;
    return rate->rate;
  }
  elapsed = now - rate->since;
  rate->frames++;
  if (elapsed >= G_USEC_PER_SEC) {
    rate->rate = (gdouble)rate->frames * G_USEC_PER_SEC / (gdouble)elapsed;
    rate->since = now;
    rate->frames = 0;
  }
  return rate->rate;
}
