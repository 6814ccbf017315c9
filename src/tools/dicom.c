/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/dicom.h"

#include "tools/bmp.h"
#include "tools/output.h"
#include "tools/scratch.h"

#include <derma/picture.h>
#include <derma/version.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DERMOSCOPIC_PHOTOGRAPHY_IMAGE "1.2.840.10008.5.1.4.1.1.77.1.7"
#define CONVERTER "img2dcm"
#define MAX_TEXT 64

/* PS3.3 C.7.5.1, C.7.5.2 and C.8.12.13; the values are those that the standard enumerates. */
static const struct {
  const gchar *name;
  const gchar *keyword;
  const gchar *values[6]; /* empty: a text */
  gboolean number;
  gboolean needed; /* in a Dermoscopic Photography Image, with a value */
} attributes[] = {
  { "manufacturer", "Manufacturer", { NULL }, FALSE, TRUE },
  { "model", "ManufacturerModelName", { NULL }, FALSE, TRUE },
  { "serial", "DeviceSerialNumber", { NULL }, FALSE, TRUE },
  { "recognizable", "RecognizableVisualFeatures", { "YES", "NO" }, FALSE, TRUE },
  { "polarization", "LightSourcePolarization", { "POLARIZED", "NON_POLARIZED" }, FALSE, FALSE },
  { "colour-temperature", "EmitterColorTemperature", { NULL }, TRUE, FALSE },
  { "contact", "ContactMethod", { "CONTACT", "NON_CONTACT" }, FALSE, FALSE },
  { "immersion",
    "ImmersionMedia",
    { "ULTRASOUND_GEL", "ALCOHOL", "WATER", "MINERAL_OIL", "PLASTIC_CAP" },
    FALSE,
    FALSE },
  { "magnification", "OpticalMagnificationFactor", { NULL }, TRUE, FALSE },
};

struct _DermaDicom {
  gboolean dermoscopic;
  GPtrArray *keys; /* "KEYWORD=VALUE" */
};

static const gchar *
find (const DermaDicom *dicom, const gchar *keyword)
{
  gsize length = strlen (keyword);

  for (guint i = 0; i < dicom->keys->len; i++) {
    const gchar *key = g_ptr_array_index (dicom->keys, i);

    if (strncmp (key, keyword, length) == 0 && key[length] == '=')
      return key + length + 1;
  }
  return NULL;
}

void
derma_dicom_set (DermaDicom *dicom, const gchar *keyword, const gchar *value)
{
  const gchar *old = find (dicom, keyword);

  for (guint i = 0; old && i < dicom->keys->len; i++) {
    const gchar *key = g_ptr_array_index (dicom->keys, i);

    if (old > key && old <= key + strlen (key)) {
      g_ptr_array_remove_index (dicom->keys, i);
      break;
    }
  }
  g_ptr_array_add (dicom->keys, g_strconcat (keyword, "=", value, NULL));
}

DermaDicom *
derma_dicom_new (gboolean dermoscopic)
{
  DermaDicom *dicom = g_new0 (DermaDicom, 1);
  g_autofree gchar *frame = derma_dicom_make_uid ();

  dicom->dermoscopic = dermoscopic;
  dicom->keys = g_ptr_array_new_with_free_func (g_free);
  derma_dicom_set (dicom, "SpecificCharacterSet", "ISO_IR 192");
  derma_dicom_set (dicom, "SoftwareVersions", "dermaclassify " DERMA_VERSION);
  derma_dicom_set (dicom, "Laterality", "");
  if (!dermoscopic)
    return dicom;
  derma_dicom_set (dicom, "SOPClassUID", DERMOSCOPIC_PHOTOGRAPHY_IMAGE);
  derma_dicom_set (dicom, "Modality", "DMS");
  derma_dicom_set (dicom, "FrameOfReferenceUID", frame);
  derma_dicom_set (dicom, "PositionReferenceIndicator", "");
  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
    if (!attributes[i].needed && strcmp (attributes[i].name, "immersion") != 0)
      derma_dicom_set (dicom, attributes[i].keyword, "");
  return dicom;
}

void
derma_dicom_free (DermaDicom *dicom)
{
  if (!dicom)
    return;
  g_ptr_array_unref (dicom->keys);
  g_free (dicom);
}

