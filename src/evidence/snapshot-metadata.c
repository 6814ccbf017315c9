/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "evidence/snapshot.h"

#include <derma/error.h>

#include <gexiv2/gexiv2.h>

#include <string.h>

#define NOTICE "Research use only. Not a diagnosis."
#define MAX_TEXT 256   /* characters */
#define MAX_JSON 40000 /* bytes; the rest of the packet is under 12000 */
#define PREFIX "Xmp.derma."

/* The toolkit behind it is not made for several threads. */
static GMutex library;

typedef struct {
  GExiv2Metadata *metadata;
  GError **error;
  gboolean failed;
} Sheet;

static void
set (Sheet *sheet, const gchar *tag, const gchar *text)
{
  if (!sheet->failed && !gexiv2_metadata_try_set_tag_string (sheet->metadata, tag, text, sheet->error))
    sheet->failed = TRUE;
}

/* What XML can hold and a person can read. */
static gchar *
clean (const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text ? text : "", -1);
  GString *made = g_string_new (NULL);
  const gchar *c = valid;

  for (guint i = 0; *c && i < MAX_TEXT; i++, c = g_utf8_next_char (c)) {
    const gunichar character = g_utf8_get_char (c);

    g_string_append_unichar (made, g_unichar_isprint (character) ? character : ' ');
  }
  return g_string_free (made, FALSE);
}

/* XML has no way to write the characters that Unicode sets aside. */
static gboolean
is_writable (const gchar *text)
{
  if (strlen (text) > MAX_JSON)
    return FALSE;
  for (; *text; text = g_utf8_next_char (text))
    if ((g_utf8_get_char (text) & 0xfffe) == 0xfffe)
      return FALSE;
  return TRUE;
}

/* Exiv2 takes a text that begins with "type=" for an order to make a list, and refuses what follows; one that is empty
 * it reads back as the text after it, so that none is written. */
static void
set_text (Sheet *sheet, const gchar *tag, const gchar *text)
{
  g_autofree gchar *cleaned = clean (text);
  g_autofree gchar *plain = g_strconcat (g_str_has_prefix (cleaned, "type=") ? " " : "", cleaned, NULL);

  if (*plain)
    set (sheet, tag, plain);
}

/* A decimal point in every locale. */
static gchar *
decimals (gdouble value, const gchar *format)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, format, value));
}

static void
set_measure (Sheet *sheet, const gchar *tag, gdouble value)
{
  g_autofree gchar *text = decimals (value, "%.6g");

  if (value >= 0)
    set (sheet, tag, text);
}

static void
set_count (Sheet *sheet, const gchar *tag, guint64 value)
{
  g_autofree gchar *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  if (value != G_MAXUINT64)
    set (sheet, tag, text);
}

static void
set_quality (Sheet *sheet, const DermaReading *reading)
{
  set_measure (sheet, PREFIX "focus", reading->quality.focus);
  set_measure (sheet, PREFIX "exposure", reading->quality.exposure);
  set_measure (sheet, PREFIX "glare", reading->quality.glare);
  set_measure (sheet, PREFIX "motion", reading->quality.motion);
  set_measure (sheet, PREFIX "typicality", reading->typicality);
}

static void
set_reading (Sheet *sheet, const DermaReading *reading)
{
  const DermaClasses *classes = reading->classes;
  g_autofree gchar *json = derma_reading_to_json (reading);

  set_text (sheet, PREFIX "label", classes->labels[reading->top]);
  set_text (sheet, PREFIX "title", classes->titles[reading->top]);
  set_measure (sheet, PREFIX "confidence", reading->confidence);
  set_measure (sheet, PREFIX "malignant", reading->malignant);
  set_measure (sheet, PREFIX "operatingPoint", classes->operating_point);
  set (sheet, PREFIX "flagged", reading->flagged ? "True" : "False");
  set_text (sheet, PREFIX "state", derma_state_to_string (reading->state));
  set_count (sheet, PREFIX "lesion", reading->lesion);
  set_count (sheet, PREFIX "age", reading->age);
  set_quality (sheet, reading);
  set_text (sheet, PREFIX "modelName", classes->model_name);
  set_text (sheet, PREFIX "modelVersion", classes->model_version);
  set_text (sheet, PREFIX "modelSha256", classes->model_sha256);
  if (is_writable (json))
    set (sheet, PREFIX "reading", json);
}

