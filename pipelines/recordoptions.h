/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RecordOptions:
 * @input: (nullable): device, file or folder; NULL for the first camera
 * @output: where to record to
 * @model: (nullable): the network; NULL for the shipped one
 * @encoder: as dermarecord names it
 * @tags: (nullable): free text
 * @seconds: when to end; 0 for never
 * @max_duration: seconds of a file; 0 for no limit
 * @max_size: megabytes of a file; 0 for no limit
 * @evidence: seconds over which readings are put together; 0: each on its own
 * @bitrate: kbit/s; 0 for a constant quality
 * @threads: of the network
 * @no_display: no window even where there is a display
 */
typedef struct {
  gchar *input;
  gchar *output;
  gchar *model;
  gchar *encoder;
  gchar *tags;
  gdouble seconds;
  gdouble max_duration;
  gdouble max_size;
  gdouble evidence;
  gint bitrate;
  gint threads;
  gboolean no_display;
} RecordOptions;

#define RECORD_OPTIONS_INIT        \
  {                                \
    .evidence = 1.0, .threads = 1, \
  }

/** record_options_parse: as options_parse() */
gboolean record_options_parse (RecordOptions *options, gint *argc, gchar ***argv, GError **error);

void record_options_clear (RecordOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RecordOptions, record_options_clear)

G_END_DECLS
