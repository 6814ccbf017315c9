/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that runs out at any place: an error that says so, never a crash; and sizes out of files that never end the
 * program. */
#include "scarcity.h"
#include "stills.h"
#include "support/onnx-builder.h"

#include "graph/graph-private.h"
#include "graph/memory.h"
#include "tools/labels.h"
#include "tools/npy.h"

#include <derma/classifier.h>
#include <derma/picture.h>
#include <derma/quality.h>
#include <derma/sampler.h>
#include <derma/sidecar.h>
#include <derma/tracker.h>

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Far more than any of the cases needs. */
#define MOST_ALLOCATIONS 100000
/* What GLib is asked for may be as large as the limits of what is not in proportion to a file or a frame. */
#define LARGEST_FATAL (256 * 1024)
#define SIDE 48

/* FALSE with the error set, or TRUE; without a trace in either case. */
typedef gboolean (*Work) (gconstpointer data, GError **error);

typedef struct {
  GBytes *bytes; /* a network */
  DermaModel *model;
  DermaModel *unused; /* the same, of which nothing lives that could be shared */
  DermaGraph *graph;
  DermaClassifier *classifier;
  DermaFrame frame;
  guint8 pixels[SIDE * SIDE * 3];
  gchar *path;
} Fixture;

static void
check_error (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == DERMA_ERROR);
  g_assert_true (error->code == DERMA_ERROR_RUNTIME || error->code == DERMA_ERROR_LIMIT);
  g_assert_true (strstr (error->message, "memory") || strstr (error->message, "Memory"));
  g_assert_null (strchr (error->message, '\n'));
}

/* Each allocation fails once. Returns: how many there were */
static guint
exhaust_in (Work work, gconstpointer data, gboolean onwards)
{
  for (guint nth = 1; nth < MOST_ALLOCATIONS; nth++) {
    g_autoptr (GError) error = NULL;
    ScarcityCount count;
    gboolean ok;

    scarcity_begin (nth, onwards);
    ok = work (data, &error);
    count = scarcity_end ();
    if (count.n_allocations < nth) {
      g_assert_no_error (error);
      g_assert_true (ok);
      return nth - 1;
    }
    /* Some libraries can do without. */
    if (!ok)
      check_error (error);
    else
      g_assert_no_error (error);
  }
  g_assert_not_reached ();
}

static guint
exhaust (Work work, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint n;

  /* What is made once in a process is made here. */
  g_assert_true (work (data, &error));
  exhaust_in (work, data, TRUE);
  n = exhaust_in (work, data, FALSE);
  g_test_message ("%u allocations", n);
  return n;
}

static void
fixture_init (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_tiny_builder ("mel,nv,bkl");
  g_autoptr (GError) error = NULL;

  derma_onnx_builder_set_metadata (builder, "derma.malignant", "mel");
  fixture->bytes = derma_onnx_builder_finish (builder);
  fixture->model = derma_model_new_from_bytes (fixture->bytes, "tiny", &error);
  g_assert_no_error (error);
  fixture->unused = derma_model_new_from_bytes (fixture->bytes, "tiny", &error);
  fixture->graph = derma_graph_new (fixture->model, 1, &error);
  fixture->classifier = derma_classifier_new (fixture->model, 1, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < sizeof fixture->pixels; i++)
    fixture->pixels[i] = (guint8)(i * 7 + i / 5);
  fixture->frame = (DermaFrame){
    .format = DERMA_FORMAT_RGB, .width = SIDE, .height = SIDE, .planes = { fixture->pixels }, .strides = { SIDE * 3 }
  };
  fixture->path = g_build_filename (g_get_tmp_dir (), "derma-allocation-XXXXXX", NULL);
  close (g_mkstemp (fixture->path));
}

static void
fixture_clear (Fixture *fixture, gconstpointer data)
{
  derma_classifier_free (fixture->classifier);
  derma_graph_free (fixture->graph);
  derma_model_unref (fixture->model);
  derma_model_unref (fixture->unused);
  g_bytes_unref (fixture->bytes);
  g_remove (fixture->path);
  g_free (fixture->path);
}

static gboolean
load (gconstpointer data, GError **error)
{
  DermaModel *model = derma_model_new_from_bytes (((const Fixture *)data)->bytes, "tiny", error);

  derma_model_unref (model);
  return model != NULL;
}

static void
test_load (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (exhaust (load, fixture), >, 20);
}

static gboolean
create (gconstpointer data, GError **error)
{
  DermaGraph *graph = derma_graph_new (((const Fixture *)data)->unused, 1, error);

  derma_graph_free (graph);
  return graph != NULL;
}

static void
test_create (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (exhaust (create, fixture), >, 10);
}

