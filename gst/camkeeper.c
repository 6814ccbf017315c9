/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camkeeper.h"

#include "cambutton.h"
#include "camgate.h"
#include "camlocker.h"
#include "camreport.h"
#include "camslot.h"

GST_DEBUG_CATEGORY_STATIC (keeper_debug);
#define GST_CAT_DEFAULT keeper_debug

#define MAX_ATTEMPTS 3 /* to get a first picture */

struct _DermaCamKeeper {
  GstBin *bin;
  DermaCamHost *host;
  DermaCamSlot *slot;
  DermaCamIdentity *identity; /* the slot's */
  DermaCamGate *gate;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  gint losses, returns; /* atomic */
  gint lock_wanted;     /* atomic: what was asked for last, and... */
  gint lock_asked;      /* ...whether the thread has yet to hear of it */

  /* Of the thread while it runs. */
  DermaCamSettings settings;
  DermaCamLocker *locker;
  GSource *wait;
  GSource *button;
  gboolean streaming; /* this feed has given a picture */
  gboolean streamed;  /* some feed has */
  gboolean changed;   /* the property lock was set; what was locked by then is still to be undone */
  gboolean gone;      /* the loss was that it was unplugged */
  const gchar *told;  /* what will be told when a loss that was told of is over; NULL: none was */
  guint attempts;     /* without a picture */
};

typedef struct {
  DermaCamKeeper *keeper;
  void (*task) (DermaCamKeeper *keeper, gint argument);
  gint argument;
} Task;

static gboolean
run_task (gpointer data)
{
  Task *task = data;

  task->task (task->keeper, task->argument);
  return G_SOURCE_REMOVE;
}

/* Has something done by the thread; never done if the thread does not run any more. */
static void
assign (DermaCamKeeper *keeper, void (*task) (DermaCamKeeper *, gint), gint argument)
{
  GSource *source = g_idle_source_new ();
  Task *copy = g_new (Task, 1);

  *copy = (Task){ keeper, task, argument };
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, run_task, copy, g_free);
  g_source_attach (source, keeper->context);
  g_source_unref (source);
}

static void
post (DermaCamKeeper *keeper, const gchar *event, const gchar *device, const GError *error)
{
  derma_cam_report_event (GST_ELEMENT (keeper->bin), event, device, error);
}

/* From the locker's thread. */
static void
tell_outcome (gpointer user, const gchar *what, const gchar *device, gboolean settled, const GError *error)
{
  DermaCamKeeper *keeper = user;

  derma_cam_report_lock (GST_ELEMENT (keeper->bin), what, device, settled, error);
}

static void
stop_source (GSource **source)
{
  if (*source)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
press (gpointer user, gboolean pressed)
{
  DermaCamKeeper *keeper = user;

  derma_cam_gate_press (keeper->gate, pressed);
  derma_cam_report_button (GST_ELEMENT (keeper->bin), keeper->identity->device, pressed);
}

static void
listen_to_button (DermaCamKeeper *keeper)
{
  const gchar *wished = keeper->settings.still_button;
  g_autofree gchar *input =
      wished ? g_strdup (wished) : keeper->host->find_button (keeper->host, keeper->identity->device);
  g_autoptr (GError) error = NULL;

  stop_source (&keeper->button);
  if (!input || !*input)
    return;
  keeper->button = derma_cam_button_watch (input, press, keeper, &error);
  if (keeper->button)
    g_source_attach (keeper->button, keeper->context);
  else
    post (keeper, "still-button-failed", keeper->identity->device, error);
}

static void
undo_if_changed (DermaCamKeeper *keeper)
{
  if (keeper->changed)
    derma_cam_locker_undo (keeper->locker, keeper->identity->device);
  keeper->changed = FALSE;
}

static void
begin_lock (DermaCamKeeper *keeper)
{
  const DermaCamTerms terms = { keeper->settings.lock, keeper->settings.profile, keeper->settings.settle_ms };

  undo_if_changed (keeper);
  derma_cam_locker_start (keeper->locker, keeper->identity->device, &terms);
}

static void
notify (GstBin *bin)
{
  g_object_notify (G_OBJECT (bin), "current-device");
  g_object_notify (G_OBJECT (bin), "current-mode");
}

static gboolean
put_in (DermaCamKeeper *keeper, const gchar *device, GError **error)
{
  keeper->streaming = FALSE;
  derma_cam_gate_expect (keeper->gate);
  if (!derma_cam_slot_put_in (keeper->slot, device, &keeper->settings.wish, error))
    return FALSE;
  derma_cam_seek_note_others (keeper->identity, keeper->host);
  return TRUE;
}

static void look_for (DermaCamKeeper *keeper, gint unused);
static gboolean look_again (gpointer data);

static void
wait (DermaCamKeeper *keeper)
{
  stop_source (&keeper->wait);
  keeper->wait = g_timeout_source_new (keeper->settings.interval_ms);
  g_source_set_callback (keeper->wait, look_again, keeper, NULL);
  g_source_attach (keeper->wait, keeper->context);
}

static gboolean
look_again (gpointer data)
{
  look_for (data, 0);
  return G_SOURCE_REMOVE;
}

static void
look_for (DermaCamKeeper *keeper, gint unused)
{
  g_autofree gchar *device = derma_cam_seek_again (keeper->identity, keeper->host);
  g_autoptr (GError) error = NULL;

  stop_source (&keeper->wait);
  derma_cam_slot_settle (keeper->slot);
  if (device && put_in (keeper, device, &error)) {
    GST_DEBUG_OBJECT (keeper->bin, "trying %s", device);
    if (derma_cam_slot_start (keeper->slot))
      return;
    derma_cam_slot_take_out (keeper->slot);
  }
  GST_LOG_OBJECT (keeper->bin, "not back yet: %s", error ? error->message : "it is nowhere");
  wait (keeper);
}

/* Whether there is any use in waiting. A camera that is not ready yet may look as if nobody took its pictures. */
static gboolean
may_go_on (DermaCamKeeper *keeper, const GError *cause, gboolean refused)
{
  if (!keeper->settings.reconnect)
    return FALSE;
  if (refused)
    return !keeper->streaming && ++keeper->attempts < MAX_ATTEMPTS;
  return keeper->streamed
         || (!keeper->gone && !g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY)
             && ++keeper->attempts < MAX_ATTEMPTS);
}

