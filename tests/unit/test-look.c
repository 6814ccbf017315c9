/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a classifier makes of a network's lesion map and typicality. */
#include "support/colour-model.h"

#include <derma/classifier.h>
#include <derma/error.h>

#include <string.h>

#define SIDE DERMA_TEST_COLOUR_SIDE
#define CELLS (SIDE / 8)

static const DermaRect WHOLE = { 0, 0, SIDE, SIDE };

/* The colour network with a map that is how red each cell is, -1..1, and its mean as typicality. */
static DermaOnnxBuilder *
make_builder (void)
{
  DermaOnnxBuilder *builder = derma_test_colour_builder ();
  gfloat red[3 * 64] = { 0 };
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < 64; i++)
    red[i] = 1.0f / 64;
  bytes = g_bytes_new (red, sizeof red);
  derma_onnx_builder_add_raw (builder, "red", 1, "1,3,8,8", bytes);
  derma_onnx_builder_add_node (builder, "Conv", "image,red", "map", "strides=[8,8]");
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "map", "typical", NULL);
  derma_onnx_builder_add_output (builder, "map", NULL);
  derma_onnx_builder_add_output (builder, "typical", NULL);
  return builder;
}

static DermaClassifier *
make_classifier (DermaOnnxBuilder *builder)
{
  g_autoptr (DermaOnnxBuilder) owned = builder;
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (owned);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, "tiny.onnx", &error);
  DermaClassifier *classifier;

  g_assert_no_error (error);
  classifier = derma_classifier_new (model, 1, &error);
  g_assert_no_error (error);
  return classifier;
}

/* Black with a red rectangle of whole cells. */
static void
paint (guint8 *pixels, const DermaRect *cells)
{
  memset (pixels, 0, SIDE * SIDE * 3);
  for (gint y = cells->y * 8; y < (cells->y + cells->height) * 8; y++)
    for (gint x = cells->x * 8; x < (cells->x + cells->width) * 8; x++)
      pixels[(y * SIDE + x) * 3] = 255;
}

static void
read_cells (DermaClassifier *classifier, const DermaRect *cells, DermaReading *reading)
{
  g_autofree guint8 *pixels = g_malloc (SIDE * SIDE * 3);
  g_autoptr (GError) error = NULL;
  const DermaFrame frame = { .format = DERMA_FORMAT_RGB,
                             .width = SIDE,
                             .height = SIDE,
                             .range = DERMA_RANGE_FULL,
                             .planes = { pixels },
                             .strides = { SIDE * 3 } };

  paint (pixels, cells);
  g_assert_true (derma_classifier_classify (classifier, &frame, &WHOLE, 0, reading, &error));
  g_assert_no_error (error);
}

static void
test_map (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_builder ();
  g_autoptr (DermaClassifier) classifier = NULL;
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  guint width, height;

  derma_onnx_builder_set_metadata (builder, "derma.output.map", "map");
  classifier = make_classifier (g_steal_pointer (&builder));
  read_cells (classifier, &(DermaRect){ 1, 0, 1, 2 }, &reading);
  g_assert_cmpint (reading.state, ==, DERMA_STATE_STABLE);
  g_assert_cmpfloat (reading.typicality, ==, DERMA_UNMEASURED);
  g_assert_cmpfloat_with_epsilon (reading.region.x, 1.0 / CELLS, 1e-6);
  g_assert_cmpfloat_with_epsilon (reading.region.y, 0, 1e-6);
  g_assert_cmpfloat_with_epsilon (reading.region.width, 1.0 / CELLS, 1e-6);
  g_assert_cmpfloat_with_epsilon (reading.region.height, 2.0 / CELLS, 1e-6);
  g_assert_nonnull (derma_classifier_get_map (classifier, &width, &height));
  g_assert_cmpuint (width, ==, CELLS);
  g_assert_cmpuint (height, ==, CELLS);
  read_cells (classifier, &(DermaRect){ 0, 0, 0, 0 }, &reading);
  g_assert_cmpint (reading.state, ==, DERMA_STATE_NO_LESION);
  g_assert_cmpfloat (reading.region.width, ==, 0);
}

