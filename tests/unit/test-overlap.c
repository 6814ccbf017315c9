/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/colour-model.h"
#include "tools/overlap.h"

#include <derma/error.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include <png.h>

#define CELLS 4

typedef struct {
  gchar *folder;
  gchar *path;
  DermaMaskGrid *grid;
} Fixture;

/* The colour network with a map of 4 by 4 cells, or without. */
static DermaModel *
make_model (gboolean with_map)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_colour_builder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  DermaModel *model;

  derma_onnx_builder_add_constants (builder, "red=f(1,3,8,8)");
  derma_onnx_builder_add_node (builder, "Conv", "image,red", "map", "strides=[8,8]");
  derma_onnx_builder_add_output (builder, "map", NULL);
  if (with_map)
    derma_onnx_builder_set_metadata (builder, "derma.output.map", "map");
  bytes = derma_onnx_builder_finish (builder);
  model = derma_model_new_from_bytes (bytes, "tiny.onnx", &error);
  g_assert_no_error (error);
  return model;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaModel) model = make_model (TRUE);

  (void)data;
  fixture->folder = g_dir_make_tmp ("derma-overlap-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "mask.png", NULL);
  fixture->grid = derma_mask_grid_new (model, NULL);
  g_assert_nonnull (fixture->grid);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  derma_mask_grid_free (fixture->grid);
}

/* A mask that is white in @lesion. */
static void
write_mask (Fixture *fixture, guint width, guint height, const DermaRect *lesion)
{
  png_image image = { .version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_GRAY };
  g_autofree guint8 *pixels = g_malloc0 (width * height);

  for (gint y = lesion->y; y < lesion->y + lesion->height; y++)
    memset (pixels + y * (gint)width + lesion->x, 255, (gsize)lesion->width);
  g_assert_true (png_image_write_to_file (&image, fixture->path, 0, pixels, 0, NULL));
}

/* Loads the mask of a part of a picture and checks its cells: rows of '#' and '.', those of a part in between as digits
 * of tenths. */
static void
assert_cells (Fixture *fixture, guint width, guint height, const DermaRect *rect, const gchar *expected)
{
  const DermaFrame frame = { .format = DERMA_FORMAT_RGB, .width = width, .height = height };
  g_autoptr (GError) error = NULL;
  const gfloat *cells = derma_mask_grid_load (fixture->grid, fixture->path, &frame, rect, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < CELLS * CELLS; i++) {
    gchar cell = expected[i / CELLS * (CELLS + 1) + i % CELLS];

    g_assert_cmpfloat_with_epsilon (cells[i], cell == '#' ? 1 : cell == '.' ? 0 : (cell - '0') / 10.0, 1e-3);
  }
}

static void
test_cells (Fixture *fixture, gconstpointer data)
{
  (void)data;
  write_mask (fixture, 40, 40, &(DermaRect){ 10, 0, 15, 20 });
  assert_cells (fixture, 40, 40, &(DermaRect){ 0, 0, 40, 40 }, ".#5. .#5. .... ....");
  /* A picture that is larger than its mask, or smaller. */
  assert_cells (fixture, 400, 400, &(DermaRect){ 0, 0, 400, 400 }, ".#5. .#5. .... ....");
  assert_cells (fixture, 20, 20, &(DermaRect){ 0, 0, 20, 20 }, ".#5. .#5. .... ....");
}

/* Only what the network sees counts. */
static void
test_region (Fixture *fixture, gconstpointer data)
{
  (void)data;
  write_mask (fixture, 80, 40, &(DermaRect){ 0, 0, 40, 40 });
  assert_cells (fixture, 80, 40, &(DermaRect){ 20, 0, 40, 40 }, "##.. ##.. ##.. ##..");
  assert_cells (fixture, 160, 80, &(DermaRect){ 40, 0, 80, 80 }, "##.. ##.. ##.. ##..");
  assert_cells (fixture, 80, 40, &(DermaRect){ 0, 0, 80, 40 }, "##.. ##.. ##.. ##..");
  assert_cells (fixture, 80, 40, &(DermaRect){ 40, 0, 40, 40 }, ".... .... .... ....");
}

/* Regions that fall between the pixels of a tiny mask are still in it. */
static void
test_tiny (Fixture *fixture, gconstpointer data)
{
  (void)data;
  write_mask (fixture, 1, 1, &(DermaRect){ 0, 0, 1, 1 });
  assert_cells (fixture, 1000, 1000, &(DermaRect){ 999, 999, 1, 1 }, "#### #### #### ####");
  assert_cells (fixture, 1000, 1000, &(DermaRect){ 300, 300, 10, 10 }, "#### #### #### ####");
  write_mask (fixture, 3, 1, &(DermaRect){ 2, 0, 1, 1 });
  assert_cells (fixture, 16384, 1, &(DermaRect){ 16383, 0, 1, 1 }, "#### #### #### ####");
}

