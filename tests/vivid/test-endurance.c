/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A camera of the kernel that is plugged out, forced away, and gives bad pictures, over and over for DERMA_MINUTES, by
 * chance of DERMA_SEED: pictures go on after each, and what the process holds is flat.
 */
#include "device.h"
#include "elementtest.h"

#include "camrun.h"
#include "soak/ledger.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAMERA "width=320 height=180 settle-time=0 reconnect-interval=50 lock=false"
/* On copies: a sink keeps its last picture, and with it would keep the old node open while the camera is away. */
#define NETWORK "videoconvert ! video/x-raw,format=BGRx ! dermaclassify inference-interval=5 evidence-window=1"

#define N_LOOKS 1500 /* of 20 ms: only where what is waited for does not come at all */

typedef struct {
  CamRun *run;
  GRand *rand;
  Ledger *ledger;
  guint64 frames;
  guint64 readings;
  guint restarts;
  guint forgotten; /* descriptors of nodes that are no more, which v4l2src itself has lost */
} Watch;

static void
look (Watch *watch, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autoptr (GstBuffer) buffer = cam_run_pull (watch->run);

    watch->frames++;
    watch->readings += element_test_meta (buffer) != NULL;
  }
}

/* (transfer full): the nodes of cameras that this process has open and that are there, a blank behind each */
static gchar *
list_nodes (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  GString *list = g_string_new (NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename ("/proc/self/fd", name, NULL);
    g_autofree gchar *target = g_file_read_link (path, NULL);

    if (target && g_str_has_prefix (target, "/dev/video") && !g_str_has_suffix (target, " (deleted)"))
      g_string_append_printf (list, "%s ", target);
  }
  return g_string_free (list, FALSE);
}

/* How many nodes this process has open that are not there any more. */
static guint
count_gone (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const gchar *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename ("/proc/self/fd", name, NULL);
    g_autofree gchar *target = g_file_read_link (path, NULL);

    n += target && g_str_has_prefix (target, "/dev/video") && g_str_has_suffix (target, " (deleted)");
  }
  return n;
}

static void
assert_nodes (const gchar *expected)
{
  g_autofree gchar *nodes = NULL;

  /* Those who look for cameras have one open for a moment. */
  for (guint i = 0; i < N_LOOKS; i++) {
    g_free (nodes);
    nodes = list_nodes ();
    if (strcmp (nodes, expected) == 0)
      return;
    g_usleep (20000);
  }
  g_error ("open are '%s', not '%s'", nodes, expected);
}

/* The old node is let go of with the last picture of it, which another thread may still have. */
static void
assert_gone (guint expected)
{
  for (guint i = 0; i < N_LOOKS && count_gone () != expected; i++)
    g_usleep (20000);
  g_assert_cmpuint (count_gone (), ==, expected);
}

/* Only the camera that pictures come from is open, once for the source and once for its buffers. */
static void
assert_one_node (Watch *watch)
{
  g_autofree gchar *device = NULL, *expected = NULL;

  g_object_get (watch->run->camera, "current-device", &device, NULL);
  expected = g_strdup_printf ("%s %s ", device, device);
  assert_nodes (expected);
  assert_gone (watch->forgotten);
}

static void
await_return (Watch *watch)
{
  cam_run_await (watch->run, "replugged");
  cam_run_pull_discont (watch->run);
  look (watch, 8);
  assert_one_node (watch);
}

static void
unplug (Watch *watch)
{
  device_unbind_vivid ();
  cam_run_await (watch->run, "unplugged");
  assert_nodes ("");
  assert_gone (watch->forgotten);
  g_usleep (1000 * (gulong)g_rand_int_range (watch->rand, 0, 300));
  device_bind_vivid ();
  await_return (watch);
}

/* The driver has the node back once nobody has the old one open any more. */
static void
disconnect (Watch *watch)
{
  device_set ("disconnect", 1);
  cam_run_await (watch->run, "unplugged");
  await_return (watch);
}

static void
give_bad_buffers (Watch *watch)
{
  for (guint i = 0; i < 3; i++) {
    device_set ("inject_v4l2_buf_flag_error", 1);
    look (watch, 2);
  }
}

static void
drop_buffers (Watch *watch)
{
  device_set ("percentage_of_dropped_buffers", g_rand_int_range (watch->rand, 10, 90));
  look (watch, 5);
  device_set ("percentage_of_dropped_buffers", 0);
}

/*
 * v4l2src of GStreamer 1.22 loses a descriptor with each stream that is not started; it is of a node that goes away
 * here, so that no driver waits for it.
 */