gchar *
derma_dicom_describe_names (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++) {
    g_string_append_printf (text, "  %-20s %s", attributes[i].name, attributes[i].number ? "a number" : "");
    for (guint k = 0; k < G_N_ELEMENTS (attributes[i].values) && attributes[i].values[k]; k++)
      g_string_append_printf (text, "%s%s", k > 0 ? ", " : "", attributes[i].values[k]);
    if (!attributes[i].number && !attributes[i].values[0])
      g_string_append_printf (text, "a text, at most %d characters", MAX_TEXT);
    g_string_append (text, attributes[i].needed ? "; needed with --dermoscopic\n" : "\n");
  }
  return g_strdup (text->str);
}

static gboolean
is_number (const gchar *value)
{
  gchar *end = NULL;
  gdouble number = g_ascii_strtod (value, &end);

  return *value && strlen (value) <= 16 && *end == '\0' && isfinite (number) && number > 0
         && !strpbrk (value, "xXpPnN");
}

static gboolean
is_text (const gchar *value)
{
  if (!*value || !g_utf8_validate (value, -1, NULL) || g_utf8_strlen (value, -1) > MAX_TEXT)
    return FALSE;
  for (const gchar *p = value; *p; p = g_utf8_next_char (p))
    if (*p == '\\' || g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

static gboolean
allows (guint index, const gchar *value)
{
  if (attributes[index].number)
    return is_number (value);
  if (!attributes[index].values[0])
    return is_text (value);
  for (guint k = 0; k < G_N_ELEMENTS (attributes[index].values) && attributes[index].values[k]; k++)
    if (strcmp (attributes[index].values[k], value) == 0)
      return TRUE;
  return FALSE;
}

gboolean
derma_dicom_take (DermaDicom *dicom, const gchar *text, GError **error)
{
  const gchar *equals = strchr (text, '=');
  g_autofree gchar *name = equals ? g_strndup (text, (gsize)(equals - text)) : g_strdup (text);

  for (guint i = 0; equals && i < G_N_ELEMENTS (attributes); i++) {
    if (strcmp (attributes[i].name, name) != 0)
      continue;
    if (allows (i, equals + 1)) {
      derma_dicom_set (dicom, attributes[i].keyword, equals + 1);
      return TRUE;
    }
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "--attribute %s: has no such value (--help tells more)",
                 name);
    return FALSE;
  }
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT,
               "--attribute %s: is not a known NAME=VALUE (--help tells more)", name);
  return FALSE;
}

gboolean
derma_dicom_check (const DermaDicom *dicom, GError **error)
{
  const gchar *contact = find (dicom, "ContactMethod");

  for (guint i = 0; dicom->dermoscopic && i < G_N_ELEMENTS (attributes); i++)
    if (attributes[i].needed && !find (dicom, attributes[i].keyword)) {
      g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT,
                   "--dermoscopic: the standard wants a value of --attribute %s, which nobody but you knows",
                   attributes[i].name);
      return FALSE;
    }
  if (find (dicom, "ImmersionMedia") && g_strcmp0 (contact, "CONTACT") != 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "--attribute immersion: goes with contact=CONTACT alone");
    return FALSE;
  }
  return TRUE;
}

/* "2.25." and a UUID as a decimal number, PS3.5 B.2. */
gchar *
derma_dicom_make_uid (void)
{
  g_autofree gchar *uuid = g_uuid_string_random ();
  gchar digits[41] = "";
  guint at = sizeof digits - 1;
  guint8 value[32];
  guint n = 0;
  gboolean more = TRUE;

  for (const gchar *p = uuid; *p; p++)
    if (g_ascii_isxdigit (*p) && n < sizeof value)
      value[n++] = (guint8)g_ascii_xdigit_value (*p);
  while (more && at > 0) {
    guint rest = 0;

    more = FALSE;
    for (guint i = 0; i < n; i++) {
      rest = rest * 16 + value[i];
      value[i] = (guint8)(rest / 10);
      rest %= 10;
      more |= value[i] > 0;
    }
    digits[--at] = (gchar)('0' + rest);
  }
  return g_strconcat ("2.25.", digits + at, NULL);
}

