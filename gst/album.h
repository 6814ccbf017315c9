/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/snapshot.h>

#include <gst/video/video.h>

G_BEGIN_DECLS

/*
 * The snapshots of an element: the sharpest frames of the last second, and a thread that writes those that are asked
 * for. Frames are offered by the streaming thread, which never waits for a file; everything else may be called by any
 * thread.
 */
typedef struct _DermaAlbum DermaAlbum;

/* @element: (transfer none): posts the messages, and outlives the album */
DermaAlbum *derma_album_new (GstElement *element);
/* @album: (nullable) (transfer full) */
void derma_album_free (DermaAlbum *album);

/* The properties snapshot-location (NULL: no snapshots), snapshot-format and snapshot-quality. Returns: whether @id is
 * one of them */
gboolean derma_album_set_property (DermaAlbum *album, guint id, const GValue *value);
gboolean derma_album_get_property (DermaAlbum *album, guint id, GValue *value);

/*
 * A frame that passes. @format: what the caps fix of it; @reading: (nullable): what is known when it comes; @held:
 * whether the picture is held still, which this is
 */
typedef struct {
  const DermaFrame *format;
  const GstVideoInfo *info;
  const DermaReading *reading;
  gboolean held;
} DermaAlbumPage;

/* Looks at @buffer, and copies its pixels if they may be needed. */
void derma_album_offer (DermaAlbum *album, GstBuffer *buffer, const DermaAlbumPage *page);
/* Forgets the frames it has seen. */
void derma_album_reset (DermaAlbum *album);

/*
 * Takes a snapshot. @top_k: classes on the annotated one. Returns: whether it will be written; if not, a warning has
 * been posted. A message "dermaclassify-snapshot" or a warning follows.
 */
gboolean derma_album_take (DermaAlbum *album, guint top_k);
/* The same if @event tells that a camera's button was pressed and there is a place to put snapshots. */
void derma_album_take_button (DermaAlbum *album, GstEvent *event, guint top_k);

/* Pushes an event "derma-snapshot" out of @pad for each one written since the last call; of the streaming thread. */
void derma_album_tell (DermaAlbum *album, GstPad *pad);
/* Waits until all are written. */
void derma_album_drain (DermaAlbum *album);
/* Waits too, and forgets everything but the properties. */
void derma_album_stop (DermaAlbum *album);

G_END_DECLS
