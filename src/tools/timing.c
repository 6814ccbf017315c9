/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/timing.h"

#include "tools/json.h"

#include <derma/version.h>

static void
clear_row (gpointer data)
{
  DermaTiming *timing = data;

  g_free (timing->model);
  g_free (timing->format);
}

DermaTimings *
derma_timings_new (guint runs, guint max_threads)
{
  DermaTimings *timings = g_new (DermaTimings, 1);

  *timings = (DermaTimings){ g_array_new (FALSE, FALSE, sizeof (DermaTiming)), runs, max_threads };
  g_array_set_clear_func (timings->rows, clear_row);
  return timings;
}

void
derma_timings_free (DermaTimings *timings)
{
  if (!timings)
    return;
  g_array_unref (timings->rows);
  g_free (timings);
}

void
derma_timings_add (DermaTimings *timings, const DermaTiming *timing)
{
  g_array_append_vals (timings->rows, timing, 1);
}

gchar *
derma_timing_machine (const gchar *cpuinfo, const gchar *board)
{
  g_autoptr (GRegex) regex = g_regex_new ("^model name[ \\t]*:[ \\t]*(\\S.*)$", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (cpuinfo && g_utf8_validate (cpuinfo, -1, NULL) && g_regex_match (regex, cpuinfo, 0, &match))
    return g_match_info_fetch (match, 1);
  return board && *board && g_utf8_validate (board, -1, NULL) ? g_strdup (board) : NULL;
}

static gchar *
get_machine (void)
{
  g_autofree gchar *cpuinfo = NULL;
  g_autofree gchar *board = NULL;

  g_file_get_contents ("/proc/cpuinfo", &cpuinfo, NULL, NULL);
  g_file_get_contents ("/proc/device-tree/model", &board, NULL, NULL);
  return derma_timing_machine (cpuinfo, board);
}

static void
append_row (GString *text, const DermaTiming *row)
{
  g_autofree gchar *size = row->format ? g_strdup_printf ("%ux%u", row->width, row->height) : g_strdup ("");

  g_string_append_printf (text, "%-10s %-6s %-10s %7u %9.3f %9.3f %9.3f %9.3f  %s\n", row->stage,
                          row->format ? row->format : "", size, row->threads, row->cost.median, row->cost.p95,
                          row->cost.p99, row->cost.cpu, row->model ? row->model : "");
}

gchar *
derma_timings_to_text (const DermaTimings *timings)
{
  g_autofree gchar *cpu = get_machine ();
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s, %u processors; milliseconds, %u runs each\n\n", cpu ? cpu : "unknown processor",
                          g_get_num_processors (), timings->runs);
  g_string_append (text, "stage      format size       threads    median       p95       p99       CPU  model\n");
  for (guint i = 0; i < timings->rows->len; i++)
    append_row (text, &g_array_index (timings->rows, DermaTiming, i));
  return g_string_free (text, FALSE);
}

static void
add_row (JsonBuilder *builder, const DermaTiming *row)
{
  json_builder_begin_object (builder);
  derma_json_add_string (builder, "stage", row->stage);
  derma_json_add_string (builder, "model", row->model);
  derma_json_add_string (builder, "format", row->format);
  derma_json_add_count (builder, "width", row->width);
  derma_json_add_count (builder, "height", row->height);
  derma_json_add_count (builder, "threads", row->threads);
  derma_json_add_number (builder, "median_ms", row->cost.median);
  derma_json_add_number (builder, "p95_ms", row->cost.p95);
  derma_json_add_number (builder, "p99_ms", row->cost.p99);
  derma_json_add_number (builder, "cpu_ms", row->cost.cpu);
  json_builder_end_object (builder);
}

gchar *
derma_timings_to_json (const DermaTimings *timings)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *cpu = get_machine ();

  json_builder_begin_object (builder);
  derma_json_add_string (builder, "derma", DERMA_VERSION);
  json_builder_set_member_name (builder, "machine");
  json_builder_begin_object (builder);
  derma_json_add_string (builder, "cpu", cpu);
  derma_json_add_count (builder, "cores", g_get_num_processors ());
  json_builder_end_object (builder);
  derma_json_add_count (builder, "runs", timings->runs);
  json_builder_set_member_name (builder, "timings");
  json_builder_begin_array (builder);
  for (guint i = 0; i < timings->rows->len; i++)
    add_row (builder, &g_array_index (timings->rows, DermaTiming, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
