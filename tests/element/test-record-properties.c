/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of dermarecord, dermareplay and dermacaption: defaults, values, ranges, and what they do not take. */
#include "elementtest.h"

#include <string.h>

typedef struct {
  const gchar *factory, *name;
  const gchar *initial; /* as gst_value_serialize() writes it; NULL for no text */
  const gchar *values[4];
} Property;

static const Property PROPERTIES[] = {
  { "dermarecord", "location", NULL, { "/tmp/a.mkv", "b", "\"with\\ blank.mkv\"", NULL } },
  { "dermarecord", "encoder", "auto", { "x264", "hardware", "ffv1", "auto" } },
  { "dermarecord", "bitrate", "0", { "1", "2000", "0", NULL } },
  { "dermarecord", "sidecar", "true", { "false", "true", NULL } },
  { "dermarecord", "sidecar-location", NULL, { "/tmp/a.jsonl", NULL } },
  { "dermarecord", "max-duration", "0", { "0.5", "3600", "0", NULL } },
  { "dermarecord", "max-size", "0", { "1", "1099511627776", "0", NULL } },
  { "dermarecord", "pre-roll", "0", { "0.25", "10", "0", NULL } },
  { "dermarecord", "tags", NULL, { "\"left\\ arm\"", "x", NULL } },
  { "dermareplay", "sidecar", NULL, { "/tmp/a.jsonl", NULL } },
  { "dermareplay", "post-messages", "true", { "false", "true", NULL } },
};

static GstElement *
make (const gchar *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  g_assert_nonnull (element);
  return gst_object_ref_sink (element);
}

static gchar *
read_property (GstElement *element, const gchar *name)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (element), name, &value);
  if (G_VALUE_HOLDS_STRING (&value) && !g_value_get_string (&value))
    return NULL;
  return gst_value_serialize (&value);
}

/* What a text is as a value of the property, written again. */
static gchar *
as_value (GstElement *element, const gchar *name, const gchar *text)
{
  g_auto (GValue) value = G_VALUE_INIT;
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), name);

  g_value_init (&value, spec->value_type);
  g_assert_true (gst_value_deserialize (&value, text));
  return gst_value_serialize (&value);
}

static void
test_property (gconstpointer data)
{
  const Property *property = data;
  g_autoptr (GstElement) element = make (property->factory);
  g_autofree gchar *initial = read_property (element, property->name);

  if (property->initial) {
    g_autofree gchar *wanted = as_value (element, property->name, property->initial);

    g_assert_cmpstr (initial, ==, wanted);
  } else {
    g_assert_null (initial);
  }
  for (guint i = 0; i < G_N_ELEMENTS (property->values) && property->values[i]; i++) {
    g_autofree gchar *wanted = as_value (element, property->name, property->values[i]), *found = NULL;

    gst_util_set_object_arg (G_OBJECT (element), property->name, property->values[i]);
    found = read_property (element, property->name);
    g_assert_cmpstr (found, ==, wanted);
  }
  if (!property->initial) {
    g_autofree gchar *nothing = NULL;

    g_object_set (element, property->name, NULL, NULL);
    nothing = read_property (element, property->name);
    g_assert_null (nothing);
  }
}

/* What is out of range is brought into it, whoever sets it. */
static void
test_out_of_range (void)
{
  g_autoptr (GstElement) element = make ("dermarecord");
  GObjectClass *klass = G_OBJECT_GET_CLASS (element);
  static const gchar *const names[] = { "max-duration", "pre-roll" };
  static const gdouble values[] = { -1, G_MAXDOUBLE, -G_MAXDOUBLE };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint k = 0; k < G_N_ELEMENTS (values); k++) {
      GParamSpecDouble *spec = G_PARAM_SPEC_DOUBLE (g_object_class_find_property (klass, names[i]));
      g_auto (GValue) value = G_VALUE_INIT;
      gdouble found;

      g_value_init (&value, G_TYPE_DOUBLE);
      g_value_set_double (&value, values[k]);
      g_param_value_validate (G_PARAM_SPEC (spec), &value);
      g_object_set_property (G_OBJECT (element), names[i], &value);
      g_object_get (element, names[i], &found, NULL);
      g_assert_cmpfloat (found, >=, spec->minimum);
      g_assert_cmpfloat (found, <=, spec->maximum);
    }
}

static void
test_recording_cannot_be_set (void)
{
  g_autoptr (GstElement) element = make ("dermarecord");
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), "recording");

  g_assert_nonnull (spec);
  g_assert_cmpint (spec->flags & G_PARAM_READABLE, !=, 0);
}

static void
test_unknown_properties (void)
{
  static const gchar *const factories[] = { "dermarecord", "dermareplay", "dermacaption" };

  for (guint i = 0; i < G_N_ELEMENTS (factories); i++) {
    g_autoptr (GstElement) element = make (factories[i]);

    g_assert_null (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "no-such-property"));
  }
}

/* An id that no property has warns, and does nothing else. */
static void
test_unknown_ids_warn (void)
{
  static const gchar *const factories[] = { "dermarecord", "dermareplay", "dermacaption" };

  for (guint i = 0; i < G_N_ELEMENTS (factories); i++) {
    g_autoptr (GstElement) element = make (factories[i]);
    GObjectClass *klass = G_OBJECT_GET_CLASS (element);
    GParamSpec *spec = g_object_class_find_property (klass, "name");
    g_auto (GValue) value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_STRING);
    g_test_expect_message ("derma", G_LOG_LEVEL_WARNING, "*invalid property id 999*");
    klass->set_property (G_OBJECT (element), 999, &value, spec);
    g_test_assert_expected_messages ();
    g_test_expect_message ("derma", G_LOG_LEVEL_WARNING, "*invalid property id 999*");
    klass->get_property (G_OBJECT (element), 999, &value, spec);
    g_test_assert_expected_messages ();
  }
}

static void
test_caption_delay (void)
{
  g_autoptr (GstElement) element = make ("dermacaption");
  guint64 initial, found;

  g_object_get (element, "max-delay", &initial, NULL);
  g_object_set (element, "max-delay", initial + 5, NULL);
  g_object_get (element, "max-delay", &found, NULL);
  g_assert_cmpuint (found, ==, initial + 5);
}

/* Elements that were never started can be dropped, and stopped. */
static void
test_never_started (void)
{
  static const gchar *const factories[] = { "dermarecord", "dermareplay", "dermacaption" };

  for (guint i = 0; i < G_N_ELEMENTS (factories); i++) {
    g_autoptr (GstElement) element = make (factories[i]);

    g_assert_cmpint (gst_element_set_state (element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
  }
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (PROPERTIES); i++) {
    g_autofree gchar *path = g_strdup_printf ("/record-properties/%s/%s", PROPERTIES[i].factory, PROPERTIES[i].name);

    g_test_add_data_func (path, &PROPERTIES[i], test_property);
  }
  g_test_add_func ("/record-properties/out-of-range", test_out_of_range);
  g_test_add_func ("/record-properties/recording", test_recording_cannot_be_set);
  g_test_add_func ("/record-properties/unknown", test_unknown_properties);
  g_test_add_func ("/record-properties/unknown-ids-warn", test_unknown_ids_warn);
  g_test_add_func ("/record-properties/caption-delay", test_caption_delay);
  g_test_add_func ("/record-properties/never-started", test_never_started);
  return element_test_run ();
}