static void
report_loss (DermaCamKeeper *keeper, const GError *cause)
{
  if (keeper->told)
    return;
  keeper->told = keeper->gone ? "replugged" : "resumed";
  g_atomic_int_inc (&keeper->losses);
  post (keeper, keeper->gone ? "unplugged" : "interrupted", keeper->identity->device, cause);
}

static void
give_up (DermaCamKeeper *keeper, const GError *cause, const gchar *refusal)
{
  GstElement *element = GST_ELEMENT (keeper->bin);

  if (refusal)
    derma_cam_report_refusal (element, keeper->identity->device, cause, refusal);
  else
    derma_cam_report_loss (element, keeper->identity->device, keeper->gone, cause);
}

static void
on_lost (DermaCamKeeper *keeper, gint unused)
{
  g_autoptr (GError) cause = NULL;
  g_autofree gchar *refusal = NULL;
  gboolean goes_on;

  if (!derma_cam_slot_is_full (keeper->slot))
    return;
  derma_cam_locker_cancel (keeper->locker);
  stop_source (&keeper->button);
  /* Asked before it is closed: a driver may have it back as soon as nobody uses it. */
  keeper->gone = !derma_cam_seek_is_there (keeper->identity, keeper->host);
  derma_cam_slot_take_out (keeper->slot);
  cause = derma_cam_slot_steal_cause (keeper->slot, &refusal);
  if (keeper->gone)
    g_clear_pointer (&refusal, g_free);
  GST_INFO_OBJECT (keeper->bin, "lost %s, %s: %s", keeper->identity->device, keeper->gone ? "gone" : "still there",
                   cause->message);
  goes_on = may_go_on (keeper, cause, refusal != NULL);
  keeper->streaming = FALSE;
  if (derma_cam_gate_end (keeper->gate))
    return;
  if (!goes_on) {
    give_up (keeper, cause, refusal);
    return;
  }
  if (derma_cam_gate_is_flowing (keeper->gate))
    derma_cam_seek_note_others (keeper->identity, keeper->host);
  if (keeper->streamed)
    report_loss (keeper, cause);
  wait (keeper);
}

static void
on_pictures (DermaCamKeeper *keeper, gint unused)
{
  const gchar *device = keeper->identity->device;

  if (!derma_cam_slot_is_full (keeper->slot) || keeper->streaming)
    return;
  keeper->streaming = keeper->streamed = TRUE;
  keeper->attempts = 0;
  if (keeper->told) {
    g_atomic_int_inc (&keeper->returns);
    post (keeper, keeper->told, device, NULL);
    gst_element_post_message (GST_ELEMENT (keeper->bin), gst_message_new_latency (GST_OBJECT (keeper->bin)));
  }
  keeper->told = NULL;
  derma_cam_slot_settle (keeper->slot);
  listen_to_button (keeper);
  begin_lock (keeper);
}

/* From the streaming thread. */
static void
hear (gpointer user, DermaCamNews news)
{
  assign (user, news == DERMA_CAM_NEWS_PICTURES ? on_pictures : on_lost, 0);
}

static void
on_lock (DermaCamKeeper *keeper, gint unused)
{
  gint lock;

  g_atomic_int_set (&keeper->lock_asked, 0);
  lock = g_atomic_int_get (&keeper->lock_wanted);
  keeper->settings.lock = lock;
  keeper->changed = TRUE;
  /* Else with the first picture: the camera may be away. */
  if (!keeper->streaming)
    return;
  undo_if_changed (keeper);
  if (lock)
    begin_lock (keeper);
}

static void
on_press (DermaCamKeeper *keeper, gint pressed)
{
  press (keeper, pressed);
}

static void
on_stop (DermaCamKeeper *keeper, gint unused)
{
  g_main_loop_quit (keeper->loop);
}

static gpointer
run (gpointer data)
{
  DermaCamKeeper *keeper = data;

  g_main_loop_run (keeper->loop);
  return NULL;
}

