/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/outline.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static const DermaPlace unit = { 0, 0, 100, 100 };

static guint
count (const gchar *path, gchar command)
{
  guint n = 0;

  for (; *path; path++)
    n += *path == command;
  return n;
}

/* The numbers of a path, and what they span. */
static guint
get_bounds (const gchar *path, gdouble bounds[4])
{
  guint n = 0;

  bounds[0] = bounds[1] = INFINITY;
  bounds[2] = bounds[3] = -INFINITY;
  while (*path) {
    gchar *end;
    gdouble value = g_ascii_strtod (path, &end);

    if (end == path) {
      path++;
      continue;
    }
    g_assert_true (isfinite (value));
    bounds[n % 2] = MIN (bounds[n % 2], value);
    bounds[2 + n % 2] = MAX (bounds[2 + n % 2], value);
    n++;
    path = end;
  }
  g_assert_cmpuint (n % 2, ==, 0);
  return n / 2;
}

static void
test_one_cell (void)
{
  const gfloat map[9] = { 0, 0, 0, 0, 1, 0, 0, 0, 0 };
  g_autofree gchar *path = derma_outline_trace (map, 3, 3, 0.5f, &unit);
  gdouble bounds[4];

  g_assert_cmpuint (count (path, 'M'), ==, 1);
  g_assert_cmpuint (count (path, 'Z'), ==, 1);
  g_assert_cmpuint (count (path, 'Q'), ==, 4);
  get_bounds (path, bounds);
  /* Half way to the middles of the neighbours: a diamond of a cell's width. */
  g_assert_cmpfloat_with_epsilon (bounds[0], 100 / 3.0, 0.06);
  g_assert_cmpfloat_with_epsilon (bounds[3], 200 / 3.0, 0.06);
}

static void
test_nothing (void)
{
  const gfloat map[4] = { 0, 0.49f, 0.2f, 0 };
  const gfloat odd[4] = { NAN, -INFINITY, -5, NAN };
  g_autofree gchar *empty = derma_outline_trace (map, 2, 2, 0.5f, &unit);
  g_autofree gchar *none = derma_outline_trace (NULL, 2, 2, 0.5f, &unit);
  g_autofree gchar *zero = derma_outline_trace (map, 0, 2, 0.5f, &unit);
  g_autofree gchar *huge = derma_outline_trace (map, 2, 100000, 0.5f, &unit);
  g_autofree gchar *strange = derma_outline_trace (odd, 2, 2, 0.5f, &unit);

  g_assert_cmpstr (empty, ==, "");
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (zero, ==, "");
  g_assert_cmpstr (huge, ==, "");
  g_assert_cmpstr (strange, ==, "");
}

/* A map that is all lesion is outlined at its edge. */
static void
test_everything (void)
{
  const gfloat map[4] = { 1, INFINITY, 1, 7 };
  const DermaPlace place = { 10, 20, 40, 80 };
  g_autofree gchar *path = derma_outline_trace (map, 2, 2, 0.5f, &place);
  gdouble bounds[4];

  get_bounds (path, bounds);
  g_assert_cmpfloat_with_epsilon (bounds[0], 10, 0.06);
  g_assert_cmpfloat_with_epsilon (bounds[1], 20, 0.06);
  g_assert_cmpfloat_with_epsilon (bounds[2], 50, 0.06);
  g_assert_cmpfloat_with_epsilon (bounds[3], 100, 0.06);
}

static void
test_a_hole_and_a_speck (void)
{
  gfloat map[12 * 12] = { 0 };
  g_autofree gchar *path = NULL;

  for (guint y = 1; y < 8; y++)
    for (guint x = 1; x < 8; x++)
      map[y * 12 + x] = x >= 3 && x < 6 && y >= 3 && y < 6 ? 0 : 1;
  map[10 * 12 + 10] = 1;
  path = derma_outline_trace (map, 12, 12, 0.5f, &unit);
  /* The outer edge and the hole; the speck is too small. */
  g_assert_cmpuint (count (path, 'M'), ==, 2);
}

static void
test_corners_that_touch (void)
{
  const gfloat map[4] = { 1, 0, 0, 1 };
  g_autofree gchar *path = derma_outline_trace (map, 2, 2, 0.5f, &unit);

  g_assert_cmpuint (count (path, 'M'), ==, 2);
}

/* The line runs where the values say that the level is. */
static void
test_between_cells (void)
{
  const gfloat map[4] = { 1, 1, 0.4f, 0.4f };
  g_autofree gchar *path = derma_outline_trace (map, 2, 2, 0.5f, &unit);
  gdouble bounds[4];

  get_bounds (path, bounds);
  g_assert_cmpfloat_with_epsilon (bounds[3], 50 * (0.5 + 0.5 / 0.6), 0.1);
}

/* Whatever a map holds, its loops close, stay on it, and end. */
static void
test_any_map (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint i = 0; i < 300; i++) {
    guint width = (guint)g_rand_int_range (rand, 1, 20), height = (guint)g_rand_int_range (rand, 1, 20);
    g_autofree gfloat *map = g_new (gfloat, width * height);
    g_autofree gchar *path = NULL;
    gdouble bounds[4];

    for (guint k = 0; k < width * height; k++)
      map[k] = (gfloat)(i % 2 ? g_rand_double (rand) : g_rand_int_range (rand, 0, 2));
    path = derma_outline_trace (map, width, height, 0.5f, &unit);
    g_assert_cmpuint (count (path, 'M'), ==, count (path, 'Z'));
    if (get_bounds (path, bounds) > 0) {
      g_assert_cmpfloat (MIN (bounds[0], bounds[1]), >=, 0);
      g_assert_cmpfloat (MAX (bounds[2], bounds[3]), <=, 100);
    }
  }
}

static void
test_point_in_any_language (void)
{
  const gfloat map[9] = { 0, 0, 0, 0, 1, 0, 0, 0, 0 };
  g_autofree gchar *path = NULL;

  if (!setlocale (LC_NUMERIC, "de_DE.UTF-8")) {
    g_test_skip ("there is no German here");
    return;
  }
  path = derma_outline_trace (map, 3, 3, 0.5f, &unit);
  g_assert_null (strchr (path, ','));
  setlocale (LC_NUMERIC, "C");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outline/one-cell", test_one_cell);
  g_test_add_func ("/outline/nothing", test_nothing);
  g_test_add_func ("/outline/everything", test_everything);
  g_test_add_func ("/outline/a-hole-and-a-speck", test_a_hole_and_a_speck);
  g_test_add_func ("/outline/corners-that-touch", test_corners_that_touch);
  g_test_add_func ("/outline/between-cells", test_between_cells);
  g_test_add_func ("/outline/any-map", test_any_map);
  g_test_add_func ("/outline/point-in-any-language", test_point_in_any_language);
  return g_test_run ();
}
