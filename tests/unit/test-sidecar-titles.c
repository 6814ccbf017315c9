/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a sidecar that was written says of the classes when it is read. */
#include <derma/error.h>
#include <derma/sidecar.h>

#include <glib/gstdio.h>
#include <string.h>

#define MODEL "{\"type\":\"event\",\"event\":\"model\",\"pts\":0,\"labels\":[\"a\",\"b\"],"

typedef struct {
  gchar *path;
  GString *text;
  DermaReading reading;
} Fixture;

static void
set_up (Fixture *fixture)
{
  const gchar *const labels[] = { "mel", "nv", NULL };
  const gchar *const titles[] = { "melanoma", "nevus", NULL };
  g_autoptr (DermaClasses) classes = derma_classes_new (labels, titles);
  g_autofree gchar *line = derma_sidecar_format_session ("a.mkv", 0, 0, NULL);
  gint fd = g_file_open_tmp ("derma-titles-XXXXXX.jsonl", &fixture->path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  fixture->text = g_string_new (line);
  g_string_append_c (fixture->text, '\n');
  fixture->reading = (DermaReading)DERMA_READING_INIT;
  classes->operating_point = 0.197f;
  g_free (classes->model_name);
  classes->model_name = g_strdup ("tiny");
  derma_reading_set_classes (&fixture->reading, classes);
  fixture->reading.probabilities[0] = 0.25f;
  fixture->reading.probabilities[1] = 0.75f;
  derma_reading_decide (&fixture->reading, 0.5f);
}

static void
tear_down (Fixture *fixture)
{
  g_remove (fixture->path);
  g_free (fixture->path);
  g_string_free (fixture->text, TRUE);
  derma_reading_clear (&fixture->reading);
}

static void
add (Fixture *fixture, gchar *line)
{
  g_string_append_printf (fixture->text, "%s\n", line);
  g_free (line);
}

static DermaSidecar *
open_it (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  DermaSidecar *sidecar;

  g_assert_true (g_file_set_contents (fixture->path, fixture->text->str, -1, NULL));
  sidecar = derma_sidecar_open (fixture->path, &error);
  g_assert_no_error (error);
  return sidecar;
}

static void
expect (DermaSidecar *sidecar, DermaSidecarItem wanted)
{
  g_autoptr (GError) error = NULL;
  DermaSidecarItem item;

  g_assert_true (derma_sidecar_next (sidecar, &item, &error));
  g_assert_no_error (error);
  g_assert_cmpint (item, ==, wanted);
}

static void
test_titles_of_the_model (void)
{
  Fixture fixture;
  g_autoptr (DermaSidecar) sidecar = NULL;
  const DermaReading *reading;

  set_up (&fixture);
  add (&fixture, derma_sidecar_format_model (0, fixture.reading.classes));
  add (&fixture, derma_sidecar_format_reading (&fixture.reading, 40));
  add (&fixture, derma_sidecar_format_reading (&fixture.reading, 80));
  sidecar = open_it (&fixture);
  expect (sidecar, DERMA_SIDECAR_EVENT);
  for (guint64 pts = 40; pts <= 80; pts += 40) {
    expect (sidecar, DERMA_SIDECAR_READING);
    reading = derma_sidecar_get_reading (sidecar);
    g_assert_cmpuint (reading->pts, ==, pts);
    g_assert_cmpstr (reading->classes->titles[1], ==, "nevus");
    g_assert_cmpstr (reading->classes->labels[1], ==, "nv");
    g_assert_cmpstr (reading->classes->model_name, ==, "tiny");
  }
  expect (sidecar, DERMA_SIDECAR_END);
  tear_down (&fixture);
}

static void
test_labels_without_the_model (void)
{
  Fixture fixture;
  g_autoptr (DermaSidecar) sidecar = NULL;

  set_up (&fixture);
  add (&fixture, derma_sidecar_format_reading (&fixture.reading, 40));
  sidecar = open_it (&fixture);
  expect (sidecar, DERMA_SIDECAR_READING);
  g_assert_cmpstr (derma_sidecar_get_reading (sidecar)->classes->titles[1], ==, "nv");
  tear_down (&fixture);
}

/* Titles of one network are not those of another. */
static void
test_titles_of_another_model (void)
{
  Fixture fixture;
  g_autoptr (DermaSidecar) sidecar = NULL;

  set_up (&fixture);
  add (&fixture, g_strdup (MODEL "\"titles\":[\"A\",\"B\"]}"));
  add (&fixture, derma_sidecar_format_reading (&fixture.reading, 40));
  sidecar = open_it (&fixture);
  expect (sidecar, DERMA_SIDECAR_EVENT);
  expect (sidecar, DERMA_SIDECAR_READING);
  g_assert_cmpstr (derma_sidecar_get_reading (sidecar)->classes->titles[1], ==, "nv");
  tear_down (&fixture);
}

static void
test_model_says_little (void)
{
  static const gchar *const lines[] = { MODEL "\"titles\":[]}", MODEL "\"titles\":null}", MODEL "\"model\":null}" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    Fixture fixture;
    g_autoptr (DermaSidecar) sidecar = NULL;

    set_up (&fixture);
    add (&fixture, g_strdup (lines[i]));
    sidecar = open_it (&fixture);
    expect (sidecar, DERMA_SIDECAR_EVENT);
    expect (sidecar, DERMA_SIDECAR_END);
    tear_down (&fixture);
  }
}

static void
test_malformed_titles (gconstpointer data)
{
  Fixture fixture;
  g_autoptr (DermaSidecar) sidecar = NULL;
  g_autoptr (GError) error = NULL;
  DermaSidecarItem item;

  set_up (&fixture);
  add (&fixture, g_strconcat (MODEL, (const gchar *)data, NULL));
  sidecar = open_it (&fixture);
  g_assert_false (derma_sidecar_next (sidecar, &item, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "line 2"));
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sidecar-titles/of-the-model", test_titles_of_the_model);
  g_test_add_func ("/sidecar-titles/labels-without-the-model", test_labels_without_the_model);
  g_test_add_func ("/sidecar-titles/of-another-model", test_titles_of_another_model);
  g_test_add_func ("/sidecar-titles/model-says-little", test_model_says_little);
  g_test_add_data_func ("/sidecar-titles/too-few", "\"titles\":[\"A\"]}", test_malformed_titles);
  g_test_add_data_func ("/sidecar-titles/numbers", "\"titles\":[1,2]}", test_malformed_titles);
  g_test_add_data_func ("/sidecar-titles/no-array", "\"titles\":{\"a\":\"A\"}}", test_malformed_titles);
  g_test_add_data_func ("/sidecar-titles/operating-point", "\"titles\":[\"A\",\"B\"],\"operating-point\":7}",
                        test_malformed_titles);
  return g_test_run ();
}
