/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much a graph may hold in all: the last tensor and the last byte that are allowed, and one more. */
#include "model/model-limits.h"
#include "model/reader.h"

#include <string.h>

static DermaReader
make_reader (DermaIr *ir, GError **error)
{
  return (DermaReader){ .file = "full.onnx", .ir = ir, .error = error };
}

static guint
add_scalar (DermaReader *reader)
{
  gfloat *value = g_new0 (gfloat, 1);

  return derma_reader_add_floats (reader, "w", 1, value);
}

static void
assert_refused (DermaReader *reader)
{
  g_assert_cmpuint (add_scalar (reader), ==, DERMA_NO_TENSOR);
  g_assert_error (*reader->error, DERMA_ERROR, DERMA_ERROR_LIMIT);
  g_assert_cmpstr ((*reader->error)->message, ==, "full.onnx: tensor 'w': too many or too large constants");
}

static void
test_too_many_tensors (void)
{
  g_autoptr (DermaIr) ir = derma_ir_new ();
  g_autoptr (GError) error = NULL;
  DermaReader reader = make_reader (ir, &error);
  guint last = DERMA_NO_TENSOR;

  for (guint i = 0; i < DERMA_LIMIT_TENSORS; i++)
    last = add_scalar (&reader);
  g_assert_no_error (error);
  g_assert_cmpuint (last, ==, DERMA_LIMIT_TENSORS - 1);
  assert_refused (&reader);
  g_assert_cmpuint (ir->tensors->len, ==, DERMA_LIMIT_TENSORS);
}

static void
test_too_large_constants (void)
{
  g_autoptr (DermaIr) ir = derma_ir_new ();
  g_autoptr (GError) error = NULL;
  DermaReader reader = make_reader (ir, &error);

  reader.constant_bytes = DERMA_LIMIT_CONSTANT_BYTES - sizeof (gfloat);
  g_assert_cmpuint (add_scalar (&reader), ==, 0);
  g_assert_no_error (error);
  assert_refused (&reader);
  g_assert_cmpuint (ir->tensors->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reader/too-many-tensors", test_too_many_tensors);
  g_test_add_func ("/reader/too-large-constants", test_too_large_constants);
  return g_test_run ();
}
