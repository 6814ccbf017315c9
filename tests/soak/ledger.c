/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ledger.h"

#include <malloc.h>
#include <unistd.h>

#define LEAST_SAMPLES 5

typedef struct {
  const gchar *name;
  const gchar *unit;
  gsize offset;
  gdouble limit;
} Column;

static const Column columns[] = {
  { "resident memory", "KiB", G_STRUCT_OFFSET (LedgerSample, resident), 4096 },
  { "heap", "KiB", G_STRUCT_OFFSET (LedgerSample, heap), 1024 },
  { "descriptors", "", G_STRUCT_OFFSET (LedgerSample, descriptors), 0.5 },
  /* Pools of threads keep some for a while that they no longer need. */
  { "threads", "", G_STRUCT_OFFSET (LedgerSample, threads), 4 },
};

Ledger *
ledger_new (void)
{
  Ledger *ledger = g_new0 (Ledger, 1);

  ledger->samples = g_array_new (FALSE, TRUE, sizeof (LedgerSample));
  ledger->started = g_get_monotonic_time ();
  return ledger;
}

void
ledger_free (Ledger *ledger)
{
  g_array_unref (ledger->samples);
  g_free (ledger);
}

static gdouble
count_entries (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gdouble n = 0;

  while (dir && g_dir_read_name (dir))
    n++;
  return n;
}

static gdouble
measure_resident (void)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) parts = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  parts = g_strsplit (text, " ", 3);
  return (gdouble)g_ascii_strtoull (parts[1], NULL, 10) * (gdouble)sysconf (_SC_PAGESIZE) / 1024;
}

const LedgerSample *
ledger_note (Ledger *ledger, guint64 frames)
{
  const struct mallinfo2 info = mallinfo2 ();
  LedgerSample sample = {
    .frames = frames,
    .seconds = (gdouble)(g_get_monotonic_time () - ledger->started) / G_USEC_PER_SEC,
    .heap = (gdouble)(info.uordblks + info.hblkhd) / 1024,
    /* But the one of the folder that is being read. */
    .descriptors = count_entries ("/proc/self/fd") - 1,
    .threads = count_entries ("/proc/self/task"),
  };

  malloc_trim (0);
  sample.resident = measure_resident ();

  g_array_append_val (ledger->samples, sample);
  return &g_array_index (ledger->samples, LedgerSample, ledger->samples->len - 1);
}

gchar *
ledger_to_csv (const Ledger *ledger)
{
  GString *text = g_string_new ("frames,seconds,resident_kib,heap_kib,descriptors,threads\n");

  for (guint i = 0; i < ledger->samples->len; i++) {
    const LedgerSample *sample = &g_array_index (ledger->samples, LedgerSample, i);

    g_string_append_printf (text, "%" G_GUINT64_FORMAT ",%.1f,%.0f,%.0f,%.0f,%.0f\n", sample->frames, sample->seconds,
                            sample->resident, sample->heap, sample->descriptors, sample->threads);
  }
  return g_string_free (text, FALSE);
}

static gdouble
value (const LedgerSample *sample, const Column *column)
{
  return *(const gdouble *)(gconstpointer)((const guint8 *)sample + column->offset);
}

/* How much a straight line through the samples from @first on, by least squares, rises from the first to the last. */
static gdouble
fit_rise (const GArray *samples, guint first, const Column *column)
{
  const guint n = samples->len - first;
  gdouble x = 0, y = 0, xx = 0, xy = 0, span;

  for (guint i = first; i < samples->len; i++) {
    x += (gdouble)g_array_index (samples, LedgerSample, i).frames / n;
    y += value (&g_array_index (samples, LedgerSample, i), column) / n;
  }
  for (guint i = first; i < samples->len; i++) {
    const LedgerSample *sample = &g_array_index (samples, LedgerSample, i);

    xx += ((gdouble)sample->frames - x) * ((gdouble)sample->frames - x);
    xy += ((gdouble)sample->frames - x) * (value (sample, column) - y);
  }
  span = (gdouble)(g_array_index (samples, LedgerSample, samples->len - 1).frames
                   - g_array_index (samples, LedgerSample, first).frames);
  return xx > 0 ? xy / xx * span : G_MAXDOUBLE;
}

gboolean
ledger_is_flat (const Ledger *ledger, gchar **words)
{
  const GArray *samples = ledger->samples;
  const guint first = (samples->len + 4) / 5;
  GString *text = g_string_new (NULL);
  gboolean flat = samples->len >= LEAST_SAMPLES;

  if (!flat)
    g_string_append_printf (text, "%u notes are too few to tell\n", samples->len);
  for (guint i = 0; samples->len >= LEAST_SAMPLES && i < G_N_ELEMENTS (columns); i++) {
    const gdouble rise = fit_rise (samples, first, &columns[i]);
    const gboolean grows = rise > columns[i].limit;

    g_string_append_printf (text, "%s: %.0f to %.0f %s, rises by %.2f, limit %.1f%s\n", columns[i].name,
                            value (&g_array_index (samples, LedgerSample, first), &columns[i]),
                            value (&g_array_index (samples, LedgerSample, samples->len - 1), &columns[i]),
                            columns[i].unit, rise, columns[i].limit, grows ? ": GROWS" : "");
    flat = flat && !grows;
  }
  *words = g_string_free (text, FALSE);
  return flat;
}
