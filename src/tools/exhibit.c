/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/exhibit.h"

#include "evidence/lesion.h"
#include "tools/outline.h"
#include "tools/recording.h"

#include <derma/classifier.h>
#include <derma/picture.h>

#include <string.h>

#define JPEG_QUALITY 85

struct _DermaGallery {
  const DermaSession *session;
  DermaRecording *recording; /* of the part opened last */
  guint part;
  gboolean *lost;              /* one a part */
  DermaClassifier *classifier; /* of the network used last */
  DermaModel *model;           /* borrowed from the session */
};

void
derma_exhibit_clear (DermaExhibit *exhibit)
{
  g_clear_pointer (&exhibit->jpeg, g_bytes_unref);
  g_clear_pointer (&exhibit->outline, g_free);
}

DermaGallery *
derma_gallery_new (const DermaSession *session)
{
  DermaGallery *gallery = g_new0 (DermaGallery, 1);

  gallery->session = session;
  gallery->lost = g_new0 (gboolean, session->parts->len);
  return gallery;
}

void
derma_gallery_free (DermaGallery *gallery)
{
  if (!gallery)
    return;
  derma_recording_free (gallery->recording);
  derma_classifier_free (gallery->classifier);
  g_free (gallery->lost);
  g_free (gallery);
}

static DermaRecording *
open_part (DermaGallery *gallery, guint part, GError **error)
{
  const DermaPart *file = g_ptr_array_index (gallery->session->parts, part);

  if (gallery->recording && gallery->part == part)
    return gallery->recording;
  g_clear_pointer (&gallery->recording, derma_recording_free);
  gallery->recording = derma_recording_open (file->path, error);
  gallery->part = part;
  return gallery->recording;
}

/* Whether a film that cannot be read for that cause is as one that was cut off before its first picture. */
static gboolean
is_cut_off (const DermaPart *part, const GError *cause)
{
  return !part->complete && g_file_test (part->path, G_FILE_TEST_IS_REGULAR)
         && (g_error_matches (cause, DERMA_ERROR, DERMA_ERROR_FILE)
             || g_error_matches (cause, DERMA_ERROR, DERMA_ERROR_FORMAT));
}

gboolean
derma_gallery_get_shot (DermaGallery *gallery, const DermaCourse *course, DermaShot *shot, GError **error)
{
  const guint part = course->best.part;
  DermaRecording *recording;
  GError *cause = NULL;

  *shot = (DermaShot){ 0 };
  if (course->merit < 0)
    return TRUE;
  recording = open_part (gallery, part, &cause);
  if (recording && derma_recording_get_shot (recording, course->best.reading.pts, shot, &cause))
    return TRUE;
  gallery->lost[part] = is_cut_off (g_ptr_array_index (gallery->session->parts, part), cause);
  if (!gallery->lost[part]) {
    g_propagate_error (error, cause);
    return FALSE;
  }
  g_error_free (cause);
  return TRUE;
}

gboolean
derma_gallery_has_lost (const DermaGallery *gallery, guint part)
{
  return gallery->lost[part];
}

/* NULL without a model at hand, or if it does not run. */
static DermaClassifier *
get_classifier (DermaGallery *gallery, const DermaCourse *course)
{
  const DermaNetwork *network = derma_session_find_network (gallery->session, course->best.reading.classes);
  DermaModel *model = network ? network->model : NULL;

  if (model == gallery->model)
    return gallery->classifier;
  g_clear_pointer (&gallery->classifier, derma_classifier_free);
  gallery->model = model;
  if (model)
    gallery->classifier = derma_classifier_new (model, 1, NULL);
  return gallery->classifier;
}

