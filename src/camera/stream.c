/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/stream.h"

#include <linux/videodev2.h>

#define N_BUFFERS 4

static gint
request_buffers (DermaStream *stream, guint32 *n)
{
  struct v4l2_requestbuffers request = { .count = *n, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };
  gint code = derma_camera_call (stream->camera, VIDIOC_REQBUFS, &request);

  *n = request.count;
  return code;
}

static gint
queue (DermaStream *stream, guint32 index)
{
  struct v4l2_buffer buffer = { .index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };

  return derma_camera_call (stream->camera, VIDIOC_QBUF, &buffer);
}

static gint
switch_to (DermaStream *stream, gulong request)
{
  gint type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

  return derma_camera_call (stream->camera, request, &type);
}

static void
release (DermaStream *stream)
{
  guint32 none = 0;

  request_buffers (stream, &none);
  stream->n_buffers = 0;
}

void
derma_stream_start (DermaStream *stream, DermaCamera *camera)
{
  guint32 n = N_BUFFERS;
  gint code = 0;

  *stream = (DermaStream){ .camera = camera };
  /* The buffers stay in the driver: no need to map what is not looked at. */
  if (request_buffers (stream, &n) != 0)
    return;
  stream->n_buffers = MIN (n, VIDEO_MAX_FRAME);
  for (guint32 i = 0; i < stream->n_buffers && code == 0; i++)
    code = queue (stream, i);
  if (code != 0 || switch_to (stream, VIDIOC_STREAMON) != 0)
    release (stream);
}

void
derma_stream_turn (DermaStream *stream)
{
  for (guint32 i = 0; i < stream->n_buffers; i++) {
    struct v4l2_buffer buffer = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };

    if (derma_camera_call (stream->camera, VIDIOC_DQBUF, &buffer) != 0)
      return;
    queue (stream, buffer.index);
  }
}

void
derma_stream_stop (DermaStream *stream)
{
  if (stream->n_buffers == 0)
    return;
  switch_to (stream, VIDIOC_STREAMOFF);
  release (stream);
}
