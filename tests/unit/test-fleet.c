/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Graphs of one model share what computes, and what each gets is bit by bit what it gets alone. */
#include "graph/graph-private.h"
#include "support/net.h"
#include "support/onnx-builder.h"

#include <derma/error.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define N_GRAPHS 8
#define N_RUNS 60
#define N_RUNS_OF_MANY_THREADS 12 /* which wait for each other as long as it takes where there are fewer processors */
#define N_INPUT (3 * 8 * 8)
#define N_SCORES 5
#define N_MAP (4 * 8 * 8)

static const DermaWindow pointwise = { .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
static const DermaWindow square = {
  .kernel = { 3, 3 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .pads = { 1, 1, 1, 1 }, .groups = 1
};

/* Two runtimes with copies between them, and two outputs. */
static DermaModel *
make_model (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  guint map;

  net_conv (net, &square, 4, TRUE);
  map = net->last;
  net_conv (net, &pointwise, 4, TRUE);
  net_node (net, DERMA_OP_CONCAT, 2, (const guint[]){ map, net->last }, NET_SHAPE (1, 8, 8, 8))->attrs.axis = 1;
  net_conv (net, &square, N_SCORES, TRUE);
  net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, (const guint[]){ net->last }, NET_SHAPE (1, N_SCORES, 1, 1));
  net_output (net, net->last);
  net_output (net, map);
  return derma_model_new_from_ir (g_steal_pointer (&net->ir), "net.onnx");
}

static DermaGraph *
make_graph (DermaModel *model, guint threads)
{
  g_autoptr (GError) error = NULL;
  DermaGraph *graph = derma_graph_new (model, threads, &error);

  g_assert_no_error (error);
  return graph;
}

static guint
count (DermaGraph *graph)
{
  return derma_fleet_count_engines (derma_graph_get_fleet (graph));
}

/* What one user sees. */
typedef struct {
  DermaModel *model;
  DermaGraph *graph;
  guint threads, runs;
  gint seed;
  gboolean coming; /* a graph of its own for each run */
  gfloat scores[N_SCORES];
  gfloat map[N_MAP];
} User;

static void
fill (DermaGraph *graph, gint seed)
{
  gsize n;
  gfloat *input = derma_graph_get_input (graph, &n);

  g_assert_cmpuint (n, ==, N_INPUT);
  for (gsize i = 0; i < n; i++)
    input[i] = sinf ((gfloat)((gint)i * (seed + 3)));
}

/* Alone in a fleet of its own. */
static void
expect (User *user)
{
  g_autoptr (DermaModel) model = make_model ();
  g_autoptr (DermaGraph) graph = make_graph (model, user->threads);

  fill (graph, user->seed);
  g_assert_true (derma_graph_run (graph, NULL));
  memcpy (user->scores, derma_graph_get_output (graph, 0, NULL), sizeof user->scores);
  memcpy (user->map, derma_graph_get_output (graph, 1, NULL), sizeof user->map);
}

static void
run_once (const User *user, DermaGraph *graph)
{
  g_assert_true (derma_graph_run (graph, NULL));
  g_assert_cmpmem (derma_graph_get_output (graph, 0, NULL), sizeof user->scores, user->scores, sizeof user->scores);
  g_assert_cmpmem (derma_graph_get_output (graph, 1, NULL), sizeof user->map, user->map, sizeof user->map);
}

static gpointer
use (gpointer data)
{
  User *user = data;

  for (guint i = 0; i < user->runs; i++) {
    if (!user->graph) {
      user->graph = make_graph (user->model, user->threads);
      fill (user->graph, user->seed);
    }
    run_once (user, user->graph);
    if (user->coming)
      g_clear_pointer (&user->graph, derma_graph_free);
  }
  return NULL;
}

static void
use_together (guint threads, gboolean coming)
{
  g_autoptr (DermaModel) model = make_model ();
  GThread *running[N_GRAPHS];
  User users[N_GRAPHS];

  for (gint i = 0; i < N_GRAPHS; i++) {
    users[i] = (User){ .model = model, .threads = threads, .seed = i, .coming = coming && i % 2 };
    users[i].runs = threads > 1 ? N_RUNS_OF_MANY_THREADS : N_RUNS;
    expect (&users[i]);
  }
  g_assert_true (memcmp (users[0].scores, users[1].scores, sizeof users[0].scores) != 0);
  for (guint i = 0; i < N_GRAPHS; i++)
    running[i] = g_thread_new ("user", use, &users[i]);
  for (guint i = 0; i < N_GRAPHS; i++)
    g_thread_join (running[i]);
  for (guint i = 0; i < N_GRAPHS; i++)
    derma_graph_free (users[i].graph);
}

static void
test_same_results (void)
{
  use_together (1, FALSE);
}

static void
test_same_results_with_threads (void)
{
  use_together (2, FALSE);
}

/* There is one engine for all, and each waits for its turn. */
static void
test_same_results_in_turn (void)
{
  use_together (MIN (g_get_num_processors (), 64), FALSE);
}

typedef struct {
  DermaGraph *graph;
  gint *ended;
} Greedy;

static gpointer
run_till_the_end (gpointer data)
{
  Greedy *greedy = data;

  while (!g_atomic_int_get (greedy->ended))
    g_assert_true (derma_graph_run (greedy->graph, NULL));
  return NULL;
}

/* It ends only if the one who asks now and then gets the only engine beside those who never let go of it. */
static void
test_nobody_is_starved_by_the_greedy (void)
{
  const guint threads = MIN (g_get_num_processors (), 64);
  g_autoptr (DermaModel) model = make_model ();
  g_autoptr (DermaGraph) graph = make_graph (model, threads);
  Greedy greedy[N_GRAPHS];
  GThread *running[N_GRAPHS];
  gint ended = FALSE;

  for (guint i = 0; i < N_GRAPHS; i++) {
    greedy[i] = (Greedy){ .graph = make_graph (model, threads), .ended = &ended };
    fill (greedy[i].graph, i);
    running[i] = g_thread_new ("greedy", run_till_the_end, &greedy[i]);
  }
  fill (graph, 1);
  for (guint i = 0; i < 10; i++)
    g_assert_true (derma_graph_run (graph, NULL));
  g_atomic_int_set (&ended, TRUE);
  for (guint i = 0; i < N_GRAPHS; i++) {
    g_thread_join (running[i]);
    derma_graph_free (greedy[i].graph);
  }
}

static void
test_same_results_while_others_come_and_go (void)
{
  use_together (1, TRUE);
}

static void
test_engines_are_shared (void)
{
  g_autoptr (DermaModel) model = make_model ();
  DermaGraph *graphs[N_GRAPHS];
  const guint processors = g_get_num_processors ();

  for (guint i = 0; i < N_GRAPHS; i++) {
    graphs[i] = make_graph (model, 1);
    g_assert_true (derma_graph_get_fleet (graphs[i]) == derma_graph_get_fleet (graphs[0]));
    g_assert_true (i == 0 || derma_graph_get_input (graphs[i], NULL) != derma_graph_get_input (graphs[0], NULL));
    g_assert_cmpuint (count (graphs[0]), ==, MIN (i + 1, processors));
  }
  for (guint i = N_GRAPHS; i-- > 1;) {
    derma_graph_free (graphs[i]);
    g_assert_cmpuint (count (graphs[0]), ==, MIN (i, processors));
  }
  derma_graph_free (graphs[0]);
}

static void
test_most (void)
{
  g_autoptr (DermaModel) model = make_model ();
  const guint processors = g_get_num_processors ();

  for (guint threads = 1; threads <= 64; threads *= 4) {
    g_autoptr (DermaGraph) graph = make_graph (model, threads);
    const guint most = derma_fleet_get_most (derma_graph_get_fleet (graph));

    g_assert_cmpuint (most, >=, 1);
    g_assert_cmpuint (most * threads, >=, processors);
    g_assert_cmpuint ((most - 1) * threads, <, processors);
  }
}

static void
test_threads_are_not_mixed (void)
{
  g_autoptr (DermaModel) model = make_model ();
  g_autoptr (DermaGraph) one = make_graph (model, 1), two = make_graph (model, 2), also = make_graph (model, 2);

  g_assert_true (derma_graph_get_fleet (one) != derma_graph_get_fleet (two));
  g_assert_true (derma_graph_get_fleet (also) == derma_graph_get_fleet (two));
  g_assert_cmpuint (count (one), ==, 1);
}

static void
test_models_are_not_mixed (void)
{
  g_autoptr (DermaModel) model = make_model (), other = make_model ();
  g_autoptr (DermaGraph) one = make_graph (model, 1), two = make_graph (other, 1);

  g_assert_true (derma_graph_get_fleet (one) != derma_graph_get_fleet (two));
  g_assert_true (derma_graph_get_model (one) == model);
  g_assert_true (derma_graph_get_model (two) == other);
}

/* As two elements do it. */
static void
test_file_is_loaded_twice (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_tiny_builder ("mel,nv");
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);
  g_autofree gchar *path = g_build_filename (g_get_tmp_dir (), "derma-fleet-XXXXXX", NULL);
  DermaGraph *graphs[2];

  close (g_mkstemp (path));
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), NULL));
  for (guint i = 0; i < 2; i++) {
    g_autoptr (DermaModel) model = derma_model_load (path, NULL);

    graphs[i] = make_graph (model, 1);
  }
  g_assert_true (derma_graph_get_fleet (graphs[0]) == derma_graph_get_fleet (graphs[1]));
  derma_graph_free (graphs[0]);
  derma_graph_free (graphs[1]);
  g_remove (path);
}

