/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cammode.h"

#include <string.h>

#define DEFAULT_RATE 30.0
#define ENOUGH 0.8 /* of the rate that is wished */
#define MAX_PIXELS ((gint64)1920 * 1080)
#define MAX_SIDE 32767
#define MAX_RATE_PART 1000000000

/* The best first; those that dermaclassify reads and v4l2src gives. */
static const struct {
  const gchar *fourcc;
  const gchar *format; /* NULL: JPEG */
} KNOWN[] = {
  { "NV12", "NV12" }, { "YU12", "I420" }, { "YUYV", "YUY2" },  { "UYVY", "UYVY" }, { "NV21", "NV21" },
  { "YV12", "YV12" }, { "RGB3", "RGB" },  { "BGR3", "BGR" },   { "XR24", "BGRx" }, { "BX24", "xRGB" },
  { "MJPG", NULL },   { "JPEG", NULL },   { "GREY", "GRAY8" },
};

enum {
  BY_WISHED_SIZE,
  BY_SPEED,
  BY_SIZE,
  BY_WISHED_RATE,
  BY_FORMAT,
  BY_RATE,
  N_COSTS,
};

typedef struct {
  DermaCamMode mode;
  gint64 costs[N_COSTS]; /* the earlier weigh more */
} Candidate;

static gboolean
is_wished (guint known, DermaCamFormat format)
{
  return format == DERMA_CAM_FORMAT_AUTO || (format == DERMA_CAM_FORMAT_MJPEG) == (KNOWN[known].format == NULL);
}

static gdouble
wished_rate (const DermaCamWish *wish)
{
  return wish->rate_n > 0 && wish->rate_d > 0 ? (gdouble)wish->rate_n / wish->rate_d : DEFAULT_RATE;
}

/* The value of a range that is nearest to @wanted. */
static gint
fit (guint32 minimum, guint32 maximum, guint32 step, gint wanted)
{
  gint64 value = CLAMP ((gint64)wanted, (gint64)minimum, (gint64)maximum);

  if (step > 1)
    value = minimum + (value - minimum) / step * step;
  return (gint)value;
}

static gboolean
choose_size (Candidate *candidate, const DermaCameraMode *mode, const DermaCamWish *wish)
{
  DermaCamMode *chosen = &candidate->mode;

  if (mode->max_width > MAX_SIDE || mode->max_height > MAX_SIDE || (mode->max_width == 0) != (mode->max_height == 0))
    return FALSE;
  chosen->width = fit (mode->min_width, mode->max_width, mode->step_width, wish->width ? wish->width : 1920);
  chosen->height = fit (mode->min_height, mode->max_height, mode->step_height, wish->height ? wish->height : 1080);
  return (chosen->width > 0) == (chosen->height > 0);
}

static void
take_rate (DermaCamMode *chosen, const DermaCameraRate *rate)
{
  chosen->rate_n = (gint)MIN (rate->numerator, MAX_RATE_PART);
  chosen->rate_d = (gint)CLAMP (rate->denominator, 1, MAX_RATE_PART);
}

static gdouble
to_double (const DermaCameraRate *rate)
{
  return rate->denominator ? (gdouble)rate->numerator / rate->denominator : 0.0;
}

static void
choose_rate (DermaCamMode *chosen, const DermaCameraMode *mode, const DermaCamWish *wish)
{
  const gdouble wanted = wished_rate (wish);
  const DermaCameraRate exact = { wish->rate_n > 0 ? (guint32)wish->rate_n : 30,
                                  wish->rate_n > 0 ? (guint32)MAX (wish->rate_d, 1) : 1 };
  const DermaCameraRate *best = mode->n_rates ? &mode->rates[0] : NULL;

  chosen->rate_n = 0;
  chosen->rate_d = 1;
  if (mode->rates_range && wanted >= to_double (&mode->rates[0]) && wanted <= to_double (&mode->rates[1]))
    best = &exact;
  else
    for (guint i = 0; i < mode->n_rates; i++)
      if (ABS (to_double (&mode->rates[i]) - wanted) < ABS (to_double (best) - wanted))
        best = &mode->rates[i];
  if (best)
    take_rate (chosen, best);
}

static void
weigh (Candidate *candidate, guint known, const DermaCamWish *wish)
{
  const DermaCamMode *mode = &candidate->mode;
  const gdouble wanted = wished_rate (wish), rate = (gdouble)mode->rate_n / mode->rate_d;
  const gint64 pixels = (gint64)mode->width * mode->height;
  const gint64 off = mode->rate_n ? (gint64)(ABS (rate - wanted) * 1000.0) : 0;

  candidate->costs[BY_WISHED_SIZE] =
      (wish->width ? ABS (mode->width - wish->width) : 0) + (wish->height ? ABS (mode->height - wish->height) : 0);
  candidate->costs[BY_SPEED] = mode->rate_n > 0 && rate < ENOUGH * wanted;
  candidate->costs[BY_SIZE] = pixels <= MAX_PIXELS ? MAX_PIXELS - pixels : pixels;
  candidate->costs[BY_WISHED_RATE] = wish->rate_n ? off : 0;
  candidate->costs[BY_FORMAT] = known;
  candidate->costs[BY_RATE] = off;
}

static gboolean
is_better (const Candidate *a, const Candidate *b)
{
  for (guint i = 0; i < N_COSTS; i++)
    if (a->costs[i] != b->costs[i])
      return a->costs[i] < b->costs[i];
  return FALSE;
}

static gboolean
consider (Candidate *candidate, const DermaCameraMode *mode, const DermaCamWish *wish)
{
  for (guint i = 0; i < G_N_ELEMENTS (KNOWN); i++) {
    if (strcmp (mode->format, KNOWN[i].fourcc) != 0 || !is_wished (i, wish->format))
      continue;
    if (!choose_size (candidate, mode, wish))
      return FALSE;
    g_strlcpy (candidate->mode.fourcc, mode->format, sizeof candidate->mode.fourcc);
    candidate->mode.format = KNOWN[i].format;
    choose_rate (&candidate->mode, mode, wish);
    weigh (candidate, i, wish);
    return TRUE;
  }
  return FALSE;
}

gboolean
derma_cam_mode_choose (const GPtrArray *modes, const DermaCamWish *wish, DermaCamMode *mode)
{
  Candidate best = { 0 }, candidate;
  gboolean found = FALSE;

  for (guint i = 0; i < modes->len; i++) {
    if (!consider (&candidate, g_ptr_array_index (modes, i), wish) || (found && !is_better (&candidate, &best)))
      continue;
    best = candidate;
    found = TRUE;
  }
  if (found)
    *mode = best.mode;
  return found;
}

GstCaps *
derma_cam_mode_to_caps (const DermaCamMode *mode)
{
  GstCaps *caps = gst_caps_new_empty_simple (mode->format ? "video/x-raw" : "image/jpeg");

  if (mode->format)
    gst_caps_set_simple (caps, "format", G_TYPE_STRING, mode->format, NULL);
  if (mode->width)
    gst_caps_set_simple (caps, "width", G_TYPE_INT, mode->width, "height", G_TYPE_INT, mode->height, NULL);
  if (mode->rate_n)
    gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, mode->rate_n, mode->rate_d, NULL);
  return caps;
}

gchar *
derma_cam_mode_to_string (const DermaCamMode *mode)
{
  return g_strdup_printf ("%s %dx%d %d/%d", mode->fourcc, mode->width, mode->height, mode->rate_n, mode->rate_d);
}
