/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/robustness.h"

#include <string.h>

#define N 4

/* Of three classes the last never occurs; the plain pictures are read as 0 0 1 0. */
static gfloat PROBABILITIES[] = { 0.9f, 0.1f, 0, 0.8f, 0.2f, 0, 0.3f, 0.7f, 0, 0.5f, 0.5f, 0 };
static guint TRUTH[] = { 0, 0, 1, 1 };

typedef struct {
  guint disturbed[N * DERMA_N_DISTURBANCES];
  DermaSweep sweep;
  DermaRobustness robustness[DERMA_N_DISTURBANCES];
} Fixture;

static void
set_tops (Fixture *fixture, DermaDisturbance disturbance, const guint tops[N])
{
  for (guint i = 0; i < N; i++)
    fixture->disturbed[i * DERMA_N_DISTURBANCES + disturbance] = tops[i];
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const guint plain[] = { 0, 0, 1, 0 };

  (void)data;
  fixture->sweep = (DermaSweep){
    .n = N, .n_classes = 3, .probabilities = PROBABILITIES, .truth = TRUTH, .disturbed = fixture->disturbed
  };
  for (guint d = 0; d < DERMA_N_DISTURBANCES; d++)
    set_tops (fixture, d, plain);
}

static void
test_nothing_changes (Fixture *fixture, gconstpointer data)
{
  (void)data;
  derma_robustness_measure (&fixture->sweep, fixture->robustness);
  for (guint d = 0; d < DERMA_N_DISTURBANCES; d++) {
    const DermaRobustness *one = &fixture->robustness[d];

    g_assert_cmpuint (one->n, ==, N);
    g_assert_cmpfloat (one->accuracy, ==, 0.75);
    g_assert_cmpfloat (one->balanced_accuracy, ==, 0.75);
    g_assert_cmpfloat (one->accuracy_drop, ==, 0);
    g_assert_cmpfloat (one->balanced_accuracy_drop, ==, 0);
    g_assert_cmpfloat (one->flips, ==, 0);
    g_assert_cmpstr (one->name, ==, derma_disturbance_get_name (d));
  }
}

static void
test_changes (Fixture *fixture, gconstpointer data)
{
  static const struct {
    guint tops[N];
    gdouble accuracy;
    gdouble balanced;
    gdouble flips;
  } CASES[] = {
    { { 0, 0, 1, 1 }, 1, 1, 0.25 },       { { 1, 1, 0, 0 }, 0, 0, 0.75 },      { { 0, 0, 0, 0 }, 0.5, 0.5, 0.25 },
    { { 2, 0, 2, 2 }, 0.25, 0.25, 0.75 }, { { 0, 1, 1, 1 }, 0.75, 0.75, 0.5 },
  };

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    set_tops (fixture, i, CASES[i].tops);
  derma_robustness_measure (&fixture->sweep, fixture->robustness);
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    const DermaRobustness *one = &fixture->robustness[i];

    g_assert_cmpfloat (one->accuracy, ==, CASES[i].accuracy);
    g_assert_cmpfloat (one->accuracy_drop, ==, 0.75 - CASES[i].accuracy);
    g_assert_cmpfloat (one->balanced_accuracy, ==, CASES[i].balanced);
    g_assert_cmpfloat (one->balanced_accuracy_drop, ==, 0.75 - CASES[i].balanced);
    g_assert_cmpfloat (one->flips, ==, CASES[i].flips);
  }
  g_assert_cmpfloat (fixture->robustness[DERMA_N_DISTURBANCES - 1].flips, ==, 0);
}

/* Rare classes weigh as much as frequent ones. */
static void
test_balance (Fixture *fixture, gconstpointer data)
{
  static const guint tops[] = { 0, 0, 0, 0 };
  guint truth[] = { 0, 0, 0, 1 };

  (void)data;
  fixture->sweep.truth = truth;
  set_tops (fixture, 0, tops);
  derma_robustness_measure (&fixture->sweep, fixture->robustness);
  g_assert_cmpfloat (fixture->robustness[0].accuracy, ==, 0.75);
  g_assert_cmpfloat (fixture->robustness[0].balanced_accuracy, ==, 0.5);
  g_assert_cmpfloat (fixture->robustness[0].accuracy_drop, <, 0);
}

static void
test_one_picture (Fixture *fixture, gconstpointer data)
{
  static const guint tops[] = { 2, 0, 0, 0 };

  (void)data;
  fixture->sweep.n = 1;
  set_tops (fixture, 0, tops);
  derma_robustness_measure (&fixture->sweep, fixture->robustness);
  g_assert_cmpfloat (fixture->robustness[0].accuracy, ==, 0);
  g_assert_cmpfloat (fixture->robustness[0].balanced_accuracy, ==, 0);
  g_assert_cmpfloat (fixture->robustness[0].flips, ==, 1);
  g_assert_cmpuint (fixture->robustness[0].n, ==, 1);
}

static void
test_output (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  JsonArray *array;

  (void)data;
  derma_robustness_measure (&fixture->sweep, fixture->robustness);
  json_builder_begin_object (builder);
  derma_robustness_add (fixture->robustness, builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  array = json_object_get_array_member (json_node_get_object (root), "robustness");
  g_assert_cmpuint (json_array_get_length (array), ==, DERMA_N_DISTURBANCES);
  g_assert_cmpuint (json_object_get_size (json_array_get_object_element (array, 0)), ==, 7);
  g_assert_cmpfloat (json_object_get_double_member (json_array_get_object_element (array, 0), "flips"), ==, 0);
  derma_robustness_print (fixture->robustness, text);
  lines = g_strsplit (text->str, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, DERMA_N_DISTURBANCES + 3);
  g_assert_nonnull (strstr (lines[2], "blur"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/robustness/nothing-changes", Fixture, NULL, set_up, test_nothing_changes, NULL);
  g_test_add ("/robustness/changes", Fixture, NULL, set_up, test_changes, NULL);
  g_test_add ("/robustness/balance", Fixture, NULL, set_up, test_balance, NULL);
  g_test_add ("/robustness/one-picture", Fixture, NULL, set_up, test_one_picture, NULL);
  g_test_add ("/robustness/output", Fixture, NULL, set_up, test_output, NULL);
  return g_test_run ();
}
