/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>

#include <json-glib/json-glib.h>

#define DERMA_SIDECAR_MAX_LINE (1u << 20)
#define DERMA_SIDECAR_MAX_FILE (G_GUINT64_CONSTANT (4) << 30)
/* Brackets in brackets; a line of ours has 3. */
#define DERMA_SIDECAR_MAX_DEPTH 16

/* The JSON objects of a file, one a line. */
typedef struct _DermaSidecarLines DermaSidecarLines;

DermaSidecarLines *derma_sidecar_lines_open (const gchar *path, GError **error);
void derma_sidecar_lines_free (DermaSidecarLines *lines);
/* @object: (out) (transfer full): NULL at the end of the file. FALSE with @error set to "PATH: line N: CAUSE". */
gboolean derma_sidecar_lines_next (DermaSidecarLines *lines, JsonObject **object, GError **error);
/* Number of the line read last, from 1; 0 before. */
guint64 derma_sidecar_lines_get_number (const DermaSidecarLines *lines);
/* Number of the last line if it was torn, else 0; known at the end. */
guint64 derma_sidecar_lines_get_torn (const DermaSidecarLines *lines);
/* Sets @error to "PATH: line N: CAUSE", N being the line read last. */
void derma_sidecar_lines_fail (const DermaSidecarLines *lines, GError **error, DermaError code, const gchar *format,
                               ...) G_GNUC_PRINTF (4, 5);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaSidecarLines, derma_sidecar_lines_free)
