/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "show.h"

#include <glib/gstdio.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/gstvideometa.h>
#include <gst/video/video.h>
#include <signal.h>
#include <unistd.h>

#define FRAME_TIME (GST_SECOND / 30)
#define WAIT (60 * GST_SECOND)
#define ACTS 10
#define LONGEST 240 /* seconds that a show may take */

typedef struct {
  const ShowPlan *plan;
  ShowTally *tally;
  GRand *rand;
  GstElement *pipeline;
  GstElement *source;
  GstElement *classify;
  GstElement *record; /* nullable */
  gchar *recording;
  GstBus *bus;
  const Reel *reel;
  GstClockTime now;  /* of the next frame */
  guint64 in;        /* of this show */
  guint64 out;       /* atomic */
  guint64 given_up;  /* of those that went in */
  gboolean attached; /* whether overlays stay beside the picture */
} Show;

static const gchar *const layouts[] = {
  "fakesink name=sink sync=false",
  "queue ! dermaoverlay show-rate=true ! fakesink name=sink sync=false",
  "tee name=t ! queue ! fakesink name=sink sync=false async=false "
  "t. ! queue ! dermacaption ! fakesink sync=false async=false",
  "tee name=t ! queue ! dermaoverlay ! fakesink name=sink sync=false async=false t. ! queue ! dermarecord name=record "
  "recording=false pre-roll=0.5",
};

static gboolean
fail (GError **error, const gchar *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error && !*error)
    *error = g_error_new_valist (GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, format, arguments);
  va_end (arguments);
  return FALSE;
}

static guint
chance (Show *show, guint least, guint most)
{
  return (guint)g_rand_int_range (show->rand, (gint32)least, (gint32)most + 1);
}

/* Nothing may pile up on the bus but what somebody waits for. */
static GstBusSyncReply
sort_message (GstBus *bus, GstMessage *message, gpointer data)
{
  ShowTally *tally = data;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_EOS:
  case GST_MESSAGE_ERROR:
    return GST_BUS_PASS;
  case GST_MESSAGE_WARNING:
    g_atomic_int_inc (&tally->warnings);
    break;
  case GST_MESSAGE_ELEMENT:
    if (gst_message_has_name (message, "dermaclassify"))
      g_atomic_int_inc (&tally->readings);
    else if (gst_message_has_name (message, "dermarecord-part"))
      return GST_BUS_PASS;
    break;
  default:
    break;
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static GstPadProbeReturn
watch_sink (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Show *show = data;
  GstQuery *query;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    __atomic_add_fetch (&show->out, 1, __ATOMIC_SEQ_CST);
    return GST_PAD_PROBE_OK;
  }
  query = GST_PAD_PROBE_INFO_QUERY (info);
  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION || !show->attached)
    return GST_PAD_PROBE_OK;
  gst_query_add_allocation_meta (query, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  return GST_PAD_PROBE_HANDLED;
}

static guint64
count_out (Show *show)
{
  return __atomic_load_n (&show->out, __ATOMIC_SEQ_CST);
}

/* Waits for a message; an error is one. */
static gboolean
await (Show *show, GstMessageType type, GError **error)
{
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (show->bus, WAIT, type | GST_MESSAGE_ERROR);

  if (!message)
    return fail (error, "%s does not come", gst_message_type_get_name (type));
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return TRUE;
  gst_message_parse_error (message, error, NULL);
  return FALSE;
}

static gboolean
seek_data (GstAppSrc *source, guint64 offset, gpointer data)
{
  ((Show *)data)->now = offset;
  return TRUE;
}

static gboolean
go_to (Show *show, GstState state, GError **error)
{
  g_autoptr (GstMessage) message = NULL;

  if (gst_element_set_state (show->pipeline, state) != GST_STATE_CHANGE_FAILURE)
    return TRUE;
  message = gst_bus_pop_filtered (show->bus, GST_MESSAGE_ERROR);
  if (message)
    gst_message_parse_error (message, error, NULL);
  return fail (error, "the pipeline does not become %s", gst_element_state_get_name (state));
}

static gboolean
push (Show *show, guint n, GError **error)
{
  for (guint i = 0; i < n; i++) {
    GstBuffer *frame = gst_buffer_copy (g_ptr_array_index (show->reel->frames, i % show->reel->frames->len));

    GST_BUFFER_PTS (frame) = show->now;
    GST_BUFFER_DURATION (frame) = FRAME_TIME;
    show->now += FRAME_TIME;
    if (gst_app_src_push_buffer (GST_APP_SRC (show->source), frame) != GST_FLOW_OK)
      return await (show, GST_MESSAGE_ERROR, error) && fail (error, "a frame is not taken");
    show->in++;
    show->tally->in++;
  }
  return TRUE;
}

static void
take_reel (Show *show)
{
  const Reel *reel = g_ptr_array_index (show->plan->reels, chance (show, 0, show->plan->reels->len - 1));

  if (show->reel && !gst_caps_is_equal (show->reel->caps, reel->caps))
    show->tally->renegotiations++;
  show->reel = reel;
  gst_app_src_set_caps (GST_APP_SRC (show->source), reel->caps);
}

