/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "album.h"

#include "annotate.h"
#include "settings.h"
#include "videoframe.h"

#include <derma/error.h>
#include <derma/shutter.h>
#include <derma/version.h>

#define MAX_PENDING 8 /* snapshots not yet written; each holds a frame */

struct _DermaAlbum {
  GstElement *element;
  DermaShutter *shutter;
  gboolean complained; /* of the streaming thread: about frames that cannot be kept */

  GMutex lock;
  GCond written;
  /* Under the lock. */
  gchar *folder;
  DermaPictureType type;
  guint quality;
  GThread *thread; /* from the first snapshot on */
  gboolean ending; /* the thread will take no more */
  guint n_pending;
  GQueue events; /* of GstStructure */

  GAsyncQueue *jobs; /* of Job; one without a snapshot ends the thread */
};

typedef struct {
  DermaSnapshot *snapshot;
  gchar *folder;
  DermaSnapshotPlan plan;
  guint top_k;
} Job;

static void
job_free (Job *job)
{
  derma_snapshot_unref (job->snapshot);
  g_free (job->folder);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

DermaAlbum *
derma_album_new (GstElement *element)
{
  DermaAlbum *album = g_new0 (DermaAlbum, 1);

  album->element = element;
  album->shutter = derma_shutter_new ();
  album->quality = DERMA_DEFAULT_SNAPSHOT_QUALITY;
  album->jobs = g_async_queue_new_full ((GDestroyNotify)job_free);
  g_mutex_init (&album->lock);
  g_cond_init (&album->written);
  g_queue_init (&album->events);
  return album;
}

void
derma_album_free (DermaAlbum *album)
{
  if (!album)
    return;
  derma_album_stop (album);
  derma_shutter_free (album->shutter);
  g_async_queue_unref (album->jobs);
  g_free (album->folder);
  g_cond_clear (&album->written);
  g_mutex_clear (&album->lock);
  g_free (album);
}

static gboolean
is_property (guint id)
{
  return id >= DERMA_SETTING_SNAPSHOT_LOCATION && id <= DERMA_SETTING_SNAPSHOT_QUALITY;
}

gboolean
derma_album_set_property (DermaAlbum *album, guint id, const GValue *value)
{
  if (!is_property (id))
    return FALSE;
  g_mutex_lock (&album->lock);
  if (id == DERMA_SETTING_SNAPSHOT_LOCATION) {
    const gchar *folder = g_value_get_string (value);

    g_free (album->folder);
    album->folder = folder && *folder ? g_strdup (folder) : NULL;
  } else if (id == DERMA_SETTING_SNAPSHOT_FORMAT) {
    album->type = g_value_get_enum (value);
  } else {
    album->quality = g_value_get_uint (value);
  }
  g_mutex_unlock (&album->lock);
  return TRUE;
}

gboolean
derma_album_get_property (DermaAlbum *album, guint id, GValue *value)
{
  if (!is_property (id))
    return FALSE;
  g_mutex_lock (&album->lock);
  if (id == DERMA_SETTING_SNAPSHOT_LOCATION)
    g_value_set_string (value, album->folder);
  else if (id == DERMA_SETTING_SNAPSHOT_FORMAT)
    g_value_set_enum (value, album->type);
  else
    g_value_set_uint (value, album->quality);
  g_mutex_unlock (&album->lock);
  return TRUE;
}

/* Whether there is a place to put snapshots. */
static gboolean
is_open (DermaAlbum *album)
{
  gboolean open;

  g_mutex_lock (&album->lock);
  open = album->folder != NULL;
  g_mutex_unlock (&album->lock);
  return open;
}

static void
complain (DermaAlbum *album, const gchar *cause)
{
  if (!album->complained)
    GST_ELEMENT_WARNING (album->element, RESOURCE, FAILED, ("No snapshot of this video: %s", cause), (NULL));
  album->complained = TRUE;
}

void
derma_album_offer (DermaAlbum *album, GstBuffer *buffer, const DermaAlbumPage *page)
{
  DermaFrame frame = *page->format;
  g_autoptr (GError) error = NULL;
  GstVideoFrame video;

  /* A buffer that is not what its caps say is complained about by the reader. */
  if (!is_open (album)
      || !derma_video_frame_map (&video, page->info, buffer, GST_MAP_READ | GST_VIDEO_FRAME_MAP_FLAG_NO_REF))
    return;
  derma_frame_set_pixels (&frame, &video);
  if (!(page->held ? derma_shutter_hold : derma_shutter_offer) (album->shutter, &frame, GST_BUFFER_PTS (buffer),
                                                                page->reading, &error))
    complain (album, error->message);
  gst_video_frame_unmap (&video);
}

void
derma_album_reset (DermaAlbum *album)
{
  album->complained = FALSE;
  derma_shutter_reset (album->shutter);
}

static void
report (DermaAlbum *album, const DermaSnapshot *snapshot, const gchar *path)
{
  g_autofree gchar *file = g_filename_display_name (path); /* structures hold UTF-8 */
  GstStructure *fields = gst_structure_new ("derma-snapshot", "pts", G_TYPE_UINT64, snapshot->pts, "file",
                                            G_TYPE_STRING, file, "lesion", G_TYPE_UINT, snapshot->reading.lesion, NULL);
  GstStructure *posted = gst_structure_copy (fields);

  gst_structure_set_name (posted, "dermaclassify-snapshot");
  g_mutex_lock (&album->lock);
  g_queue_push_tail (&album->events, fields);
  g_mutex_unlock (&album->lock);
  gst_element_post_message (album->element, gst_message_new_element (GST_OBJECT (album->element), posted));
}

static void
write_snapshot (DermaAlbum *album, Job *job)
{
  const DermaFrame *frame = derma_picture_get_frame (job->snapshot->picture);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaPicture) annotated = derma_annotate (frame, &job->snapshot->reading, job->top_k);
  g_autofree gchar *path = NULL;

  path =
      derma_snapshot_write (job->snapshot, annotated ? derma_picture_get_frame (annotated) : NULL, &job->plan, &error);
  if (path)
    report (album, job->snapshot, path);
  else
    GST_ELEMENT_WARNING (album->element, RESOURCE, WRITE, ("%s", error->message), (NULL));
}

