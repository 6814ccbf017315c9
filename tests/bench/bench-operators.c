/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-operators MODEL [RUNS]: prints as JSON what each operator of a network costs on one thread, as XNNPACK itself
 * measures it: the median in milliseconds, in the order in which they run. The linker leads the library's calls to make
 * a runtime through here, so that it is made to measure.
 */
#include "graph/runtime.h"

#include <derma/derma.h>

#include <string.h>

/* Runtimes that were made, in the order in which they run. */
static GPtrArray *runtimes;

enum xnn_status __real_xnn_create_runtime_v2 (xnn_subgraph_t subgraph, pthreadpool_t pool, uint32_t flags,
                                              xnn_runtime_t *runtime);
enum xnn_status __wrap_xnn_create_runtime_v2 (xnn_subgraph_t subgraph, pthreadpool_t pool, uint32_t flags,
                                              xnn_runtime_t *runtime);

enum xnn_status
__wrap_xnn_create_runtime_v2 (xnn_subgraph_t subgraph, pthreadpool_t pool, uint32_t flags, xnn_runtime_t *runtime)
{
  enum xnn_status status = __real_xnn_create_runtime_v2 (subgraph, pool, flags | XNN_FLAG_BASIC_PROFILING, runtime);

  if (status == xnn_status_success)
    g_ptr_array_add (runtimes, *runtime);
  return status;
}

/* One kind of what XNNPACK measured, as it gives it out; NULL on failure. */
static gpointer
ask (xnn_runtime_t runtime, enum xnn_profile_info what, gsize *size)
{
  g_autofree gpointer memory = NULL;

  *size = 0;
  if (xnn_get_runtime_profiling_info (runtime, what, 0, NULL, size) != xnn_status_out_of_memory)
    return NULL;
  memory = g_malloc (*size);
  if (xnn_get_runtime_profiling_info (runtime, what, *size, memory, size) != xnn_status_success)
    return NULL;
  return g_steal_pointer (&memory);
}

/* Adds the times of one run, in microseconds, to @times: an array for each operator. */
static void
note_times (GPtrArray *times)
{
  guint at = 0;

  for (guint i = 0; i < runtimes->len; i++) {
    gsize size;
    g_autofree guint64 *found = ask (g_ptr_array_index (runtimes, i), xnn_profile_info_operator_timing, &size);

    for (guint k = 0; found && k < size / sizeof *found; k++, at++) {
      if (at == times->len)
        g_ptr_array_add (times, g_array_new (FALSE, FALSE, sizeof (guint64)));
      g_array_append_val (g_ptr_array_index (times, at), found[k]);
    }
  }
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

  return (x > y) - (x < y);
}

static void
print (GPtrArray *times)
{
  guint at = 0;

  g_print ("[");
  for (guint i = 0; i < runtimes->len; i++) {
    gsize size;
    g_autofree gchar *names = ask (g_ptr_array_index (runtimes, i), xnn_profile_info_operator_name, &size);

    for (const gchar *name = names; name && name < names + size && at < times->len; name += strlen (name) + 1) {
      GArray *all = g_ptr_array_index (times, at);

      g_array_sort (all, compare);
      g_print ("%s\n  {\"operator\": \"%s\", \"median_ms\": %.4f}", at > 0 ? "," : "", name,
               (gdouble)g_array_index (all, guint64, all->len / 2) * 1e-3);
      at++;
    }
  }
  g_print ("\n]\n");
}

int
main (int argc, char **argv)
{
  guint runs = argc > 2 ? (guint)g_ascii_strtoull (argv[2], NULL, 10) : 101;
  g_autoptr (GPtrArray) times = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaGraph) graph = NULL;
  g_autoptr (GError) error = NULL;
  gfloat *input;
  gsize n;

  if (argc < 2) {
    g_printerr ("bench-operators: MODEL is needed\n");
    return 2;
  }
  runtimes = g_ptr_array_new ();
  model = derma_model_load (argv[1], &error);
  graph = model ? derma_graph_new (model, 1, &error) : NULL;
  input = graph ? derma_graph_get_input (graph, &n) : NULL;
  for (gsize i = 0; input && i < n; i++)
    input[i] = (gfloat)(i % 255) / 127.5f - 1.0f;
  for (guint i = 0; graph && i < MAX (runs, 1); i++) {
    if (!derma_graph_run (graph, &error))
      break;
    note_times (times);
  }
  if (error) {
    g_printerr ("bench-operators: %s\n", error->message);
    return 1;
  }
  print (times);
  g_ptr_array_unref (runtimes);
  return 0;
}
