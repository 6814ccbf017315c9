/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "input.h"
#include "memfile.h"
#include "outcome.h"
#include "seeds.h"

#include <derma/error.h>

#include <glib/gstdio.h>
#include <string.h>

static void
test_numbers (void)
{
  static const guint8 bytes[] = { 7, 1, 2, 3, 4, 5, 6, 250, 1, 0, 0, 0, 0, 0, 0, 128 };
  FuzzInput input = { bytes, sizeof bytes };

  g_assert_cmpuint (fuzz_input_byte (&input), ==, 7);
  g_assert_cmpuint (fuzz_input_word (&input), ==, 0x0201);
  g_assert_cmpuint (fuzz_input_long (&input), ==, 0x06050403);
  g_assert_cmpuint (fuzz_input_below (&input, 100), ==, 50);
  g_assert_cmpuint (fuzz_input_huge (&input), ==, G_GUINT64_CONSTANT (0x8000000000000001));
  g_assert_cmpuint (input.size, ==, 0);
}

static void
test_end (void)
{
  static const guint8 bytes[] = { 9 };
  FuzzInput input = { bytes, sizeof bytes };
  g_autofree gchar *text = NULL;
  gsize taken;

  g_assert_cmpuint (fuzz_input_huge (&input), ==, 9);
  g_assert_cmpuint (fuzz_input_byte (&input), ==, 0);
  fuzz_input_take (&input, 4, &taken);
  g_assert_cmpuint (taken, ==, 0);
  text = fuzz_input_text (&input);
  g_assert_cmpstr (text, ==, "");
}

static void
test_no_bytes_at_all (void)
{
  FuzzInput input = { NULL, 0 };
  g_autofree gchar *text = fuzz_input_text (&input);

  g_assert_cmpstr (text, ==, "");
  g_assert_cmpuint (fuzz_input_long (&input), ==, 0);
}

static void
test_texts (void)
{
  FuzzInput input = { (const guint8 *)"one\0\0three", 10 };
  g_autofree gchar *one = fuzz_input_text (&input), *two = fuzz_input_text (&input), *three = fuzz_input_text (&input);

  g_assert_cmpstr (one, ==, "one");
  g_assert_cmpstr (two, ==, "");
  g_assert_cmpstr (three, ==, "three");
  g_assert_cmpuint (input.size, ==, 0);
}

static void
test_file (void)
{
  static const gchar *const contents[] = { "something long", "short", "" };

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++) {
    const gchar *path = fuzz_memfile_write ((const guint8 *)contents[i], strlen (contents[i]));
    g_autofree gchar *read = NULL;

    g_assert_true (g_file_get_contents (path, &read, NULL, NULL));
    g_assert_cmpstr (read, ==, contents[i]);
  }
}

static void
test_outcomes (void)
{
  g_autoptr (GError) error = g_error_new (DERMA_ERROR, DERMA_ERROR_FORMAT, "a: is bad");

  fuzz_outcome_check (TRUE, NULL, "a: ");
  fuzz_outcome_check (FALSE, error, "a: ");
  fuzz_outcome_check_range (1, 1, 2);
  fuzz_outcome_check_text ("\xc3\xa4");
}

static void
break_promise (gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (DERMA_ERROR, DERMA_ERROR_FORMAT, data);

  fuzz_outcome_check (FALSE, error, "a: ");
}

/* What a target must not let pass. */
static void
test_broken_promises (void)
{
  static const gchar *const names[] = { "no-error", "error", "domain", "range", "nan" };

  for (guint i = 0; i < 4; i++) {
    g_autofree gchar *path = g_strdup_printf ("/fuzz/broken/message/subprocess/%u", i);

    g_test_trap_subprocess (path, 0, 0);
    g_test_trap_assert_failed ();
  }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *path = g_strdup_printf ("/fuzz/broken/%s/subprocess", names[i]);

    g_test_trap_subprocess (path, 0, 0);
    g_test_trap_assert_failed ();
  }
}

static void
break_no_error (void)
{
  fuzz_outcome_check (FALSE, NULL, "");
}

static void
break_error (void)
{
  g_autoptr (GError) error = g_error_new (DERMA_ERROR, DERMA_ERROR_FORMAT, "a: is bad");

  fuzz_outcome_check (TRUE, error, "");
}

static void
break_domain (void)
{
  g_autoptr (GError) error = g_error_new (G_FILE_ERROR, G_FILE_ERROR_IO, "a: is bad");

  fuzz_outcome_check (FALSE, error, "a: ");
}

static void
break_range (void)
{
  fuzz_outcome_check_range (2.01, 1, 2);
}

static void
break_nan (void)
{
  fuzz_outcome_check_range (0.0 / 0.0, 0, 1);
}

static void
test_seeds (void)
{
  g_autoptr (FuzzSeeds) seeds = fuzz_seeds_new ();
  g_autofree gchar *folder = g_dir_make_tmp ("derma-seeds-XXXXXX", NULL);
  g_autofree gchar *inner = g_build_filename (folder, "a", "b", NULL), *first = g_build_filename (inner, "x-000", NULL);
  g_autofree gchar *second = g_build_filename (inner, "x-001", NULL), *middle = g_path_get_dirname (inner);
  g_autofree gchar *text = NULL, *large = g_malloc0 (FUZZ_SEED_BYTES + 5);
  g_autoptr (GError) error = NULL;
  gsize size;

  fuzz_seeds_add_text (seeds, "x", "text");
  fuzz_seeds_add (seeds, "x", large, FUZZ_SEED_BYTES + 5);
  g_assert_true (fuzz_seeds_write (seeds, inner, &error));
  g_assert_true (g_file_get_contents (first, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "text");
  g_free (text);
  g_assert_true (g_file_get_contents (second, &text, &size, NULL));
  g_assert_cmpuint (size, ==, FUZZ_SEED_BYTES);
  g_assert_false (fuzz_seeds_write (seeds, first, &error));
  g_assert_nonnull (error);
  g_remove (first);
  g_remove (second);
  g_rmdir (inner);
  g_rmdir (middle);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuzz/input/numbers", test_numbers);
  g_test_add_func ("/fuzz/input/end", test_end);
  g_test_add_func ("/fuzz/input/no-bytes-at-all", test_no_bytes_at_all);
  g_test_add_func ("/fuzz/input/texts", test_texts);
  g_test_add_func ("/fuzz/memfile", test_file);
  g_test_add_func ("/fuzz/seeds", test_seeds);
  g_test_add_func ("/fuzz/outcomes", test_outcomes);
  g_test_add_func ("/fuzz/broken", test_broken_promises);
  g_test_add_data_func ("/fuzz/broken/message/subprocess/0", "b: is bad", break_promise);
  g_test_add_data_func ("/fuzz/broken/message/subprocess/1", "a: ", break_promise);
  g_test_add_data_func ("/fuzz/broken/message/subprocess/2", "a: two\nlines", break_promise);
  g_test_add_data_func ("/fuzz/broken/message/subprocess/3", "a: \xff", break_promise);
  g_test_add_func ("/fuzz/broken/no-error/subprocess", break_no_error);
  g_test_add_func ("/fuzz/broken/error/subprocess", break_error);
  g_test_add_func ("/fuzz/broken/domain/subprocess", break_domain);
  g_test_add_func ("/fuzz/broken/range/subprocess", break_range);
  g_test_add_func ("/fuzz/broken/nan/subprocess", break_nan);
  return g_test_run ();
}