/* GStreamer goes on to PLAYING in a thread of its own (gst_bin_continue_func). What comes between leaves the sink in
 * PAUSED for ever: a flush, as the bin takes the sink's loss of state for a part of the change that is under way;
 * another state that is asked for, as the thread gives way to it while it waits for the thread. */
static gboolean
settle (Show *show, GError **error)
{
  switch (gst_element_get_state (show->pipeline, NULL, NULL, WAIT)) {
  case GST_STATE_CHANGE_SUCCESS:
  case GST_STATE_CHANGE_NO_PREROLL:
    return TRUE;
  default:
    return fail (error, "the pipeline does not come to rest");
  }
}

static gboolean
seek (Show *show, GError **error)
{
  const gint64 target = (gint64)chance (show, 0, 600) * (gint64)GST_SECOND / 10;

  if (!settle (show, error))
    return FALSE;
  if (!gst_element_send_event (show->source, gst_event_new_seek (1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                                                 GST_SEEK_TYPE_SET, target, GST_SEEK_TYPE_NONE, -1)))
    return fail (error, "seeking is refused");
  show->given_up = show->in - count_out (show);
  show->tally->seeks++;
  return TRUE;
}

/* All that went in must have come out by then. */
static gboolean
end (Show *show, GError **error)
{
  guint64 missing;

  gst_app_src_end_of_stream (GST_APP_SRC (show->source));
  if (!await (show, GST_MESSAGE_EOS, error))
    return FALSE;
  show->tally->ends++;
  missing = show->in - count_out (show);
  return missing == show->given_up
         || fail (error, "%" G_GUINT64_FORMAT " frames are missing, not %" G_GUINT64_FORMAT, missing, show->given_up);
}

static gboolean
restart (Show *show, GError **error)
{
  const gboolean orderly = chance (show, 0, 1) && !show->record;

  if (orderly && !end (show, error))
    return FALSE;
  if (!go_to (show, chance (show, 0, 1) ? GST_STATE_READY : GST_STATE_NULL, error))
    return FALSE;
  show->given_up = show->in - count_out (show);
  show->tally->stops += !orderly;
  show->tally->restarts++;
  show->now = 0;
  return go_to (show, GST_STATE_PLAYING, error);
}

static gboolean
stand_still (Show *show, GError **error)
{
  show->tally->pauses++;
  return settle (show, error) && go_to (show, GST_STATE_PAUSED, error) && go_to (show, GST_STATE_PLAYING, error);
}

static gboolean
change_network (Show *show, GError **error)
{
  const gchar *names[] = { "dermaclassify.onnx", "dermaclassify-int8.onnx", "dermaclassify-cc0.onnx", "absent.onnx" };
  const gchar *name = names[chance (show, 0, 3)];
  g_autofree gchar *path = g_build_filename (g_getenv ("DERMA_MODEL_DIR"), name, NULL);

  if (g_access (path, R_OK) == 0)
    show->tally->swaps++;
  else
    show->tally->refusals++;
  g_object_set (show->classify, "model", path, NULL);
  return TRUE;
}

static gboolean
change_settings (Show *show, GError **error)
{
  g_object_set (show->classify, "overlay", chance (show, 0, 1), "top-k", chance (show, 1, 4), "region",
                chance (show, 0, 2), "adaptive", chance (show, 0, 1), "evidence-window", 0.5 * chance (show, 0, 6),
                "threshold", 0.1 * chance (show, 0, 10), NULL);
  return TRUE;
}

static gboolean
take_snapshot (Show *show, GError **error)
{
  gboolean taken = FALSE;

  g_object_set (show->classify, "snapshot-format", chance (show, 0, 1), NULL);
  g_signal_emit_by_name (show->classify, "snapshot", &taken);
  show->tally->snapshots += taken;
  return TRUE;
}

static gboolean
freeze (Show *show, GError **error)
{
  show->tally->freezes++;
  g_signal_emit_by_name (show->classify, "freeze");
  if (!push (show, chance (show, 10, 100), error))
    return FALSE;
  g_signal_emit_by_name (show->classify, "unfreeze");
  return TRUE;
}

/* A recording of some seconds, of one size. */
static gboolean
record (Show *show, GError **error)
{
  if (!show->record)
    return push (show, chance (show, 1, show->plan->stretch), error);
  g_signal_emit_by_name (show->record, "start");
  if (!push (show, chance (show, 40, 120), error))
    return FALSE;
  g_signal_emit_by_name (show->record, "tag", "soak");
  g_signal_emit_by_name (show->record, "stop");
  show->tally->recordings++;
  return TRUE;
}

static gboolean
act (Show *show, guint which, GError **error)
{
  static gboolean (*const acts[]) (Show *, GError **) = {
    seek, restart, stand_still, change_network, change_settings, take_snapshot, freeze, record,
  };

  if (chance (show, 0, 2))
    take_reel (show);
  return push (show, chance (show, 1, show->plan->stretch), error) && acts[which % G_N_ELEMENTS (acts)](show, error);
}

