/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

#define TEST_LABELS "mel,nv,bkl,df"

/* Starts GTest and GStreamer with a temporary folder that holds a tiny network as the shipped one. */
void element_test_init (int *argc, char ***argv);
/* Runs the tests and removes the folder. */
int element_test_run (void);
/* The same where another's element leaves objects behind, so that they are not counted. */
int element_test_run_uncounted (void);

/* (transfer full): path of a tiny network in the folder; @metadata: NULL-terminated pairs of derma.* key and value */
gchar *element_test_model (const gchar *name, const gchar *labels, const gchar *const *metadata);
/* (transfer full): path of a file in the folder */
gchar *element_test_path (const gchar *name);

/* A dermaclassify with the shipped network and a bus, not yet started; free with element_test_free(). */
GstHarness *element_test_classify (const gchar *format, gint width, gint height);
/* Any element with a bus. */
GstHarness *element_test_harness (const gchar *element);
void element_test_set_caps (GstHarness *harness, const gchar *format, gint width, gint height);
void element_test_free (GstHarness *harness);

/* (transfer full): a frame with noise in it, different for each @seed */
GstBuffer *element_test_frame (const gchar *format, gint width, gint height, guint32 seed);
/* Pushes a frame of the size of the caps and pulls what comes out. */
GstBuffer *element_test_pass (GstHarness *harness, GstBuffer *frame, GstClockTime pts);

/* What this machine has to encode with is not there any more in this process. */
void element_test_forget_hardware (void);

/* Sends a flush and a new segment. */
void element_test_flush (GstHarness *harness);

/* (transfer none) (nullable): the structure of the reading on @buffer */
const GstStructure *element_test_meta (GstBuffer *buffer);
guint64 element_test_uint64 (const GstStructure *structure, const gchar *field);
gdouble element_test_double (const GstStructure *structure, const gchar *field);
guint64 element_test_stat (GstHarness *harness, const gchar *field);

/* (transfer full) (nullable): the next message of @type */
GstMessage *element_test_message (GstHarness *harness, GstMessageType type);
/* The next error or warning must have this code and all of these words. */
void element_test_expect (GstHarness *harness, GstMessageType type, GQuark domain, gint code, const gchar *words);

/* A reading of four classes made by hand; clear it. */
void element_test_reading (DermaReading *reading);

extern const gchar *const element_test_formats[]; /* NULL-terminated: all that are taken */

G_END_DECLS
