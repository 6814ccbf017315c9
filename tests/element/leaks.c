/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "leaks.h"

#include <gst/gst.h>

void
leaks_init (void)
{
  g_setenv ("GST_TRACERS", "leaks", TRUE);
}

static GstTracer *
find_tracer (void)
{
  GList *all = gst_tracing_get_active_tracers ();
  GstTracer *found = NULL;

  for (GList *at = all; at; at = at->next)
    if (g_str_equal (G_OBJECT_TYPE_NAME (at->data), "GstLeaksTracer"))
      found = gst_object_ref (at->data);
  g_list_free_full (all, gst_object_unref);
  return found;
}

/* Of the bytes of a buffer, so many characters. */
#define MOST_SAID 200

/* The registry keeps what is in it. */
static gboolean
is_kept (const GValue *value)
{
  return G_VALUE_HOLDS (value, GST_TYPE_PLUGIN) || G_VALUE_HOLDS (value, GST_TYPE_PLUGIN_FEATURE);
}

static void
tell (const GstStructure *object, const GValue *value)
{
  const gchar *trace = gst_structure_get_string (object, "trace");
  g_autofree gchar *text = gst_value_serialize (value);
  g_autofree gchar *said = g_strdup_printf ("still alive: %s %.*s\n%s", G_VALUE_TYPE_NAME (value), MOST_SAID,
                                            text ? text : "", trace ? trace : "");
  g_auto (GStrv) lines = g_strsplit (g_strchomp (said), "\n", -1);

  for (guint i = 0; lines[i]; i++)
    g_print ("# %s\n", lines[i]);
}

/* The answer gives back references that GStreamer has not always taken for it. */
static void
take_reference (const GstStructure *object, const GValue *value)
{
  guint before = 0;

  gst_structure_get_uint (object, "ref-count", &before);
  if (G_VALUE_HOLDS_OBJECT (value) && G_OBJECT (g_value_get_object (value))->ref_count == before)
    g_object_ref (g_value_get_object (value));
  else if (G_VALUE_HOLDS_BOXED (value) && GST_MINI_OBJECT_REFCOUNT_VALUE (g_value_get_boxed (value)) == (gint)before)
    gst_mini_object_ref (g_value_get_boxed (value));
}

static guint
count (gboolean telling)
{
  g_autoptr (GstTracer) tracer = find_tracer ();
  g_autoptr (GstStructure) answer = NULL;
  const GValue *list;
  guint n = 0;

  g_assert_nonnull (tracer);
  gst_task_cleanup_all ();
  g_signal_emit_by_name (tracer, "get-live-objects", &answer);
  list = gst_structure_get_value (answer, "live-objects-list");
  for (guint i = 0; i < gst_value_list_get_size (list); i++) {
    const GstStructure *object = gst_value_get_structure (gst_value_list_get_value (list, i));
    const GValue *value = gst_structure_get_value (object, "object");

    take_reference (object, value);
    if (is_kept (value))
      continue;
    n++;
    if (telling)
      tell (object, value);
  }
  return n;
}

guint
leaks_count (void)
{
  return count (FALSE);
}

int
leaks_check (int status)
{
  return count (TRUE) > 0 ? 1 : status;
}
