/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/colour-model.h"

#include <derma/classifier.h>
#include <derma/error.h>

#include <math.h>
#include <string.h>

#define SIDE 48

static const DermaRect WHOLE = { 0, 0, SIDE, SIDE };

static DermaModel *
finish (DermaOnnxBuilder *builder)
{
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);
  g_autoptr (GError) error = NULL;
  DermaModel *model = derma_model_new_from_bytes (bytes, "tiny.onnx", &error);

  g_assert_no_error (error);
  return model;
}

static DermaClassifier *
make_classifier (DermaOnnxBuilder *builder)
{
  g_autoptr (DermaOnnxBuilder) owned = builder;
  g_autoptr (DermaModel) model = finish (owned);
  g_autoptr (GError) error = NULL;
  DermaClassifier *classifier = derma_classifier_new (model, 1, &error);

  g_assert_no_error (error);
  return classifier;
}

/* A picture of one colour; @pixels is room for it. */
static DermaFrame
paint (guint8 *pixels, guint8 r, guint8 g, guint8 b)
{
  for (guint i = 0; i < SIDE * SIDE; i++) {
    pixels[3 * i] = r;
    pixels[3 * i + 1] = g;
    pixels[3 * i + 2] = b;
  }
  return (DermaFrame){ .format = DERMA_FORMAT_RGB,
                       .width = SIDE,
                       .height = SIDE,
                       .range = DERMA_RANGE_FULL,
                       .planes = { pixels },
                       .strides = { SIDE * 3 } };
}

static void
test_colours (void)
{
  g_autoptr (DermaClassifier) classifier = make_classifier (derma_test_colour_builder ());
  g_autofree guint8 *pixels = g_malloc (SIDE * SIDE * 3);
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  for (guint c = 0; c < 3; c++) {
    DermaFrame frame = paint (pixels, c == 0 ? 255 : 0, c == 1 ? 255 : 0, c == 2 ? 255 : 0);
    g_autoptr (GError) error = NULL;
    gdouble sum = 0;

    g_assert_true (derma_classifier_classify (classifier, &frame, &WHOLE, 0.5f, &reading, &error));
    for (guint i = 0; i < 3; i++)
      sum += reading.probabilities[i];
    g_assert_cmpfloat_with_epsilon (sum, 1, 1e-6);
    g_assert_cmpuint (reading.top, ==, c);
    g_assert_cmpfloat_with_epsilon (reading.confidence, exp (4) / (exp (4) + 2), 1e-3);
    g_assert_cmpint (reading.flagged, ==, c == 0);
    g_assert_cmpint (reading.state, ==, DERMA_STATE_STABLE);
  }
}

static void
test_grey (void)
{
  g_autoptr (DermaClassifier) classifier = make_classifier (derma_test_colour_builder ());
  g_autofree guint8 *pixels = g_malloc (SIDE * SIDE * 3);
  DermaFrame frame = paint (pixels, 128, 128, 128);
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  reading.pts = 42;
  g_assert_true (derma_classifier_classify (classifier, &frame, &WHOLE, 0.5f, &reading, NULL));
  g_assert_cmpfloat_with_epsilon (reading.confidence, 1.0f / 3, 1e-4f);
  g_assert_cmpint (reading.state, ==, DERMA_STATE_UNCERTAIN);
  g_assert_cmpuint (reading.pts, ==, 42);
}

static void
test_repeat (void)
{
  g_autoptr (DermaClassifier) classifier = make_classifier (derma_test_tiny_builder ("a,b,c"));
  g_autofree guint8 *pixels = g_malloc (SIDE * SIDE * 3);
  DermaFrame frame = paint (pixels, 200, 30, 90);
  g_auto (DermaReading) first = DERMA_READING_INIT;
  g_auto (DermaReading) second = DERMA_READING_INIT;

  g_assert_true (derma_classifier_classify (classifier, &frame, &WHOLE, 0.5f, &first, NULL));
  g_assert_true (derma_classifier_classify (classifier, &frame, &WHOLE, 0.5f, &second, NULL));
  g_assert_cmpmem (first.probabilities, 3 * sizeof (gfloat), second.probabilities, 3 * sizeof (gfloat));
}

