/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/stages.h"

#include <json-glib/json-glib.h>

#include <math.h>
#include <string.h>

static void
add (DermaTimings *timings, const gchar *format, const gchar *model)
{
  DermaTiming timing = { .stage = "sample",
                         .model = g_strdup (model),
                         .format = g_strdup (format),
                         .width = format ? 640 : 0,
                         .height = format ? 480 : 0,
                         .threads = 2,
                         .runs = 3,
                         .cost = { 1.5, 2.5, 3.5, NAN } };

  derma_timings_add (timings, &timing);
}

static void
test_json (void)
{
  g_autoptr (DermaTimings) timings = derma_timings_new (3, 2);
  g_autofree gchar *text = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *rows;
  JsonObject *row;

  add (timings, "NV12", NULL);
  add (timings, NULL, "a \"quoted\"\nname.onnx");
  text = derma_timings_to_json (timings);
  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  rows = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "timings");
  g_assert_cmpuint (json_array_get_length (rows), ==, 2);
  row = json_array_get_object_element (rows, 0);
  g_assert_cmpstr (json_object_get_string_member (row, "format"), ==, "NV12");
  g_assert_cmpint (json_object_get_int_member (row, "width"), ==, 640);
  g_assert_cmpfloat (json_object_get_double_member (row, "p95_ms"), ==, 2.5);
  g_assert_true (json_object_get_null_member (row, "cpu_ms"));
  g_assert_true (json_object_get_null_member (row, "model"));
  row = json_array_get_object_element (rows, 1);
  g_assert_cmpstr (json_object_get_string_member (row, "model"), ==, "a \"quoted\"\nname.onnx");
  g_assert_true (json_object_get_null_member (row, "format"));
}

static void
test_text (void)
{
  g_autoptr (DermaTimings) timings = derma_timings_new (3, 2);
  g_autofree gchar *text = NULL;

  add (timings, "NV12", "m.onnx");
  text = derma_timings_to_text (timings);
  g_assert_nonnull (strstr (text, "3 runs"));
  g_assert_nonnull (strstr (text, "640x480"));
  g_assert_nonnull (strstr (text, "1.500     2.500     3.500"));
  g_assert_nonnull (strstr (text, "m.onnx\n"));
}

static void
test_empty (void)
{
  g_autoptr (DermaTimings) timings = derma_timings_new (1, 1);
  g_autofree gchar *text = derma_timings_to_json (timings);
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  derma_timings_free (NULL);
}

/* Every format that there is, at sizes that leave chroma and rows ragged, can be measured. */
static void
test_frames_of_all_formats (void)
{
  for (guint format = 0; format < DERMA_N_FORMATS; format++)
    for (guint side = 1; side <= 65; side += 16) {
      g_auto (DermaTestFrame) test = { 0 };
      g_autoptr (DermaTimings) timings = derma_timings_new (1, 1);
      g_autoptr (GError) error = NULL;

      derma_test_frame_init (&test, format, side, 66 - side);
      g_assert_true (derma_frame_check (&test.frame, &error));
      g_assert_no_error (error);
      g_assert_true (derma_stage_quality (timings, &test, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (timings->rows->len, ==, 1);
      g_assert_cmpstr (g_array_index (timings->rows, DermaTiming, 0).format, ==, derma_format_get_name (format));
    }
}

static void
test_machine (void)
{
  static const struct {
    const gchar *cpuinfo, *board, *name;
  } machines[] = {
    { "processor\t: 0\nmodel\t\t: 85\nmodel name\t: A Processor @ 2 GHz\nflags\t: x\nmodel name\t: B\n", "Board",
      "A Processor @ 2 GHz" },
    { "processor\t: 0\nCPU implementer\t: 0x41\n\nModel\t\t: Raspberry Pi 4 Model B\n",
      "Raspberry Pi 4 Model B Rev 1.4", "Raspberry Pi 4 Model B Rev 1.4" },
    { NULL, "Board", "Board" },
    { "model name\t: A", NULL, "A" },
    { "model name\t: \nflags\t: x", "Board", "Board" },
    { "xmodel name\t: A", NULL, NULL },
    { "model name\t: \xff", "Board", "Board" },
    { NULL, "\xff", NULL },
    { "", "", NULL },
    { NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (machines); i++) {
    g_autofree gchar *name = derma_timing_machine (machines[i].cpuinfo, machines[i].board);

    g_assert_cmpstr (name, ==, machines[i].name);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timing/json", test_json);
  g_test_add_func ("/timing/text", test_text);
  g_test_add_func ("/timing/empty", test_empty);
  g_test_add_func ("/timing/machine", test_machine);
  g_test_add_func ("/timing/frames-of-all-formats", test_frames_of_all_formats);
  return g_test_run ();
}
