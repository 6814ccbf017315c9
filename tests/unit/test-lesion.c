/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "evidence/lesion.h"

#include <math.h>
#include <string.h>

/* '#' is a cell of lesion (1), '+' one that is just enough, '-' one that is just not, '.' none, 'n' not a number. */
static gfloat
value_of (gchar mark)
{
  switch (mark) {
  case '#':
    return 1.0f;
  case '+':
    return DERMA_LESION_CELL;
  case '-':
    return DERMA_LESION_CELL - 0.01f;
  case 'n':
    return NAN;
  default:
    return 0.0f;
  }
}

static DermaBox
find (const gchar *text, guint width)
{
  guint n = strlen (text);
  g_autofree gfloat *values = g_new (gfloat, n);
  g_autofree guint *scratch = g_new (guint, n);
  DermaBox box = { 9, 9, 9, 9 };

  for (guint i = 0; i < n; i++)
    values[i] = value_of (text[i]);
  derma_lesion_find (values, width, n / width, scratch, &box);
  return box;
}

static void
assert_box (const gchar *text, guint width, const DermaBox *wanted)
{
  DermaBox box = find (text, width);

  g_assert_cmpfloat_with_epsilon (box.x, wanted->x, 1e-6);
  g_assert_cmpfloat_with_epsilon (box.y, wanted->y, 1e-6);
  g_assert_cmpfloat_with_epsilon (box.width, wanted->width, 1e-6);
  g_assert_cmpfloat_with_epsilon (box.height, wanted->height, 1e-6);
}

static void
test_one (void)
{
  assert_box ("....."
              ".##.."
              ".#..."
              ".....",
              5, &(DermaBox){ 0.2f, 0.25f, 0.4f, 0.5f });
  assert_box ("+", 1, &(DermaBox){ 0, 0, 1, 1 });
  assert_box ("####", 2, &(DermaBox){ 0, 0, 1, 1 });
}

static void
test_none (void)
{
  const DermaBox nothing = { 0 };

  assert_box ("......", 3, &nothing);
  assert_box ("------", 3, &nothing);
  assert_box ("nnnn", 2, &nothing);
}

/* The group with the largest sum, not the one seen first; corners do not join. */
static void
test_groups (void)
{
  assert_box ("#...."
              "...##"
              "..#.#"
              "#.###"
              ".....",
              5, &(DermaBox){ 0.4f, 0.2f, 0.6f, 0.6f });
  assert_box ("#.."
              ".#."
              "..+",
              3, &(DermaBox){ 0, 0, 1.0f / 3, 1.0f / 3 });
  assert_box ("++.#"
              "++..",
              4, &(DermaBox){ 0, 0, 0.5f, 1 });
}

/* A path that winds through the map, in the directions that are hardest to follow. */
static void
test_winding (void)
{
  assert_box ("#######"
              "......#"
              "#####.#"
              "#...#.#"
              "#.###.#"
              "#.....#"
              "#######",
              7, &(DermaBox){ 0, 0, 1, 1 });
  assert_box ("..#"
              ".##"
              "##.",
              3, &(DermaBox){ 0, 0, 1, 1 });
}

/* Two arms that only the last row joins, the wider one found second. */
static void
test_joined_below (void)
{
  assert_box ("....#"
              "##..#"
              ".####",
              5, &(DermaBox){ 0, 0, 1, 1 });
  assert_box ("#...."
              "#..##"
              "####.",
              5, &(DermaBox){ 0, 0, 1, 1 });
}

/* As large as a map can be, filled and as a comb: ends, and finds all of it. */
static void
test_large (void)
{
  const guint side = 64;
  g_autofree gfloat *values = g_new0 (gfloat, side * side);
  g_autofree guint *scratch = g_new (guint, side * side);
  DermaBox box;

  for (guint y = 0; y < side; y++)
    for (guint x = 0; x < side; x++)
      values[y * side + x] = y % 2 == 0 || x == ((y / 2) % 2 == 0 ? side - 1 : 0);
  values[(side - 1) * side] = 1;
  derma_lesion_find (values, side, side, scratch, &box);
  g_assert_cmpfloat (box.width, ==, 1);
  g_assert_cmpfloat (box.height, ==, 1);
}

static void
test_place (void)
{
  const DermaFrame frame = { .width = 200, .height = 100 };
  const DermaRect rect = { 50, 0, 100, 100 };
  DermaBox box = { 0.5f, 0.25f, 0.25f, 0.5f }, nothing = { 0 };

  derma_lesion_place (&box, &rect, &frame);
  g_assert_cmpfloat_with_epsilon (box.x, 0.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (box.y, 0.25, 1e-6);
  g_assert_cmpfloat_with_epsilon (box.width, 0.125, 1e-6);
  g_assert_cmpfloat_with_epsilon (box.height, 0.5, 1e-6);
  box = (DermaBox){ 0, 0.5f, 1, 0.5f };
  derma_lesion_place (&box, &(DermaRect){ 0, 20, 200, 40 }, &frame);
  g_assert_cmpfloat_with_epsilon (box.x, 0, 1e-6);
  g_assert_cmpfloat_with_epsilon (box.y, 0.4, 1e-6);
  g_assert_cmpfloat_with_epsilon (box.width, 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (box.height, 0.2, 1e-6);
  derma_lesion_place (&nothing, &rect, &frame);
  g_assert_cmpfloat (nothing.width, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lesion/one", test_one);
  g_test_add_func ("/lesion/none", test_none);
  g_test_add_func ("/lesion/groups", test_groups);
  g_test_add_func ("/lesion/winding", test_winding);
  g_test_add_func ("/lesion/joined-below", test_joined_below);
  g_test_add_func ("/lesion/large", test_large);
  g_test_add_func ("/lesion/place", test_place);
  return g_test_run ();
}