DermaCamKeeper *
derma_cam_keeper_new (GstBin *bin, GstElement *exit, const DermaCamSettings *settings, DermaCamHost *host)
{
  DermaCamKeeper *keeper = g_atomic_rc_box_new0 (DermaCamKeeper);

  GST_DEBUG_CATEGORY_INIT (keeper_debug, "dermacamkeeper", 0, "cameras that come and go");
  keeper->bin = bin;
  keeper->host = host;
  keeper->slot = derma_cam_slot_new (bin, exit, host, notify);
  keeper->identity = derma_cam_slot_get_identity (keeper->slot);
  keeper->gate = derma_cam_gate_new (exit, hear, keeper);
  keeper->context = g_main_context_new ();
  keeper->loop = g_main_loop_new (keeper->context, FALSE);
  derma_cam_settings_copy (&keeper->settings, settings);
  keeper->locker = derma_cam_locker_new (host, tell_outcome, keeper);
  return keeper;
}

DermaCamKeeper *
derma_cam_keeper_ref (DermaCamKeeper *keeper)
{
  return g_atomic_rc_box_acquire (keeper);
}

static void
clear (gpointer data)
{
  DermaCamKeeper *keeper = data;

  derma_cam_locker_free (keeper->locker);
  g_main_loop_unref (keeper->loop);
  g_main_context_unref (keeper->context);
  derma_cam_gate_free (keeper->gate);
  derma_cam_settings_clear (&keeper->settings);
  derma_cam_slot_free (keeper->slot);
}

void
derma_cam_keeper_unref (DermaCamKeeper *keeper)
{
  g_atomic_rc_box_release_full (keeper, clear);
}

gboolean
derma_cam_keeper_open (DermaCamKeeper *keeper)
{
  const gchar *wished = keeper->settings.device;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *device = wished ? g_strdup (wished) : derma_cam_seek_first (keeper->host, &error);

  if (device && put_in (keeper, device, &error))
    return TRUE;
  derma_cam_report_error (GST_ELEMENT (keeper->bin), device, error);
  return FALSE;
}

void
derma_cam_keeper_start (DermaCamKeeper *keeper)
{
  keeper->thread = g_thread_new ("derma-cam", run, keeper);
}

void
derma_cam_keeper_fail (DermaCamKeeper *keeper)
{
  g_autofree gchar *refusal = NULL;
  g_autoptr (GError) cause = derma_cam_slot_steal_cause (keeper->slot, &refusal);

  give_up (keeper, cause, refusal);
}

void
derma_cam_keeper_stop (DermaCamKeeper *keeper)
{
  if (!keeper->thread)
    return;
  assign (keeper, on_stop, 0);
  g_thread_join (g_steal_pointer (&keeper->thread));
  stop_source (&keeper->wait);
  stop_source (&keeper->button);
  derma_cam_locker_cancel (keeper->locker);
}

void
derma_cam_keeper_close (DermaCamKeeper *keeper, gboolean restore)
{
  derma_cam_slot_take_out (keeper->slot);
  if (restore)
    derma_cam_locker_undo (keeper->locker, keeper->identity->device);
}

gboolean
derma_cam_keeper_take (DermaCamKeeper *keeper, GstMessage *message)
{
  gboolean present;
  const gboolean taken = derma_cam_slot_take (keeper->slot, message, &present);

  if (present)
    assign (keeper, on_lost, 0);
  return taken;
}

void
derma_cam_keeper_set_lock (DermaCamKeeper *keeper, gboolean lock)
{
  g_atomic_int_set (&keeper->lock_wanted, lock);
  /* However often it is asked for while the camera is busy, once is enough. */
  if (g_atomic_int_compare_and_exchange (&keeper->lock_asked, 0, 1))
    assign (keeper, on_lock, 0);
}

void
derma_cam_keeper_press (DermaCamKeeper *keeper, gboolean pressed)
{
  assign (keeper, on_press, pressed);
}

void
derma_cam_keeper_resume (DermaCamKeeper *keeper)
{
  derma_cam_gate_resume (keeper->gate);
}

gboolean
derma_cam_keeper_set_aside (DermaCamKeeper *keeper)
{
  return derma_cam_slot_set_aside (keeper->slot);
}

gboolean
derma_cam_keeper_end (DermaCamKeeper *keeper)
{
  derma_cam_gate_allow_end (keeper->gate);
  return derma_cam_slot_is_full (keeper->slot);
}

gchar *
derma_cam_keeper_get_device (DermaCamKeeper *keeper)
{
  return derma_cam_slot_get_device (keeper->slot);
}

gchar *
derma_cam_keeper_get_mode (DermaCamKeeper *keeper)
{
  return derma_cam_slot_get_mode (keeper->slot);
}

GstStructure *
derma_cam_keeper_get_stats (DermaCamKeeper *keeper)
{
  return derma_cam_report_stats (derma_cam_gate_get_frames (keeper->gate), derma_cam_slot_get_corrupt (keeper->slot),
                                 (guint)g_atomic_int_get (&keeper->losses), (guint)g_atomic_int_get (&keeper->returns));
}
