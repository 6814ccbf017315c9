/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/npy.h"

#include <glib/gstdio.h>

#include <string.h>

/* A .npy file in memory: magic, version, length of the header, header, data. */
static GByteArray *
make_npy (guint8 version, const gchar *header, gsize n_values)
{
  GByteArray *file = g_byte_array_new ();
  gsize length = strlen (header);
  guint8 prefix[12] = { 0x93, 'N', 'U', 'M', 'P', 'Y', version, 0, length & 0xff, (guint8)(length >> 8), 0, 0 };

  g_byte_array_append (file, prefix, version == 1 ? 10 : 12);
  g_byte_array_append (file, (const guint8 *)header, (guint)length);
  for (gsize i = 0; i < n_values; i++) {
    gfloat value = (gfloat)i + 0.5f;

    g_byte_array_append (file, (const guint8 *)&value, sizeof value);
  }
  return file;
}

static gboolean
load_bytes (const guint8 *data, gsize size, DermaArray *array, GError **error)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-npy-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "array.npy", NULL);
  gboolean good;

  g_assert_true (g_file_set_contents (path, (const gchar *)data, (gssize)size, NULL));
  good = derma_npy_load (path, array, error);
  g_assert_true (good || !error || g_str_has_prefix ((*error)->message, path));
  g_unlink (path);
  g_rmdir (folder);
  return good;
}

static void
test_versions (void)
{
  for (guint8 version = 1; version <= 3; version++) {
    g_autoptr (GByteArray) file =
        make_npy (version, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 6);
    g_auto (DermaArray) array = { 0 };
    g_autoptr (GError) error = NULL;

    g_assert_true (load_bytes (file->data, file->len, &array, &error));
    g_assert_no_error (error);
    g_assert_cmpuint (array.rank, ==, 2);
    g_assert_cmpint (array.dims[0], ==, 2);
    g_assert_cmpint (array.dims[1], ==, 3);
    g_assert_cmpuint (array.n, ==, 6);
    for (guint i = 0; i < 6; i++)
      g_assert_cmpfloat (array.values[i], ==, i + 0.5f);
  }
}

static void
test_round_trip (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-npy-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "array.npy", NULL);
  gfloat values[24];

  for (guint i = 0; i < 24; i++)
    values[i] = (gfloat)i / 7 - 1;
  for (guint rank = 0; rank <= 4; rank++) {
    static const gint64 DIMS[5][4] = { { 0 }, { 24 }, { 4, 6 }, { 1, 24, 1 }, { 2, 3, 4, 1 } };
    DermaArray array = { .rank = rank, .n = rank == 0 ? 1 : 24, .values = values };
    g_auto (DermaArray) back = { 0 };
    g_autoptr (GError) error = NULL;

    memcpy (array.dims, DIMS[rank], sizeof DIMS[rank]);
    g_assert_true (derma_npy_save (path, &array, &error));
    g_assert_true (derma_npy_load (path, &back, &error));
    g_assert_cmpuint (back.rank, ==, rank);
    g_assert_cmpmem (back.dims, rank * sizeof (gint64), array.dims, rank * sizeof (gint64));
    g_assert_cmpmem (back.values, back.n * sizeof (gfloat), values, array.n * sizeof (gfloat));
  }
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_truncated (void)
{
  for (guint8 version = 1; version <= 3; version++) {
    g_autoptr (GByteArray) file = make_npy (version, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 2);

    for (gsize size = 0; size < file->len; size++) {
      DermaArray array = { .rank = 77 };
      g_autoptr (GError) error = NULL;

      g_assert_false (load_bytes (file->data, size, &array, &error));
      g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
      g_assert_cmpuint (array.rank, ==, 77);
    }
  }
}

