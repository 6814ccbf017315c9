/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dermacaption, driven by bytes: frames with readings of anybody's, gaps, segments, flushes, states. What it says is
 * text, and goes forward in time.
 */
#include "outcome.h"
#include "stage.h"
#include "target.h"

#include "readingmeta.h"

#include <string.h>

#define MAX_STEPS 100

/* Readings as peers may write them; the first is right. */
static const gchar *const READINGS[] = {
  "DermaReading, pts=(guint64)0, age=(guint64)0, label=mel, title=melanoma, confidence=0.5, malignant=0.5, "
  "operating-point=0.5, flagged=true, state=stable, typicality=-1.0, lesion=(uint)1, latency=(guint64)0, "
  "labels=(string)< mel, nv >, titles=(string)< melanoma, nevus >, probabilities=(double)< 0.5, 0.5 >, "
  "quality=(structure)[quality, focus=1.0, exposure=1.0, glare=1.0, motion=1.0;], "
  "model=(structure)[model, name=a, version=b, sha256=c;]",
  "DermaReading",
  "DermaReading, labels=(string)< >, probabilities=(double)< >",
  "DermaReading, labels=(string)< a >, titles=(string)< a, b >, probabilities=(double)< 2.0 >, label=a",
  "DermaReading, labels=5, label=a, state=stable",
};

typedef struct {
  FuzzStage stage;
  GstClockTime told; /* time of the last cue or gap of the segment */
} Theatre;

void
fuzz_target_start (void)
{
  fuzz_stage_start ();
}

static void
alter (GstStructure *structure, FuzzInput *input)
{
  static const gchar *const fields[] = { "label",   "title",  "state",        "confidence", "malignant",
                                         "flagged", "lesion", "typicality",   "quality",    "model",
                                         "labels",  "titles", "probabilities" };
  static const gchar *const states[] = { "no-lesion", "poor-image", "acquiring", "stable", "uncertain", "asleep" };
  const gchar *field = fields[fuzz_input_below (input, G_N_ELEMENTS (fields))];
  g_autofree gchar *text = NULL;
  gdouble number;

  switch (fuzz_input_below (input, 6)) {
  case 0:
    text = fuzz_input_text (input);
    gst_structure_set (structure, field, G_TYPE_STRING, text, NULL);
    return;
  case 1:
    number = fuzz_input_byte (input) / 200.0;
    gst_structure_set (structure, field, G_TYPE_DOUBLE, number > 1.2 ? 0.0 / 0.0 : number, NULL);
    return;
  case 2:
    gst_structure_set (structure, field, G_TYPE_UINT, fuzz_input_long (input), NULL);
    return;
  case 3:
    gst_structure_remove_field (structure, field);
    return;
  case 4:
    gst_structure_set (structure, "lesion", G_TYPE_UINT, (guint)fuzz_input_byte (input), NULL);
    return;
  default:
    gst_structure_set (structure, "state", G_TYPE_STRING, states[fuzz_input_below (input, G_N_ELEMENTS (states))],
                       NULL);
  }
}

static void
add_reading (GstBuffer *buffer, FuzzInput *input)
{
  guint which = fuzz_input_byte (input), n = fuzz_input_below (input, 4);
  GstStructure *structure =
      gst_structure_from_string (READINGS[which < 128 ? 0 : which % G_N_ELEMENTS (READINGS)], NULL);

  g_assert_nonnull (structure);
  for (guint i = 0; i < n; i++)
    alter (structure, input);
  derma_reading_meta_set (buffer, structure, fuzz_input_byte (input));
  gst_structure_free (structure);
}