static void
test_typicality (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_builder ();
  g_autoptr (DermaClassifier) classifier = NULL;
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  derma_onnx_builder_set_metadata (builder, "derma.output.typicality", "typical");
  derma_onnx_builder_set_metadata (builder, "derma.typicality.threshold", "0.9");
  classifier = make_classifier (g_steal_pointer (&builder));
  read_cells (classifier, &(DermaRect){ 0, 0, CELLS, CELLS }, &reading);
  g_assert_cmpfloat_with_epsilon (reading.typicality, 1, 1e-3);
  g_assert_cmpint (reading.state, ==, DERMA_STATE_STABLE);
  /* Below 0: as unlike as it can be, and not "not measured". */
  read_cells (classifier, &(DermaRect){ 0, 0, 0, 0 }, &reading);
  g_assert_cmpfloat (reading.typicality, ==, 0);
  g_assert_cmpint (reading.state, ==, DERMA_STATE_NO_LESION);
}

/* The map may be the first of the outputs. */
static void
test_map_first (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (DermaClassifier) classifier = NULL;
  guint width, height;

  derma_onnx_builder_add_input (builder, "x", "1,3,6,4");
  derma_onnx_builder_add_constants (builder, "w=f(1,3,1,1)");
  derma_onnx_builder_add_node (builder, "Conv", "x,w", "map", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "scores", NULL);
  derma_onnx_builder_add_output (builder, "map", NULL);
  derma_onnx_builder_add_output (builder, "scores", NULL);
  derma_onnx_builder_set_metadata (builder, "derma.output.scores", "scores");
  derma_onnx_builder_set_metadata (builder, "derma.output.map", "map");
  classifier = make_classifier (g_steal_pointer (&builder));
  g_assert_nonnull (derma_classifier_get_map (classifier, &width, &height));
  g_assert_cmpuint (width, ==, 4);
  g_assert_cmpuint (height, ==, 6);
}

/* A network that says nothing of either: nothing is claimed, and what an earlier network said is gone. */
static void
test_neither (void)
{
  g_autoptr (DermaClassifier) classifier = make_classifier (make_builder ());
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  guint width = 9, height = 9;

  reading.typicality = 0.1f;
  reading.region = (DermaBox){ 0.1f, 0.1f, 0.1f, 0.1f };
  read_cells (classifier, &(DermaRect){ 0, 0, 0, 0 }, &reading);
  g_assert_cmpint (reading.state, ==, DERMA_STATE_STABLE);
  g_assert_cmpfloat (reading.typicality, ==, DERMA_UNMEASURED);
  g_assert_cmpfloat (reading.region.width, ==, 0);
  g_assert_null (derma_classifier_get_map (classifier, &width, &height));
  g_assert_cmpuint (width, ==, 0);
  g_assert_cmpuint (height, ==, 0);
}

static void
assert_refused (const gchar *key, const gchar *output, const gchar *text)
{
  g_autoptr (DermaOnnxBuilder) builder = make_builder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DermaModel) model = NULL;

  derma_onnx_builder_set_metadata (builder, key, output);
  bytes = derma_onnx_builder_finish (builder);
  model = derma_model_new_from_bytes (bytes, "tiny.onnx", &error);
  g_assert_null (model);
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_refused (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  assert_refused ("derma.output.typicality", "map", "is not one number");
  assert_refused ("derma.output.typicality", "scores", "is not one number");
  assert_refused ("derma.output.map", "scores", "is not a map");
  derma_onnx_builder_add_input (builder, "x", "1,3,65,65");
  derma_onnx_builder_add_constants (builder, "w=f(1,3,1,1)");
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "scores", NULL);
  derma_onnx_builder_add_node (builder, "Conv", "x,w", "map", NULL);
  derma_onnx_builder_add_output (builder, "scores", NULL);
  derma_onnx_builder_add_output (builder, "map", NULL);
  derma_onnx_builder_set_metadata (builder, "derma.output.map", "map");
  bytes = derma_onnx_builder_finish (builder);
  g_assert_null (derma_model_new_from_bytes (bytes, "tiny.onnx", &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "at most 64 by 64"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/look/map", test_map);
  g_test_add_func ("/look/map-first", test_map_first);
  g_test_add_func ("/look/typicality", test_typicality);
  g_test_add_func ("/look/neither", test_neither);
  g_test_add_func ("/look/refused", test_refused);
  return g_test_run ();
}
