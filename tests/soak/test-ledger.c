/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ledger.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Notes of a run that holds the same throughout, but for a rise of @sample from the first note to the last. */
static Ledger *
make (guint n, const LedgerSample *rise)
{
  Ledger *ledger = ledger_new ();

  for (guint i = 0; i < n; i++) {
    const gdouble share = (gdouble)i / (n - 1);
    const LedgerSample sample = { .frames = 10000 * (guint64)i,
                                  .resident = 50000 + share * rise->resident + (i % 2 ? 300 : 0),
                                  .heap = 20000 + share * rise->heap,
                                  .descriptors = 9 + (gint)(share * rise->descriptors),
                                  .threads = 4 + (gint)(share * rise->threads) };

    g_array_append_val (ledger->samples, sample);
  }
  return ledger;
}

static void
check (guint n, const LedgerSample *rise, gboolean flat, const gchar *words)
{
  g_autoptr (Ledger) ledger = make (n, rise);
  g_autofree gchar *text = NULL;

  g_assert_true (ledger_is_flat (ledger, &text) == flat);
  g_assert_nonnull (strstr (text, words));
  g_assert_true (flat == !strstr (text, "GROWS") || strstr (text, "too few"));
}

static void
test_flat (void)
{
  check (250, &(LedgerSample){ 0 }, TRUE, "heap: 20000 to 20000 KiB, rises by 0.00, limit 1024.0");
  check (250, &(LedgerSample){ .resident = -9000, .heap = -9000, .descriptors = -3 }, TRUE, "resident memory");
}

static void
test_grows (void)
{
  check (250, &(LedgerSample){ .resident = 6000 }, FALSE, "resident memory");
  check (250, &(LedgerSample){ .heap = 1500 }, FALSE, "heap: 2");
  check (250, &(LedgerSample){ .descriptors = 2 }, FALSE, "descriptors: 9 to 11");
  check (250, &(LedgerSample){ .threads = 8 }, FALSE, "threads: 5 to 12");
}

static void
test_too_few (void)
{
  check (4, &(LedgerSample){ 0 }, FALSE, "4 notes are too few");
  check (5, &(LedgerSample){ 0 }, TRUE, "descriptors: 9 to 9");
}

/* What rises while all is new is not held against it. */
static void
test_warm_up (void)
{
  g_autoptr (Ledger) ledger = make (100, &(LedgerSample){ 0 });
  g_autofree gchar *text = NULL;

  for (guint i = 0; i < 20; i++)
    g_array_index (ledger->samples, LedgerSample, i).heap = 500.0 * i;
  g_assert_true (ledger_is_flat (ledger, &text));
}

/* All frames at one time make no line. */
static void
test_no_frames (void)
{
  g_autoptr (Ledger) ledger = make (10, &(LedgerSample){ 0 });
  g_autofree gchar *text = NULL;

  for (guint i = 0; i < 10; i++)
    g_array_index (ledger->samples, LedgerSample, i).frames = 7;
  g_assert_false (ledger_is_flat (ledger, &text));
}

static void
test_note (void)
{
  g_autoptr (Ledger) ledger = ledger_new ();
  LedgerSample before = *ledger_note (ledger, 1), after;
  g_autofree guint8 *block = g_malloc (8 << 20);
  gint fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  g_autofree gchar *csv = NULL;
  g_auto (GStrv) lines = NULL;

  memset (block, 1, 8 << 20);
  after = *ledger_note (ledger, 2);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  g_assert_cmpfloat (after.descriptors, ==, before.descriptors + 1);
  g_assert_cmpfloat (after.resident, >=, before.resident + 7000);
  g_assert_cmpfloat (after.threads, >=, 1);
  /* A sanitizer's malloc() does not tell. */
  if (!g_getenv ("DERMA_UNDER"))
    g_assert_cmpfloat (after.heap, >=, before.heap + 8000);
  csv = ledger_to_csv (ledger);
  lines = g_strsplit (csv, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_true (g_str_has_prefix (lines[2], "2,"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ledger/flat", test_flat);
  g_test_add_func ("/ledger/grows", test_grows);
  g_test_add_func ("/ledger/too-few", test_too_few);
  g_test_add_func ("/ledger/warm-up", test_warm_up);
  g_test_add_func ("/ledger/no-frames", test_no_frames);
  g_test_add_func ("/ledger/note", test_note);
  return g_test_run ();
}
