/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

#include <string.h>

/* The first byte chooses the reader. */
static const gchar *const LABELS[] = {
  "path,dx\na.jpg,mel\nb.jpg,nv\n",
  "\xef\xbb\xbfpath,dx,lesion_id,mask,split\n\"a,b.jpg\",MEL,L1,m.png,test\n",
  "image,MEL,NV,BKL,UNK\nISIC_0000001,1.0,0.0,0.0,0.0\nISIC_0000002,0,1,0,0\n",
  "image_id,melanoma,seborrheic_keratosis\nISIC_1,0.0,0.0\nISIC_2,,\n",
  "path,dx\n\"a\nb\",scc\r\nc,unknown\r\n",
  "path,dx\n\"a\"\"b\",mel",
  "path,dx\na,b,c\n",
  "image,MEL,NV\na,1,1\n",
  "path\n",
  "\"",
};

static const gchar *const GROUPS[] = {
  "image_id,age,sex\na,45,male\nb,,female\n",  "image_id,age,sex\na,1e300,male\nb,-5,unknown\n",
  "image_id,sex,age\na,m\xc3\xa4nnlich,nan\n", "image_id,age\na,45\n",
  "image_id,age,sex\na,1,m\na,2,f\n",          "age,sex\n,\n",
};

static const gchar *const SHAPES[] = { "(2, 1)", "(2,)", "()", "(1, 1, 2, 1)", "(0,)", "(18446744073709551615, 2)",
                                       "(-2,)",  "(2",   "2)" };

static void
seed_text (FuzzSeeds *seeds, const gchar *name, gchar reader, const gchar *text)
{
  g_autofree gchar *whole = g_strdup_printf ("%c%s", reader, text);

  fuzz_seeds_add (seeds, name, whole, strlen (text) + 1);
}

static void
seed_array (FuzzSeeds *seeds, guint8 version, const gchar *descr, const gchar *shape)
{
  static const gfloat values[2] = { 1.0f, -2.0f };
  g_autofree gchar *header = g_strdup_printf ("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape);
  guint8 length[4] = { (guint8)strlen (header) };
  GByteArray *array = g_byte_array_new ();

  g_byte_array_append (array, (const guint8 *)"\x02\x93NUMPY", 7);
  g_byte_array_append (array, (const guint8[]){ version, 0 }, 2);
  g_byte_array_append (array, length, version == 1 ? 2 : 4);
  g_byte_array_append (array, (const guint8 *)header, (guint)strlen (header));
  g_byte_array_append (array, (const guint8 *)values, sizeof values);
  fuzz_seeds_take_bytes (seeds, "array", g_byte_array_free_to_bytes (array));
}

void
fuzz_target_seed (FuzzSeeds *seeds)
{
  for (guint i = 0; i < G_N_ELEMENTS (LABELS); i++)
    seed_text (seeds, "labels", 3, LABELS[i]);
  for (guint i = 0; i < G_N_ELEMENTS (GROUPS); i++)
    seed_text (seeds, "groups", 1, GROUPS[i]);
  for (guint i = 0; i < G_N_ELEMENTS (SHAPES); i++)
    seed_array (seeds, 1 + i % 3, "<f4", SHAPES[i]);
  seed_array (seeds, 1, ">f8", "(1,)");
}
