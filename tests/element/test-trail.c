/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to and fro among the readings of a sidecar. */
#include "sidecartest.h"
#include "trail.h"

#include <derma/error.h>
#include <derma/sidecar.h>

#include <glib/gstdio.h>
#include <string.h>

#define STEP GST_MSECOND

typedef struct {
  SidecarTest sidecar;
  DermaTrail *trail;
} Fixture;

static void
set_up (Fixture *fixture)
{
  sidecar_test_set_up (&fixture->sidecar, "trail.jsonl");
  fixture->trail = NULL;
}

static void
tear_down (Fixture *fixture)
{
  derma_trail_free (fixture->trail);
  sidecar_test_tear_down (&fixture->sidecar);
}

static void
add (Fixture *fixture, guint64 pts)
{
  sidecar_test_add_line (&fixture->sidecar, derma_sidecar_format_reading (&fixture->sidecar.reading, pts));
}

static void
open_trail (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  sidecar_test_write (&fixture->sidecar);
  fixture->trail = derma_trail_open (fixture->sidecar.path, &error);
  g_assert_no_error (error);
}

/* @n readings, one a STEP from 0 on */
static void
open_long (Fixture *fixture, guint n)
{
  set_up (fixture);
  for (guint i = 0; i < n; i++)
    add (fixture, i * STEP);
  open_trail (fixture);
}

