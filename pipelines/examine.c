/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "examine.h"

#include "input.h"
#include "readingmeta.h"
#include "tools/course.h"

#include <derma/error.h>
#include <derma/picture.h>
#include <derma/quality.h>

/* A decoder that gives nothing for so long will give nothing. */
#define PATIENCE (60 * GST_SECOND)
#define THRESHOLD 0.5f
#define MAX_LESIONS 2000

struct _Examiner {
  gchar *model;
  gchar *sha256;
  gdouble window;
  DermaClassifier *classifier;
};

Examiner *
examiner_new (const gchar *path, const ResultKey *key, GError **error)
{
  g_autoptr (DermaModel) model = derma_model_load_pinned (path, key->sha256, error);
  g_autoptr (DermaClassifier) classifier = model ? derma_classifier_new (model, 1, error) : NULL;
  Examiner *examiner;

  if (!classifier)
    return NULL;
  examiner = g_new0 (Examiner, 1);
  examiner->model = g_strdup (path);
  examiner->sha256 = g_strdup (key->sha256);
  examiner->window = key->window;
  examiner->classifier = g_steal_pointer (&classifier);
  return examiner;
}

void
examiner_free (Examiner *examiner)
{
  if (!examiner)
    return;
  derma_classifier_free (examiner->classifier);
  g_free (examiner->model);
  g_free (examiner->sha256);
  g_free (examiner);
}

static void
set_reading (JsonObject *object, const DermaReading *reading)
{
  g_autofree gchar *text = derma_reading_to_json (reading);

  json_object_set_member (object, "reading", json_from_string (text, NULL));
}

static JsonObject *
read_picture (Examiner *examiner, const gchar *path, GError **error)
{
  const DermaMetadata *metadata = derma_model_get_metadata (derma_classifier_get_model (examiner->classifier));
  g_autoptr (DermaPicture) picture = derma_picture_load (path, error);
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  const DermaFrame *frame;
  JsonObject *found;
  DermaRect rect;

  if (!picture)
    return NULL;
  frame = derma_picture_get_frame (picture);
  rect = derma_frame_get_region (frame, metadata->region, NULL);
  if (!derma_classifier_classify (examiner->classifier, frame, &rect, THRESHOLD, &reading, error)
      || !derma_quality_meter_measure (meter, frame, &rect, &reading.quality, error)) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  reading.lesion = 1;
  /* The same file is to give the same result. */
  reading.latency = 0;
  found = json_object_new ();
  set_reading (found, &reading);
  return found;
}

/* What a recording has shown so far. */
typedef struct {
  GHashTable *courses; /* number of the lesion -> DermaCourse */
  GArray *order;       /* of these numbers */
  DermaReading reading;
  guint64 n_readings;
  guint64 last; /* time, ns */
} Sights;

static void
sights_init (Sights *sights)
{
  sights->courses = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)derma_course_free);
  sights->order = g_array_new (FALSE, FALSE, sizeof (guint));
  sights->reading = (DermaReading)DERMA_READING_INIT;
  sights->n_readings = sights->last = 0;
}

static void
sights_clear (Sights *sights)
{
  g_hash_table_unref (sights->courses);
  g_array_unref (sights->order);
  derma_reading_clear (&sights->reading);
}

static void
take_reading (Sights *sights, const GstStructure *fields)
{
  gpointer key;
  DermaCourse *course;

  if (!derma_reading_from_structure (&sights->reading, fields, NULL))
    return;
  sights->n_readings++;
  if (sights->reading.pts != G_MAXUINT64)
    sights->last = MAX (sights->last, sights->reading.pts);
  key = GUINT_TO_POINTER (sights->reading.lesion);
  course = g_hash_table_lookup (sights->courses, key);
  if (!course && g_hash_table_size (sights->courses) < MAX_LESIONS) {
    course = derma_course_new (sights->reading.lesion);
    g_hash_table_insert (sights->courses, key, course);
    g_array_append_val (sights->order, sights->reading.lesion);
  }
  sights->reading.latency = 0;
  if (course)
    derma_course_add (course, &sights->reading, sights->last, 0);
}

