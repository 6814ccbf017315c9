/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/colour-model.h"
#include "tools/sweep.h"

#include <derma/error.h>
#include <derma/reading.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include <png.h>

#define SIDE DERMA_TEST_COLOUR_SIDE
#define N 6

/* Pictures that are red, green and blue in turn and masks that are white in their left half. */
typedef struct {
  gchar *folder;
  DermaModel *model;
  DermaLabels labels;
} Fixture;

/* The colour network with a map that is how red each cell is, and its mean as typicality. */
static DermaModel *
make_model (gboolean looks)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_colour_builder ();
  gfloat red[3 * 64] = { 0 };
  g_autoptr (GBytes) weights = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  DermaModel *model;

  for (guint i = 0; i < 64; i++)
    red[i] = 1.0f / 64;
  weights = g_bytes_new (red, sizeof red);
  derma_onnx_builder_add_raw (builder, "red", 1, "1,3,8,8", weights);
  derma_onnx_builder_add_node (builder, "Conv", "image,red", "map", "strides=[8,8]");
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "map", "typical", NULL);
  derma_onnx_builder_add_output (builder, "map", NULL);
  derma_onnx_builder_add_output (builder, "typical", NULL);
  if (looks) {
    derma_onnx_builder_set_metadata (builder, "derma.output.map", "map");
    derma_onnx_builder_set_metadata (builder, "derma.output.typicality", "typical");
  }
  bytes = derma_onnx_builder_finish (builder);
  model = derma_model_new_from_bytes (bytes, "tiny.onnx", &error);
  g_assert_no_error (error);
  return model;
}

static gchar *
write_picture (Fixture *fixture, const gchar *name, guint colour, guint width)
{
  png_image image = { .version = PNG_IMAGE_VERSION, .width = SIDE, .height = SIDE, .format = PNG_FORMAT_RGB };
  g_autofree guint8 *pixels = g_malloc0 (SIDE * SIDE * 3);
  gchar *path = g_build_filename (fixture->folder, name, NULL);

  for (guint i = 0; i < SIDE * SIDE; i++)
    for (guint c = 0; c < 3; c++)
      pixels[3 * i + c] = i % SIDE < width && (colour == 3 || c == colour) ? 255 : 0;
  g_assert_true (png_image_write_to_file (&image, path, 0, pixels, 0, NULL));
  return path;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void)data;
  fixture->folder = g_dir_make_tmp ("derma-sweep-XXXXXX", NULL);
  fixture->model = make_model (TRUE);
  fixture->labels.source = (gchar *)"t.csv";
  fixture->labels.samples = g_ptr_array_new_with_free_func (derma_sample_free);
  for (guint i = 0; i < N; i++) {
    DermaSample *sample = g_new0 (DermaSample, 1);
    g_autofree gchar *name = g_strdup_printf ("%u.png", i), *mask = g_strdup_printf ("mask%u.png", i);

    sample->path = write_picture (fixture, name, i % 3, SIDE);
    sample->mask = i < 4 ? write_picture (fixture, mask, 3, SIDE / 2) : NULL;
    sample->truth = i % 3;
    sample->line = i + 2;
    g_ptr_array_add (fixture->labels.samples, sample);
  }
}

static DermaSample *
get_sample (Fixture *fixture, guint i)
{
  return g_ptr_array_index (fixture->labels.samples, i);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  for (guint i = 0; i < N; i++) {
    g_unlink (get_sample (fixture, i)->path);
    if (get_sample (fixture, i)->mask)
      g_unlink (get_sample (fixture, i)->mask);
  }
  g_ptr_array_unref (fixture->labels.samples);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  derma_model_unref (fixture->model);
}

static DermaSweep *
run (Fixture *fixture, const DermaSweepOptions *options)
{
  g_autoptr (GError) error = NULL;
  DermaSweep *sweep = derma_sweep_run (fixture->model, &fixture->labels, options, &error);

  g_assert_no_error (error);
  return sweep;
}