/* At @time it is at reading @number, which is of @pts. */
static void
expect (Fixture *fixture, guint64 time, guint64 number, guint64 pts)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (derma_trail_go_to (fixture->trail, time, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (derma_trail_get_number (fixture->trail), ==, number);
  if (number == 0)
    g_assert_null (derma_trail_get_reading (fixture->trail));
  else
    g_assert_cmpuint (derma_trail_get_reading (fixture->trail)->pts, ==, pts);
}

static void
fails (Fixture *fixture, guint64 time, gint code, const gchar *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (derma_trail_go_to (fixture->trail, time, NULL, NULL, &error));
  g_assert_error (error, DERMA_ERROR, code);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_to_and_fro (void)
{
  Fixture fixture;

  set_up (&fixture);
  add (&fixture, 10 * STEP);
  add (&fixture, G_MAXUINT64);
  add (&fixture, 20 * STEP);
  add (&fixture, 20 * STEP);
  open_trail (&fixture);
  g_assert_null (derma_trail_get_reading (fixture.trail));
  for (guint i = 0; i < 2; i++) {
    expect (&fixture, 10 * STEP - 1, 0, 0);
    expect (&fixture, 10 * STEP, 1, 10 * STEP);
    expect (&fixture, 20 * STEP - 1, 1, 10 * STEP);
    expect (&fixture, 20 * STEP, 3, 20 * STEP);
    expect (&fixture, G_MAXUINT64, 3, 20 * STEP);
    expect (&fixture, 19 * STEP, 1, 10 * STEP);
  }
  expect (&fixture, 0, 0, 0);
  tear_down (&fixture);
}

/* All ways lead to the reading that its time asks for. */
static void
test_any_way (void)
{
  const guint n = 4 * DERMA_TRAIL_KEPT + 3;
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  Fixture fixture;

  open_long (&fixture, n);
  for (guint i = 0; i < 60; i++) {
    const guint at = (guint)g_rand_int_range (rand, 0, (gint32)n);

    for (guint k = 0; k < 20 && k <= at; k++)
      expect (&fixture, (at - k) * STEP, at - k + 1, (at - k) * STEP);
  }
  expect (&fixture, 2 * n * STEP, n, (n - 1) * STEP);
  tear_down (&fixture);
}

/* What lies a little before is known without the file; what lies further back is not, and is found again in it. */
static void
test_way_back_without_the_file (void)
{
  const guint n = 3 * DERMA_TRAIL_KEPT;
  Fixture fixture;

  open_long (&fixture, n);
  expect (&fixture, n * STEP, n, (n - 1) * STEP);
  g_remove (fixture.sidecar.path);
  for (guint i = 1; i < DERMA_TRAIL_KEPT; i++)
    expect (&fixture, (n - 1 - i) * STEP, n - i, (n - 1 - i) * STEP);
  expect (&fixture, n * STEP, n, (n - 1) * STEP);
  fails (&fixture, STEP, DERMA_ERROR_FILE, "trail.jsonl");
  g_assert_null (derma_trail_get_reading (fixture.trail));
  fails (&fixture, n * STEP, DERMA_ERROR_FILE, "trail.jsonl");
  sidecar_test_write (&fixture.sidecar);
  expect (&fixture, STEP, 2, STEP);
  tear_down (&fixture);
}

static gboolean
stop_at (gpointer left)
{
  return (*(guint *)left)-- == 0;
}

static void
test_stopped (void)
{
  guint left = 5;
  Fixture fixture;
  g_autoptr (GError) error = NULL;

  open_long (&fixture, 20);
  g_assert_false (derma_trail_go_to (fixture.trail, 10 * STEP, stop_at, &left, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (derma_trail_get_number (fixture.trail), ==, 5);
  expect (&fixture, 2 * STEP, 3, 2 * STEP);
  expect (&fixture, 10 * STEP, 11, 10 * STEP);
  tear_down (&fixture);
}

static void
test_no_readings (void)
{
  Fixture fixture;

  set_up (&fixture);
  open_trail (&fixture);
  expect (&fixture, 0, 0, 0);
  expect (&fixture, G_MAXUINT64, 0, 0);
  g_assert_cmpuint (derma_trail_take_torn_line (fixture.trail), ==, 0);
  tear_down (&fixture);
}

static void
test_torn_line (void)
{
  Fixture fixture;

  set_up (&fixture);
  add (&fixture, 0);
  g_string_append (fixture.sidecar.text, "{\"type\":");
  open_trail (&fixture);
  g_assert_cmpuint (derma_trail_take_torn_line (fixture.trail), ==, 0);
  expect (&fixture, STEP, 1, 0);
  g_assert_cmpuint (derma_trail_take_torn_line (fixture.trail), ==, 3);
  expect (&fixture, 2 * STEP, 1, 0);
  g_assert_cmpuint (derma_trail_take_torn_line (fixture.trail), ==, 0);
  tear_down (&fixture);
}

/* What is before a malformed line can be read all the same. */
static void
test_malformed_line (void)
{
  Fixture fixture;

  set_up (&fixture);
  add (&fixture, 0);
  add (&fixture, 5 * STEP);
  g_string_append (fixture.sidecar.text, "nonsense\n");
  open_trail (&fixture);
  expect (&fixture, 0, 1, 0);
  fails (&fixture, 9 * STEP, DERMA_ERROR_FORMAT, "trail.jsonl: line 4: ");
  expect (&fixture, STEP, 1, 0);
  tear_down (&fixture);
}

static void
test_no_sidecar (void)
{
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) folder = NULL;

  g_assert_null (derma_trail_open ("/nowhere/a.jsonl", &none));
  g_assert_error (none, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_null (derma_trail_open ("/", &folder));
  g_assert_error (folder, DERMA_ERROR, DERMA_ERROR_FILE);
  derma_trail_free (NULL);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/trail/to-and-fro", test_to_and_fro);
  g_test_add_func ("/trail/any-way", test_any_way);
  g_test_add_func ("/trail/way-back-without-the-file", test_way_back_without_the_file);
  g_test_add_func ("/trail/stopped", test_stopped);
  g_test_add_func ("/trail/no-readings", test_no_readings);
  g_test_add_func ("/trail/torn-line", test_torn_line);
  g_test_add_func ("/trail/malformed-line", test_malformed_line);
  g_test_add_func ("/trail/no-sidecar", test_no_sidecar);
  return g_test_run ();
}
