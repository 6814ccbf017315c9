/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/camera-private.h"

/* A camera that is kept running, for its automatics, and whose pictures nobody looks at. */
typedef struct {
  DermaCamera *camera;
  guint32 n_buffers; /* 0 while it does not run */
} DermaStream;

/* Starts it if that is possible; it is not where another program does, or the camera is gone, as the next question
 * tells. */
void derma_stream_start (DermaStream *stream, DermaCamera *camera);
/* Gives back the buffers that have been filled. */
void derma_stream_turn (DermaStream *stream);
void derma_stream_stop (DermaStream *stream);
