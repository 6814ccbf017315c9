/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which network is read with if names are set while one is being loaded. */
#include "modelslot.h"

#include "elementtest.h"

typedef struct {
  GstHarness *harness; /* of an element that lends its lock and its bus */
  DermaModelSlot slot;
  gchar *paths[2];
  const gchar *meanwhile[4]; /* set while the first is loaded, the second, ... */
  gboolean stops;            /* while one is loaded */
  guint n_loaded;
} Fixture;

static Fixture *running;

DermaNetwork *__real_derma_network_load (const gchar *path, const gchar *sha256, guint threads, GError **error);
DermaNetwork *__wrap_derma_network_load (const gchar *path, const gchar *sha256, guint threads, GError **error);

/* Called in the place of derma_network_load(): what another thread does meanwhile is done first. */
DermaNetwork *
__wrap_derma_network_load (const gchar *path, const gchar *sha256, guint threads, GError **error)
{
  const guint i = running->n_loaded++;

  g_assert_cmpuint (i, <, G_N_ELEMENTS (running->meanwhile));
  if (running->stops)
    running->slot.started = FALSE;
  if (running->meanwhile[i])
    derma_modelslot_set (&running->slot, running->harness->element, running->meanwhile[i], 1);
  return __real_derma_network_load (path, sha256, threads, error);
}

static void
set_up (Fixture *fixture)
{
  *fixture = (Fixture){ .harness = element_test_harness ("identity") };
  fixture->paths[0] = element_test_model ("a.onnx", TEST_LABELS, NULL);
  fixture->paths[1] = element_test_model ("b.onnx", TEST_LABELS, NULL);
  running = fixture;
}

static void
tear_down (Fixture *fixture)
{
  g_assert_null (element_test_message (fixture->harness, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING));
  derma_modelslot_clear (&fixture->slot);
  element_test_free (fixture->harness);
  g_free (fixture->paths[0]);
  g_free (fixture->paths[1]);
  running = NULL;
}

static void
set (Fixture *fixture, const gchar *path)
{
  derma_modelslot_set (&fixture->slot, fixture->harness->element, path, 1);
}

static DermaNetwork *
start (Fixture *fixture)
{
  return derma_modelslot_start (&fixture->slot, fixture->harness->element, 1);
}

/* It reads with @path and says so, having loaded that many. */
static void
starts_with (Fixture *fixture, const gchar *path, guint n_loaded)
{
  g_autoptr (DermaNetwork) network = start (fixture);

  g_assert_nonnull (network);
  g_assert_cmpstr (network->path, ==, path);
  g_assert_cmpuint (fixture->n_loaded, ==, n_loaded);
  g_assert_true (fixture->slot.started);
  g_assert_null (fixture->slot.pending);
}

static void
test_start (void)
{
  Fixture fixture;

  set_up (&fixture);
  set (&fixture, fixture.paths[0]);
  g_assert_cmpuint (fixture.n_loaded, ==, 0);
  starts_with (&fixture, fixture.paths[0], 1);
  tear_down (&fixture);
}

static void
test_set_meanwhile (void)
{
  Fixture fixture;

  set_up (&fixture);
  set (&fixture, fixture.paths[0]);
  fixture.meanwhile[0] = fixture.paths[1];
  starts_with (&fixture, fixture.paths[1], 2);
  g_assert_cmpstr (fixture.slot.model, ==, fixture.paths[1]);
  tear_down (&fixture);
}

static void
test_set_twice (void)
{
  Fixture fixture;

  set_up (&fixture);
  set (&fixture, fixture.paths[0]);
  fixture.meanwhile[0] = fixture.paths[1];
  fixture.meanwhile[1] = fixture.paths[0];
  starts_with (&fixture, fixture.paths[0], 3);
  tear_down (&fixture);
}

/* To what it is. */
static void
test_set_to_the_same (void)
{
  g_autofree gchar *shipped = element_test_path ("dermaclassify.onnx");
  Fixture fixture;

  set_up (&fixture);
  set (&fixture, fixture.paths[0]);
  fixture.meanwhile[0] = fixture.paths[0];
  starts_with (&fixture, fixture.paths[0], 1);
  fixture.slot.started = FALSE;
  set (&fixture, NULL);
  fixture.meanwhile[1] = "";
  starts_with (&fixture, shipped, 2);
  tear_down (&fixture);
}

static void
test_missing_meanwhile (void)
{
  Fixture fixture;

  set_up (&fixture);
  set (&fixture, fixture.paths[0]);
  fixture.meanwhile[0] = "/nowhere/c.onnx";
  g_assert_null (start (&fixture));
  g_assert_false (fixture.slot.started);
  element_test_expect (fixture.harness, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                       "/nowhere/c.onnx");
  set (&fixture, fixture.paths[1]);
  starts_with (&fixture, fixture.paths[1], 3);
  tear_down (&fixture);
}

/* While it is started, one that can be loaded waits for the next frame, and another leaves all as it is. */
static void
test_missing_while_started (void)
{
  Fixture fixture;

  set_up (&fixture);
  set (&fixture, fixture.paths[0]);
  starts_with (&fixture, fixture.paths[0], 1);
  set (&fixture, fixture.paths[1]);
  g_assert_cmpstr (fixture.slot.pending->path, ==, fixture.paths[1]);
  set (&fixture, "/nowhere/c.onnx");
  element_test_expect (fixture.harness, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                       "/nowhere/c.onnx");
  g_assert_cmpstr (fixture.slot.pending->path, ==, fixture.paths[1]);
  g_assert_cmpstr (fixture.slot.model, ==, fixture.paths[1]);
  tear_down (&fixture);
}

/* Stopped before the file is loaded: the name counts, and the network is not kept. */
static void
test_stop_while_set (void)
{
  Fixture fixture;

  set_up (&fixture);
  set (&fixture, fixture.paths[0]);
  starts_with (&fixture, fixture.paths[0], 1);
  fixture.stops = TRUE;
  set (&fixture, fixture.paths[1]);
  g_assert_null (fixture.slot.pending);
  fixture.stops = FALSE;
  starts_with (&fixture, fixture.paths[1], 3);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/modelslot/start", test_start);
  g_test_add_func ("/modelslot/set-meanwhile", test_set_meanwhile);
  g_test_add_func ("/modelslot/set-twice", test_set_twice);
  g_test_add_func ("/modelslot/set-to-the-same", test_set_to_the_same);
  g_test_add_func ("/modelslot/missing-meanwhile", test_missing_meanwhile);
  g_test_add_func ("/modelslot/missing-while-started", test_missing_while_started);
  g_test_add_func ("/modelslot/stop-while-set", test_stop_while_set);
  return element_test_run ();
}
