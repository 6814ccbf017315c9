/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * Writes one Matroska file: a video track and a caption track. Everything that is pushed reaches the file at once, so
 * that a killed process leaves one that plays.
 *
 * The splitting of recordings goes by writers, too, and not by splitmuxsink: that one holds a whole group of pictures
 * back until the next one begins, so that a killed process would lose it, and tells only then, in another thread, where
 * a part begins, so that neither the cues nor the sidecar could end with it.
 */
typedef struct _DermaWriter DermaWriter;

/*
 * @parent: where its elements go, so that their messages come out there; they play whatever its state
 * @path: an existing file, to be written over
 * @caps: of the frames
 * Returns: (transfer full): the writer, or NULL with @error set
 */
DermaWriter *derma_writer_new (GstBin *parent, const gchar *path, GstCaps *caps, GError **error);

/* Takes an encoded frame, dated from the start of the file. Returns: whether the file can still be written; an
 * error of the disk has been posted */
gboolean derma_writer_push_frame (DermaWriter *writer, GstBuffer *frame);
/* A cue, before the frames that it is shown with. */
void derma_writer_push_cue (DermaWriter *writer, const gchar *words, GstClockTime start, GstClockTime end);
/* There is no further cue that begins before @time. */
void derma_writer_push_gap (DermaWriter *writer, GstClockTime time);

/* From any thread: waiting for the end has become vain. */
void derma_writer_fail (DermaWriter *writer);

/*
 * Finishes the file, with its index and duration, and waits until it is on the disk, as long as that takes anything;
 * @writer: (transfer full). Returns: whether that was so; else an error has been posted
 */
gboolean derma_writer_finish (DermaWriter *writer);

G_END_DECLS
