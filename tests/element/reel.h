/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stress.h"

G_BEGIN_DECLS

/* A folder that a dermarecord fills, and what it says of the files. */
typedef struct {
  gchar *folder;
  gchar *path; /* FOLDER/a.mkv */
  gboolean mounted;
  const gchar *unsaid; /* the file, where its name is not of UTF-8, which messages are; else NULL */
  /* Of what has been seen so far: */
  guint parts;
  guint64 frames;
  guint64 readings;
} Reel;

void reel_open (Reel *reel);
/* Removes the folder and all that is in it. */
void reel_close (Reel *reel);
/* Removes what is in it. */
void reel_empty (const Reel *reel);
/* Lets the folder have no more than @kilobytes; FALSE: that is not possible here. */
gboolean reel_mount (Reel *reel, guint kilobytes);
/* (transfer full) */
gchar *reel_path (const Reel *reel, const gchar *name);

/* (transfer full): "dermarecord @properties", of small JPEG pictures, which records to the path */
gchar *reel_line (const Reel *reel, const gchar *properties);
/* An element of that line, with random video in front; nothing is sent to it yet. */
void reel_start (Reel *reel, Stress *stress, const gchar *properties);

/*
 * Takes the messages of @bus. Each file that is said to be finished has all of its frames, which can be decoded, and a
 * sidecar that is complete; each other one can be read as far as it was written. An error fails, unless it is of
 * @domain and @code and not the only one that is expected. Returns: the number of errors
 */
guint reel_look (Reel *reel, GstBus *bus, GQuark domain, gint code);
/* Ends the stream, waits until all that came before is written, and looks. */
guint reel_end (Reel *reel, Stress *stress, GQuark domain, gint code);
/* Looks at what there is so far of @stress, with no error. */
void reel_check (Reel *reel, Stress *stress);
/* Waits until that many frames have been written to the current file and those before it. */
void reel_await (Stress *stress, guint64 frames);

G_END_DECLS
