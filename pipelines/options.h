/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Options:
 * @input: (nullable): device, file or folder; NULL for the first camera
 * @output: (nullable): the Matroska file to write, unless it is there already
 * @snapshots: (nullable): the folder for snapshots; NULL for %OPTIONS_SNAPSHOTS
 * @model: (nullable): the network; NULL for the shipped one
 * @seconds: when to end; 0 for never
 * @no_display: no window even where there is a display
 * @threads: of the network
 * @window: seconds of evidence in a reading; negative for what suits the input
 */
typedef struct {
  gchar *input;
  gchar *output;
  gchar *snapshots;
  gchar *model;
  gdouble seconds;
  gboolean no_display;
  gint threads;
  gdouble window;
} Options;

/** OPTIONS_SNAPSHOTS: where snapshots go unless told */
#define OPTIONS_SNAPSHOTS "derma-snapshots"

#define OPTIONS_INIT             \
  {                              \
    .threads = 1, .window = -1.0 \
  }

/**
 * options_parse:
 * @options: (out): OPTIONS_INIT before
 * @argc: (inout): as given to main()
 * @argv: (inout): as given to main(); what was understood is removed
 * @error: one line that says what is wrong
 *
 * Prints the help and exits if that is asked for.
 *
 * Returns: whether the command line makes sense; otherwise @error is set
 */
gboolean options_parse (Options *options, gint *argc, gchar ***argv, GError **error);

void options_clear (Options *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

G_END_DECLS
