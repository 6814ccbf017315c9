/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Exit codes of the `derma` command. */
enum { DERMA_EXIT_SUCCESS = 0, DERMA_EXIT_FAILURE = 1, DERMA_EXIT_USAGE = 2 };

/* Each runs a subcommand on its own arguments, argv[0] being its name, and returns an exit code. */
gint derma_tool_bench (gint argc, gchar **argv);
gint derma_tool_camera (gint argc, gchar **argv);
gint derma_tool_dicom (gint argc, gchar **argv);
gint derma_tool_eval (gint argc, gchar **argv);
gint derma_tool_model (gint argc, gchar **argv);
gint derma_tool_report (gint argc, gchar **argv);

/* Says "derma NAME: ..." on one line of stderr; returns the exit code given. */
gint derma_tool_fail (gint code, const gchar *name, const gchar *format, ...) G_GNUC_PRINTF (3, 4);
/* The error as one line of stderr; takes @error and returns DERMA_EXIT_FAILURE. */
gint derma_tool_fail_error (GError *error);
/* A number of arguments: at least one. */
#define DERMA_TOOL_SOME (-1)
/*
 * Reads options and exactly @n_arguments further arguments. Returns -1 to go on, else the exit code to end with
 * (--help, or a usage error that has been reported).
 */
gint derma_tool_parse (gint *argc, gchar ***argv, const gchar *summary, const GOptionEntry *entries, gint n_arguments);
