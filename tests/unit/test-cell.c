/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/cell.h"

static void
test_cells (void)
{
  static const struct {
    const gchar *text;
    gint width;
    guint most;
    const gchar *wanted;
  } cells[] = {
    { "nv", -5, 0, "|nv   |" },
    { "nv", 5, 0, "|   nv|" },
    { "nv", 0, 0, "|nv|" },
    { "", 3, 2, "|   |" },
    { "melanoma", 8, 7, "| melanom|" },
    { "melanoma", -4, 0, "|melanoma|" },
    { "melanoma", 2, 0, "|melanoma|" },
    /* Characters of several bytes. */
    { "aaaaaaé", 8, 7, "| aaaaaaé|" },
    { "aaaaaaéb", 8, 7, "| aaaaaaé|" },
    { "é", -3, 0, "|é  |" },
    { "\u05d0\u05d1\u05d2\U0001f600", 6, 3, "|   \u05d0\u05d1\u05d2|" },
    { "\U0001f600\U0001f600", -3, 1, "|\U0001f600  |" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++) {
    g_autoptr (GString) table = g_string_new ("|");

    derma_cell_add (table, cells[i].text, cells[i].width, cells[i].most);
    g_string_append_c (table, '|');
    g_assert_cmpstr (table->str, ==, cells[i].wanted);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cell/cells", test_cells);
  return g_test_run ();
}
