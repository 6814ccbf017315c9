/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "readout.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  FILE *file;
  char *text;
  size_t length;
  Readout *readout;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->file = open_memstream (&fixture->text, &fixture->length);
  fixture->readout = readout_new (fixture->file);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  readout_free (fixture->readout);
  fclose (fixture->file);
  free (fixture->text);
}

/* What has been printed since the last call. */
static gchar *
printed (Fixture *fixture)
{
  gchar *text;

  fflush (fixture->file);
  text = g_strdup (fixture->text);
  rewind (fixture->file);
  return text;
}

static void
add_array (GstStructure *message, const gchar *field, GType type, ...)
{
  GValue array = G_VALUE_INIT;
  va_list values;

  gst_value_array_init (&array, 3);
  va_start (values, type);
  for (guint i = 0; i < 3; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, type);
    if (type == G_TYPE_STRING)
      g_value_set_string (&value, va_arg (values, const gchar *));
    else
      g_value_set_double (&value, va_arg (values, gdouble));
    gst_value_array_append_and_take_value (&array, &value);
  }
  va_end (values);
  gst_structure_take_value (message, field, &array);
}

static GstStructure *
reading (gdouble confidence)
{
  GstStructure *message = gst_structure_new (
      "dermaclassify", "pts", G_TYPE_UINT64, (guint64)(3160 * GST_MSECOND), "latency", G_TYPE_UINT64,
      (guint64)(4 * GST_MSECOND), "label", G_TYPE_STRING, "mel", "title", G_TYPE_STRING, "melanoma", "state",
      G_TYPE_STRING, "stable", "confidence", G_TYPE_DOUBLE, confidence, "malignant", G_TYPE_DOUBLE, 0.66,
      "operating-point", G_TYPE_DOUBLE, 0.31, "flagged", G_TYPE_BOOLEAN, TRUE, "lesion", G_TYPE_UINT, 1u, NULL);

  add_array (message, "labels", G_TYPE_STRING, "bcc", "mel", "nv");
  add_array (message, "titles", G_TYPE_STRING, "basal cell carcinoma", "melanoma", "nevus");
  add_array (message, "probabilities", G_TYPE_DOUBLE, 0.05, confidence, 0.25);
  return message;
}

static gboolean
take (Fixture *fixture, GstStructure *message)
{
  gboolean told = readout_take (fixture->readout, message);

  gst_structure_free (message);
  return told;
}

static void
test_line (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *text = NULL;

  g_assert_true (take (fixture, reading (0.61)));
  text = printed (fixture);
  g_assert_cmpstr (text, ==, "00:03.2  melanoma 0.61   malignant 0.66 (flag at 0.31)  flagged   next: nevus 0.25\n");
}

static void
test_without_extras (Fixture *fixture, gconstpointer data)
{
  GstStructure *message = reading (0.61);
  g_autofree gchar *text = NULL;

  gst_structure_remove_fields (message, "pts", "title", "titles", "probabilities", "operating-point", "latency", NULL);
  gst_structure_set (message, "flagged", G_TYPE_BOOLEAN, FALSE, "state", G_TYPE_STRING, "uncertain", NULL);
  g_assert_true (take (fixture, message));
  text = printed (fixture);
  g_assert_cmpstr (text, ==, "--:--.-  mel 0.61   malignant 0.66  uncertain\n");
}

static void
test_only_changes (Fixture *fixture, gconstpointer data)
{
  GstStructure *other = reading (0.60);

  g_assert_true (take (fixture, reading (0.60)));
  g_assert_false (take (fixture, reading (0.65)));
  g_assert_false (take (fixture, reading (0.69)));
  g_assert_true (take (fixture, reading (0.71)));
  g_assert_false (take (fixture, reading (0.62)));
  gst_structure_set (other, "flagged", G_TYPE_BOOLEAN, FALSE, NULL);
  g_assert_true (take (fixture, other));
  g_assert_cmpuint (readout_get_count (fixture->readout), ==, 6);
  g_assert_cmpfloat_with_epsilon (readout_get_latency (fixture->readout), 4.0, 1e-9);
}

static void
test_changes_one_by_one (Fixture *fixture, gconstpointer data)
{
  GstStructure *label = reading (0.6);
  GstStructure *state = reading (0.6);
  GstStructure *lesion = reading (0.6);
  GstStructure *malignant = reading (0.6);

  gst_structure_set (label, "label", G_TYPE_STRING, "nv", NULL);
  gst_structure_set (state, "state", G_TYPE_STRING, "uncertain", NULL);
  gst_structure_set (lesion, "lesion", G_TYPE_UINT, 2u, NULL);
  gst_structure_set (malignant, "malignant", G_TYPE_DOUBLE, 0.40, NULL);
  g_assert_true (take (fixture, reading (0.6)));
  g_assert_true (take (fixture, label));
  g_assert_true (take (fixture, reading (0.6)));
  g_assert_true (take (fixture, state));
  g_assert_true (take (fixture, reading (0.6)));
  g_assert_true (take (fixture, lesion));
  g_assert_true (take (fixture, reading (0.6)));
  g_assert_true (take (fixture, malignant));
  g_assert_true (take (fixture, reading (0.6)));
  g_assert_false (take (fixture, reading (0.6)));
}