static void
test_bad_masks (Fixture *fixture, gconstpointer data)
{
  const DermaFrame frame = { .format = DERMA_FORMAT_RGB, .width = 40, .height = 40 };
  const DermaRect rect = { 0, 0, 40, 40 };
  static const gchar *const contents[] = { NULL, "", "no picture", "\x89PNG\r\n\x1a\n" };

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (contents); i++) {
    g_autoptr (GError) error = NULL;

    if (contents[i])
      g_assert_true (g_file_set_contents (fixture->path, contents[i], -1, NULL));
    g_assert_null (derma_mask_grid_load (fixture->grid, fixture->path, &frame, &rect, &error));
    g_assert_true (error && error->domain == DERMA_ERROR);
    g_assert_true (g_str_has_prefix (error->message, fixture->path));
  }
}

static void
test_no_map (void)
{
  g_autoptr (DermaModel) model = make_model (FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_mask_grid_new (model, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED);
  g_assert_true (g_str_has_prefix (error->message, "tiny.onnx: "));
}

static void
test_get (void)
{
  static const struct {
    gfloat map[4];
    gfloat mask[4];
    gfloat iou;
  } CASES[] = {
    { { 0.5f, 0.4f, 0.9f, 0 }, { 1, 0, 0.5f, 0.49f }, 1 },
    { { 1, 1, 0, 0 }, { 0, 1, 1, 0 }, 1.0f / 3 },
    { { 1, 1, 1, 1 }, { 0, 0, 0, 1 }, 0.25f },
    { { 1, 1, 0, 0 }, { 0, 0, 1, 1 }, 0 },
    { { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, 1 },
    { { 1, 0, 0, 0 }, { 0, 0, 0, 0 }, 0 },
    { { 0, 0, 0, 0 }, { 1, 0, 0, 0 }, 0 },
    { { NAN, 1, -5, 7 }, { 1, 1, 0, 1 }, 2.0f / 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    g_assert_cmpfloat_with_epsilon (derma_overlap_get (CASES[i].map, CASES[i].mask, 4), CASES[i].iou, 1e-6);
}

static void
test_measure (void)
{
  static const gfloat odd[] = { 0.9f, NAN, 0.2f, 0.5f }, even[] = { 1, 0, 0.25f, 0.75f, NAN, NAN };
  DermaOverlap overlap;

  derma_overlap_measure (odd, 4, &overlap);
  g_assert_cmpuint (overlap.n, ==, 3);
  g_assert_cmpfloat_with_epsilon (overlap.mean, 1.6 / 3, 1e-6);
  g_assert_cmpfloat_with_epsilon (overlap.median, 0.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (overlap.below_half, 1.0 / 3, 1e-6);
  derma_overlap_measure (even, 6, &overlap);
  g_assert_cmpuint (overlap.n, ==, 4);
  g_assert_cmpfloat_with_epsilon (overlap.median, 0.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (overlap.below_half, 0.5, 1e-6);
}

static void
test_measure_nothing (void)
{
  static const gfloat none[] = { NAN, NAN };

  for (guint n = 0; n <= 2; n++) {
    g_autoptr (JsonBuilder) builder = json_builder_new ();
    g_autoptr (JsonNode) root = NULL;
    JsonObject *object;
    DermaOverlap overlap;

    derma_overlap_measure (none, n, &overlap);
    g_assert_true (isnan (overlap.mean) && isnan (overlap.median) && isnan (overlap.below_half));
    json_builder_begin_object (builder);
    derma_overlap_add (&overlap, builder);
    json_builder_end_object (builder);
    root = json_builder_get_root (builder);
    object = json_object_get_object_member (json_node_get_object (root), "map_iou");
    g_assert_cmpint (json_object_get_int_member (object, "n"), ==, 0);
    g_assert_true (json_object_get_null_member (object, "mean"));
    g_assert_true (json_object_get_null_member (object, "below_half"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/overlap/cells", Fixture, NULL, set_up, test_cells, tear_down);
  g_test_add ("/overlap/region", Fixture, NULL, set_up, test_region, tear_down);
  g_test_add ("/overlap/tiny", Fixture, NULL, set_up, test_tiny, tear_down);
  g_test_add ("/overlap/bad-masks", Fixture, NULL, set_up, test_bad_masks, tear_down);
  g_test_add_func ("/overlap/no-map", test_no_map);
  g_test_add_func ("/overlap/get", test_get);
  g_test_add_func ("/overlap/measure", test_measure);
  g_test_add_func ("/overlap/measure/nothing", test_measure_nothing);
  return g_test_run ();
}