static GPtrArray *
make_command (const DermaDicom *dicom, const gchar *picture, gboolean bitmap, const gchar *output)
{
  GPtrArray *command = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (command, g_strdup (CONVERTER));
  g_ptr_array_add (command, g_strdup ("--vl-photo"));
  if (bitmap) {
    g_ptr_array_add (command, g_strdup ("--input-format"));
    g_ptr_array_add (command, g_strdup ("BMP"));
  }
  for (guint i = 0; i < dicom->keys->len; i++) {
    g_ptr_array_add (command, g_strdup ("--key"));
    g_ptr_array_add (command, g_strdup (g_ptr_array_index (dicom->keys, i)));
  }
  /* An absolute name is no option. */
  g_ptr_array_add (command, g_canonicalize_filename (picture, NULL));
  g_ptr_array_add (command, g_strdup (output));
  g_ptr_array_add (command, NULL);
  return command;
}

static gboolean
run (const GPtrArray *command, GError **error)
{
  const GSubprocessFlags flags =
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE | G_SUBPROCESS_FLAGS_INHERIT_FDS;
  g_autofree gchar *program = g_find_program_in_path (CONVERTER);
  g_autofree gchar *complaint = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) cause = NULL;

  if (!program) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME,
                 CONVERTER ": is not installed; it comes with DCMTK (package dcmtk)");
    return FALSE;
  }
  process = g_subprocess_newv ((const gchar *const *)command->pdata, flags, &cause);
  if (!process || !g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &complaint, &cause)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, CONVERTER ": %s", cause->message);
    return FALSE;
  }
  if (g_subprocess_get_successful (process))
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, CONVERTER ": %s",
               complaint && *g_strstrip (complaint) ? complaint : "failed");
  return FALSE;
}

/* What is there and is no plain file is left alone. */
static gboolean
check_output (const gchar *output, GError **error)
{
  if (!g_file_test (output, G_FILE_TEST_EXISTS) || g_file_test (output, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: exists and is not a file", output);
  return FALSE;
}

/* Errors until there is a file name none; save() does. */
static GBytes *
convert (const DermaDicom *dicom, const gchar *picture, gboolean bitmap, GError **error)
{
  g_auto (DermaScratch) made = DERMA_SCRATCH_INIT;
  g_autoptr (GPtrArray) command = NULL;

  if (!derma_scratch_make (&made, NULL, error))
    return NULL;
  command = make_command (dicom, picture, bitmap, made.path);
  return run (command, error) ? derma_scratch_read (&made, error) : NULL;
}

static GBytes *
convert_bytes (const DermaDicom *dicom, GBytes *picture, gboolean bitmap, GError **error)
{
  g_auto (DermaScratch) file = DERMA_SCRATCH_INIT;

  return derma_scratch_make (&file, picture, error) ? convert (dicom, file.path, bitmap, error) : NULL;
}

static GBytes *
convert_png (const DermaDicom *dicom, const DermaFrame *frame, GError **error)
{
  g_autoptr (GBytes) bitmap = derma_bmp_encode (frame, error);

  return bitmap ? convert_bytes (dicom, bitmap, TRUE, error) : NULL;
}

/* @made: NULL if @error is set */
static gboolean
save (GBytes *made, const gchar *output, GError **error)
{
  if (made)
    return derma_output_write (output, g_bytes_get_data (made, NULL), g_bytes_get_size (made), error);
  g_prefix_error (error, "%s: ", output);
  return FALSE;
}

gboolean
derma_dicom_write (const DermaDicom *dicom, const gchar *picture, const gchar *output, GError **error)
{
  g_autoptr (DermaPicture) loaded = derma_picture_load (picture, error);
  g_autoptr (GBytes) made = NULL;
  FILE *file;
  gint first;

  if (!loaded || !check_output (output, error))
    return FALSE;
  file = g_fopen (picture, "rbe");
  first = file ? fgetc (file) : EOF;
  if (file)
    fclose (file);
  /* A JPEG begins with 0xff; what else can be loaded is a PNG. */
  made = first == 0xff ? convert (dicom, picture, FALSE, error)
                       : convert_png (dicom, derma_picture_get_frame (loaded), error);
  return save (made, output, error);
}

gboolean
derma_dicom_write_jpeg (const DermaDicom *dicom, GBytes *jpeg, const gchar *output, GError **error)
{
  g_autoptr (GBytes) made = NULL;

  if (!check_output (output, error))
    return FALSE;
  made = convert_bytes (dicom, jpeg, FALSE, error);
  return save (made, output, error);
}