static void
assert_refused (DermaClassifier *classifier, const DermaFrame *frame, const DermaRect *rect, gfloat threshold)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GError) error = NULL;

  reading.top = 77;
  reading.latency = 78;
  g_assert_false (derma_classifier_classify (classifier, frame, rect, threshold, &reading, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  g_assert_null (reading.classes);
  g_assert_null (reading.probabilities);
  g_assert_cmpuint (reading.top, ==, 77);
  g_assert_cmpuint (reading.latency, ==, 78);
}

static void
test_refused (void)
{
  static const gfloat thresholds[] = { -0.1f, 1.1f, NAN, INFINITY };
  g_autoptr (DermaClassifier) classifier = make_classifier (derma_test_colour_builder ());
  g_autofree guint8 *pixels = g_malloc (SIDE * SIDE * 3);
  DermaFrame good = paint (pixels, 1, 2, 3), bad = good;

  for (guint i = 0; i < G_N_ELEMENTS (thresholds); i++)
    assert_refused (classifier, &good, &WHOLE, thresholds[i]);
  bad.planes[0] = NULL;
  assert_refused (classifier, &bad, &WHOLE, 0.5f);
  bad = good;
  bad.strides[0] = 3;
  assert_refused (classifier, &bad, &WHOLE, 0.5f);
  bad = good;
  bad.width = 0;
  assert_refused (classifier, &bad, &WHOLE, 0.5f);
  assert_refused (classifier, &good, &(DermaRect){ 1, 0, SIDE, SIDE }, 0.5f);
  assert_refused (classifier, &good, &(DermaRect){ 0, 0, 0, 1 }, 0.5f);
  assert_refused (classifier, &good, &(DermaRect){ -1, 0, 2, 2 }, 0.5f);
}

/* Scores for every pixel are not one a class. */
static void
test_unsupported (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (GError) error = NULL;

  derma_onnx_builder_add_input (builder, "image", "1,3,8,8");
  derma_onnx_builder_add_node (builder, "Relu", "image", "map", NULL);
  derma_onnx_builder_add_output (builder, "map", NULL);
  model = finish (builder);
  g_assert_null (derma_classifier_new (model, 1, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "'map'"));
}

/* A frame is not scaled to more than 4096 a side, however few channels there are. */
static void
test_too_large_inputs (void)
{
  static const struct {
    const gchar *shape;
    gboolean good;
  } inputs[] = { { "1,1,4097,1", FALSE }, { "1,1,1,4097", FALSE }, { "1,1,4096,1", TRUE }, { "1,1,1,4096", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++) {
    g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (DermaModel) model = NULL;
    g_autoptr (DermaClassifier) classifier = NULL;
    g_autoptr (GError) error = NULL;

    derma_onnx_builder_add_input (builder, "image", inputs[i].shape);
    derma_onnx_builder_add_node (builder, "GlobalAveragePool", "image", "scores", NULL);
    derma_onnx_builder_add_output (builder, "scores", NULL);
    bytes = derma_onnx_builder_finish (builder);
    model = derma_model_new_from_bytes (bytes, "large.onnx", &error);
    if (model)
      classifier = derma_classifier_new (model, 1, &error);
    g_assert_true ((classifier != NULL) == inputs[i].good);
    g_assert_true ((error == NULL) == inputs[i].good);
  }
}

static void
test_free_nothing (void)
{
  g_autoptr (DermaClassifier) classifier = make_classifier (derma_test_colour_builder ());

  g_assert_nonnull (derma_classifier_get_model (classifier));
  derma_classifier_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/classifier/colours", test_colours);
  g_test_add_func ("/classifier/grey", test_grey);
  g_test_add_func ("/classifier/repeat", test_repeat);
  g_test_add_func ("/classifier/refused", test_refused);
  g_test_add_func ("/classifier/unsupported", test_unsupported);
  g_test_add_func ("/classifier/too-large-inputs", test_too_large_inputs);
  g_test_add_func ("/classifier/free-nothing", test_free_nothing);
  return g_test_run ();
}
