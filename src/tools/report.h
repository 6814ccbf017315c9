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
/*
 * Writes the best picture of each lesion to a folder, which is made if needed, as DICOM files. NULL with @error set
 * on failure, else (transfer full) the names of the files.
 */
GPtrArray *derma_report_to_dicom (const GPtrArray *sessions, const gchar *folder, GError **error);