static void
check_cue (Theatre *theatre, GstBuffer *cue)
{
  GstMapInfo map;

  g_assert_true (gst_buffer_map (cue, &map, GST_MAP_READ));
  g_assert_cmpuint (map.size, >, 0);
  g_assert_true (g_utf8_validate ((const gchar *)map.data, (gssize)map.size, NULL));
  g_assert_null (memchr (map.data, '\n', map.size));
  gst_buffer_unmap (cue, &map);
  g_assert_true (GST_BUFFER_PTS_IS_VALID (cue));
  g_assert_cmpuint (GST_BUFFER_PTS (cue), >=, theatre->told);
  theatre->told = GST_BUFFER_PTS (cue);
  if (GST_BUFFER_DURATION_IS_VALID (cue))
    fuzz_outcome_check_range ((gdouble)GST_BUFFER_DURATION (cue), 1, (gdouble)G_MAXINT64);
}

static void
check_event (Theatre *theatre, GstEvent *event)
{
  GstClockTime time, duration;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT || GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP
      || GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
    theatre->told = 0;
  if (GST_EVENT_TYPE (event) != GST_EVENT_GAP)
    return;
  gst_event_parse_gap (event, &time, &duration);
  g_assert_cmpuint (duration, <=, G_MAXINT64);
}

/* In the order in which they leave the element: a segment can come with the frame behind it. */
static GstPadProbeReturn
check (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    check_cue (data, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    check_event (data, GST_PAD_PROBE_INFO_EVENT (info));
  return GST_PAD_PROBE_OK;
}

static void
watch (Theatre *theatre)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (theatre->stage.harness->element, "src");

  gst_pad_add_probe (pad,
                     GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
                     check, theatre, NULL);
}

static void
take_in (Theatre *theatre)
{
  GstBuffer *cue;
  GstEvent *event;

  while ((cue = gst_harness_try_pull (theatre->stage.harness)))
    gst_buffer_unref (cue);
  while ((event = gst_harness_try_pull_event (theatre->stage.harness)))
    gst_event_unref (event);
  fuzz_stage_tidy (&theatre->stage);
}

static void
push_frame (FuzzStage *stage, FuzzInput *input)
{
  GstBuffer *frame = fuzz_stage_make_frame (stage, input);

  if (fuzz_input_byte (input) < 200)
    add_reading (frame, input);
  gst_pad_push (stage->harness->srcpad, frame);
}

static void
set_delay (FuzzStage *stage, FuzzInput *input)
{
  static const guint64 delays[] = { 0, 1, GST_MSECOND, GST_SECOND, 10 * GST_SECOND, G_MAXUINT64 };

  g_object_set (stage->harness->element, "max-delay", delays[fuzz_input_below (input, G_N_ELEMENTS (delays))], NULL);
}

static void
step (Theatre *theatre, FuzzInput *input)
{
  FuzzStage *stage = &theatre->stage;

  switch (fuzz_input_below (input, 10)) {
  case 0:
    fuzz_stage_send_caps (stage, input);
    return;
  case 1:
    set_delay (stage, input);
    return;
  case 2:
    fuzz_stage_send_event (stage, input);
    return;
  case 3:
    fuzz_stage_ask (stage, input);
    return;
  case 4:
    fuzz_stage_change_state (stage, input);
    theatre->told = 0;
    return;
  default:
    push_frame (stage, input);
  }
}

void
fuzz_target_run (const guint8 *data, gsize size)
{
  static const gchar *const sinks[] = { NULL, "text/x-raw, format=utf8", "text/x-raw, format=pango-markup",
                                        "image/png" };
  FuzzInput input = { data, size };
  Theatre theatre = { .told = 0 };
  const gchar *sink = sinks[fuzz_input_below (&input, G_N_ELEMENTS (sinks))];

  fuzz_stage_init (&theatre.stage, "dermacaption");
  if (sink)
    gst_harness_set_sink_caps_str (theatre.stage.harness, sink);
  watch (&theatre);
  for (guint i = 0; i < MAX_STEPS && input.size > 0; i++) {
    step (&theatre, &input);
    take_in (&theatre);
  }
  fuzz_stage_clear (&theatre.stage);
}
