/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/window.h"

#include "model/model-limits.h"

#include <string.h>

/* What a window does along one axis. */
typedef struct {
  gint64 kernel;
  gint64 stride;
  gint64 dilation;
  gint64 before;
  gint64 after;
  gint64 input;
  gint64 output;
} Axis;

static gboolean
read_pair (DermaReader *reader, const gchar *name, gint64 least, gint64 pair[2])
{
  guint n;

  pair[0] = pair[1] = 1;
  if (!derma_reader_get_ints (reader, name, 2, pair, &n))
    return FALSE;
  if (n == 1)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "attribute '%s' is not for two dimensions", name);
  for (guint i = 0; i < 2; i++)
    if (pair[i] < least || pair[i] > DERMA_LIMIT_WINDOW)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "attribute '%s' is %" G_GINT64_FORMAT, name, pair[i]);
  return TRUE;
}

static gboolean
read_pads (DermaReader *reader, Axis axes[2])
{
  gint64 pads[4] = { 0, 0, 0, 0 };
  guint n;

  if (!derma_reader_get_ints (reader, "pads", 4, pads, &n))
    return FALSE;
  if (n != 0 && n != 4)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "attribute 'pads' is not for two dimensions");
  for (guint i = 0; i < 4; i++)
    if (pads[i] < 0 || pads[i] > DERMA_LIMIT_WINDOW)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "attribute 'pads' has %" G_GINT64_FORMAT, pads[i]);
  for (guint i = 0; i < 2; i++) {
    axes[i].before = pads[i];
    axes[i].after = pads[i + 2];
  }
  return TRUE;
}

/* ONNX: output = ceil (input / stride), the padding split in two with the odd one after (UPPER) or before (LOWER). */
static void
pad_same (Axis *axis, gboolean lower)
{
  gint64 total;

  axis->output = (axis->input + axis->stride - 1) / axis->stride;
  total = MAX (0, (axis->output - 1) * axis->stride + (axis->kernel - 1) * axis->dilation + 1 - axis->input);
  axis->before = lower ? total - total / 2 : total / 2;
  axis->after = total - axis->before;
}

/*
 * With ceil_mode the last window may hang over the edge: what it needs is added to the padding after. As PyTorch does
 * and later ONNX versions say, no window starts in that padding.
 */
static gboolean
finish_axis (DermaReader *reader, Axis *axis, gboolean same, gboolean ceil_mode)
{
  gint64 reach = (axis->kernel - 1) * axis->dilation + 1;
  gint64 room = axis->input + axis->before + axis->after - reach;

  if (room < 0)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT,
                              "a window of %" G_GINT64_FORMAT " does not fit into %" G_GINT64_FORMAT, reach,
                              axis->input + axis->before + axis->after);
  if (same)
    return TRUE;
  axis->output = room / axis->stride + 1;
  if (ceil_mode && room % axis->stride != 0 && axis->output * axis->stride < axis->input + axis->before) {
    axis->after += axis->stride - room % axis->stride;
    axis->output++;
  }
  return TRUE;
}

static gboolean
read_padding_mode (DermaReader *reader, Axis axes[2], gboolean *same)
{
  g_autofree gchar *mode = derma_reader_get_string (reader, "auto_pad");
  gboolean lower = mode && strcmp (mode, "SAME_LOWER") == 0;

  *same = lower || (mode && strcmp (mode, "SAME_UPPER") == 0);
  if (*same) {
    pad_same (&axes[0], lower);
    pad_same (&axes[1], lower);
    return TRUE;
  }
  if (mode && strcmp (mode, "VALID") == 0)
    return TRUE;
  if (mode && *mode && strcmp (mode, "NOTSET") != 0)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "auto_pad is none that is known");
  return read_pads (reader, axes);
}

static void
store (const Axis axes[2], DermaWindow *window, DermaShape *shape)
{
  for (guint i = 0; i < 2; i++) {
    window->kernel[i] = (guint)axes[i].kernel;
    window->stride[i] = (guint)axes[i].stride;
    window->dilation[i] = (guint)axes[i].dilation;
    window->pads[i] = (guint)axes[i].before;
    window->pads[i + 2] = (guint)axes[i].after;
    shape->dims[i + 2] = axes[i].output;
  }
}

gboolean
derma_reader_read_window (DermaReader *reader, const gint64 kernel[2], DermaWindow *window, DermaShape *shape)
{
  gboolean ceil_mode = derma_reader_get_int (reader, "ceil_mode", 0) != 0, same;
  gint64 strides[2], dilations[2];
  Axis axes[2] = { 0 };

  if (!read_pair (reader, "strides", 1, strides) || !read_pair (reader, "dilations", 1, dilations))
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    if (kernel[i] < 1 || kernel[i] > DERMA_LIMIT_WINDOW)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "a kernel of %" G_GINT64_FORMAT, kernel[i]);
    axes[i].kernel = kernel[i];
    axes[i].stride = strides[i];
    axes[i].dilation = dilations[i];
    axes[i].input = shape->dims[i + 2];
  }
  if (!read_padding_mode (reader, axes, &same) || !finish_axis (reader, &axes[0], same, ceil_mode)
      || !finish_axis (reader, &axes[1], same, ceil_mode))
    return FALSE;
  store (axes, window, shape);
  return TRUE;
}