static gpointer
run (gpointer data)
{
  DermaAlbum *album = data;

  for (;;) {
    g_autoptr (Job) job = g_async_queue_pop (album->jobs);

    if (!job->snapshot)
      return NULL;
    write_snapshot (album, job);
    g_mutex_lock (&album->lock);
    album->n_pending--;
    g_cond_broadcast (&album->written);
    g_mutex_unlock (&album->lock);
  }
}

/* With the lock held. Returns: why not, or NULL */
static const gchar *
start_job (DermaAlbum *album, Job *job)
{
  if (!album->folder)
    return "snapshot-location is not set";
  if (album->ending)
    return "the element is being stopped";
  if (album->n_pending >= MAX_PENDING)
    return "the ones before it have not been written yet";
  if (!album->thread && !(album->thread = g_thread_try_new ("derma-snapshot", run, album, NULL)))
    return "there is no thread to write it";
  job->folder = g_strdup (album->folder);
  job->plan = (DermaSnapshotPlan){ .folder = job->folder,
                                   .type = album->type,
                                   .quality = album->quality,
                                   .taken = job->plan.taken,
                                   .program = "dermaclassify " DERMA_VERSION };
  album->n_pending++;
  g_async_queue_push (album->jobs, job);
  return NULL;
}

gboolean
derma_album_take (DermaAlbum *album, guint top_k)
{
  g_autoptr (Job) job = g_new0 (Job, 1);
  const gchar *cause = "there has been no picture yet";
  guint64 age = 0;

  job->top_k = top_k;
  job->snapshot = derma_shutter_release (album->shutter, &age);
  job->plan.taken = g_get_real_time () - (gint64)(age / GST_USECOND);
  g_mutex_lock (&album->lock);
  if (job->snapshot || !album->folder)
    cause = start_job (album, job);
  g_mutex_unlock (&album->lock);
  if (cause)
    GST_ELEMENT_WARNING (album->element, RESOURCE, SETTINGS, ("No snapshot: %s", cause), (NULL));
  else
    g_steal_pointer (&job);
  return cause == NULL;
}

void
derma_album_take_button (DermaAlbum *album, GstEvent *event, guint top_k)
{
  const GstStructure *structure = gst_event_get_structure (event);
  gboolean pressed = FALSE;

  if (gst_event_has_name (event, "derma-still-button") && gst_structure_get_boolean (structure, "pressed", &pressed)
      && pressed && is_open (album))
    derma_album_take (album, top_k);
}

void
derma_album_tell (DermaAlbum *album, GstPad *pad)
{
  for (;;) {
    GstStructure *fields;

    g_mutex_lock (&album->lock);
    fields = g_queue_pop_head (&album->events);
    g_mutex_unlock (&album->lock);
    if (!fields)
      return;
    gst_pad_push_event (pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, fields));
  }
}

void
derma_album_drain (DermaAlbum *album)
{
  g_mutex_lock (&album->lock);
  while (album->n_pending > 0)
    g_cond_wait (&album->written, &album->lock);
  g_mutex_unlock (&album->lock);
}

void
derma_album_stop (DermaAlbum *album)
{
  GThread *thread;

  g_mutex_lock (&album->lock);
  while (album->n_pending > 0)
    g_cond_wait (&album->written, &album->lock);
  g_queue_clear_full (&album->events, (GDestroyNotify)gst_structure_free);
  thread = g_steal_pointer (&album->thread);
  album->ending = thread != NULL;
  g_mutex_unlock (&album->lock);
  derma_album_reset (album);
  if (!thread)
    return;
  g_async_queue_push (album->jobs, g_new0 (Job, 1));
  g_thread_join (thread);
  g_mutex_lock (&album->lock);
  album->ending = FALSE;
  g_mutex_unlock (&album->lock);
}
