/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

#include <string.h>

/* Keys and values, each behind the other, as models/FORMAT.md describes them. */
static const gchar *const ENTRIES[] = {
  "labels|mel,nv,bkl",
  "labels|mel,nv,bkl|titles|melanoma;nevus;keratosis|malignant|mel",
  "labels|mel,nv",
  "labels|mel,mel,nv",
  "labels|a,b,c|malignant|d",
  "labels|mel,nv,bkl|operating-point|0.25|sensitivity|0.9|specificity|0.8",
  "labels|mel,nv,bkl|operating-point.melanoma|0.25|operating-point.melanoma.sensitivity|0.9",
  "operating-point|nan",
  "operating-point|1e-400",
  "normalisation.mean|0.5,0.5,0.5|normalisation.std|0.1,0.2,0.3",
  "normalisation.mean|0.5|normalisation.std|0",
  "region|full-frame",
  "region|center-square",
  "region|roi",
  "temperature|1.5|scores|logits",
  "temperature|1e-30|scores|probabilities",
  "temperature|-0",
  "output.scores|scores|output.map|map|output.typicality|typicality|typicality.threshold|0.4",
  "output.scores|map",
  "output.map|scores",
  "output.typicality|nothing",
  "name|a|version|1.0|licence|CC0-1.0|provenance|none|evaluation|x",
  ("golden.input|0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef|golden.output|1,2,3|golden.tolerance|"
   "0.1"),
  "golden.output|1,2",
  "golden.input|xyz",
  "|",
  "labels|\xff\xfe",
  "labels|,,",
  "labels|a,b,c|titles|x",
  "name|\n",
};

void
fuzz_target_seed (FuzzSeeds *seeds)
{
  for (guint i = 0; i < G_N_ELEMENTS (ENTRIES); i++) {
    const gsize size = strlen (ENTRIES[i]);
    g_autofree gchar *text = g_strdup (ENTRIES[i]);

    for (gsize k = 0; k < size; k++)
      if (text[k] == '|')
        text[k] = '\0';
    fuzz_seeds_add (seeds, "entries", text, size);
  }
}
