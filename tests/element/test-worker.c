/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "worker.h"

#include "elementtest.h"

#include <derma/error.h>

#define SIDE 32

typedef struct {
  DermaWorker *worker;
  DermaClassifier *classifier;
  DermaReading reading;
  guint8 pixels[SIDE * SIDE * 3];
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = element_test_model ("worker.onnx", "mel,nv", NULL);
  g_autoptr (DermaModel) model = derma_model_load (path, &error);

  g_assert_no_error (error);
  f->classifier = derma_classifier_new (model, 1, &error);
  g_assert_no_error (error);
  f->worker = derma_worker_new (&error);
  g_assert_no_error (error);
  f->reading = (DermaReading)DERMA_READING_INIT;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  derma_worker_free (f->worker);
  derma_classifier_free (f->classifier);
  derma_reading_clear (&f->reading);
}

static void
submit (Fixture *f, GstClockTime pts)
{
  const DermaRect whole = { 0, 0, SIDE, SIDE };
  const DermaFrame frame = { .format = DERMA_FORMAT_RGB,
                             .width = SIDE,
                             .height = SIDE,
                             .range = DERMA_RANGE_FULL,
                             .planes = { f->pixels },
                             .strides = { SIDE * 3 } };
  g_autoptr (GError) error = NULL;

  g_assert_true (derma_classifier_prepare (f->classifier, &frame, &whole, &error));
  derma_worker_submit (f->worker, f->classifier, 0.5f, pts);
}

static void
test_reads (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 50; i++) {
    g_assert_true (derma_worker_is_idle (f->worker));
    submit (f, i);
    derma_worker_drain (f->worker);
    g_assert_false (derma_worker_is_idle (f->worker));
    g_assert_cmpint (derma_worker_collect (f->worker, &f->reading, &error), ==, DERMA_WORKER_READING);
    g_assert_no_error (error);
    g_assert_cmpuint (f->reading.pts, ==, i);
    g_assert_cmpuint (f->reading.classes->n, ==, 2);
    g_assert_cmpuint (f->reading.latency, >, 0);
  }
}

/* The same as without a thread. */
static void
test_same (Fixture *f, gconstpointer data)
{
  g_auto (DermaReading) direct = DERMA_READING_INIT;

  for (guint i = 0; i < sizeof f->pixels; i++)
    f->pixels[i] = (guint8)(i * 7);
  submit (f, 0);
  derma_worker_drain (f->worker);
  g_assert_cmpint (derma_worker_collect (f->worker, &f->reading, NULL), ==, DERMA_WORKER_READING);
  g_assert_true (derma_classifier_finish (f->classifier, 0.5f, &direct, NULL));
  g_assert_cmpmem (direct.probabilities, 2 * sizeof (gfloat), f->reading.probabilities, 2 * sizeof (gfloat));
}

static void
test_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (derma_worker_collect (f->worker, &f->reading, &error), ==, DERMA_WORKER_NOTHING);
  derma_worker_drain (f->worker);
  derma_worker_discard (f->worker);
  derma_worker_discard (f->worker);
  g_assert_true (derma_worker_is_idle (f->worker));
  g_assert_null (f->reading.classes);
  derma_worker_free (NULL);
}

/* Discarded while at work, or when it has just finished: either way nothing comes of it. */
static void
test_discard (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 50; i++) {
    submit (f, i);
    if (i % 2 == 0)
      derma_worker_drain (f->worker);
    derma_worker_discard (f->worker);
    derma_worker_drain (f->worker);
    g_assert_true (derma_worker_is_idle (f->worker));
    g_assert_cmpint (derma_worker_collect (f->worker, &f->reading, NULL), ==, DERMA_WORKER_NOTHING);
  }
  submit (f, 99);
  derma_worker_drain (f->worker);
  g_assert_cmpint (derma_worker_collect (f->worker, &f->reading, NULL), ==, DERMA_WORKER_READING);
  g_assert_cmpuint (f->reading.pts, ==, 99);
}

/* What goes wrong is told once, and the next frame is read. */
static void
test_failure (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  submit (f, 0);
  derma_worker_drain (f->worker);
  derma_worker_discard (f->worker);
  derma_worker_submit (f->worker, f->classifier, 7.0f, 1);
  derma_worker_drain (f->worker);
  g_assert_cmpint (derma_worker_collect (f->worker, &f->reading, &error), ==, DERMA_WORKER_FAILED);
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  g_assert_null (f->reading.classes);
  g_assert_cmpint (derma_worker_collect (f->worker, &f->reading, NULL), ==, DERMA_WORKER_NOTHING);
  submit (f, 2);
  derma_worker_drain (f->worker);
  g_assert_cmpint (derma_worker_collect (f->worker, &f->reading, NULL), ==, DERMA_WORKER_READING);
}

/* A failure that nobody asks for is not kept. */
static void
test_discarded_failure (Fixture *f, gconstpointer data)
{
  submit (f, 0);
  derma_worker_drain (f->worker);
  derma_worker_discard (f->worker);
  for (guint i = 0; i < 20; i++) {
    derma_worker_submit (f->worker, f->classifier, -1.0f, i);
    derma_worker_discard (f->worker);
    derma_worker_drain (f->worker);
    g_assert_true (derma_worker_is_idle (f->worker));
  }
}

/* Freed while at work. */
static void
test_free_at_work (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 20; i++) {
    submit (f, i);
    derma_worker_free (f->worker);
    f->worker = derma_worker_new (NULL);
    g_assert_nonnull (f->worker);
  }
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*run) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/worker/reads", test_reads },
    { "/worker/same", test_same },
    { "/worker/nothing", test_nothing },
    { "/worker/discard", test_discard },
    { "/worker/failure", test_failure },
    { "/worker/discarded-failure", test_discarded_failure },
    { "/worker/free-at-work", test_free_at_work },
  };

  element_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return element_test_run ();
}
