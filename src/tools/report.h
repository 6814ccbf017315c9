/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/session.h"

#define DERMA_REPORT_NOTICE "Research use only. Not a diagnosis."

/* All the sessions as one HTML file that needs nothing else; NULL with @error set if a recording cannot be read. */
GString *derma_report_to_html (const GPtrArray *sessions, GError **error);
/* As one JSON object (transfer full). */
gchar *derma_report_to_json (const GPtrArray *sessions);
/* As CSV, one row a lesion (transfer full). */
gchar *derma_report_to_csv (const GPtrArray *sessions);

/* How pictures become DICOM files. */
typedef struct {
  const gchar *folder; /* made if it is not there */
  gboolean dermoscopic;
  gchar **attributes; /* NULL or a list of "NAME=VALUE" */
  gboolean aside;     /* standard output is the report's: names go to standard error */
} DermaReportDicom;

/* FALSE with @error set if the attributes are not such as derma_dicom_take() and derma_dicom_check() accept. */
gboolean derma_report_dicom_check (const DermaReportDicom *options, GError **error);
/*
 * Writes the best picture of each lesion as DICOM file, "SESSION-lesion-N.dcm", and says its name; on standard error
 * which lesions have none. FALSE with @error set on failure; files that were written before stay.
 */
gboolean derma_report_to_dicom (const GPtrArray *sessions, const DermaReportDicom *options, GError **error);