static gboolean
open_show (Show *show, guint index, GError **error)
{
  const guint layout = index % G_N_ELEMENTS (layouts);
  g_autofree gchar *line = g_strdup_printf (
      "appsrc name=source format=time stream-type=seekable block=true max-buffers=8 max-bytes=0 ! dermaclassify "
      "name=classify mode=%s inference-interval=%u max-rate=%u ! %s",
      index / 4 % 2 ? "async" : "sync", index / 4 % 2 ? 1 : chance (show, 15, 45), index / 4 % 2 ? 1 : 0,
      layouts[layout]);
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;

  show->pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (!show->pipeline)
    return FALSE;
  show->attached = index / 8 % 2;
  show->tally->async_shows += index / 4 % 2;
  show->tally->attached_shows += show->attached;
  show->source = gst_bin_get_by_name (GST_BIN (show->pipeline), "source");
  show->classify = gst_bin_get_by_name (GST_BIN (show->pipeline), "classify");
  show->record = gst_bin_get_by_name (GST_BIN (show->pipeline), "record");
  sink = gst_bin_get_by_name (GST_BIN (show->pipeline), "sink");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, watch_sink, show, NULL);
  show->bus = gst_element_get_bus (show->pipeline);
  gst_bus_set_sync_handler (show->bus, sort_message, show->tally, NULL);
  g_signal_connect (show->source, "seek-data", G_CALLBACK (seek_data), show);
  show->recording = g_build_filename (show->plan->folder, "soak.mkv", NULL);
  g_object_set (show->classify, "snapshot-location", show->plan->folder, NULL);
  if (show->record)
    g_object_set (show->record, "location", show->recording, NULL);
  return TRUE;
}

static void
close_show (Show *show)
{
  if (show->pipeline)
    gst_element_set_state (show->pipeline, GST_STATE_NULL);
  show->tally->out += show->out;
  show->tally->lost += show->given_up;
  gst_clear_object (&show->source);
  gst_clear_object (&show->classify);
  gst_clear_object (&show->record);
  if (show->bus)
    gst_bus_set_sync_handler (show->bus, NULL, NULL, NULL);
  gst_clear_object (&show->bus);
  gst_clear_object (&show->pipeline);
  g_free (show->recording);
}

static GstPadProbeReturn
count_replayed (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  ((ShowTally *)data)->replayed++;
  return GST_PAD_PROBE_OK;
}

static gboolean
replay (const ShowPlan *plan, const gchar *path, const gchar *sidecar, GError **error)
{
  g_autofree gchar *line = g_strdup_printf ("filesrc location=%s ! matroskademux ! decodebin ! dermareplay name=replay "
                                            "sidecar=%s ! dermaoverlay ! fakesink sync=false",
                                            path, sidecar);
  g_autoptr (GstElement) pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  Show show = { .plan = plan, .pipeline = pipeline };
  g_autoptr (GstElement) replay = NULL;
  g_autoptr (GstPad) pad = NULL;
  gboolean ended;

  if (!pipeline)
    return FALSE;
  replay = gst_bin_get_by_name (GST_BIN (pipeline), "replay");
  pad = gst_element_get_static_pad (replay, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_replayed, plan->tally, NULL);
  show.bus = gst_element_get_bus (pipeline);
  ended = go_to (&show, GST_STATE_PLAYING, error) && await (&show, GST_MESSAGE_EOS, error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (show.bus);
  plan->tally->replays++;
  return ended;
}

/* Plays one recording of those that were made, and removes all files. */
static gboolean
clear_folder (const ShowPlan *plan, GError **error)
{
  g_autofree gchar *film = g_build_filename (plan->folder, "soak.mkv", NULL);
  g_autofree gchar *sidecar = g_build_filename (plan->folder, "soak.jsonl", NULL);
  g_autoptr (GDir) dir = g_dir_open (plan->folder, 0, error);
  const gchar *name;
  gboolean fine = dir != NULL;

  if (fine && g_access (film, R_OK) == 0 && g_access (sidecar, R_OK) == 0)
    fine = replay (plan, film, sidecar, error);
  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (plan->folder, name, NULL);

    g_remove (path);
  }
  return fine;
}

static void
give_up (gint number)
{
  static const gchar words[] = "soak: a pipeline stands still\n";

  if (write (STDERR_FILENO, words, sizeof words - 1) < 0)
    _exit (1);
  abort ();
}

gboolean
show_run (const ShowPlan *plan, guint index, GError **error)
{
  Show show = { .plan = plan, .tally = plan->tally, .rand = plan->rand };
  gboolean fine;

  signal (SIGALRM, give_up);
  alarm (LONGEST);
  fine = open_show (&show, index, error);
  plan->tally->shows++;
  if (fine) {
    take_reel (&show);
    fine = go_to (&show, GST_STATE_PLAYING, error);
  }
  for (guint i = 0; fine && i < ACTS; i++)
    fine = act (&show, index + 3 * i, error);
  fine = fine && end (&show, error);
  close_show (&show);
  fine = clear_folder (plan, error) && fine;
  alarm (0);
  return fine;
}
