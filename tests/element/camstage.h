/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/fakecamera.h"
#include "camhost.h"
#include "elementtest.h"

#define STAGE_CAMERAS 3

/* Cameras that are played for a dermacamsrc, which can be plugged in and out, and a pipeline around it. */
typedef struct {
  DermaCamHost host;
  GMutex mutex;
  FakeCamera cameras[STAGE_CAMERAS];
  gchar *nodes[STAGE_CAMERAS]; /* NULL: not plugged in */
  gboolean jpeg;               /* pictures come from stage_push_jpeg() instead of by themselves */
  gboolean broken;             /* sources cannot start */
  gboolean sourceless;         /* there is no v4l2src */
  guint n_sources;             /* that were made */
  GstElement *source;          /* the last one */
  gchar *button;               /* what is found */
  guint width, height;         /* of the last picture that was pushed */

  GstElement *pipeline;
  GstElement *camera;
  GstElement *sink;
  GstBus *bus;
} CamStage;

/* One camera at /dev/video0, and the pipeline dermacamsrc ! @middle ! appsink, not yet started; NULL: nothing between
 */
CamStage *cam_stage_new (const gchar *middle);
void cam_stage_free (CamStage *stage);

void cam_stage_plug (CamStage *stage, guint camera, const gchar *node);
/* Takes a camera away, and lets the source of its pictures say so. */
void cam_stage_unplug (CamStage *stage, guint camera);
/* Lets the source fail with @code of the domain GST_RESOURCE_ERROR and leaves the camera where it is. */
void cam_stage_break (CamStage *stage, gint code, const gchar *text);
/* Lets the pictures end. */
void cam_stage_dry (CamStage *stage);
guint cam_stage_count_sources (CamStage *stage);

/* A JPEG picture */
GBytes *cam_stage_make_jpeg (gint width, gint height);
void cam_stage_push (CamStage *stage, GBytes *picture);

void cam_stage_play (CamStage *stage);
void cam_stage_stop (CamStage *stage);
/* (transfer full): the next picture that comes out; fails if none comes */
GstBuffer *cam_stage_pull (CamStage *stage);
/* (transfer full): waits for the element message with that event; any error fails */
GstStructure *cam_stage_wait (CamStage *stage, const gchar *event);
/* Waits for an error, which must have this code and all of these words, "|" between. */
void cam_stage_expect_error (CamStage *stage, gint code, const gchar *words);
guint64 cam_stage_stat (CamStage *stage, const gchar *field);
