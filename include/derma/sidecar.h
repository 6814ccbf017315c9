/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <glib.h>

G_BEGIN_DECLS

/** DERMA_SIDECAR_SCHEMA: what the first line of a sidecar names as its schema */
#define DERMA_SIDECAR_SCHEMA "derma-session"
/** DERMA_SIDECAR_VERSION: the version of the schema that is written; a higher one is not to be read */
#define DERMA_SIDECAR_VERSION 1

/*
 * Writing a sidecar: the readings and events of a recording as lines of JSON, described in pipelines/SESSION.md. Each
 * function gives one line without its line feed; text that is not UTF-8 is made so, and a line feed in it is escaped.
 * Times are in ns from the start of the recording file; one that is G_MAXUINT64 is written as null.
 */

/**
 * derma_sidecar_format_session:
 * @recording: name of the recording file, without a folder
 * @part: which part of a split recording it is, from 0
 * @created: when the recording began, microseconds since 1970 as g_get_real_time() gives them
 * @tags: (nullable): what the user says about the session
 *
 * Returns: (transfer full): the first line
 */
DERMA_API gchar *derma_sidecar_format_session (const gchar *recording, guint part, gint64 created, const gchar *tags);

/**
 * derma_sidecar_format_reading:
 * @pts: when the picture that was read is shown
 *
 * Returns: (transfer full): the members of derma_reading_to_json() with this @pts
 */
DERMA_API gchar *derma_sidecar_format_reading (const DermaReading *reading, guint64 pts);

/** derma_sidecar_format_lesion: Returns: (transfer full): lesion number @lesion comes into view */
DERMA_API gchar *derma_sidecar_format_lesion (guint64 pts, guint lesion);
/** derma_sidecar_format_snapshot: @file: (nullable): name of the picture. Returns: (transfer full): one was taken */
DERMA_API gchar *derma_sidecar_format_snapshot (guint64 pts, const gchar *file, guint lesion);
/** derma_sidecar_format_tag: Returns: (transfer full): what the user says about this moment */
DERMA_API gchar *derma_sidecar_format_tag (guint64 pts, const gchar *text);
/** derma_sidecar_format_model: Returns: (transfer full): from here on readings are of this network */
DERMA_API gchar *derma_sidecar_format_model (guint64 pts, const DermaClasses *classes);
/** derma_sidecar_format_still_button: Returns: (transfer full): the camera's button was pressed */
DERMA_API gchar *derma_sidecar_format_still_button (guint64 pts);
/** derma_sidecar_format_pre_roll: Returns: (transfer full): the first @seconds were kept from before the start */
DERMA_API gchar *derma_sidecar_format_pre_roll (guint64 pts, gdouble seconds);

/**
 * derma_sidecar_format_end:
 * @duration: of the recording file
 * @readings: how many lines of readings there are
 * @events: how many lines of events there are
 *
 * Returns: (transfer full): the last line of a recording that was finished
 */
DERMA_API gchar *derma_sidecar_format_end (guint64 duration, guint64 readings, guint64 events);

G_END_DECLS