static JsonObject *
describe_lesion (const DermaCourse *course)
{
  JsonObject *lesion = json_object_new ();
  gdouble settling = derma_course_get_settling (course);

  json_object_set_int_member (lesion, "lesion", course->lesion);
  json_object_set_double_member (lesion, "start", (gdouble)derma_course_get_start (course) / 1e9);
  json_object_set_double_member (lesion, "end", (gdouble)derma_course_get_end (course) / 1e9);
  json_object_set_int_member (lesion, "readings", course->n_seen);
  if (settling >= 0)
    json_object_set_double_member (lesion, "time_to_stable", settling);
  else
    json_object_set_null_member (lesion, "time_to_stable");
  set_reading (lesion, &course->final.reading);
  return lesion;
}

static JsonObject *
describe_sights (const Sights *sights)
{
  JsonObject *found = json_object_new ();
  JsonArray *lesions = json_array_new ();

  for (guint i = 0; i < sights->order->len; i++) {
    gpointer key = GUINT_TO_POINTER (g_array_index (sights->order, guint, i));
    const DermaCourse *course = g_hash_table_lookup (sights->courses, key);

    if (course->n_seen > 0)
      json_array_add_object_element (lesions, describe_lesion (course));
  }
  json_object_set_double_member (found, "duration", (gdouble)sights->last / 1e9);
  json_object_set_int_member (found, "readings", (gint64)sights->n_readings);
  json_object_set_array_member (found, "lesions", lesions);
  return found;
}

static gboolean
fail (GError **error, const gchar *path, const gchar *cause)
{
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: %s", path, cause);
  return FALSE;
}

static gboolean
take_error (GstMessage *message, const gchar *path, GError **error)
{
  g_autoptr (GError) cause = NULL;

  gst_message_parse_error (message, &cause, NULL);
  return fail (error, path, cause->message);
}

/* Returns: whether it came to its end */
static gboolean
watch (GstElement *pipeline, Sights *sights, const gchar *path, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  for (;;) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop (bus, PATIENCE);

    if (!message)
      return fail (error, path, "nothing came of it for a minute");
    switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name (message, "dermaclassify"))
        take_reading (sights, gst_message_get_structure (message));
      break;
    case GST_MESSAGE_ERROR:
      return take_error (message, path, error);
    case GST_MESSAGE_EOS:
      return TRUE;
    default:
      break;
    }
  }
}

static GstElement *
make_pipeline (const Examiner *examiner, GstElement *source, GError **error)
{
  GstElement *pipeline = gst_parse_launch_full ("videoconvert name=convert ! dermaclassify name=classify qos=false ! "
                                                "fakesink sync=false",
                                                NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  g_autoptr (GstElement) convert = pipeline ? gst_bin_get_by_name (GST_BIN (pipeline), "convert") : NULL;
  g_autoptr (GstElement) classify = pipeline ? gst_bin_get_by_name (GST_BIN (pipeline), "classify") : NULL;

  if (!pipeline)
    return NULL;
  g_object_set (classify, "model", examiner->model, "model-sha256", examiner->sha256, "evidence-window",
                examiner->window, NULL);
  gst_bin_add (GST_BIN (pipeline), source);
  gst_element_link (source, convert);
  return pipeline;
}

static JsonObject *
read_recording (Examiner *examiner, const gchar *path, GError **error)
{
  g_auto (Input) input = { .source = NULL };
  g_autoptr (GstElement) pipeline = NULL;
  JsonObject *found = NULL;
  Sights sights;

  if (!input_open (&input, path, 0, error))
    return NULL;
  pipeline = make_pipeline (examiner, input.source, error);
  if (!pipeline)
    return NULL;
  sights_init (&sights);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  if (watch (pipeline, &sights, path, error))
    found = describe_sights (&sights);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  sights_clear (&sights);
  return found;
}

JsonObject *
examiner_read (Examiner *examiner, const gchar *path, UnitKind kind, GError **error)
{
  return kind == UNIT_PICTURE ? read_picture (examiner, path, error) : read_recording (examiner, path, error);
}

gboolean
examiner_is_sound (const Examiner *examiner)
{
  g_autoptr (DermaModel) model = derma_model_load_pinned (examiner->model, examiner->sha256, NULL);

  return model != NULL;
}
