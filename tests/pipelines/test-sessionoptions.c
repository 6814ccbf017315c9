/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command lines of pipelines/record and pipelines/replay. */
#include "recordoptions.h"
#include "replayoptions.h"

#include <glib/gstdio.h>
#include <string.h>

typedef gboolean (*Parse) (gpointer options, gint *argc, gchar ***argv, GError **error);

static gboolean
parse (Parse function, gpointer options, const gchar *line, GError **error)
{
  g_autofree gchar *whole = g_strconcat ("program ", line, NULL);
  g_auto (GStrv) argv = NULL;
  g_autofree gchar **moving = NULL;
  gint argc;
  gchar **left;

  g_assert_true (g_shell_parse_argv (whole, &argc, &argv, NULL));
  /* The parser drops what it understands from the array that it is given. */
  left = moving = g_memdup2 (argv, sizeof (gchar *) * (gsize)(argc + 1));
  return function (options, &argc, &left, error);
}

static gboolean
parse_record (RecordOptions *options, const gchar *line, GError **error)
{
  return parse ((Parse)record_options_parse, options, line, error);
}

static gboolean
parse_replay (ReplayOptions *options, const gchar *line, GError **error)
{
  return parse ((Parse)replay_options_parse, options, line, error);
}

static void
test_record_defaults (void)
{
  g_auto (RecordOptions) options = RECORD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_true (parse_record (&options, "", &error));
  g_assert_no_error (error);
  g_assert_null (options.input);
  g_assert_true (g_str_has_prefix (options.output, "session-20"));
  g_assert_true (g_str_has_suffix (options.output, ".mkv"));
  g_assert_cmpfloat (options.evidence, ==, 1.0);
  g_assert_cmpint (options.threads, ==, 1);
}

static void
test_record_all (void)
{
  g_auto (RecordOptions) options = RECORD_OPTIONS_INIT;

  g_assert_true (parse_record (&options,
                               "-i phantom -o 'a b.mkv' --seconds 2.5 --tags 'left arm' --encoder vp8 --bitrate 800 "
                               "--max-duration 60 --max-size 10 --evidence 0 --no-display --model m.onnx --threads 2",
                               NULL));
  g_assert_cmpstr (options.input, ==, "phantom");
  g_assert_cmpstr (options.output, ==, "a b.mkv");
  g_assert_cmpstr (options.tags, ==, "left arm");
  g_assert_cmpstr (options.encoder, ==, "vp8");
  g_assert_cmpint (options.bitrate, ==, 800);
  g_assert_cmpfloat (options.max_duration, ==, 60.0);
  g_assert_cmpfloat (options.max_size, ==, 10.0);
  g_assert_cmpfloat (options.evidence, ==, 0.0);
  g_assert_true (options.no_display);
}

static void
test_record_refused (gconstpointer data)
{
  g_auto (RecordOptions) options = RECORD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_false (parse_record (&options, data, &error));
  g_assert_nonnull (error);
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_replay_defaults (void)
{
  g_auto (ReplayOptions) options = REPLAY_OPTIONS_INIT;

  g_assert_true (parse_replay (&options, "/nowhere/a.mkv", NULL));
  g_assert_cmpstr (options.recording, ==, "/nowhere/a.mkv");
  g_assert_null (options.sidecar);
  g_assert_false (options.again);
}

/* The sidecar that lies beside the recording, unless another is named or none is wanted. */
static void
test_replay_sidecar (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-options-XXXXXX", NULL);
  g_autofree gchar *beside = g_build_filename (folder, "a.jsonl", NULL);
  g_autofree gchar *line = g_strconcat (folder, "/a.mkv", NULL);
  g_autofree gchar *other = g_strconcat (line, " --sidecar b.jsonl --model m.onnx", NULL);
  g_autofree gchar *none = g_strconcat (line, " --captions", NULL);
  g_auto (ReplayOptions) found = REPLAY_OPTIONS_INIT;
  g_auto (ReplayOptions) given = REPLAY_OPTIONS_INIT;
  g_auto (ReplayOptions) unwanted = REPLAY_OPTIONS_INIT;

  g_assert_true (g_file_set_contents (beside, "", -1, NULL));
  g_assert_true (parse_replay (&found, line, NULL));
  g_assert_cmpstr (found.sidecar, ==, beside);
  g_assert_true (parse_replay (&given, other, NULL));
  g_assert_cmpstr (given.sidecar, ==, "b.jsonl");
  g_assert_true (given.again);
  g_assert_true (parse_replay (&unwanted, none, NULL));
  g_assert_null (unwanted.sidecar);
  g_remove (beside);
  g_rmdir (folder);
}

static void
test_replay_refused (gconstpointer data)
{
  g_auto (ReplayOptions) options = REPLAY_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_false (parse_replay (&options, data, &error));
  g_assert_nonnull (error);
  g_assert_null (strchr (error->message, '\n'));
}

static void
add_refused (const gchar *name, const gchar *const *lines, guint n, GTestDataFunc test)
{
  for (guint i = 0; i < n; i++) {
    g_autofree gchar *path = g_strdup_printf ("/sessionoptions/%s/%u", name, i);

    g_test_add_data_func (path, lines[i], test);
  }
}

int
main (int argc, char **argv)
{
  static const gchar *const record[] = { "--nonsense",        "a.mkv",           "--output a.mp4",  "--output ''",
                                         "--seconds -1",      "--seconds nan",   "--evidence 61",   "--evidence -1",
                                         "--bitrate -3",      "--bitrate 1e9",   "--encoder mpeg2", "--encoder ''",
                                         "--max-duration -1", "--max-size inf",  "--threads 0",     "--threads 65",
                                         "--input ''",        "--max-size soon", "--tags" };
  static const gchar *const replay[] = { "",
                                         "''",
                                         "a.mkv b.mkv",
                                         "a.mkv --nonsense",
                                         "a.mkv --evidence nan",
                                         "a.mkv --threads 0",
                                         "a.mkv --captions --again",
                                         "a.mkv --captions --sidecar b.jsonl",
                                         "a.mkv --captions --model m.onnx" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sessionoptions/record-defaults", test_record_defaults);
  g_test_add_func ("/sessionoptions/record-all", test_record_all);
  g_test_add_func ("/sessionoptions/replay-defaults", test_replay_defaults);
  g_test_add_func ("/sessionoptions/replay-sidecar", test_replay_sidecar);
  add_refused ("record-refused", record, G_N_ELEMENTS (record), test_record_refused);
  add_refused ("replay-refused", replay, G_N_ELEMENTS (replay), test_replay_refused);
  return g_test_run ();
}
