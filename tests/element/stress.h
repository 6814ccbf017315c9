/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "elementtest.h"

G_BEGIN_DECLS

/* What is random comes from g_test_rand_int(): the seed is printed, and --seed makes it the same again. */
gint stress_int (gint from, gint to);
/* TRUE once in @n */
gboolean stress_chance (gint n);

/* Looks at what leaves an element by its source pad, if it has one, and fails where that breaks GStreamer's rules. */
typedef struct {
  GMutex lock;
  gboolean threaded; /* a flush may come from another thread, while a buffer is on its way */
  gboolean started;
  gboolean caps;
  gboolean segment;
  gboolean flushing;
  gboolean ended;
  guint n_buffers;
  guint n_flushes;
  GstVideoInfo info; /* of the caps, if they are of video */
  gboolean video;
} StressWatch;

void stress_watch_start (StressWatch *watch, GstElement *element);
/* Before the element goes to READY, which makes it forget all. */
void stress_watch_reset (StressWatch *watch);
void stress_watch_stop (StressWatch *watch);

/* An element with a bus, a watch and random video in front. */
typedef struct {
  GstHarness *harness;
  StressWatch watch;
  GstPad *below;  /* not owned: where what is behind says that it is late; a sink has it inside */
  gboolean dated; /* and then it always says when it was */
  const gchar *format;
  gint width, height;
  gint grain; /* what sizes are multiples of; 0: 1 */
  GstClockTime now;
} Stress;

/* @description: an element as for gst_parse_launch(), which may be a sink; nothing is sent to it yet */
void stress_open (Stress *stress, const gchar *description);
/* And caps, and a segment. */
void stress_set_up (Stress *stress, const gchar *description);
/* Fails if the element posted an error. */
void stress_tear_down (Stress *stress);
/* Other caps, of up to @most pixels a side */
void stress_renegotiate (Stress *stress, gint most);
/* (transfer full): a frame for the caps, at the next time */
GstBuffer *stress_frame (Stress *stress);
GstFlowReturn stress_push (Stress *stress);
/* Forgets what has come out. */
void stress_drain (Stress *stress);
void stress_segment (Stress *stress, GstFormat format, gdouble rate);
/* A flush, and what a source sends after it. */
void stress_flush (Stress *stress);
/* After the end: a new stream. */
void stress_restart (Stress *stress);
/* How many messages of @type the element posted; they are taken. */
guint stress_messages (GstElement *element, GstMessageType type);

/* (transfer full): a sidecar in the folder with a reading every second, for dermareplay */
gchar *stress_sidecar (guint n);

G_END_DECLS
