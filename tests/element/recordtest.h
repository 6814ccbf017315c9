/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "captiontest.h"

#include <derma/sidecar.h>

G_BEGIN_DECLS

#define RECORD_FRAME (100 * GST_MSECOND)

/* A dermarecord in a folder of its own, fed with small frames, ten a second. */
typedef struct {
  gchar *folder;
  gchar *path; /* FOLDER/a.mkv */
  GstHarness *harness;
  DermaReading reading;
  GstClockTime now;
  GQueue parts; /* of GstStructure: messages of finished files that came before an error that was waited for */
} RecordTest;

/* @first: a property, or NULL; as for g_object_set() */
void record_test_set_up (RecordTest *test, const gchar *first, ...);
void record_test_tear_down (RecordTest *test);
/* (transfer full) */
gchar *record_test_path (const RecordTest *test, const gchar *name);
gboolean record_test_exists (const RecordTest *test, const gchar *name);

/* Pushes frames until @end, each with a new reading. */
void record_test_show (RecordTest *test, GstClockTime end);
void record_test_finish (RecordTest *test);
/* (transfer full): the next message of a finished file; fails if there is none within a minute */
GstStructure *record_test_part (RecordTest *test);
/* The next finished file is @name, and has this of it. */
void record_test_expect (RecordTest *test, const gchar *name, guint number, GstClockTime duration, guint64 frames);
guint64 record_test_stat (RecordTest *test, const gchar *field);
/* Waits until that many frames were taken. */
void record_test_wait (RecordTest *test, guint64 frames);
/* Waits until each frame has been through the encoder, but for those that it keeps. */
void record_test_drain (RecordTest *test);
/* (transfer full): an element inside */
GstElement *record_test_element (RecordTest *test, const gchar *name);
/* The next error must have this code and all of these words, within a minute. */
void record_test_fails (RecordTest *test, GQuark domain, gint code, const gchar *words);

/* After the first warning of frames that are left out others come every five seconds, which a slow machine takes. Takes
 * those since the time @begun, and returns how many frames the last one says were left out. */
guint64 record_test_told (RecordTest *test, gint64 begun);

/* Whether ffprobe is there; skips the test if not. */
gboolean record_test_can_probe (void);
/* (transfer full): what ffprobe says of the file in answer to @arguments, as CSV without names */
gchar *record_test_probe (const RecordTest *test, const gchar *name, const gchar *arguments);
/* The file has that many frames of video that can be decoded, and @codec. */
void record_test_plays (const RecordTest *test, const gchar *name, const gchar *codec, guint least, guint most);

/* Reads a whole sidecar. @kinds: (nullable): the kinds of its events, separated by blanks. Gives the number of
 * readings. */
guint record_test_sidecar (const RecordTest *test, const gchar *name, const gchar *kinds, gboolean complete);

G_END_DECLS