/* One line of ASCII, as Exif has no other. */
static gchar *
describe (const DermaReading *reading)
{
  g_autofree gchar *title = NULL, *line = NULL, *confidence = NULL, *malignant = NULL, *point = NULL;

  if (!reading->classes)
    return g_strdup (NOTICE);
  title = clean (reading->classes->titles[reading->top]);
  confidence = decimals (reading->confidence, "%.2f");
  malignant = decimals (reading->malignant, "%.2f");
  point = decimals (reading->classes->operating_point, "%.2f");
  line = g_strdup_printf ("%s %s, malignant %s (flag at %s), %s, lesion %u. " NOTICE, title, confidence, malignant,
                          point, derma_state_to_string (reading->state), reading->lesion);
  return g_str_to_ascii (line, "C");
}

static void
set_time (Sheet *sheet, gint64 taken)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (taken / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc ? g_date_time_to_local (utc) : NULL;
  g_autofree gchar *time = local ? g_date_time_format (local, "%Y:%m:%d %H:%M:%S") : NULL;
  g_autofree gchar *offset = local ? g_date_time_format (local, "%:z") : NULL;
  g_autofree gchar *fraction = g_strdup_printf ("%03u", (guint)(taken / 1000 % 1000));

  if (!local)
    return;
  set (sheet, "Exif.Photo.DateTimeOriginal", time);
  set (sheet, "Exif.Photo.OffsetTimeOriginal", offset);
  set (sheet, "Exif.Photo.SubSecTimeOriginal", fraction);
}

static void
fill (Sheet *sheet, const DermaSnapshot *snapshot, const DermaSnapshotPlan *plan, gboolean annotated)
{
  g_autofree gchar *line = describe (&snapshot->reading);
  g_autofree gchar *program = g_str_to_ascii (plan->program, "C");

  set (sheet, PREFIX "schema", "1");
  set (sheet, PREFIX "notice", NOTICE);
  set (sheet, PREFIX "annotated", annotated ? "True" : "False");
  set_count (sheet, PREFIX "pts", snapshot->pts);
  if (snapshot->reading.classes)
    set_reading (sheet, &snapshot->reading);
  set_text (sheet, "Xmp.xmp.CreatorTool", plan->program);
  set (sheet, "Exif.Image.ImageDescription", line);
  set (sheet, "Exif.Image.Software", program);
  set (sheet, "Exif.Photo.UserComment", "charset=Ascii " NOTICE);
  set_time (sheet, plan->taken);
}

/* The library knows no metadata without a picture: one of one pixel. */
static gboolean
open_sheet (Sheet *sheet)
{
  static const guint8 pixel = 0;
  const DermaFrame frame = { .format = DERMA_FORMAT_GRAY8,
                             .width = 1,
                             .height = 1,
                             .range = DERMA_RANGE_FULL,
                             .planes = { &pixel },
                             .strides = { 1 } };
  const DermaPictureCoding coding = { .type = DERMA_PICTURE_JPEG, .quality = 50 };
  g_autoptr (GBytes) carrier = derma_picture_encode (&frame, &coding, sheet->error);
  gsize size;
  gconstpointer data = carrier ? g_bytes_get_data (carrier, &size) : NULL;

  return data && gexiv2_metadata_open_buf (sheet->metadata, data, (glong)size, sheet->error);
}

static gboolean
start_library (GError **error)
{
  static gboolean started = FALSE;

  if (started)
    return TRUE;
  if (!gexiv2_initialize ()) {
    g_set_error_literal (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "metadata: the library cannot be initialised");
    return FALSE;
  }
  started = gexiv2_metadata_try_register_xmp_namespace (DERMA_SNAPSHOT_NAMESPACE, "derma", error);
  return started;
}

static gboolean
make (const DermaSnapshot *snapshot, const DermaSnapshotPlan *plan, gboolean annotated, DermaPictureCoding *coding,
      GError **error)
{
  g_autoptr (GExiv2Metadata) metadata = gexiv2_metadata_new ();
  Sheet sheet = { .metadata = metadata, .error = error };
  gchar *packet;

  if (!open_sheet (&sheet))
    return FALSE;
  fill (&sheet, snapshot, plan, annotated);
  if (sheet.failed || !(coding->exif = gexiv2_metadata_get_exif_data (metadata, GEXIV2_BYTE_ORDER_LITTLE, error)))
    return FALSE;
  packet = gexiv2_metadata_try_generate_xmp_packet (metadata, GEXIV2_USE_COMPACT_FORMAT, 0, error);
  if (!packet)
    return FALSE;
  coding->xmp = g_bytes_new_take (packet, strlen (packet));
  return TRUE;
}

gboolean
derma_snapshot_describe (const DermaSnapshot *snapshot, const DermaSnapshotPlan *plan, gboolean annotated,
                         DermaPictureCoding *coding, GError **error)
{
  gboolean done;

  g_mutex_lock (&library);
  done = start_library (error) && make (snapshot, plan, annotated, coding, error);
  g_mutex_unlock (&library);
  return done;
}