/* Outline of the lesion map of the picture, read at its full size. */
static gchar *
trace (DermaClassifier *classifier, const DermaShot *shot, const DermaExhibit *exhibit)
{
  const DermaMetadata *metadata = derma_model_get_metadata (derma_classifier_get_model (classifier));
  const DermaFrame frame = derma_shot_get_frame (shot);
  const DermaRect rect = derma_frame_get_region (&frame, metadata->region, NULL);
  gdouble sx = (gdouble)exhibit->width / shot->width, sy = (gdouble)exhibit->height / shot->height;
  const DermaPlace place = { rect.x * sx, rect.y * sy, rect.width * sx, rect.height * sy };
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  const gfloat *map;
  guint width, height;
  gchar *path;

  if (!derma_classifier_classify (classifier, &frame, &rect, 0.5f, &reading, NULL))
    return NULL;
  map = derma_classifier_get_map (classifier, &width, &height);
  path = derma_outline_trace (map, width, height, DERMA_LESION_CELL, &place);
  if (!*path)
    g_clear_pointer (&path, g_free);
  return path;
}

static gchar *
draw_box (const DermaBox *box, const DermaExhibit *exhibit)
{
  return g_strdup_printf ("M%.1f %.1fh%.1fv%.1fh%.1fZ", box->x * exhibit->width, box->y * exhibit->height,
                          box->width * exhibit->width, box->height * exhibit->height, -box->width * exhibit->width);
}

static void
add_outline (DermaGallery *gallery, const DermaCourse *course, const DermaShot *shot, DermaExhibit *exhibit)
{
  const DermaBox *box = &course->best.reading.region;
  DermaClassifier *classifier = get_classifier (gallery, course);

  if (classifier)
    exhibit->outline = trace (classifier, shot, exhibit);
  if (exhibit->outline) {
    exhibit->kind = DERMA_OUTLINE_MAP;
  } else if (box->width > 0 && box->height > 0) {
    exhibit->outline = draw_box (box, exhibit);
    exhibit->kind = DERMA_OUTLINE_BOX;
  }
}

static gboolean
show (const DermaShot *shot, guint side, DermaExhibit *exhibit, GError **error)
{
  g_auto (DermaShot) small = { 0 };

  if (!derma_shot_shrink (shot, side, &small, error))
    return FALSE;
  exhibit->jpeg = derma_shot_to_jpeg (&small, JPEG_QUALITY, error);
  exhibit->width = small.width;
  exhibit->height = small.height;
  return exhibit->jpeg != NULL;
}

gboolean
derma_gallery_get_best (DermaGallery *gallery, const DermaCourse *course, guint side, DermaExhibit *exhibit,
                        GError **error)
{
  g_auto (DermaShot) shot = { 0 };

  *exhibit = (DermaExhibit){ 0 };
  if (!derma_gallery_get_shot (gallery, course, &shot, error))
    return FALSE;
  if (!shot.pixels)
    return TRUE;
  if (!show (&shot, side, exhibit, error))
    return FALSE;
  add_outline (gallery, course, &shot, exhibit);
  return TRUE;
}

/* Only the name counts: a sidecar from anybody must not reach for other files. */
gchar *
derma_gallery_find_snapshot (const DermaGallery *gallery, const DermaMark *mark)
{
  const DermaPart *part = g_ptr_array_index (gallery->session->parts, mark->part);
  g_autofree gchar *folder = g_path_get_dirname (part->path);
  g_autofree gchar *name = mark->text ? g_path_get_basename (mark->text) : NULL;

  if (!name || !*name || strcmp (name, ".") == 0 || strcmp (name, "..") == 0 || strcmp (name, "/") == 0)
    return NULL;
  return g_build_filename (folder, name, NULL);
}

void
derma_gallery_get_snapshot (DermaGallery *gallery, const DermaMark *mark, guint side, DermaExhibit *exhibit)
{
  g_autofree gchar *path = derma_gallery_find_snapshot (gallery, mark);
  g_autoptr (DermaPicture) picture =
      path && g_file_test (path, G_FILE_TEST_IS_REGULAR) ? derma_picture_load (path, NULL) : NULL;
  g_auto (DermaShot) shot = { 0 };

  *exhibit = (DermaExhibit){ 0 };
  if (picture && derma_shot_take_still (&shot, derma_picture_get_frame (picture), NULL))
    show (&shot, side, exhibit, NULL);
}
