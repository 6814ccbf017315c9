/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <string.h>

static gboolean
parse (Options *options, const gchar *line, GError **error)
{
  g_autofree gchar *whole = g_strconcat ("live ", line, NULL);
  g_auto (GStrv) argv = NULL;
  g_autofree gchar **moving = NULL;
  gint argc;
  gchar **left;

  g_assert_true (g_shell_parse_argv (whole, &argc, &argv, NULL));
  /* The parser drops what it understands from the array that it is given. */
  left = moving = g_memdup2 (argv, sizeof (gchar *) * (gsize)(argc + 1));
  return options_parse (options, &argc, &left, error);
}

static void
test_defaults (void)
{
  g_auto (Options) options = OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_true (parse (&options, "", &error));
  g_assert_null (options.input);
  g_assert_null (options.output);
  g_assert_null (options.model);
  g_assert_null (options.snapshots);
  g_assert_cmpfloat (options.window, <, 0.0);
  g_assert_cmpfloat (options.seconds, ==, 0.0);
  g_assert_cmpint (options.threads, ==, 1);
  g_assert_false (options.no_display);
}

static void
test_all (void)
{
  g_auto (Options) options = OPTIONS_INIT;

  g_assert_true (parse (
      &options,
      "--input 'a folder' --output=b.mkv --seconds 2.5 --no-display --model m.onnx --threads 64 --snapshots 'my shots' "
      "--evidence-window 0",
      NULL));
  g_assert_cmpstr (options.snapshots, ==, "my shots");
  g_assert_cmpfloat (options.window, ==, 0.0);
  g_assert_cmpstr (options.input, ==, "a folder");
  g_assert_cmpstr (options.output, ==, "b.mkv");
  g_assert_cmpstr (options.model, ==, "m.onnx");
  g_assert_cmpfloat (options.seconds, ==, 2.5);
  g_assert_cmpint (options.threads, ==, 64);
  g_assert_true (options.no_display);
}

static void
test_refused (gconstpointer data)
{
  g_auto (Options) options = OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_false (parse (&options, data, &error));
  g_assert_nonnull (error);
  g_assert_null (strchr (error->message, '\n'));
}

int
main (int argc, char **argv)
{
  static const gchar *refused[] = { "--nonsense",
                                    "picture.jpg",
                                    "--seconds -1",
                                    "--seconds nan",
                                    "--seconds inf",
                                    "--seconds 1e300",
                                    "--seconds",
                                    "--seconds soon",
                                    "--threads 0",
                                    "--threads 65",
                                    "--threads -3",
                                    "--threads 1e9",
                                    "--threads 1.5",
                                    "--output out.mp4",
                                    "--output ''",
                                    "--output mkv",
                                    "--input ''",
                                    "--input a.png b.png",
                                    "--snapshots ''",
                                    "--evidence-window 61",
                                    "--evidence-window -2",
                                    "--evidence-window nan",
                                    "--evidence-window soon" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/defaults", test_defaults);
  g_test_add_func ("/options/all", test_all);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree gchar *path = g_strdup_printf ("/options/refused/%u", i);

    g_test_add_data_func (path, refused[i], test_refused);
  }
  return g_test_run ();
}