static const struct {
  const gchar *name;
  const gchar *header;
  DermaError code;
} HOSTILE[] = {
  { "double", "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n", DERMA_ERROR_UNSUPPORTED },
  { "big-endian", "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }\n", DERMA_ERROR_UNSUPPORTED },
  { "object", "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }\n", DERMA_ERROR_UNSUPPORTED },
  { "structured", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }\n", DERMA_ERROR_UNSUPPORTED },
  { "columns", "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }\n", DERMA_ERROR_UNSUPPORTED },
  { "more", "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n", DERMA_ERROR_FORMAT },
  { "fewer", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n", DERMA_ERROR_FORMAT },
  { "negative", "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }\n", DERMA_ERROR_FORMAT },
  { "huge", "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,), }\n", DERMA_ERROR_FORMAT },
  { "overflow", "{'descr': '<f4', 'fortran_order': False, 'shape': (268435456, 268435456, 268435456), }\n",
    DERMA_ERROR_FORMAT },
  { "rank", "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 2), }\n", DERMA_ERROR_FORMAT },
  { "comma", "{'descr': '<f4', 'fortran_order': False, 'shape': (,), }\n", DERMA_ERROR_FORMAT },
  { "open", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, ", DERMA_ERROR_FORMAT },
  { "space", "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2), }\n", DERMA_ERROR_FORMAT },
  { "no-shape", "{'descr': '<f4', 'fortran_order': False, }\n", DERMA_ERROR_FORMAT },
  { "no-order", "{'descr': '<f4', 'shape': (2,), }\n", DERMA_ERROR_FORMAT },
  { "no-type", "{'fortran_order': False, 'shape': (2,), }\n", DERMA_ERROR_FORMAT },
  { "bare-key", "'descr'", DERMA_ERROR_FORMAT },
  { "empty", "", DERMA_ERROR_FORMAT },
};

static void
test_hostile (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  for (guint8 version = 1; version <= 2; version++) {
    g_autoptr (GByteArray) file = make_npy (version, HOSTILE[i].header, 2);
    DermaArray array = { .rank = 77 };
    g_autoptr (GError) error = NULL;

    g_assert_false (load_bytes (file->data, file->len, &array, &error));
    g_assert_error (error, DERMA_ERROR, (gint)HOSTILE[i].code);
    g_assert_cmpuint (array.rank, ==, 77);
  }
}

static void
test_prefix (void)
{
  g_autoptr (GByteArray) file = make_npy (2, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 2);
  static const struct {
    guint at;
    guint8 value;
  } CHANGES[] = { { 0, 0x92 }, { 5, 'Z' }, { 6, 0 }, { 6, 4 }, { 6, 255 }, { 10, 1 }, { 11, 0xff }, { 9, 0xff } };

  for (guint i = 0; i < G_N_ELEMENTS (CHANGES); i++) {
    g_autofree guint8 *copy = g_memdup2 (file->data, file->len);
    DermaArray array = { 0 };
    g_autoptr (GError) error = NULL;

    copy[CHANGES[i].at] = CHANGES[i].value;
    g_assert_false (load_bytes (copy, file->len, &array, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  }
}

static void
test_files (void)
{
  gfloat value = 1;
  DermaArray one = { .rank = 1, .dims = { 1 }, .n = 1, .values = &value }, array = { 0 };
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) folder = NULL;
  g_autoptr (GError) unwritable = NULL;

  g_assert_false (derma_npy_load ("/nonexistent/a.npy", &array, &missing));
  g_assert_error (missing, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_true (g_str_has_prefix (missing->message, "/nonexistent/a.npy: "));
  g_assert_false (derma_npy_load ("/", &array, &folder));
  g_assert_error (folder, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_false (derma_npy_save ("/nonexistent/a.npy", &one, &unwritable));
  g_assert_error (unwritable, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_nonnull (strstr (unwritable->message, "/nonexistent/a.npy"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npy/versions", test_versions);
  g_test_add_func ("/npy/round-trip", test_round_trip);
  g_test_add_func ("/npy/truncated", test_truncated);
  g_test_add_func ("/npy/prefix", test_prefix);
  g_test_add_func ("/npy/files", test_files);
  for (guint i = 0; i < G_N_ELEMENTS (HOSTILE); i++) {
    g_autofree gchar *path = g_strdup_printf ("/npy/hostile/%s", HOSTILE[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_hostile);
  }
  return g_test_run ();
}