static void
refuse_to_start (Watch *watch)
{
  cam_run_stop (watch->run);
  device_set ("inject_vidioc_streamon_error", 1);
  cam_run_play (watch->run);
  look (watch, 3);
  device_unbind_vivid ();
  cam_run_await (watch->run, "unplugged");
  watch->forgotten = count_gone ();
  device_bind_vivid ();
  await_return (watch);
}

#define N_REFUSALS 10
#define N_TOGETHER 8 /* notes */

static void
note (Watch *watch)
{
  const LedgerSample *sample = ledger_note (watch->ledger, watch->frames);

  g_test_message ("%.0f s, %" G_GUINT64_FORMAT " frames, %.0f KiB, heap %.0f KiB, %.0f descriptors, %.0f threads",
                  sample->seconds, sample->frames, sample->resident, sample->heap, sample->descriptors,
                  sample->threads);
}

/*
 * How many pictures wait for the test, and keep their memory for a while, is chance: of each few notes the one counts
 * with the least.
 */
static void
keep_least (GArray *samples, guint nth)
{
  const guint last = samples->len - 1;

  if (nth % N_TOGETHER == 0)
    return;
  g_array_remove_index (samples, g_array_index (samples, LedgerSample, last).heap
                                         < g_array_index (samples, LedgerSample, last - 1).heap
                                     ? last - 1
                                     : last);
}

static void
start_anew (Watch *watch)
{
  GstMessage *message;

  cam_run_stop (watch->run);
  /* What nobody has looked at. */
  while ((message = gst_bus_pop (watch->run->bus)))
    gst_message_unref (message);
  note (watch);
  keep_least (watch->ledger->samples, watch->restarts++);
  cam_run_play (watch->run);
}

typedef struct {
  const gchar *name;
  void (*inflict) (Watch *);
  guint n;
} Trouble;

static Trouble troubles[] = {
  { "unplugged by the driver's unbind", unplug, 0 }, { "disconnected", disconnect, 0 },
  { "three bad buffers", give_bad_buffers, 0 },      { "dropped buffers", drop_buffers, 0 },
  { "stopped and started", start_anew, 0 },
};

/* All troubles in turn once, then by chance. */
static void
go_through (Watch *watch, gdouble seconds)
{
  const gint64 until = g_get_monotonic_time () + (gint64)(seconds * G_USEC_PER_SEC);

  for (guint i = 0; i < G_N_ELEMENTS (troubles) || g_get_monotonic_time () < until; i++) {
    const guint which =
        i < G_N_ELEMENTS (troubles) ? i : (guint)g_rand_int_range (watch->rand, 0, G_N_ELEMENTS (troubles));

    look (watch, (guint)g_rand_int_range (watch->rand, 1, 12));
    troubles[which].inflict (watch);
    troubles[which].n++;
    look (watch, 3);
  }
}

static void
test_endurance (void)
{
  const gchar *minutes = g_getenv ("DERMA_MINUTES"), *seed = g_getenv ("DERMA_SEED");
  g_autoptr (Ledger) ledger = ledger_new ();
  g_autofree gchar *words = NULL;
  Watch watch = { .ledger = ledger,
                  .run = cam_run_new (CAMERA, NETWORK),
                  .rand = g_rand_new_with_seed (seed ? (guint32)atoi (seed) : 1) };
  guint64 readings;
  gboolean flat;

  cam_run_play (watch.run);
  look (&watch, 3);
  go_through (&watch, minutes ? 60 * g_ascii_strtod (minutes, NULL) : 0);
  for (guint i = 0; i < N_REFUSALS; i++)
    refuse_to_start (&watch);
  readings = watch.readings;
  cam_run_free (watch.run);
  g_rand_free (watch.rand);
  for (guint i = 0; i < G_N_ELEMENTS (troubles); i++)
    g_test_message ("%u times %s", troubles[i].n, troubles[i].name);
  g_test_message ("%u times STREAMON refused, with which v4l2src lost %u nodes", N_REFUSALS, watch.forgotten);
  flat = ledger_is_flat (ledger, &words);
  g_test_message ("%" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " with a reading; %s", watch.frames, readings,
                  words);
  g_assert_cmpuint (readings, >, watch.frames / 2);
  if (ledger->samples->len >= 5)
    g_assert_true (flat);
}

int
main (int argc, char **argv)
{
  mallopt (M_ARENA_MAX, 1);
  element_test_init (&argc, &argv);
  device_load_vivid ();
  g_test_add_func ("/device/endurance", test_endurance);
  /* v4l2src of GStreamer 1.22 leaves all that it had behind where its stream is not started. */
  return element_test_run_uncounted ();
}
