/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fields.h"

void
derma_fields_set_strings (GstStructure *structure, const gchar *field, gchar **strings, guint n)
{
  GValue array = G_VALUE_INIT;

  gst_value_array_init (&array, n);
  for (guint i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_STRING);
    g_value_set_string (&value, strings[i]);
    gst_value_array_append_and_take_value (&array, &value);
  }
  gst_structure_take_value (structure, field, &array);
}

void
derma_fields_set_doubles (GstStructure *structure, const gchar *field, const gfloat *numbers, guint n)
{
  GValue array = G_VALUE_INIT;

  gst_value_array_init (&array, n);
  for (guint i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_DOUBLE);
    g_value_set_double (&value, numbers[i]);
    gst_value_array_append_and_take_value (&array, &value);
  }
  gst_structure_take_value (structure, field, &array);
}

void
derma_fields_take_structure (GstStructure *structure, const gchar *field, GstStructure *part)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, part);
  gst_structure_take_value (structure, field, &value);
}
