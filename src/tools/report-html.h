/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/exhibit.h"

/* Appends the section of one lesion. @id: of the section. FALSE with @error set if its recording cannot be read. */
gboolean derma_report_add_lesion (GString *html, const DermaSession *session, const DermaCourse *course,
                                  DermaGallery *gallery, GError **error);
/* The address of that section in the page (transfer full). */
gchar *derma_report_get_anchor (const DermaSession *session, const DermaCourse *course);
/* Appends how to read the report. */
void derma_report_add_notes (GString *html);
/* Appends a network: what it is, and the points that it works at. */
void derma_report_add_network (GString *html, const DermaNetwork *network);
/* "flagged" or "not flagged", as a badge. */
void derma_report_add_flag (GString *html, const DermaReading *reading);
