/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** KeyAction: what a key does */
typedef enum {
  KEY_NOTHING,
  KEY_FREEZE,
  KEY_SNAPSHOT,
  KEY_OVERLAY,
  KEY_RATE,
  KEY_HELP,
  KEY_QUIT,
} KeyAction;

/** keys_find: @key: a character, or the name that a window system has for it. Returns: what it does */
KeyAction keys_find (const gchar *key);

/** keys_describe: Returns: (transfer none): one line about all keys */
const gchar *keys_describe (void);

/** KEYS_MESSAGE: application message about a key in the window; field key (string) */
#define KEYS_MESSAGE "live-key"

/**
 * keys_watch:
 * @pad: (transfer none): a source pad that the events of a window come up to
 * @element: (transfer none): posts %KEYS_MESSAGE for each key that is pressed; outlives the streaming of @pad
 *
 * Such events go no further.
 */
void keys_watch (GstPad *pad, GstElement *element);

G_END_DECLS
