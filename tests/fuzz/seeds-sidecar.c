/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

#include <derma/sidecar.h>

static const gchar *const LINES[] = {
  "{\"type\":\"end\",\"pts\":null}",
  "{\"type\":\"event\",\"event\":\"pre-roll\",\"seconds\":1e9}",
  "{\"type\":\"reading\",\"labels\":[\"a\",\"b\"],\"probabilities\":[0.5,0.5],\"pts\":18446744073709551615}",
  "{\"type\":\"reading\",\"labels\":[\"a\",3],\"probabilities\":[0.5,0.5]}",
  "{\"type\":\"reading\",\"labels\":[],\"probabilities\":[],\"state\":\"stable\"}",
  "{\"type\":\"reading\",\"labels\":[\"a\"],\"probabilities\":[-1e999],\"lesion\":-1}",
  "{\"type\":\"event\",\"event\":\"tag\",\"text\":\"\\ud800\\u0000\"}",
  "{\"type\":\"event\",\"event\":\"model\",\"model\":{\"name\":[{}]}}",
  "{\"type\":\"reading\",\"quality\":{\"focus\":\"x\"},\"region\":[]}",
  "{\"type\":\"later\",\"a\":{\"b\":[[[[[[[[1]]]]]]]]}}",
  "[]",
  "{",
  "",
};

static DermaReading
make_reading (DermaClasses *classes)
{
  DermaReading reading = DERMA_READING_INIT;

  derma_reading_set_classes (&reading, classes);
  reading.probabilities[0] = 0.75f;
  reading.probabilities[1] = 0.25f;
  derma_reading_decide (&reading, 0.5f);
  reading.pts = 40000000;
  reading.lesion = 1;
  reading.quality.focus = 0.5f;
  return reading;
}

/* A line of each kind, as recordings have them. */
static GString *
write_all (const DermaReading *reading)
{
  gchar *lines[] = { derma_sidecar_format_session ("a.mkv", 0, 1700000000000000, "left \xc3\xa4rm"),
                     derma_sidecar_format_model (0, reading->classes),
                     derma_sidecar_format_pre_roll (0, 2.5),
                     derma_sidecar_format_reading (reading, 0),
                     derma_sidecar_format_lesion (0, 1),
                     derma_sidecar_format_snapshot (1, "s.jpg", 1),
                     derma_sidecar_format_tag (2, "a\nb"),
                     derma_sidecar_format_still_button (3),
                     derma_sidecar_format_end (4, 1, 6) };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_string_append_printf (text, "%s\n", lines[i]);
    g_free (lines[i]);
  }
  return text;
}

void
fuzz_target_seed (FuzzSeeds *seeds)
{
  static const gchar *const labels[] = { "mel", "nv", NULL };
  g_autoptr (DermaClasses) classes = derma_classes_new (labels, NULL);
  g_auto (DermaReading) reading = make_reading (classes);
  g_autoptr (GString) all = write_all (&reading);
  g_autofree gchar *session = derma_sidecar_format_session ("a.mkv", 1, 0, NULL);
  g_autofree gchar *line = derma_sidecar_format_reading (&reading, 5);

  fuzz_seeds_add_text (seeds, "all", all->str);
  fuzz_seeds_add (seeds, "torn", all->str, all->len - 9);
  fuzz_seeds_add_text (seeds, "session", session);
  for (guint i = 0; i < G_N_ELEMENTS (LINES); i++) {
    g_autofree gchar *text = g_strdup_printf ("%s\n%s\n%s\n", session, LINES[i], line);

    fuzz_seeds_add_text (seeds, "line", text);
  }
}
