/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/report.h"

#include "tools/dicom.h"
#include "tools/exhibit.h"
#include "tools/html.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define JPEG_QUALITY 95

/* The pictures of one session are a series of a study. */
typedef struct {
  const DermaReportDicom *options;
  const DermaSession *session;
  DermaGallery *gallery;
  gchar *study;
  gchar *series;
  gchar *stem; /* what its files are named after */
} Export;

/* When it was taken, if the recording says when it began. */
static void
set_times (DermaDicom *dicom, const Export *export, const DermaCourse *course)
{
  g_autoptr (GDateTime) begun = g_date_time_new_from_iso8601 (export->session->created, NULL);
  g_autoptr (GDateTime) utc = begun ? g_date_time_to_utc (begun) : NULL;
  g_autoptr (GDateTime) taken = utc ? g_date_time_add_seconds (utc, (gdouble)course->best.time / 1e9) : NULL;
  g_autofree gchar *date = NULL, *time = NULL, *moment = NULL;

  if (!taken)
    return;
  date = g_date_time_format (utc, "%Y%m%d");
  time = g_date_time_format (utc, "%H%M%S");
  moment = g_date_time_format (taken, "%Y%m%d%H%M%S");
  derma_dicom_set (dicom, "TimezoneOffsetFromUTC", "+0000");
  derma_dicom_set (dicom, "StudyDate", date);
  derma_dicom_set (dicom, "StudyTime", time);
  derma_dicom_set (dicom, "AcquisitionDateTime", moment);
}

static gboolean
take_attributes (DermaDicom *dicom, const DermaReportDicom *options, GError **error)
{
  for (guint i = 0; options->attributes && options->attributes[i]; i++)
    if (!derma_dicom_take (dicom, options->attributes[i], error))
      return FALSE;
  return derma_dicom_check (dicom, error);
}

gboolean
derma_report_dicom_check (const DermaReportDicom *options, GError **error)
{
  g_autoptr (DermaDicom) dicom = derma_dicom_new (options->dermoscopic);

  return take_attributes (dicom, options, error);
}

static DermaDicom *
describe (const Export *export, const DermaCourse *course, GError **error)
{
  g_autoptr (DermaDicom) dicom = derma_dicom_new (export->options->dermoscopic);
  g_autofree gchar *time = derma_html_format_time (course->best.time);
  g_autofree gchar *comment = g_strdup_printf ("Lesion %u at %s. " DERMA_REPORT_NOTICE, course->lesion, time);
  g_autofree gchar *number = g_strdup_printf ("%u", course->lesion);

  if (!take_attributes (dicom, export->options, error))
    return NULL;
  derma_dicom_set (dicom, "StudyInstanceUID", export->study);
  derma_dicom_set (dicom, "SeriesInstanceUID", export->series);
  derma_dicom_set (dicom, "InstanceNumber", number);
  derma_dicom_set (dicom, "ImageType", "DERIVED\\PRIMARY");
  derma_dicom_set (dicom, "DerivationDescription", "Picture of a video recording, compressed as JPEG");
  derma_dicom_set (dicom, "ImageComments", comment);
  set_times (dicom, export, course);
  return g_steal_pointer (&dicom);
}

/* After its recording; sessions of other folders may have the same name. */
static gchar *
make_stem (const DermaSession *session, GHashTable *taken)
{
  const DermaPart *part = g_ptr_array_index (session->parts, 0);
  g_autofree gchar *name = g_path_get_basename (part->path);
  gchar *stem;

  if (g_str_has_suffix (name, ".mkv"))
    name[strlen (name) - 4] = '\0';
  stem = g_strdup (name);
  for (guint i = 2; !g_hash_table_add (taken, g_strdup (stem)); i++) {
    g_free (stem);
    stem = g_strdup_printf ("%s-%u", name, i);
  }
  return stem;
}

static gboolean
write_picture (const Export *export, const DermaCourse *course, const DermaShot *shot, GError **error)
{
  g_autoptr (DermaDicom) dicom = describe (export, course, error);
  g_autofree gchar *name = g_strdup_printf ("%s-lesion-%u.dcm", export->stem, course->lesion);
  g_autofree gchar *output = g_build_filename (export->options->folder, name, NULL);
  g_autoptr (GBytes) jpeg = dicom ? derma_shot_to_jpeg (shot, JPEG_QUALITY, error) : NULL;

  if (dicom && !jpeg)
    g_prefix_error (error, "%s: ", output);
  if (!jpeg || !derma_dicom_write_jpeg (dicom, jpeg, output, error))
    return FALSE;
  if (export->options->aside)
    g_printerr ("%s\n", output);
  else
    g_print ("%s\n", output);
  return TRUE;
}

/* A lesion of which there is no picture is no failure, and is told. */
static void
tell_left_out (const Export *export, const DermaCourse *course)
{
  const DermaMoment *moment = course->merit < 0 ? &course->final : &course->best;
  const DermaPart *part = g_ptr_array_index (export->session->parts, moment->part);
  g_autofree gchar *path = g_strdelimit (g_strdup (part->path), "\r\n", ' ');

  g_printerr ("%s: lesion %u is left out: no picture of it was recorded\n", path, course->lesion);
}

static gboolean
export_session (Export *export, GError **error)
{
  for (guint i = 0; i < export->session->courses->len; i++) {
    const DermaCourse *course = g_ptr_array_index (export->session->courses, i);
    g_auto (DermaShot) shot = { 0 };

    if (!derma_gallery_get_shot (export->gallery, course, &shot, error))
      return FALSE;
    if (!shot.pixels)
      tell_left_out (export, course);
    else if (!write_picture (export, course, &shot, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
derma_report_to_dicom (const GPtrArray *sessions, const DermaReportDicom *options, GError **error)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (g_mkdir_with_parents (options->folder, 0777) != 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be made: %s", options->folder, g_strerror (errno));
    return FALSE;
  }
  for (guint i = 0; i < sessions->len; i++) {
    const DermaSession *session = g_ptr_array_index (sessions, i);
    g_autoptr (DermaGallery) gallery = derma_gallery_new (session);
    g_autofree gchar *study = derma_dicom_make_uid ();
    g_autofree gchar *series = derma_dicom_make_uid ();
    g_autofree gchar *stem = make_stem (session, taken);
    Export export = { options, session, gallery, study, series, stem };

    if (!export_session (&export, error))
      return FALSE;
  }
  return TRUE;
}
