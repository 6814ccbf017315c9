/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/fakecamera.h"
#include "camhost.h"
#include "camrun.h"
#include "elementtest.h"

#define STAGE_CAMERAS 3

/* Cameras that are played for a dermacamsrc, which can be plugged in and out, and a pipeline around it. */
typedef struct {
  DermaCamHost host;
  GMutex mutex;
  FakeCamera cameras[STAGE_CAMERAS];
  gchar *nodes[STAGE_CAMERAS]; /* NULL: not plugged in */
  gboolean jpeg;               /* pictures come from cam_stage_push() instead of by themselves */
  gboolean broken;             /* sources cannot start */
  gboolean sourceless;         /* there is no v4l2src */
  guint n_sources;             /* that were made */
  GstElement *source;          /* the last one */
  gchar *button;               /* what is found */

  CamRun *run;
} CamStage;

/* One camera at /dev/video0, and a run with it: YUYV of 640x480, or if @jpeg JPEG of 640x480 by cam_stage_push(). */
CamStage *cam_stage_new (const gchar *middle, gboolean jpeg);
void cam_stage_free (CamStage *stage);

void cam_stage_plug (CamStage *stage, guint camera, const gchar *node);
/* Takes a camera away. */
void cam_stage_take (CamStage *stage, guint camera);
/* Takes a camera away, and lets the source of its pictures say so. */
void cam_stage_unplug (CamStage *stage, guint camera);
/* Lets the source fail with @code of the domain GST_RESOURCE_ERROR and leaves the camera where it is. */
void cam_stage_break (CamStage *stage, gint code, const gchar *text);
/* Lets the source say that its pictures met with @flow behind it. */
void cam_stage_refuse (CamStage *stage, GstFlowReturn flow);
/* Lets the pictures end. */
void cam_stage_dry (CamStage *stage);
guint cam_stage_count_sources (CamStage *stage);
/* Waits until the @n-th source has been started. */
void cam_stage_await_source (CamStage *stage, guint n);

/* A JPEG picture */
GBytes *cam_stage_make_jpeg (gint width, gint height);
void cam_stage_push (CamStage *stage, GBytes *picture);

/* Events and pictures as they pass: '.' a picture, 'p' and 'r' the button. */
typedef struct {
  GMutex mutex;
  GString *seen;
} CamPassage;

void cam_passage_watch (CamStage *stage, CamPassage *passage);
/* Waits until what is @expected of the button has passed. */
void cam_passage_await (CamPassage *passage, const gchar *expected);
/* Once the stage has stopped: no more than that has. */
void cam_passage_end (CamPassage *passage, const gchar *expected);
