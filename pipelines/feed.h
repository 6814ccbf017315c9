/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * Application messages that feed_pictures_new()'s source posts before the first frame of a picture, and for a file
 * that cannot be read as one.
 */
/** FEED_PICTURE: fields number, total (uint), path (string, as it is displayed) */
#define FEED_PICTURE "live-picture"
/** FEED_SKIPPED: field text (string): one line that names the file and the cause */
#define FEED_SKIPPED "live-skipped"

/**
 * feed_pictures_new:
 * @paths: (transfer none) (element-type filename): the pictures
 * @seconds: how long each is shown, > 0
 *
 * Each picture at its own size and in the format that it is decoded to, so that a reading is of the real pixels.
 *
 * Returns: (transfer floating): a source of raw video
 */
GstElement *feed_pictures_new (GPtrArray *paths, gdouble seconds);

/**
 * feed_phantom_new:
 *
 * Frames are made for the moment at which they are due: where painting is too slow for the frame rate, frames are
 * left out and the picture does not lag.
 *
 * Returns: (transfer floating) (nullable): a source of raw video of the phantom, 1280x720 at 30 frames a second; NULL
 *   without memory
 */
GstElement *feed_phantom_new (void);

G_END_DECLS
