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

/*
 * Reading a sidecar, from anybody.
 */

/**
 * DermaSidecar:
 *
 * Reads a sidecar line by line, from anybody: a line has at most 1 MiB, a file at most 4 GiB.
 */
typedef struct _DermaSidecar DermaSidecar;

/**
 * DermaSidecarSession:
 * @program: (not nullable): what wrote it, "dermaclassify 0.3.0"; "" if it does not say
 * @created: (not nullable): when, ISO 8601; "" if it does not say
 * @recording: (not nullable): name of the recording's file, without a folder; "" if it does not say
 * @part: of a recording in several files, from 0
 * @tags: (nullable): free text
 * @notice: (not nullable): what it is not for; "" if it does not say
 *
 * The first line. All texts are valid UTF-8 and otherwise whatever somebody wrote.
 */
typedef struct {
  gchar *program;
  gchar *created;
  gchar *recording;
  guint part;
  gchar *tags;
  gchar *notice;
} DermaSidecarSession;

/**
 * DermaSidecarEvent:
 * @kind: (not nullable): "lesion", "snapshot", "tag", "model", "still-button", "pre-roll", or one not known here
 * @pts: on the time line of the recording, ns; G_MAXUINT64 if it does not say
 * @lesion: number of the lesion; 0 if it does not say
 * @file: (nullable): of a snapshot
 * @text: (nullable): of a tag
 * @model_name: (nullable): of a model
 * @model_version: (nullable): of a model
 * @model_sha256: (nullable): of a model
 * @seconds: of a pre-roll; 0 if it does not say
 *
 * Something that happened.
 */
typedef struct {
  gchar *kind;
  guint64 pts;
  guint lesion;
  gchar *file;
  gchar *text;
  gchar *model_name;
  gchar *model_version;
  gchar *model_sha256;
  gdouble seconds;
} DermaSidecarEvent;

/**
 * DermaSidecarItem:
 * @DERMA_SIDECAR_END: there is no more
 * @DERMA_SIDECAR_READING: see derma_sidecar_get_reading()
 * @DERMA_SIDECAR_EVENT: see derma_sidecar_get_event()
 */
typedef enum {
  DERMA_SIDECAR_END,
  DERMA_SIDECAR_READING,
  DERMA_SIDECAR_EVENT,
} DermaSidecarItem;

/**
 * derma_sidecar_open:
 * @path: the file
 * @error: return location; %DERMA_ERROR_FILE, %DERMA_ERROR_FORMAT, %DERMA_ERROR_UNSUPPORTED (another schema or a higher
 *   version), %DERMA_ERROR_LIMIT
 *
 * Opens a sidecar and reads its first line.
 *
 * Returns: (transfer full): the sidecar, or NULL with @error set to "PATH: CAUSE" or "PATH: line N: CAUSE"
 */
DERMA_API DermaSidecar *derma_sidecar_open (const gchar *path, GError **error);
/** derma_sidecar_free: @sidecar: (nullable) (transfer full) */
DERMA_API void derma_sidecar_free (DermaSidecar *sidecar);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaSidecar, derma_sidecar_free)

/** derma_sidecar_get_session: Returns: (transfer none): valid as long as the sidecar */
DERMA_API const DermaSidecarSession *derma_sidecar_get_session (const DermaSidecar *sidecar);

/**
 * derma_sidecar_next:
 * @item: (out): what came; untouched on failure
 * @error: return location, as for derma_sidecar_open()
 *
 * Reads on to the next reading or event. A malformed line is an error, but for a last one without its line end, which
 * is left out: see derma_sidecar_get_torn_line(). Lines of other types are passed over.
 *
 * Returns: TRUE, or FALSE with @error set to "PATH: line N: CAUSE"
 */
DERMA_API gboolean derma_sidecar_next (DermaSidecar *sidecar, DermaSidecarItem *item, GError **error);

/**
 * derma_sidecar_get_reading:
 *
 * The reading that came last. Its classes have labels, operating point and identity of the network, and the titles that
 * an event "model" before it told, or else the labels; that none is malignant is for want of knowing. Readings of one
 * network share their classes.
 *
 * Returns: (transfer none): valid until the next one is read
 */
DERMA_API const DermaReading *derma_sidecar_get_reading (const DermaSidecar *sidecar);
/** derma_sidecar_get_event: Returns: (transfer none): the event that came last; valid until the next one is read */
DERMA_API const DermaSidecarEvent *derma_sidecar_get_event (const DermaSidecar *sidecar);
/** derma_sidecar_get_line: Returns: number of the line that was read last, from 1 */
DERMA_API guint64 derma_sidecar_get_line (const DermaSidecar *sidecar);
/** derma_sidecar_get_torn_line: Returns: number of the torn last line that was left out; 0 without one */
DERMA_API guint64 derma_sidecar_get_torn_line (const DermaSidecar *sidecar);
/** derma_sidecar_is_complete: Returns: whether the recording was ended in order: the line "end" was read */
DERMA_API gboolean derma_sidecar_is_complete (const DermaSidecar *sidecar);
/** derma_sidecar_get_duration: Returns: of the recording, ns, as the line "end" says; G_MAXUINT64 before or without it
 */
DERMA_API guint64 derma_sidecar_get_duration (const DermaSidecar *sidecar);

G_END_DECLS
