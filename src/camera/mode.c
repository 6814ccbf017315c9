/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/camera-private.h"
#include "camera/text.h"

#include <errno.h>
#include <linux/videodev2.h>

#define MAX_FORMATS 128
#define MAX_MODES 1024
#define MAX_RATES 64
#define MAX_QUESTIONS 16384

/* A list in the making; a driver may answer for ever, so the questions are counted. */
typedef struct {
  DermaCamera *camera;
  GPtrArray *modes;
  guint n_questions;
  gboolean truncated;
  gint lost; /* errno when the device is gone */
} Listing;

static void
free_mode (gpointer data)
{
  DermaCameraMode *mode = data;

  g_free (mode->description);
  g_free (mode->rates);
  g_free (mode);
}

/* Whether the driver has an answer. */
static gboolean
ask (Listing *listing, gulong request, gpointer argument)
{
  gint code;

  if (listing->lost)
    return FALSE;
  if (listing->n_questions >= MAX_QUESTIONS) {
    listing->truncated = TRUE;
    return FALSE;
  }
  listing->n_questions++;
  code = derma_camera_call (listing->camera, request, argument);
  if (derma_camera_is_lost (code))
    listing->lost = code;
  return code == 0;
}

static gboolean
is_room (Listing *listing, guint n, guint most)
{
  if (n < most)
    return TRUE;
  listing->truncated = TRUE;
  return FALSE;
}

static void
add_rate (GArray *rates, const struct v4l2_fract *interval)
{
  const DermaCameraRate rate = { interval->denominator, interval->numerator };

  if (rate.numerator > 0 && rate.denominator > 0)
    g_array_append_val (rates, rate);
}

static void
list_rates (Listing *listing, DermaCameraMode *mode)
{
  GArray *rates = g_array_new (FALSE, FALSE, sizeof (DermaCameraRate));

  for (guint i = 0; is_room (listing, i, MAX_RATES); i++) {
    struct v4l2_frmivalenum interval = {
      .index = i, .pixel_format = mode->fourcc, .width = mode->max_width, .height = mode->max_height
    };

    if (!ask (listing, VIDIOC_ENUM_FRAMEINTERVALS, &interval))
      break;
    if (interval.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
      add_rate (rates, &interval.discrete);
      continue;
    }
    g_array_set_size (rates, 0);
    add_rate (rates, &interval.stepwise.max);
    add_rate (rates, &interval.stepwise.min);
    mode->rates_range = rates->len == 2;
    break;
  }
  mode->n_rates = rates->len;
  mode->rates = (DermaCameraRate *)(gpointer)g_array_free (rates, rates->len == 0);
}

static DermaCameraMode *
add_mode (Listing *listing, const struct v4l2_fmtdesc *format)
{
  DermaCameraMode *mode = g_new0 (DermaCameraMode, 1);

  mode->fourcc = format->pixelformat;
  derma_text_from_fourcc (format->pixelformat, mode->format);
  mode->description = derma_text_clean (format->description, sizeof format->description);
  mode->compressed = (format->flags & V4L2_FMT_FLAG_COMPRESSED) != 0;
  g_ptr_array_add (listing->modes, mode);
  return mode;
}

static void
set_size (DermaCameraMode *mode, const struct v4l2_frmsizeenum *size)
{
  const struct v4l2_frmsize_stepwise *range = &size->stepwise;

  if (size->type == V4L2_FRMSIZE_TYPE_DISCRETE) {
    mode->min_width = mode->max_width = size->discrete.width;
    mode->min_height = mode->max_height = size->discrete.height;
    return;
  }
  mode->min_width = MIN (range->min_width, range->max_width);
  mode->max_width = MAX (range->min_width, range->max_width);
  mode->min_height = MIN (range->min_height, range->max_height);
  mode->max_height = MAX (range->min_height, range->max_height);
  mode->step_width = MAX (range->step_width, 1);
  mode->step_height = MAX (range->step_height, 1);
}

/* Drivers that enumerate no sizes still tell the present one, or nothing. */
static void
add_present_size (Listing *listing, const struct v4l2_fmtdesc *description)
{
  DermaCameraMode *mode = add_mode (listing, description);
  struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

  if (!ask (listing, VIDIOC_G_FMT, &format) || format.fmt.pix.pixelformat != mode->fourcc)
    return;
  mode->min_width = mode->max_width = format.fmt.pix.width;
  mode->min_height = mode->max_height = format.fmt.pix.height;
  list_rates (listing, mode);
}

static void
list_sizes (Listing *listing, const struct v4l2_fmtdesc *format)
{
  guint n_before = listing->modes->len;

  for (guint i = 0; is_room (listing, listing->modes->len, MAX_MODES); i++) {
    struct v4l2_frmsizeenum size = { .index = i, .pixel_format = format->pixelformat };
    DermaCameraMode *mode;

    if (!ask (listing, VIDIOC_ENUM_FRAMESIZES, &size))
      break;
    mode = add_mode (listing, format);
    set_size (mode, &size);
    list_rates (listing, mode);
    if (size.type != V4L2_FRMSIZE_TYPE_DISCRETE)
      return;
  }
  if (listing->modes->len == n_before && n_before < MAX_MODES)
    add_present_size (listing, format);
}

GPtrArray *
derma_camera_list_modes (DermaCamera *camera, gboolean *truncated, GError **error)
{
  g_autoptr (GPtrArray) modes = g_ptr_array_new_with_free_func (free_mode);
  Listing listing = { .camera = camera, .modes = modes };

  for (guint i = 0; is_room (&listing, i, MAX_FORMATS); i++) {
    struct v4l2_fmtdesc format = { .index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

    if (!ask (&listing, VIDIOC_ENUM_FMT, &format))
      break;
    list_sizes (&listing, &format);
  }
  if (listing.lost) {
    derma_camera_io_fail (error, camera->device, NULL, listing.lost);
    return NULL;
  }
  if (truncated)
    *truncated = listing.truncated;
  return g_steal_pointer (&modes);
}