static void
test_pictures (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *first = NULL;
  g_autofree gchar *again = NULL;
  g_autofree gchar *alone = NULL;

  readout_picture (fixture->readout, 3, 16, "folder/ISIC_1.jpg");
  g_assert_true (take (fixture, reading (0.6)));
  first = printed (fixture);
  g_assert_true (g_str_has_prefix (first, "00:03.2  [3 of 16] ISIC_1.jpg  melanoma 0.60 "));
  g_assert_false (take (fixture, reading (0.6)));
  readout_picture (fixture->readout, 4, 16, "folder/\xff.jpg");
  g_assert_true (take (fixture, reading (0.6)));
  again = printed (fixture);
  g_assert_nonnull (strstr (again, "[4 of 16] "));
  g_assert_true (g_utf8_validate (again, -1, NULL));
  readout_picture (fixture->readout, 1, 1, "a.jpg");
  g_assert_true (take (fixture, reading (0.6)));
  alone = printed (fixture);
  g_assert_true (g_str_has_prefix (alone, "00:03.2  melanoma"));
}

static void
test_lacking (Fixture *fixture, gconstpointer data)
{
  const gchar *needed[] = { "label", "state", "confidence", "malignant", "flagged" };

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++) {
    GstStructure *missing = reading (0.6);
    GstStructure *wrong = reading (0.6);

    gst_structure_remove_field (missing, needed[i]);
    gst_structure_set (wrong, needed[i], G_TYPE_INT64, (gint64)-1, NULL);
    g_assert_false (take (fixture, missing));
    g_assert_false (take (fixture, wrong));
  }
  g_assert_false (take (fixture, gst_structure_new_empty ("dermaclassify")));
  g_assert_cmpuint (readout_get_count (fixture->readout), ==, 0);
  g_assert_cmpfloat (readout_get_latency (fixture->readout), ==, 0.0);
}

static void
test_odd_arrays (Fixture *fixture, gconstpointer data)
{
  GstStructure *numbers = reading (0.6);
  GstStructure *plain = reading (0.6);
  GstStructure *swapped = reading (0.6);
  g_autofree gchar *text = NULL;

  add_array (numbers, "labels", G_TYPE_DOUBLE, 1.0, 2.0, 3.0);
  gst_structure_set (plain, "labels", G_TYPE_STRING, "mel", "flagged", G_TYPE_BOOLEAN, FALSE, NULL);
  add_array (swapped, "probabilities", G_TYPE_STRING, "a", "b", "c");
  g_assert_true (take (fixture, numbers));
  g_assert_true (take (fixture, plain));
  g_assert_true (take (fixture, swapped));
  text = printed (fixture);
  g_assert_null (strstr (text, "next:"));
}

/* Nothing that the terminal obeys, and one line, whatever others wrote. */
static void
test_hostile_words (Fixture *fixture, gconstpointer data)
{
  GstStructure *message = reading (0.6);
  g_autofree gchar *text = NULL, *status = NULL;

  gst_structure_set (message, "label", G_TYPE_STRING, "m\033[2Jel", "title", G_TYPE_STRING,
                     "\033[31mEVIL\a\nvascular\u2028lesion\302\2331m\u2029\177", "state", G_TYPE_STRING, "un\rcertain",
                     NULL);
  add_array (message, "titles", G_TYPE_STRING, "a\tb", "c", "d\n00:00.0  nevus");
  readout_picture (fixture->readout, 1, 2, "folder/\033]0;a\n\302\233.jpg");
  g_assert_true (take (fixture, message));
  text = printed (fixture);
  g_assert_cmpstr (
      text, ==,
      "00:03.2  [1 of 2]  ]0;a  .jpg   [31mEVIL  vascular lesion 1m   0.60   malignant 0.66 (flag at 0.31)  "
      "flagged  un certain   next: c 0.60\n");
  status = readout_get_status (fixture->readout);
  g_assert_cmpstr (status, ==, "lesion 1  un certain  m [2Jel");
}

static void
test_hostile_next (Fixture *fixture, gconstpointer data)
{
  GstStructure *message = reading (0.6);
  g_autofree gchar *text = NULL;

  add_array (message, "titles", G_TYPE_STRING, "a", "b", "ne\033[31mvus\n00:00.0  nevus");
  g_assert_true (take (fixture, message));
  text = printed (fixture);
  g_assert_true (g_str_has_suffix (text, "   next: ne [31mvus 00:00.0  nevus 0.25\n"));
}

static void
test_time (void)
{
  const struct {
    GstClockTime time;
    const gchar *text;
  } cases[] = {
    { 0, "00:00.0" },
    { 49 * GST_MSECOND, "00:00.0" },
    { 1999999999, "00:02.0" },
    { 59949 * GST_MSECOND, "00:59.9" },
    { 59950 * GST_MSECOND, "01:00.0" },
    { 3599 * GST_SECOND, "59:59.0" },
    { 3600 * GST_SECOND, "1:00:00.0" },
    { 36061500 * GST_MSECOND, "10:01:01.5" },
    { GST_CLOCK_TIME_NONE, "--:--.-" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = readout_format_time (cases[i].time);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
  readout_free (NULL);
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  ADD ("/readout/line", test_line);
  ADD ("/readout/without-extras", test_without_extras);
  ADD ("/readout/only-changes", test_only_changes);
  ADD ("/readout/changes-one-by-one", test_changes_one_by_one);
  ADD ("/readout/pictures", test_pictures);
  ADD ("/readout/lacking", test_lacking);
  ADD ("/readout/odd-arrays", test_odd_arrays);
  ADD ("/readout/hostile-words", test_hostile_words);
  ADD ("/readout/hostile-next", test_hostile_next);
  g_test_add_func ("/readout/time", test_time);
  return g_test_run ();
}
