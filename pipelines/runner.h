/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gate.h"
#include "input.h"
#include "terminal.h"

G_BEGIN_DECLS

/**
 * Runner:
 * @name: what lines on standard error begin with
 * @input: what is being read
 * @pipeline: plays it
 * @gate: through which the frames go
 * @element: (nullable): takes element messages
 * @application: (nullable): takes application messages
 * @key: (nullable): takes the keys that are typed into the terminal, if there is one
 * @status: (nullable): (transfer full) (nullable): what to show as the last line of the terminal, twice a second; NULL
 *   for how far a file has come
 * @data: for them
 * @warns: whether warnings are told
 * @failed: whether an error was told
 * @stopped: whether somebody has asked for the end
 *
 * Plays a pipeline from a main loop until its end, an error or Ctrl-C: the first one ends the stream, so that files are
 * finished, the second one the program. A window that is closed ends the stream, too.
 */
typedef struct _Runner Runner;
typedef void (*RunnerTake) (const GstStructure *structure, gpointer data);
typedef gchar *(*RunnerStatus) (gpointer data);

struct _Runner {
  const gchar *name;
  const Input *input;
  GstElement *pipeline;
  Gate *gate;
  RunnerTake element;
  RunnerTake application;
  TerminalKey key;
  RunnerStatus status;
  gpointer data;
  gboolean warns;
  gboolean failed;
  gboolean stopped;
  /* Its own: */
  GMainLoop *loop;
  guint patience; /* source of the end of it; 0 for none */
  gboolean progress_shown;
  gboolean closed; /* the window */
};

/** runner_run: Plays to the end. Returns: whether nothing failed */
gboolean runner_run (Runner *runner);

/** runner_end: as Ctrl-C does */
void runner_end (Runner *runner);

/** runner_say: @text: goes to standard output as one line */
void runner_say (Runner *runner, const gchar *text);

/** runner_clear_line: so that the next line does not begin behind the progress */
void runner_clear_line (Runner *runner);

/** runner_complain: @text: goes to standard error as one line */
void runner_complain (Runner *runner, const gchar *text);

G_END_DECLS
