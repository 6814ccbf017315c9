/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ReplayOptions:
 * @recording: the Matroska file
 * @sidecar: its sidecar: as given, or else the one beside it; NULL if there is none, or captions are asked for
 * @model: (nullable): the network to read with again; NULL for the shipped one
 * @again: whether a network reads again
 * @evidence: seconds over which its readings are put together
 * @threads: of the network
 * @no_display: no window even where there is a display
 */
typedef struct {
  gchar *recording;
  gchar *sidecar;
  gchar *model;
  gboolean again;
  gboolean captions;
  gdouble evidence;
  gint threads;
  gboolean no_display;
} ReplayOptions;

#define REPLAY_OPTIONS_INIT        \
  {                                \
    .evidence = 1.0, .threads = 1, \
  }

/** replay_options_parse: as options_parse() */
gboolean replay_options_parse (ReplayOptions *options, gint *argc, gchar ***argv, GError **error);

void replay_options_clear (ReplayOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ReplayOptions, replay_options_clear)

G_END_DECLS
