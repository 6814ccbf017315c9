/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A pipeline around a dermacamsrc, of played cameras or of real ones. */
typedef struct {
  GstElement *pipeline;
  GstElement *camera;
  GstElement *sink;
  GstBus *bus;
} CamRun;

/* The pipeline dermacamsrc @properties ! @middle ! appsink, not yet started; @middle NULL: nothing between */
CamRun *cam_run_new (const gchar *properties, const gchar *middle);
void cam_run_free (CamRun *run);

void cam_run_play (CamRun *run);
void cam_run_stop (CamRun *run);
/* (transfer full): the next picture that comes out; fails if none comes */
GstBuffer *cam_run_pull (CamRun *run);
/* Pulls @n pictures. */
void cam_run_skip (CamRun *run, guint n);
/* Pulls what is there: pictures keep the device open that they are from. */
void cam_run_drain (CamRun *run);
/* Pulls until the first picture after a gap. Returns: its time */
GstClockTime cam_run_pull_discont (CamRun *run);
/* (transfer full): waits for the element message with that event, or if NULL with any; any error fails */
GstStructure *cam_run_wait (CamRun *run, const gchar *event);
/* Waits for it, and forgets it. */
void cam_run_await (CamRun *run, const gchar *event);
/* Waits for an error, which must have this code and all of these words, "|" between, and be the only one. */
void cam_run_expect_error (CamRun *run, gint code, const gchar *words);
/* The same of another domain than GST_RESOURCE_ERROR. */
void cam_run_expect_error_of (CamRun *run, GQuark domain, gint code, const gchar *words);
guint64 cam_run_stat (CamRun *run, const gchar *field);

G_END_DECLS
