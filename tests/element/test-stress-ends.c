/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end at every moment, and what is downstream that wants no more at every frame. */
#include "captiontest.h"
#include "readingmeta.h"
#include "stress.h"

#define N_FRAMES 12

static const gchar *const all[] = {
  "dermaclassify", "dermaclassify mode=async overlay=true", "dermaoverlay",
  "dermacaption",  "dermacaption max-delay=100000000",      "dermareplay sidecar=%s",
};

/* Each says another thing than the one before. */
static GstFlowReturn
push (Stress *stress)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GstStructure) fields = NULL;
  GstBuffer *frame = stress_frame (stress);

  caption_test_reading (&reading, (guint)(stress->now / (40 * GST_MSECOND) % 4), 0.9f, DERMA_STATE_STABLE);
  fields = derma_reading_to_structure (&reading, DERMA_READING_META_NAME);
  derma_reading_meta_set (frame, fields, 0);
  return gst_harness_push (stress->harness, frame);
}

static void
end (Stress *stress)
{
  g_assert_true (gst_harness_push_event (stress->harness, gst_event_new_eos ()));
  g_assert_true (stress->watch.ended);
}

static void
open_with_sidecar (Stress *stress, gconstpointer line, gboolean caps)
{
  g_autofree gchar *sidecar = stress_sidecar (10);
  g_autofree gchar *made = g_strdup_printf (line, sidecar);

  *stress = (Stress){ 0 };
  (caps ? stress_set_up : stress_open) (stress, made);
}

static void
test_end_first (gconstpointer data)
{
  Stress stress;

  open_with_sidecar (&stress, data, FALSE);
  end (&stress);
  g_assert_cmpuint (stress.watch.n_buffers, ==, 0);
  stress_restart (&stress);
  g_assert_cmpint (push (&stress), ==, GST_FLOW_OK);
  stress_tear_down (&stress);
}

/* After n frames; again, which is refused; and then another stream, after a flush or without. */
static void
test_end_anywhere (gconstpointer data)
{
  for (guint n = 0; n < N_FRAMES; n++) {
    Stress stress;

    open_with_sidecar (&stress, data, TRUE);
    for (guint i = 0; i < n; i++)
      g_assert_cmpint (push (&stress), ==, GST_FLOW_OK);
    end (&stress);
    g_assert_false (gst_harness_push_event (stress.harness, gst_event_new_eos ()));
    g_assert_cmpint (push (&stress), ==, GST_FLOW_EOS);
    if (n % 2 == 0)
      stress_flush (&stress);
    else
      stress_restart (&stress);
    g_assert_cmpint (push (&stress), ==, GST_FLOW_OK);
    end (&stress);
    stress_tear_down (&stress);
  }
}

/* Stopped at once after the end, and without one. */
static void
test_end_and_stop (gconstpointer data)
{
  for (guint n = 0; n < N_FRAMES; n++) {
    Stress stress;

    open_with_sidecar (&stress, data, TRUE);
    for (guint i = 0; i < n; i++)
      g_assert_cmpint (push (&stress), ==, GST_FLOW_OK);
    if (n % 3 > 0)
      end (&stress);
    stress_watch_reset (&stress.watch);
    g_assert_cmpint (gst_element_set_state (stress.harness->element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    g_assert_cmpint (gst_element_set_state (stress.harness->element, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_SUCCESS);
    stress_restart (&stress);
    g_assert_cmpint (push (&stress), ==, GST_FLOW_OK);
    stress_tear_down (&stress);
  }
}

typedef struct {
  guint left; /* buffers that are taken before */
  GstFlowReturn flow;
} Refusal;

static Refusal refusal;

static GstFlowReturn
refuse (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  if (refusal.left == 0)
    return refusal.flow;
  refusal.left--;
  return GST_FLOW_OK;
}

/* Says what downstream says, as often as it says it; posts no error of its own, and goes on after a flush. */
static void
refuse_after (gconstpointer data, guint n, GstFlowReturn flow)
{
  guint refused = 0;
  Stress stress;

  open_with_sidecar (&stress, data, TRUE);
  gst_pad_set_chain_function (stress.harness->sinkpad, refuse);
  refusal = (Refusal){ n, flow };
  for (guint i = 0; i < 1000 && refused < 3; i++) {
    const GstFlowReturn got = push (&stress);

    g_assert_true (got == GST_FLOW_OK || got == flow);
    refused += got == flow;
  }
  g_assert_cmpuint (refused, >, 0);
  refusal.left = G_MAXUINT;
  stress_flush (&stress);
  g_assert_cmpint (push (&stress), ==, GST_FLOW_OK);
  stress_tear_down (&stress);
}

static void
test_refusal (gconstpointer data)
{
  static const GstFlowReturn flows[] = { GST_FLOW_FLUSHING, GST_FLOW_EOS, GST_FLOW_ERROR, GST_FLOW_NOT_LINKED };

  for (guint i = 0; i < G_N_ELEMENTS (flows); i++)
    for (guint n = 0; n < 4; n++)
      refuse_after (data, n, flows[i]);
}

static void
add (const gchar *name, const gchar *description, GTestDataFunc function)
{
  g_autofree gchar *words = g_strdelimit (g_strdup (description), " =%", '-');
  g_autofree gchar *path = g_strdup_printf ("/stress-ends/%s/%s", name, words);

  g_test_add_data_func (path, description, function);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    add ("first", all[i], test_end_first);
    add ("anywhere", all[i], test_end_anywhere);
    add ("stop", all[i], test_end_and_stop);
    add ("refusal", all[i], test_refusal);
  }
  return element_test_run ();
}