static gboolean
classify (gconstpointer data, GError **error)
{
  const Fixture *fixture = data;
  g_autoptr (DermaClassifier) classifier = derma_classifier_new (fixture->unused, 1, error);
  const DermaRect rect = { 0, 0, SIDE, SIDE };
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  return classifier && derma_classifier_classify (classifier, &fixture->frame, &rect, 0.5f, &reading, error);
}

static void
test_classify (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (exhaust (classify, fixture), >, 10);
}

/* One that joins others. */
static gboolean
join (gconstpointer data, GError **error)
{
  const Fixture *fixture = data;
  g_autoptr (DermaGraph) graph = derma_graph_new (fixture->model, 1, error);

  return graph && derma_graph_run (graph, error) && derma_graph_run (fixture->graph, error);
}

static void
test_join (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (exhaust (join, fixture), >, 0);
}

/* More streams than engines, which change hands all the time. */
static void
test_sharing_allocates_nothing (Fixture *fixture, gconstpointer data)
{
  const guint n = derma_fleet_get_most (derma_graph_get_fleet (fixture->graph)) + 1;
  g_autoptr (GPtrArray) graphs = g_ptr_array_new_with_free_func ((GDestroyNotify)derma_graph_free);
  ScarcityCount count;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (graphs, derma_graph_new (fixture->model, 1, NULL));
  scarcity_begin (1, TRUE);
  for (guint i = 0; i < 3 * n; i++)
    g_assert_true (derma_graph_run (g_ptr_array_index (graphs, i % n), NULL));
  count = scarcity_end ();
  g_assert_cmpuint (count.n_allocations, ==, 0);
  g_assert_cmpuint (count.n_fatal, ==, 0);
}

/* Live frames: nothing is allocated at all once it runs. */
static void
test_running_allocates_nothing (Fixture *fixture, gconstpointer data)
{
  const DermaRect rect = { 0, 0, SIDE, SIDE };
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (DermaTracker) tracker = derma_tracker_new ();
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  ScarcityCount count;

  for (guint i = 0; i < 3; i++) {
    scarcity_begin (i == 0 ? 0 : 1, TRUE);
    g_assert_true (derma_graph_run (fixture->graph, NULL));
    g_assert_true (derma_classifier_classify (fixture->classifier, &fixture->frame, &rect, 0.5f, &reading, NULL));
    g_assert_true (derma_quality_meter_measure (meter, &fixture->frame, &rect, &reading.quality, NULL));
    derma_tracker_update (tracker, 1.0f, 0.5f, &reading);
    count = scarcity_end ();
  }
  g_assert_cmpuint (count.n_allocations, ==, 0);
  g_assert_cmpuint (count.n_fatal, ==, 0);
}

static gboolean
load_picture (gconstpointer data, GError **error)
{
  DermaPicture *picture = derma_picture_load (data, error);

  derma_picture_free (picture);
  return picture != NULL;
}

static void
write_still (const Fixture *fixture, StillKind kind, guint width, guint height, gboolean progressive)
{
  const Still still = { kind, width, height, progressive };
  g_autoptr (GBytes) bytes = still_encode (&still);
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  g_assert_true (g_file_set_contents (fixture->path, data, (gssize)size, NULL));
}

static void
test_pictures (Fixture *fixture, gconstpointer data)
{
  static const StillKind kinds[] = { STILL_420, STILL_444, STILL_GREY, STILL_RGB, STILL_PNG_RGB, STILL_PNG_CLEAR };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint progressive = 0; progressive < 2; progressive++) {
      write_still (fixture, kinds[i], 33, 21, progressive);
      g_assert_cmpuint (exhaust (load_picture, fixture->path), >, 3);
    }
}

typedef struct {
  const DermaFrame *frame;
  DermaPictureCoding coding;
} Encoding;

static gboolean
encode (gconstpointer data, GError **error)
{
  const Encoding *encoding = data;
  g_autoptr (GBytes) bytes = derma_picture_encode (encoding->frame, &encoding->coding, error);

  return bytes != NULL;
}

static void
test_encode (Fixture *fixture, gconstpointer data)
{
  for (DermaPictureType type = 0; type < DERMA_N_PICTURE_TYPES; type++) {
    const Encoding encoding = { &fixture->frame, { .type = type, .quality = 80 } };

    g_assert_cmpuint (exhaust (encode, &encoding), >, 3);
  }
}

/* So much beside the picture that what is written outgrows its room, again and again. */
static void
test_encode_much (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) xmp = g_bytes_new_take (g_malloc0 (60000), 60000);
  g_autoptr (GBytes) exif = g_bytes_new_take (g_malloc0 (60000), 60000);

  for (DermaPictureType type = 0; type < DERMA_N_PICTURE_TYPES; type++) {
    const Encoding encoding = { &fixture->frame, { .type = type, .quality = 100, .xmp = xmp, .exif = exif } };

    g_assert_cmpuint (exhaust (encode, &encoding), >, 4);
  }
}

