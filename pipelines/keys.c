/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keys.h"

#include <gst/video/navigation.h>

static const struct {
  const gchar *key;
  KeyAction action;
} keys[] = {
  { " ", KEY_FREEZE }, { "space", KEY_FREEZE }, { "s", KEY_SNAPSHOT },    { "o", KEY_OVERLAY }, { "f", KEY_RATE },
  { "h", KEY_HELP },   { "?", KEY_HELP },       { "question", KEY_HELP }, { "q", KEY_QUIT },
};

KeyAction
keys_find (const gchar *key)
{
  for (guint i = 0; key && i < G_N_ELEMENTS (keys); i++)
    if (g_ascii_strcasecmp (key, keys[i].key) == 0)
      return keys[i].action;
  return KEY_NOTHING;
}

const gchar *
keys_describe (void)
{
  return "Keys: space freezes, s takes a snapshot, o shows or hides the reading, f frames per second, q ends.";
}

static GstPadProbeReturn
take_event (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  const gchar *key = NULL;

  if (GST_EVENT_TYPE (event) != GST_EVENT_NAVIGATION)
    return GST_PAD_PROBE_OK;
  if (gst_navigation_event_get_type (event) == GST_NAVIGATION_EVENT_KEY_PRESS
      && gst_navigation_event_parse_key_event (event, &key) && key)
    gst_element_post_message (
        data, gst_message_new_application (GST_OBJECT (data),
                                           gst_structure_new (KEYS_MESSAGE, "key", G_TYPE_STRING, key, NULL)));
  return GST_PAD_PROBE_DROP;
}

void
keys_watch (GstPad *pad, GstElement *element)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, take_event, element, NULL);
}
