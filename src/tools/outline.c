/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/outline.h"

#include <math.h>

#define LEAST_SHARE 0.1
/* No model has more. */
#define MAX_SIDE 1024

typedef struct {
  gdouble x, y;
} Dot;

/*
 * Marching squares over the map with a border of nothing around it. A square (x, y) lies between the middles of the
 * cells (x - 1, y - 1) and (x, y). Its sides: 0 top, 1 right, 2 bottom, 3 left.
 */
typedef struct {
  const gfloat *map;
  guint width;
  guint height;
  gfloat level;
  guint8 *left; /* for each square: which of its sides a line was followed from, a bit a side */
} Tracer;

static gfloat
get (const Tracer *tracer, gint x, gint y)
{
  gfloat value;

  if (x < 0 || y < 0 || x >= (gint)tracer->width || y >= (gint)tracer->height)
    return 0;
  value = tracer->map[(gsize)y * tracer->width + (gsize)x];
  return isfinite (value) ? CLAMP (value, 0, 1) : 0;
}

/* Corners that are inside: 1 top left, 2 top right, 4 bottom right, 8 bottom left. */
static guint
get_corners (const Tracer *tracer, gint x, gint y)
{
  return (get (tracer, x - 1, y - 1) >= tracer->level ? 1 : 0) | (get (tracer, x, y - 1) >= tracer->level ? 2 : 0)
         | (get (tracer, x, y) >= tracer->level ? 4 : 0) | (get (tracer, x - 1, y) >= tracer->level ? 8 : 0);
}

/* Where a line that comes in by a side goes out, with the inside on its right; -1 if none comes in there. Squares with
 * two opposite corners inside are taken as two separate corners. */
static gint
get_exit (guint corners, guint entry)
{
  static const gint8 exits[16][4] = {
    { -1, -1, -1, -1 }, { 3, -1, -1, -1 }, { -1, 0, -1, -1 }, { -1, 3, -1, -1 },  { -1, -1, 1, -1 }, { 3, -1, 1, -1 },
    { -1, -1, 0, -1 },  { -1, -1, 3, -1 }, { -1, -1, -1, 2 }, { 2, -1, -1, -1 },  { -1, 0, -1, 2 },  { -1, 2, -1, -1 },
    { -1, -1, -1, 1 },  { 1, -1, -1, -1 }, { -1, -1, -1, 0 }, { -1, -1, -1, -1 },
  };

  return exits[corners][entry];
}

static gdouble
cross (const Tracer *tracer, gfloat a, gfloat b)
{
  return a == b ? 0.5 : CLAMP ((tracer->level - a) / (b - a), 0, 1);
}

/* Where the line crosses a side, in cells of the map from its corner, kept on the map. */
static Dot
get_crossing (const Tracer *tracer, gint x, gint y, guint side)
{
  gfloat a = get (tracer, x - 1, y - 1), b = get (tracer, x, y - 1);
  gfloat c = get (tracer, x, y), d = get (tracer, x - 1, y);
  Dot dot = { x - 0.5, y - 0.5 };

  if (side == 0)
    dot.x += cross (tracer, a, b);
  else if (side == 1)
    dot = (Dot){ x + 0.5, dot.y + cross (tracer, b, c) };
  else if (side == 2)
    dot = (Dot){ dot.x + cross (tracer, d, c), y + 0.5 };
  else
    dot.y += cross (tracer, a, d);
  dot.x = CLAMP (dot.x, 0, (gdouble)tracer->width);
  dot.y = CLAMP (dot.y, 0, (gdouble)tracer->height);
  return dot;
}

static GArray *
follow (Tracer *tracer, gint x, gint y, guint entry)
{
  static const gint8 steps[4][2] = { { 0, -1 }, { 1, 0 }, { 0, 1 }, { -1, 0 } };
  GArray *loop = g_array_new (FALSE, FALSE, sizeof (Dot));

  for (;;) {
    guint8 *left = &tracer->left[(gsize)y * (tracer->width + 1) + (gsize)x];
    gint out = get_exit (get_corners (tracer, x, y), entry);
    Dot dot;

    if (out < 0 || *left & 1 << entry)
      return loop;
    *left |= (guint8)(1 << entry);
    dot = get_crossing (tracer, x, y, entry);
    g_array_append_val (loop, dot);
    x += steps[out][0];
    y += steps[out][1];
    entry = ((guint)out + 2) % 4;
  }
}

static gdouble
get_area (const GArray *loop)
{
  gdouble area = 0;

  for (guint i = 0; i < loop->len; i++) {
    Dot a = g_array_index (loop, Dot, i);
    Dot b = g_array_index (loop, Dot, (i + 1) % loop->len);

    area += (a.x * b.y - b.x * a.y) / 2;
  }
  return fabs (area);
}

static GPtrArray *
find_loops (Tracer *tracer)
{
  GPtrArray *loops = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);

  for (guint y = 0; y <= tracer->height; y++)
    for (guint x = 0; x <= tracer->width; x++)
      for (guint side = 0; side < 4; side++) {
        GArray *loop = follow (tracer, (gint)x, (gint)y, side);

        if (loop->len > 2)
          g_ptr_array_add (loops, loop);
        else
          g_array_unref (loop);
      }
  return loops;
}

static void
append (GString *path, const gchar *command, const Dot *dot)
{
  gchar x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (x, sizeof x, "%.1f", dot->x);
  g_ascii_formatd (y, sizeof y, "%.1f", dot->y);
  g_string_append_printf (path, "%s%s %s", command, x, y);
}

/* From middle to middle of the lines, bent towards the corners. */
static void
append_loop (GString *path, const GArray *loop, const Tracer *tracer, const DermaPlace *place)
{
  for (guint i = 0; i <= loop->len; i++) {
    Dot a = g_array_index (loop, Dot, i % loop->len);
    Dot b = g_array_index (loop, Dot, (i + 1) % loop->len);
    Dot corner = { place->x0 + a.x / tracer->width * place->dx, place->y0 + a.y / tracer->height * place->dy };
    Dot middle = { place->x0 + (a.x + b.x) / 2 / tracer->width * place->dx,
                   place->y0 + (a.y + b.y) / 2 / tracer->height * place->dy };

    if (i > 0)
      append (path, "Q", &corner);
    append (path, i > 0 ? " " : "M", &middle);
  }
  g_string_append_c (path, 'Z');
}

gchar *
derma_outline_trace (const gfloat *map, guint width, guint height, gfloat level, const DermaPlace *place)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GPtrArray) loops = NULL;
  g_autofree guint8 *left = NULL;
  gdouble largest = 0;
  Tracer tracer = { map, width, height, level, NULL };

  if (!map || width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE)
    return g_strdup ("");
  tracer.left = left = g_new0 (guint8, (gsize)(width + 1) * (height + 1));
  loops = find_loops (&tracer);
  for (guint i = 0; i < loops->len; i++)
    largest = MAX (largest, get_area (g_ptr_array_index (loops, i)));
  for (guint i = 0; i < loops->len; i++)
    if (get_area (g_ptr_array_index (loops, i)) >= largest * LEAST_SHARE && largest > 0)
      append_loop (path, g_ptr_array_index (loops, i), &tracer, place);
  return g_strdup (path->str);
}
