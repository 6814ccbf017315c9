/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cue.h"
#include "linefile.h"
#include "notes.h"
#include "writer.h"

G_BEGIN_DECLS

/* Where and how a recording is written; strings are its own. */
typedef struct {
  gchar *location;
  gboolean sidecar;
  gchar *sidecar_location;
  gchar *tags;
  GstClockTime max_duration; /* 0: no limit */
  guint64 max_size;          /* bytes, 0: no limit */
  GstClockTime pre_roll;
} DermaRecordSettings;

void derma_record_settings_copy (DermaRecordSettings *copy, const DermaRecordSettings *settings);
void derma_record_settings_clear (DermaRecordSettings *settings);

/* An encoded frame. */
typedef struct {
  GstBuffer *buffer;
  GstCaps *caps;
  GstClockTime time; /* running time */
  GstClockTime end;
  GstClockTime came; /* by the pipeline's clock, GST_CLOCK_TIME_NONE: that does not tell */
  gboolean key;
  guint line; /* its time line among the notes */
} DermaFilmFrame;

void derma_film_frame_free (DermaFilmFrame *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaFilmFrame, derma_film_frame_free)

/* What was so before a part begins. */
typedef struct {
  gchar *words;
  guint lesion; /* 0: none in view */
  DermaClasses *classes;
} DermaScene;

void derma_scene_clear (DermaScene *scene);
/* Whatever @note changes of it. */
void derma_scene_follow (DermaScene *scene, const DermaNote *note);

/*
 * One file of a recording, and its sidecar: video, cues, readings and events on a time line of its own, from 0. Frames
 * wait for the end of the cue that they are shown with, two seconds or 256 of them at most, so that the file is in
 * order.
 */
typedef struct {
  DermaWriter *writer;
  DermaLineFile *sidecar;
  gchar *path;
  gchar *sidecar_path;
  guint number;
  guint lesion; /* that was told last */
  GstCaps *caps;
  GstClockTime start; /* running time */
  GstClockTime last;  /* of its time line */
  GstClockTime end;
  guint64 bytes;
  guint64 frames;
  guint64 readings;
  guint64 events;
  DermaCue cue;
  GQueue held;
} DermaPart;

/*
 * @attempt: (inout): of derma_file_reserve()
 * Returns: the part that begins with @frame, which is not yet in it, or NULL with @error (GST_RESOURCE_ERROR) set
 */
DermaPart *derma_part_new (GstBin *parent, const DermaRecordSettings *settings, guint number, guint *attempt,
                           const DermaFilmFrame *frame, GError **error);
/* Says what is so at its beginning. */
gboolean derma_part_begin (DermaPart *part, const DermaScene *scene, GstClockTime pre_roll, GError **error);
gboolean derma_part_take_note (DermaPart *part, const DermaNote *note, GError **error);
/* Brings the sidecar's lines to the disk, at most once a second. */
gboolean derma_part_sync (DermaPart *part, GError **error);
/* @frame: (transfer full). Returns: whether it was written or waits to be */
gboolean derma_part_take_frame (DermaPart *part, DermaFilmFrame *frame);

/*
 * Ends it and frees it. @time: running time of the end, or GST_CLOCK_TIME_NONE for that of the last frame.
 * Returns: (transfer full): the fields of the message "dermarecord-part"; with @error set where the sidecar lacks its
 * end
 */
GstStructure *derma_part_finish (DermaPart *part, GstClockTime time, GError **error);

G_END_DECLS
