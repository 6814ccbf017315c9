/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** TerminalKey: @key: one character that was typed, as UTF-8 */
typedef void (*TerminalKey) (const gchar *key, gpointer data);

/** terminal_is_ours: Returns: whether standard input is a terminal that belongs to this program just now */
gboolean terminal_is_ours (void);

/**
 * terminal_open:
 *
 * From here on the keys that are typed into the terminal on standard input come at once and without an echo, from the
 * main loop. The terminal is as it was while the program is stopped by Ctrl-Z, after terminal_close(), and when the
 * program ends by exit() or by a signal that can be caught. There is one in a program.
 *
 * Returns: whether there is such a terminal
 */
gboolean terminal_open (TerminalKey func, gpointer data);

/** terminal_close: may be called in any case */
void terminal_close (void);

G_END_DECLS