static gboolean
copy (gconstpointer data, GError **error)
{
  g_autoptr (DermaPicture) picture = derma_picture_new (), rgb = NULL;

  if (!derma_picture_assign (picture, data, error))
    return FALSE;
  rgb = derma_picture_new_rgb (data, error);
  return rgb != NULL;
}

static void
test_copy (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (exhaust (copy, &fixture->frame), >=, 2);
}

static gboolean
read_array (gconstpointer path, GError **error)
{
  g_auto (DermaArray) array = { 0 };

  return derma_npy_load (path, &array, error);
}

static void
test_array (Fixture *fixture, gconstpointer data)
{
  gfloat values[6] = { 1, 2, 3 };
  const DermaArray array = { .rank = 2, .dims = { 2, 3 }, .n = 6, .values = values };

  g_assert_true (derma_npy_save (fixture->path, &array, NULL));
  g_assert_cmpuint (exhaust (read_array, fixture->path), >, 0);
}

static gboolean
read_large_model (gconstpointer data, GError **error)
{
  g_autoptr (DermaModel) model = derma_model_new_from_bytes ((GBytes *)data, "large", error);
  g_autoptr (DermaClassifier) classifier = model ? derma_classifier_new (model, 1, error) : NULL;

  return classifier != NULL;
}

/* Megabytes of weights in each of the forms that are rearranged. */
static GBytes *
make_large_model (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autofree gint8 *integers = g_malloc0 (1 << 20);
  const gint8 zero = 0;
  g_autoptr (GBytes) bytes = g_bytes_new_static (integers, 1 << 20), null = g_bytes_new_static (&zero, 1);

  derma_onnx_builder_add_input (builder, "x", "1,3,8,8");
  derma_onnx_builder_add_constants (builder, "w=f(1024,3,8,8) v=f(1024,1024) u=f(1024,1024) s=s0.01 size=i[1024,1024] "
                                             "few=f(2,1024)");
  derma_onnx_builder_add_raw (builder, "q", 3, "1024,1024", bytes);
  derma_onnx_builder_add_raw (builder, "z", 3, "", null);
  derma_onnx_builder_add_node (builder, "Conv", "x,w", "a", NULL);
  derma_onnx_builder_add_node (builder, "Flatten", "a", "b", NULL);
  derma_onnx_builder_add_node (builder, "Gemm", "b,v", "c", "transB=0 alpha=0.5");
  derma_onnx_builder_add_node (builder, "DequantizeLinear", "q,s,z", "d", NULL);
  derma_onnx_builder_add_node (builder, "MatMul", "c,d", "e", NULL);
  derma_onnx_builder_add_node (builder, "ConstantOfShape", "size", "f", NULL);
  derma_onnx_builder_add_node (builder, "Add", "f,u", "g", NULL);
  derma_onnx_builder_add_node (builder, "MatMul", "e,g", "h", NULL);
  derma_onnx_builder_add_node (builder, "Gemm", "h,few", "y", "transB=1");
  derma_onnx_builder_add_output (builder, "y", NULL);
  return derma_onnx_builder_finish (builder);
}

static void
check_sizes (Work work, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  ScarcityCount count;
  gboolean ok;

  scarcity_begin (0, FALSE);
  ok = work (data, &error);
  count = scarcity_end ();
  g_assert_no_error (error);
  g_assert_true (ok);
  g_test_message ("%u allocations, %u by GLib, the largest of these %" G_GSIZE_FORMAT " bytes", count.n_allocations,
                  count.n_fatal, count.largest_fatal);
  g_assert_cmpuint (count.largest_fatal, <=, LARGEST_FATAL);
}

static void
test_large_model (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = make_large_model ();

  check_sizes (read_large_model, bytes);
}

static void
test_large_model_without_memory (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = make_large_model ();

  g_assert_cmpuint (exhaust_in (read_large_model, bytes, FALSE), >, 20);
}

static void
test_large_pictures (Fixture *fixture, gconstpointer data)
{
  static const StillKind kinds[] = { STILL_420, STILL_RGB, STILL_PNG_RGB };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    write_still (fixture, kinds[i], 1200, 900, FALSE);
    check_sizes (load_picture, fixture->path);
  }
}

