/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/npy.h"

#include "tools/output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MAGIC "\x93NUMPY"

void
derma_array_clear (DermaArray *array)
{
  g_clear_pointer (&array->values, g_free);
}

static gboolean
fail (GError **error, DermaError code, const gchar *path, const gchar *cause)
{
  g_set_error (error, DERMA_ERROR, (gint)code, "%s: %s", path, cause);
  return FALSE;
}

/* The dictionary of the header: text and where the data starts. */
static gchar *
get_header (const guint8 *data, gsize size, gsize *start)
{
  gsize length, prefix;

  if (size < 12 || memcmp (data, MAGIC, 6) != 0 || data[6] < 1 || data[6] > 3)
    return NULL;
  prefix = data[6] == 1 ? 10 : 12;
  length = data[8] | (gsize)data[9] << 8;
  if (data[6] > 1)
    length |= (gsize)data[10] << 16 | (gsize)data[11] << 24;
  if (length > size - prefix || length > 65536)
    return NULL;
  *start = prefix + length;
  return g_strndup ((const gchar *)data + prefix, length);
}

/* What follows 'KEY': in the dictionary; NULL if it is not there. */
static const gchar *
find_value (const gchar *header, const gchar *key)
{
  g_autofree gchar *quoted = g_strdup_printf ("'%s'", key);
  const gchar *at = strstr (header, quoted);

  if (!at)
    return NULL;
  at += strlen (quoted);
  at += strspn (at, " ");
  if (*at++ != ':')
    return NULL;
  return at + strspn (at, " ");
}

/* "(1, 3, 224, 224)" or "(7,)" or "()" */
static gboolean
parse_shape (const gchar *text, DermaArray *array)
{
  array->rank = 0;
  array->n = 1;
  if (!text || *text++ != '(')
    return FALSE;
  for (;;) {
    gchar *end;
    guint64 extent;

    text += strspn (text, " ");
    if (*text == ')')
      return TRUE;
    extent = g_ascii_strtoull (text, &end, 10);
    if (end == text || !g_ascii_isdigit (*text) || array->rank == DERMA_NPY_MAX_RANK
        || extent > DERMA_NPY_MAX_BYTES / 4)
      return FALSE;
    array->dims[array->rank++] = (gint64)extent;
    array->n *= (gsize)extent;
    if (array->n > DERMA_NPY_MAX_BYTES / 4)
      return FALSE;
    text = end + strspn (end, " ");
    if (*text != ',' && *text != ')')
      return FALSE;
    text += *text == ',';
  }
}

static gboolean
parse (const gchar *path, const guint8 *data, gsize size, DermaArray *array, GError **error)
{
  gsize start = 0;
  g_autofree gchar *header = get_header (data, size, &start);
  const gchar *descr = header ? find_value (header, "descr") : NULL;
  const gchar *order = header ? find_value (header, "fortran_order") : NULL;

  if (!descr || !order || !parse_shape (find_value (header, "shape"), array))
    return fail (error, DERMA_ERROR_FORMAT, path, "is not a NumPy array, or its header is damaged");
  if (!g_str_has_prefix (descr, "'<f4'"))
    return fail (error, DERMA_ERROR_UNSUPPORTED, path, "does not hold little-endian float32 ('<f4')");
  if (!g_str_has_prefix (order, "False"))
    return fail (error, DERMA_ERROR_UNSUPPORTED, path, "is stored column by column (fortran_order)");
  if (size - start != array->n * sizeof (gfloat))
    return fail (error, DERMA_ERROR_FORMAT, path, "holds more or fewer bytes than its shape needs");
  array->values = g_try_malloc_n (MAX (array->n, 1), sizeof (gfloat));
  if (!array->values)
    return fail (error, DERMA_ERROR_RUNTIME, path, "not enough memory");
  memcpy (array->values, data + start, array->n * sizeof (gfloat));
  return TRUE;
}

gboolean
derma_npy_load (const gchar *path, DermaArray *array, GError **error)
{
  g_autofree gchar *data = NULL;
  g_autoptr (GError) cause = NULL;
  DermaArray read = { 0 };
  struct stat status;
  gsize size;

  if (stat (path, &status) != 0)
    return fail (error, DERMA_ERROR_FILE, path, g_strerror (errno));
  if (!S_ISREG (status.st_mode))
    return fail (error, DERMA_ERROR_FILE, path, "is not a file");
  if (status.st_size > DERMA_NPY_MAX_BYTES)
    return fail (error, DERMA_ERROR_LIMIT, path, "is larger than 1 GiB");
  if (!g_file_get_contents (path, &data, &size, &cause)) {
    if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOMEM))
      return fail (error, DERMA_ERROR_RUNTIME, path, "not enough memory");
    return fail (error, DERMA_ERROR_FILE, path, "cannot be read");
  }
  if (!parse (path, (const guint8 *)data, size, &read, error))
    return FALSE;
  *array = read;
  return TRUE;
}

static GString *
make_header (const DermaArray *array)
{
  GString *text = g_string_new ("{'descr': '<f4', 'fortran_order': False, 'shape': (");

  for (guint i = 0; i < array->rank; i++)
    g_string_append_printf (text, "%" G_GINT64_FORMAT "%s", array->dims[i],
                            array->rank == 1      ? ","
                            : i + 1 < array->rank ? ", "
                                                  : "");
  g_string_append (text, "), }");
  /* The data starts at a multiple of 64 bytes; the header ends with a line feed. */
  while ((10 + text->len + 1) % 64 != 0)
    g_string_append_c (text, ' ');
  g_string_append_c (text, '\n');
  return text;
}

gboolean
derma_npy_save (const gchar *path, const DermaArray *array, GError **error)
{
  g_autoptr (GString) header = make_header (array);
  g_autoptr (GString) file = g_string_new_len (MAGIC "\x01\x00", 8);

  g_string_append_c (file, (gchar)(header->len & 0xff));
  g_string_append_c (file, (gchar)(header->len >> 8));
  g_string_append_len (file, header->str, (gssize)header->len);
  g_string_append_len (file, (const gchar *)array->values, (gssize)(array->n * sizeof (gfloat)));
  return derma_output_write (path, file->str, file->len, error);
}
