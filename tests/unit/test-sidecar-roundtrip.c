/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storyboard.h"

#include <derma/sidecar.h>

#include <string.h>

/* What is written into a sidecar is what is read from it, whoever thought up the texts. */
static const gchar *const TEXTS[] = {
  "plain",
  "",
  " ",
  "\"quoted\"",
  "back\\slash",
  "line\nbreak\r\n",
  "tab\tand bell\a",
  "}{][,:",
  "</script>",
  "%s%n",
  "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
  "\xe2\x80\xa8\xe2\x80\xa9",
  "\x7f",
  "\\u0000",
  "null",
  "\x01\x1f",
};

/* Adds a line that was made, and frees it. */
static void
add (DermaStoryboard *board, gchar *line)
{
  g_assert_null (strchr (line, '\n'));
  derma_storyboard_add_line (board, "%s", line);
  g_free (line);
}

static DermaSidecar *
read_back (DermaStoryboard *board)
{
  g_autofree gchar *path = derma_storyboard_get_path (board, "a.jsonl");
  g_autoptr (GError) error = NULL;
  DermaSidecar *sidecar;

  derma_storyboard_save (board, "a.jsonl");
  sidecar = derma_sidecar_open (path, &error);
  g_assert_no_error (error);
  return sidecar;
}

static const DermaSidecarEvent *
next_event (DermaSidecar *sidecar, const gchar *kind)
{
  g_autoptr (GError) error = NULL;
  DermaSidecarItem item;

  g_assert_true (derma_sidecar_next (sidecar, &item, &error));
  g_assert_cmpint (item, ==, DERMA_SIDECAR_EVENT);
  g_assert_cmpstr (derma_sidecar_get_event (sidecar)->kind, ==, kind);
  return derma_sidecar_get_event (sidecar);
}

static void
test_hostile_texts (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (DermaSidecar) sidecar = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (TEXTS); i++) {
    add (board, derma_sidecar_format_tag (i, TEXTS[i]));
    add (board, derma_sidecar_format_snapshot (i, TEXTS[i], i));
  }
  sidecar = read_back (board);
  for (guint i = 0; i < G_N_ELEMENTS (TEXTS); i++) {
    const DermaSidecarEvent *event = next_event (sidecar, "tag");

    g_assert_cmpstr (event->text, ==, TEXTS[i]);
    g_assert_cmpuint (event->pts, ==, i);
    event = next_event (sidecar, "snapshot");
    g_assert_cmpstr (event->file, ==, TEXTS[i]);
    g_assert_cmpuint (event->lesion, ==, i);
  }
}

static void
test_hostile_sessions (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (TEXTS); i++) {
    g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
    g_autoptr (DermaSidecar) sidecar = NULL;

    g_string_truncate (board->lines, 0);
    add (board, derma_sidecar_format_session (TEXTS[i], i, 0, TEXTS[i]));
    sidecar = read_back (board);
    g_assert_cmpstr (derma_sidecar_get_session (sidecar)->recording, ==, TEXTS[i]);
    g_assert_cmpstr (derma_sidecar_get_session (sidecar)->tags, ==, TEXTS[i]);
    g_assert_cmpuint (derma_sidecar_get_session (sidecar)->part, ==, i);
  }
}

static void
test_extreme_numbers (void)
{
  static const guint64 times[] = { 0, 1, G_MAXINT32, G_MAXUINT32, G_GUINT64_CONSTANT (1) << 53, G_MAXINT64 };
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (DermaSidecar) sidecar = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    add (board, derma_sidecar_format_still_button (times[i]));
    add (board, derma_sidecar_format_pre_roll (times[i], i / 4.0));
  }
  sidecar = read_back (board);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    g_assert_cmpuint (next_event (sidecar, "still-button")->pts, ==, times[i]);
    g_assert_cmpfloat (next_event (sidecar, "pre-roll")->seconds, ==, i / 4.0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sidecar-roundtrip/hostile-texts", test_hostile_texts);
  g_test_add_func ("/sidecar-roundtrip/hostile-sessions", test_hostile_sessions);
  g_test_add_func ("/sidecar-roundtrip/extreme-numbers", test_extreme_numbers);
  return g_test_run ();
}