static void
test_large_frame (Fixture *fixture, gconstpointer data)
{
  g_autofree guint8 *pixels = g_malloc0 (1200 * 900 * 3);
  const DermaFrame frame = {
    .format = DERMA_FORMAT_RGB, .width = 1200, .height = 900, .planes = { pixels }, .strides = { 3600 }
  };
  const Encoding png = { &frame, { .type = DERMA_PICTURE_PNG, .quality = 80 } };
  const Encoding jpeg = { &frame, { .type = DERMA_PICTURE_JPEG, .quality = 100 } };

  for (gsize i = 0; i < 1200 * 900 * 3; i++)
    pixels[i] = (guint8)(i * 2654435761u >> 13);
  check_sizes (copy, &frame);
  check_sizes (encode, &jpeg);
  check_sizes (encode, &png);
}

static void
test_large_array (Fixture *fixture, gconstpointer data)
{
  const DermaArray array = { .rank = 1, .dims = { 1 << 20 }, .n = 1 << 20, .values = g_new0 (gfloat, 1 << 20) };

  g_assert_true (derma_npy_save (fixture->path, &array, NULL));
  g_free (array.values);
  check_sizes (read_array, fixture->path);
}

/* XNNPACK's small needs come out of the reserve, and it is told afterwards that they did. */
static void
test_reserve (void)
{
  const struct xnn_allocator *a = &derma_memory;
  guint8 *first, *second, *none;

  g_assert_true (derma_memory_reserve (1000));
  g_assert_false (derma_memory_has_failed ());
  scarcity_begin (1, TRUE);
  first = a->allocate (a->context, 100);
  second = a->aligned_allocate (a->context, 64, 200);
  none = a->allocate (a->context, 800);
  scarcity_end ();
  g_assert_nonnull (first);
  g_assert_nonnull (second);
  g_assert_cmpuint (GPOINTER_TO_SIZE (second) % 64, ==, 0);
  g_assert_cmpuint (GPOINTER_TO_SIZE (second), >=, GPOINTER_TO_SIZE (first) + 100);
  g_assert_null (none);
  g_assert_true (derma_memory_has_failed ());
  memset (first, 1, 100);
  memset (second, 2, 200);
  g_assert_cmpuint (first[99], ==, 1);
  a->deallocate (a->context, first);
  a->aligned_deallocate (a->context, second);
  derma_memory_release ();
}

static void
test_reserve_grows (void)
{
  const struct xnn_allocator *a = &derma_memory;
  guint8 *piece, *grown, *outside;

  g_assert_true (derma_memory_reserve (1000));
  outside = a->allocate (a->context, 10);
  g_assert_false (derma_memory_has_failed ());
  scarcity_begin (1, TRUE);
  piece = a->reallocate (a->context, NULL, 10);
  memset (piece, 7, 10);
  grown = a->reallocate (a->context, piece, 50);
  g_assert_null (a->reallocate (a->context, outside, 100));
  scarcity_end ();
  g_assert_nonnull (grown);
  g_assert_cmpuint (grown[9], ==, 7);
  a->deallocate (a->context, outside);
  derma_memory_release ();
}

/* Without a reserve, as where another thread of ours makes nothing. */
static void
test_no_reserve (void)
{
  const struct xnn_allocator *a = &derma_memory;
  gpointer piece = a->allocate (a->context, 10);

  g_assert_nonnull (piece);
  scarcity_begin (1, TRUE);
  g_assert_null (a->allocate (a->context, 10));
  g_assert_null (a->aligned_allocate (a->context, 16, 10));
  g_assert_false (derma_memory_reserve (100));
  scarcity_end ();
  a->deallocate (a->context, piece);
  derma_memory_release ();
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, fixture_init, test, fixture_clear)

int
main (int argc, char **argv)
{
  if (g_getenv ("DERMA_UNDER")) {
    g_print ("1..0 # SKIP malloc() is another's here\n");
    return 0;
  }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/allocation/reserve/small-needs", test_reserve);
  g_test_add_func ("/allocation/reserve/grows", test_reserve_grows);
  g_test_add_func ("/allocation/reserve/none", test_no_reserve);
  ADD ("/allocation/load", test_load);
  ADD ("/allocation/create", test_create);
  ADD ("/allocation/classify", test_classify);
  ADD ("/allocation/join", test_join);
  ADD ("/allocation/sharing-allocates-nothing", test_sharing_allocates_nothing);
  ADD ("/allocation/running-allocates-nothing", test_running_allocates_nothing);
  ADD ("/allocation/pictures", test_pictures);
  ADD ("/allocation/encode", test_encode);
  ADD ("/allocation/encode-much", test_encode_much);
  ADD ("/allocation/copy", test_copy);
  ADD ("/allocation/array", test_array);
  ADD ("/allocation/large/model", test_large_model);
  ADD ("/allocation/large/model-without-memory", test_large_model_without_memory);
  ADD ("/allocation/large/pictures", test_large_pictures);
  ADD ("/allocation/large/frame", test_large_frame);
  ADD ("/allocation/large/array", test_large_array);
  return g_test_run ();
}
