/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dermaclassify, driven by bytes: caps, frames, events, properties, states, queries and signals in any order. Each
 * frame that is taken comes out again, with its time, and its reading makes sense.
 */
#include "outcome.h"
#include "stage.h"
#include "target.h"

#include "readingmeta.h"
#include "support/onnx-builder.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#define MAX_STEPS 60
#define NO_DIGEST "0000000000000000000000000000000000000000000000000000000000000000"

static gchar *folder;
static gchar *models[4];

static void
remove_folder (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    g_remove (models[i]);
  g_rmdir (folder);
}

static void
write_model (guint i, const gchar *name, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  models[i] = g_build_filename (folder, name, NULL);
  g_assert_true (g_file_set_contents (models[i], data, (gssize)size, NULL));
  g_bytes_unref (bytes);
}

void
fuzz_target_start (void)
{
  folder = g_dir_make_tmp ("derma-fuzz-XXXXXX", NULL);
  write_model (0, "dermaclassify.onnx", derma_test_tiny_model ("mel,nv,bkl"));
  write_model (1, "other.onnx", derma_test_tiny_model ("a,b"));
  write_model (2, "bad.onnx", g_bytes_new_static ("bad", 3));
  models[3] = g_build_filename (folder, "missing.onnx", NULL);
  atexit (remove_folder);
  g_setenv ("DERMA_MODEL_DIR", folder, TRUE);
  fuzz_stage_start ();
}

static void
check_reading (GstBuffer *buffer)
{
  const GstStructure *structure = derma_reading_meta_get (buffer);
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GError) error = NULL;

  if (!structure)
    return;
  g_assert_true (derma_reading_from_structure (&reading, structure, &error));
  fuzz_outcome_check_range (reading.confidence, 0, 1);
  fuzz_outcome_check_range (reading.malignant, 0, 1.001);
  g_assert_cmpuint (reading.state, <, DERMA_N_STATES);
}

static void
push_frame (FuzzStage *stage, FuzzInput *input)
{
  GstBuffer *frame = fuzz_stage_make_frame (stage, input), *after;
  const GstClockTime pts = GST_BUFFER_PTS (frame);
  GstFlowReturn flow = gst_pad_push (stage->harness->srcpad, frame);
  guint n = 0;

  while ((after = gst_harness_try_pull (stage->harness))) {
    n++;
    g_assert_cmpuint (GST_BUFFER_PTS (after), ==, pts);
    check_reading (after);
    gst_buffer_unref (after);
  }
  g_assert_cmpuint (n, ==, flow == GST_FLOW_OK);
}

static void
set_number (GObject *element, FuzzInput *input)
{
  guint value = fuzz_input_byte (input);

  switch (fuzz_input_below (input, 6)) {
  case 0:
    g_object_set (element, "threads", value % 2 + 1, NULL);
    return;
  case 1:
    g_object_set (element, "inference-interval", value % 5 + 1, NULL);
    return;
  case 2:
    g_object_set (element, "max-rate", value / 4.0, NULL);
    return;
  case 3:
    g_object_set (element, "top-k", value % 8 + 1, NULL);
    return;
  case 4:
    g_object_set (element, "threshold", value / 255.0, NULL);
    return;
  default:
    g_object_set (element, "evidence-window", value / 10.0, NULL);
  }
}

static void
set_choice (GObject *element, FuzzInput *input)
{
  static const gchar *const flags[] = { "overlay", "post-messages", "qos", "frozen" };
  guint value = fuzz_input_byte (input), which = fuzz_input_below (input, 10);

  if (which < G_N_ELEMENTS (flags))
    g_object_set (element, flags[which], (gboolean)(value & 1), NULL);
  else if (which == 4)
    g_object_set (element, "mode", value & 1, NULL);
  else if (which == 5)
    g_object_set (element, "region", value % 3, NULL);
  else if (which == 6)
    g_object_set (element, "model", value % 5 < 4 ? models[value % 5] : NULL, NULL);
  else if (which == 7)
    g_object_set (element, "adaptive", (gboolean)(value & 1), NULL);
  else if (which == 8)
    g_object_set (element, "model-sha256", value & 1 ? NO_DIGEST : NULL, NULL);
  else
    g_object_set (element, "snapshot-location", value & 1 ? "/proc/self" : NULL, NULL);
}

static void
look_at (GstElement *element)
{
  g_autoptr (GstStructure) stats = NULL, info = NULL;
  g_autofree gchar *model = NULL;

  g_object_get (element, "stats", &stats, "model-info", &info, "model", &model, NULL);
  g_assert_nonnull (stats);
}

static void
emit (GstElement *element, FuzzInput *input)
{
  gboolean taken;

  switch (fuzz_input_below (input, 3)) {
  case 0:
    g_signal_emit_by_name (element, "freeze");
    return;
  case 1:
    g_signal_emit_by_name (element, "unfreeze");
    return;
  default:
    g_signal_emit_by_name (element, "snapshot", &taken);
  }
}

static void
step (FuzzStage *stage, FuzzInput *input)
{
  GstElement *element = stage->harness->element;

  switch (fuzz_input_below (input, 12)) {
  case 0:
    fuzz_stage_send_caps (stage, input);
    return;
  case 1:
    set_number (G_OBJECT (element), input);
    return;
  case 2:
    set_choice (G_OBJECT (element), input);
    return;
  case 3:
    fuzz_stage_send_event (stage, input);
    return;
  case 4:
    fuzz_stage_send_upstream (stage, input);
    return;
  case 5:
    fuzz_stage_ask (stage, input);
    return;
  case 6:
    fuzz_stage_change_state (stage, input);
    return;
  case 7:
    look_at (element);
    return;
  case 8:
    emit (element, input);
    return;
  default:
    push_frame (stage, input);
  }
}

void
fuzz_target_run (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  FuzzStage stage;

  fuzz_stage_init (&stage, "dermaclassify");
  if (fuzz_input_byte (&input) & 1)
    gst_harness_add_propose_allocation_meta (stage.harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  for (guint i = 0; i < MAX_STEPS && input.size > 0; i++) {
    step (&stage, &input);
    fuzz_stage_tidy (&stage);
  }
  fuzz_stage_clear (&stage);
}