static void
test_plain (Fixture *fixture, gconstpointer data)
{
  const DermaSweepOptions options = { .threads = 1 };
  g_autoptr (DermaSweep) sweep = run (fixture, &options);

  (void)data;
  g_assert_cmpuint (sweep->n, ==, N);
  g_assert_cmpuint (sweep->n_classes, ==, 3);
  g_assert_cmpuint (sweep->n_bad, ==, 0);
  g_assert_null (sweep->disturbed);
  g_assert_false (sweep->masks);
  for (guint i = 0; i < N; i++) {
    g_assert_cmpuint (sweep->samples[i], ==, i);
    g_assert_cmpuint (sweep->truth[i], ==, i % 3);
    g_assert_cmpfloat (sweep->probabilities[3 * i + i % 3], >, 0.9);
    g_assert_cmpfloat_with_epsilon (sweep->looks[i].typicality, i % 3 == 0 ? 1 : 0, 1e-3);
    g_assert_cmpint (sweep->looks[i].refused, ==, i % 3 != 0);
    g_assert_true (isnan (sweep->looks[i].iou));
  }
}

/* A red picture's map is full, so that half of it is in the mask; another one's is empty. */
static void
test_masks (Fixture *fixture, gconstpointer data)
{
  static const gfloat ious[N] = { 0.5f, 0, 0, 0.5f, NAN, NAN };
  const DermaSweepOptions options = { .threads = 2, .masks = TRUE, .disturb = TRUE };
  g_autoptr (DermaSweep) sweep = run (fixture, &options);

  (void)data;
  g_assert_true (sweep->masks);
  for (guint i = 0; i < N; i++) {
    if (isnan (ious[i]))
      g_assert_true (isnan (sweep->looks[i].iou));
    else
      g_assert_cmpfloat (sweep->looks[i].iou, ==, ious[i]);
  }
}

static void
test_disturbed (Fixture *fixture, gconstpointer data)
{
  const DermaSweepOptions one = { .threads = 1, .disturb = TRUE }, many = { .threads = 5, .disturb = TRUE };
  g_autoptr (DermaSweep) first = run (fixture, &one);
  g_autoptr (DermaSweep) second = run (fixture, &many);

  (void)data;
  for (guint i = 0; i < N; i++)
    for (guint d = 0; d < DERMA_N_DISTURBANCES; d++)
      g_assert_cmpuint (first->disturbed[i * DERMA_N_DISTURBANCES + d], ==, i % 3);
  g_assert_cmpmem (first->disturbed, N * DERMA_N_DISTURBANCES * sizeof (guint), second->disturbed,
                   N * DERMA_N_DISTURBANCES * sizeof (guint));
}

/* What follows a picture that cannot be read keeps its own readings. */
static void
test_skip_bad (Fixture *fixture, gconstpointer data)
{
  static const guint kept[] = { 2, 3, 5 };
  const DermaSweepOptions options = { .threads = 1, .skip_bad = TRUE, .masks = TRUE, .disturb = TRUE };
  g_autoptr (DermaSweep) sweep = NULL;

  (void)data;
  g_unlink (get_sample (fixture, 0)->path);
  g_assert_true (g_file_set_contents (get_sample (fixture, 1)->mask, "no mask", -1, NULL));
  g_assert_true (g_file_set_contents (get_sample (fixture, 4)->path, "no picture", -1, NULL));
  sweep = run (fixture, &options);
  g_assert_cmpuint (sweep->n, ==, 3);
  g_assert_cmpuint (sweep->n_bad, ==, 3);
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpuint (sweep->samples[i], ==, kept[i]);
    g_assert_cmpuint (sweep->truth[i], ==, kept[i] % 3);
    g_assert_cmpfloat (sweep->probabilities[3 * i + kept[i] % 3], >, 0.9);
    g_assert_cmpuint (sweep->disturbed[i * DERMA_N_DISTURBANCES + DERMA_DISTURB_YUY2], ==, kept[i] % 3);
    g_assert_cmpint (sweep->looks[i].refused, ==, kept[i] % 3 != 0);
  }
  g_assert_cmpfloat (sweep->looks[1].iou, ==, 0.5f);
}

