/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The most bytes of a seed: small inputs are fuzzed fast. */
#define FUZZ_SEED_BYTES 2048

typedef struct {
  gchar *name;
  GBytes *bytes;
} FuzzSeed;

/* Inputs that a program makes, to begin fuzzing with. */
typedef struct {
  GPtrArray *list; /* of FuzzSeed* */
} FuzzSeeds;

FuzzSeeds *fuzz_seeds_new (void);
void fuzz_seeds_free (FuzzSeeds *seeds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FuzzSeeds, fuzz_seeds_free)

/* @name: the beginning of its name; a number is added. What is longer than FUZZ_SEED_BYTES is cut. */
void fuzz_seeds_add (FuzzSeeds *seeds, const gchar *name, gconstpointer data, gsize size);
void fuzz_seeds_take_bytes (FuzzSeeds *seeds, const gchar *name, GBytes *bytes);
void fuzz_seeds_add_text (FuzzSeeds *seeds, const gchar *name, const gchar *text);
/* Puts each into a file of its own in @folder, which is made. FALSE with @error set if that fails. */
gboolean fuzz_seeds_write (const FuzzSeeds *seeds, const gchar *folder, GError **error);

G_END_DECLS