/* The last takes all with it, and the next begins anew, maybe at the same place in memory. */
static void
test_begin_anew (void)
{
  g_autoptr (DermaModel) model = make_model ();
  g_autoptr (DermaGraph) stays = NULL;
  User user = { .threads = 1, .seed = 5 };

  expect (&user);
  for (guint i = 0; i < 6; i++) {
    g_autoptr (DermaGraph) graph = make_graph (model, 1), other = make_graph (model, 1), third = make_graph (model, 1);

    if (i == 3)
      stays = make_graph (model, 1);
    fill (graph, 5);
    fill (third, 5);
    g_assert_true (derma_graph_run (other, NULL));
    run_once (&user, third);
    g_assert_true (derma_graph_run (other, NULL));
    run_once (&user, graph);
  }
  g_assert_cmpuint (count (stays), ==, 1);
  fill (stays, 5);
  run_once (&user, stays);
}

/* Whoever cannot join leaves nothing behind, for others either. */
static void
test_refused (void)
{
  g_autoptr (Net) net = net_new (1, 3, 4, 5);
  g_autoptr (DermaModel) model = NULL;

  net_map (net, (DermaOp)1000);
  net_output (net, net->last);
  model = derma_model_new_from_ir (g_steal_pointer (&net->ir), "bad.onnx");
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (derma_graph_new (model, 1, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED);
  }
}