static void
assert_fails (Fixture *fixture, const DermaSweepOptions *options, const gchar *beginning)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_sweep_run (fixture->model, &fixture->labels, options, &error));
  g_assert_true (error && error->domain == DERMA_ERROR);
  g_assert_true (g_str_has_prefix (error->message, beginning));
}

/* Of two bad pictures the first is named, and the table only where there is one. */
static void
test_bad_pictures (Fixture *fixture, gconstpointer data)
{
  const DermaSweepOptions options = { .threads = 3 };
  g_autofree gchar *with_table = g_strdup_printf ("t.csv: record 4: %s: ", get_sample (fixture, 2)->path);

  (void)data;
  g_unlink (get_sample (fixture, 2)->path);
  g_unlink (get_sample (fixture, 5)->path);
  assert_fails (fixture, &options, with_table);
  get_sample (fixture, 2)->line = 0;
  assert_fails (fixture, &options, get_sample (fixture, 2)->path);
}

static void
test_bad_masks (Fixture *fixture, gconstpointer data)
{
  const DermaSweepOptions plain = { .threads = 1 }, masks = { .threads = 1, .masks = TRUE };
  g_autofree gchar *beginning = g_strdup_printf ("t.csv: record 5: %s: ", get_sample (fixture, 3)->mask);
  g_autoptr (DermaSweep) sweep = NULL;

  (void)data;
  g_unlink (get_sample (fixture, 3)->mask);
  assert_fails (fixture, &masks, beginning);
  sweep = run (fixture, &plain);
  g_assert_cmpuint (sweep->n, ==, N);
}

static void
test_nothing_read (Fixture *fixture, gconstpointer data)
{
  const DermaSweepOptions options = { .threads = 2, .skip_bad = TRUE };

  (void)data;
  for (guint i = 0; i < N; i++)
    g_unlink (get_sample (fixture, i)->path);
  assert_fails (fixture, &options, "t.csv: none of its 6 pictures");
}

/* A network without them: nothing is refused, and masks are of no use. */
static void
test_no_looks (Fixture *fixture, gconstpointer data)
{
  const DermaSweepOptions plain = { .threads = 1 }, masks = { .threads = 1, .masks = TRUE, .skip_bad = TRUE };
  g_autoptr (DermaSweep) sweep = NULL;

  (void)data;
  derma_model_unref (fixture->model);
  fixture->model = make_model (FALSE);
  assert_fails (fixture, &masks, "tiny.onnx: has no lesion map");
  sweep = run (fixture, &plain);
  for (guint i = 0; i < N; i++) {
    g_assert_cmpfloat (sweep->looks[i].typicality, ==, DERMA_UNMEASURED);
    g_assert_false (sweep->looks[i].refused);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/sweep/plain", Fixture, NULL, set_up, test_plain, tear_down);
  g_test_add ("/sweep/masks", Fixture, NULL, set_up, test_masks, tear_down);
  g_test_add ("/sweep/disturbed", Fixture, NULL, set_up, test_disturbed, tear_down);
  g_test_add ("/sweep/skip-bad", Fixture, NULL, set_up, test_skip_bad, tear_down);
  g_test_add ("/sweep/bad-pictures", Fixture, NULL, set_up, test_bad_pictures, tear_down);
  g_test_add ("/sweep/bad-masks", Fixture, NULL, set_up, test_bad_masks, tear_down);
  g_test_add ("/sweep/nothing-read", Fixture, NULL, set_up, test_nothing_read, tear_down);
  g_test_add ("/sweep/no-looks", Fixture, NULL, set_up, test_no_looks, tear_down);
  return g_test_run ();
}
