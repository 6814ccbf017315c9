/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/io.h"

#include <linux/videodev2.h>

#define FAKE_DEVICE "/dev/video0"

/* A control of the camera that is played. */
typedef struct {
  guint32 id;
  guint32 type; /* V4L2_CTRL_TYPE_... */
  const gchar *name;
  gint64 minimum, maximum, step, default_value;
  gint64 value;
  guint32 flags;
  const gchar *const *items; /* of a menu, from 0 to maximum; NULL where it has a gap */
  guint32 governor;          /* the automatic control that moves it, unless that stands on... */
  gint64 manual;             /* ...this */
  gint64 target;             /* where that moves it, by... */
  gint64 speed;              /* ...so much with each reading; below 0 it goes back and forth for ever */
  gboolean stubborn;         /* takes what is written and keeps what it has */
  gint64 kept;               /* if not 0, what it becomes whatever is written */
  guint lazy;                /* readings after a write that still give the old value */
  gint64 old;
  gint write_error; /* errno of each write */
  gboolean grabbed; /* cannot be written while the camera streams */
  gint read_error;
} FakeControl;

typedef struct {
  guint32 fourcc;
  guint32 flags;
  const gchar *description;
  struct v4l2_frmsizeenum sizes[4]; /* up to a type of 0 */
  guint n_rates;                    /* 30, 15, ... frames a second */
} FakeFormat;

/* What the device does wrong. */
typedef enum {
  FAKE_ENDLESS_FORMATS = 1 << 0,
  FAKE_ENDLESS_SIZES = 1 << 1,
  FAKE_ENDLESS_RATES = 1 << 2,
  FAKE_ENDLESS_CONTROLS = 1 << 3,
  FAKE_SAME_CONTROL = 1 << 4, /* the first one again and again */
  FAKE_NO_SIZES = 1 << 5,
  FAKE_STEPWISE_RATES = 1 << 6,
  FAKE_GARBAGE = 1 << 7, /* answers every question with bytes out of a generator */
  FAKE_NO_INPUT = 1 << 8,
} FakeFaults;

/* A camera that is played, by itself as a table of functions, or behind umockdev. */
typedef struct {
  DermaCameraIo io; /* the first member: the table is the camera */
  GMutex mutex;
  struct v4l2_capability capability;
  FakeFormat formats[4];
  guint n_formats;
  FakeControl controls[24];
  guint n_controls;
  FakeFaults faults;
  gint open_error;          /* errno that opening gives */
  gint call_error;          /* errno that each question gives */
  guint gone_after;         /* number of questions after which it is unplugged; 0 never */
  guint interruptions;      /* how often a signal comes in between */
  gboolean moves_streaming; /* automatic controls move only while it streams */
  gint stream_error;        /* errno that switching on gives */
  gboolean streaming;
  guint32 n_buffers; /* that have been asked for... */
  guint32 n_queued;  /* ...and that the driver has at present */
  guint n_frames;
  gint64 now; /* time that sleeping lets pass, us */
  guint n_calls;
  guint n_writes;
  guint n_open;
  GRand *random;
} FakeCamera;

/* A webcam with automatic exposure, white balance and focus, all on and settled. */
void fake_camera_init (FakeCamera *fake);
void fake_camera_clear (FakeCamera *fake);
/* Adds a control; its `step` becomes 1 if it is 0. */
FakeControl *fake_camera_add (FakeCamera *fake, FakeControl control);
FakeControl *fake_camera_get (FakeCamera *fake, guint32 id);
/* Answers as an ioctl does: 0, or -1 with errno set. */
gint fake_camera_ioctl (FakeCamera *fake, gulong request, gpointer argument);
/* Opens it by its table; must succeed. */
DermaCamera *fake_camera_open (FakeCamera *fake);