static void
test_nothing_to_compute (void)
{
  g_autoptr (Net) net = net_new (1, 3, 4, 5);
  g_autoptr (DermaModel) model = NULL;
  DermaGraph *graphs[3];

  net_output (net, net->ir->input);
  model = derma_model_new_from_ir (g_steal_pointer (&net->ir), "nothing.onnx");
  for (guint i = 0; i < 3; i++) {
    graphs[i] = make_graph (model, 1);
    derma_graph_get_input (graphs[i], NULL)[7] = (gfloat)i;
  }
  for (guint i = 0; i < 3; i++) {
    g_assert_true (derma_graph_run (graphs[i], NULL));
    g_assert_cmpfloat (derma_graph_get_input (graphs[i], NULL)[7], ==, i);
  }
  for (guint i = 0; i < 3; i++)
    derma_graph_free (graphs[i]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fleet/engines-are-shared", test_engines_are_shared);
  g_test_add_func ("/fleet/most", test_most);
  g_test_add_func ("/fleet/threads-are-not-mixed", test_threads_are_not_mixed);
  g_test_add_func ("/fleet/models-are-not-mixed", test_models_are_not_mixed);
  g_test_add_func ("/fleet/file-is-loaded-twice", test_file_is_loaded_twice);
  g_test_add_func ("/fleet/same-results/one-thread", test_same_results);
  g_test_add_func ("/fleet/same-results/two-threads", test_same_results_with_threads);
  g_test_add_func ("/fleet/same-results/in-turn", test_same_results_in_turn);
  g_test_add_func ("/fleet/same-results/others-come-and-go", test_same_results_while_others_come_and_go);
  g_test_add_func ("/fleet/nobody-is-starved-by-the-greedy", test_nobody_is_starved_by_the_greedy);
  g_test_add_func ("/fleet/begin-anew", test_begin_anew);
  g_test_add_func ("/fleet/refused", test_refused);
  g_test_add_func ("/fleet/nothing-to-compute", test_nothing_to_compute);
  return g_test_run ();
}
