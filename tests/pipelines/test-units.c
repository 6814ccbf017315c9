/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "result.h"
#include "units.h"

#include <derma/error.h>

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  gchar *folder;
  gchar *output;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("units-XXXXXX", NULL);
  fixture->output = g_build_filename (fixture->folder, "out", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  const gchar *const command[] = { "rm", "-rf", fixture->folder, NULL };

  g_assert_true (g_spawn_sync (NULL, (gchar **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_free (fixture->folder);
  g_free (fixture->output);
}

static void
make (Fixture *fixture, const gchar *name, const gchar *text)
{
  g_autofree gchar *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static GPtrArray *
list (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *units = units_list (fixture->folder, fixture->output, &error);

  g_assert_no_error (error);
  return units;
}

static void
test_lists (Fixture *fixture, gconstpointer data)
{
  static const gchar *const wanted[] = { "a/b/c.PNG", "a/x.jpeg", "r.mkv", "s.Mp4", "z.jpg" };
  g_autoptr (GPtrArray) units = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    make (fixture, wanted[i], "12345");
  make (fixture, "notes.txt", "");
  make (fixture, ".jpg", "");
  make (fixture, "jpg", "");
  make (fixture, "out/units/aa/x.jpg", "");
  units = list (fixture);
  g_assert_cmpuint (units->len, ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < units->len; i++) {
    const Unit *unit = g_ptr_array_index (units, i);

    g_assert_cmpstr (unit->name, ==, wanted[i]);
    g_assert_cmpuint (unit->size, ==, 5);
    g_assert_true (g_str_has_suffix (unit->path, unit->name));
    g_assert_true (g_str_has_prefix (unit->result, fixture->output));
    g_assert_cmpint (unit->kind, ==, i == 2 || i == 3 ? UNIT_RECORDING : UNIT_PICTURE);
  }
}

static void
test_one_file (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = g_build_filename (fixture->folder, "a.png", NULL);
  g_autoptr (GPtrArray) units = NULL;

  make (fixture, "a.png", "x");
  units = units_list (path, fixture->output, NULL);
  g_assert_cmpuint (units->len, ==, 1);
  g_assert_cmpstr (((Unit *)g_ptr_array_index (units, 0))->name, ==, "a.png");
}

/* A loop of links has no end; a link to a file is a file; one that leads nowhere is told of. */
static void
test_links (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *loop = g_build_filename (fixture->folder, "loop", NULL);
  g_autofree gchar *file = g_build_filename (fixture->folder, "b.jpg", NULL);
  g_autofree gchar *nowhere = g_build_filename (fixture->folder, "c.jpg", NULL);
  g_autoptr (GPtrArray) units = NULL;

  make (fixture, "a.jpg", "12");
  g_assert_cmpint (symlink (".", loop), ==, 0);
  g_assert_cmpint (symlink ("a.jpg", file), ==, 0);
  g_assert_cmpint (symlink ("gone", nowhere), ==, 0);
  units = list (fixture);
  g_assert_cmpuint (units->len, ==, 3);
  g_assert_cmpuint (((Unit *)g_ptr_array_index (units, 1))->size, ==, 2);
}

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *missing = g_build_filename (fixture->folder, "missing", NULL);
  const gchar *const inputs[] = { fixture->folder, missing };

  make (fixture, "a.txt", "");
  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (units_list (inputs[i], fixture->output, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
    g_assert_true (g_str_has_prefix (error->message, inputs[i]));
  }
}

static void
test_shards (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) units = NULL;
  guint sizes[7] = { 0 };

  for (guint i = 0; i < 200; i++) {
    g_autofree gchar *name = g_strdup_printf ("%03u.jpg", i);

    make (fixture, name, "");
  }
  units = list (fixture);
  for (guint i = 0; i < units->len; i++) {
    guint n = 0;

    for (guint s = 0; s < 7; s++)
      if (units_is_of_shard (g_ptr_array_index (units, i), s, 7)) {
        sizes[s]++;
        n++;
      }
    g_assert_cmpuint (n, ==, 1);
    g_assert_true (units_is_of_shard (g_ptr_array_index (units, i), 0, 1));
  }
  for (guint s = 0; s < 7; s++)
    g_assert_cmpuint (sizes[s], >, 10);
}

static JsonObject *
parse (const gchar *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_true (node && JSON_NODE_HOLDS_OBJECT (node));
  return json_node_dup_object (node);
}

static void
test_result (Fixture *fixture, gconstpointer data)
{
  const ResultKey key = { "ab", 3 };
  const ResultKey others[] = { { "cd", 3 }, { "ab", 2.5 } };
  g_autoptr (JsonObject) found = parse ("{\"reading\":{\"label\":\"nv\"}}");
  g_autoptr (GPtrArray) units = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autofree gchar *line = NULL;
  Unit *unit;

  make (fixture, "a.jpg", "123");
  units = list (fixture);
  unit = g_ptr_array_index (units, 0);
  g_assert_null (result_load (unit, &key));
  line = result_format (unit, &key, found, NULL);
  g_assert_null (strchr (line, '\n'));
  g_assert_true (result_save (unit, line, NULL));
  result = result_load (unit, &key);
  g_assert_cmpstr (json_object_get_string_member (result, "path"), ==, "a.jpg");
  g_assert_true (json_object_has_member (result, "reading"));
  g_assert_null (result_get_error (result));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_null (result_load (unit, &others[i]));
  unit->size++;
  g_assert_null (result_load (unit, &key));
  unit->size--;
  unit->modified++;
  g_assert_null (result_load (unit, &key));
}

static void
test_spoiled_results (Fixture *fixture, gconstpointer data)
{
  static const gchar *const texts[] = { "", "{", "[]", "7", "{\"size\":\"3\"}", "{\"size\":3}", "null", "\xff" };
  const ResultKey key = { "ab", 3 };
  g_autoptr (GPtrArray) units = NULL;

  make (fixture, "a.jpg", "123");
  units = list (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_assert_true (result_save (g_ptr_array_index (units, 0), texts[i], NULL));
    g_assert_null (result_load (g_ptr_array_index (units, 0), &key));
  }
}

static void
test_error (Fixture *fixture, gconstpointer data)
{
  const ResultKey key = { "ab", 3 };
  g_autoptr (GPtrArray) units = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autofree gchar *line = NULL;

  make (fixture, "a.jpg", "123");
  units = list (fixture);
  line = result_format (g_ptr_array_index (units, 0), &key, NULL, "is \"bad\" \xff\n");
  g_assert_true (g_utf8_validate (line, -1, NULL));
  g_assert_null (strchr (line, '\n'));
  result = parse (line);
  g_assert_true (g_str_has_prefix (result_get_error (result), "is \"bad\""));
}

static void
test_csv (Fixture *fixture, gconstpointer data)
{
  static const gchar *const lines[] = {
    "{\"path\":\"a,b\",\"kind\":\"picture\",\"error\":null,\"model_sha256\":\"m\",\"reading\":{\"label\":\"nv\","
    "\"confidence\":0.5,\"malignant\":0.25,\"flagged\":true,\"state\":\"stable\",\"typicality\":null}}",
    "{\"path\":\"r\",\"kind\":\"recording\",\"error\":null,\"model_sha256\":\"m\",\"lesions\":[{\"lesion\":1,"
    "\"start\":0.5,\"end\":2,\"reading\":{\"label\":\"=x\"}},{\"lesion\":2,\"start\":3,\"end\":4,\"reading\":3},7]}",
    "{\"path\":\"e\",\"kind\":\"recording\",\"error\":\"is, bad\",\"model_sha256\":\"m\",\"lesions\":[]}",
  };
  g_autoptr (GString) csv = g_string_new (NULL);
  g_auto (GStrv) rows = NULL;

  result_append_csv (csv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autoptr (JsonObject) result = parse (lines[i]);

    result_append_csv (csv, result);
  }
  rows = g_strsplit (csv->str, "\n", -1);
  g_assert_cmpstr (rows[1], ==, "\"a,b\",picture,,,,nv,0.5000,0.2500,true,stable,,,m");
  g_assert_cmpstr (rows[2], ==, "r,recording,1,0.500,2.000,'=x,,,false,,,,m");
  g_assert_cmpstr (rows[3], ==, "r,recording,2,3.000,4.000,,,,,,,,m");
  g_assert_cmpstr (rows[4], ==, "e,recording,,,,,,,,,,\"is, bad\",m");
  g_assert_cmpstr (rows[5], ==, "");
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *name;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/units/lists", test_lists },
    { "/units/one-file", test_one_file },
    { "/units/links", test_links },
    { "/units/nothing", test_nothing },
    { "/units/shards", test_shards },
    { "/result/result", test_result },
    { "/result/spoiled", test_spoiled_results },
    { "/result/error", test_error },
    { "/result/csv", test_csv },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
