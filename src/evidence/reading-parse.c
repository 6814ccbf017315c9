/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "evidence/reading-parse.h"

#include "evidence/member.h"

#include <math.h>
#include <string.h>

/* Probabilities are written rounded. */
#define SUM_TOLERANCE 0.01

/* What of the object says which network and which classes. */
typedef struct {
  gchar *name;
  gchar *version;
  gchar *sha256;
  gchar **labels;
  gfloat operating_point;
} Identity;

static void
identity_clear (Identity *identity)
{
  g_free (identity->name);
  g_free (identity->version);
  g_free (identity->sha256);
  g_strfreev (identity->labels);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Identity, identity_clear)

static gboolean
parse_labels (Identity *identity, JsonArray *array, const gchar *name, gchar **cause)
{
  guint n = json_array_get_length (array);

  if (n == 0 || n > DERMA_MAX_CLASSES) {
    *cause = g_strdup_printf ("member '%s' has %u elements, not 1 to %d", name, n, DERMA_MAX_CLASSES);
    return FALSE;
  }
  identity->labels = g_new0 (gchar *, n + 1);
  for (guint i = 0; i < n; i++) {
    JsonNode *node = json_array_get_element (array, i);

    if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING) {
      *cause = g_strdup_printf ("member '%s': element %u is not a text", name, i);
      return FALSE;
    }
    identity->labels[i] = g_utf8_make_valid (json_node_get_string (node), -1);
  }
  return TRUE;
}

static gboolean
parse_identity (Identity *identity, JsonObject *object, JsonArray *labels, gchar **cause)
{
  JsonObject *model = NULL;

  identity->operating_point = 0.5f;
  if (!parse_labels (identity, labels, "labels", cause)
      || !derma_member_get_measure (object, "operating-point", 1, &identity->operating_point, cause)
      || !derma_member_get_object (object, "model", &model, cause))
    return FALSE;
  return !model
         || (derma_member_get_text (model, "name", &identity->name, cause)
             && derma_member_get_text (model, "version", &identity->version, cause)
             && derma_member_get_text (model, "sha256", &identity->sha256, cause));
}

static gboolean
same_text (const gchar *a, const gchar *b)
{
  return strcmp (a ? a : "", b ? b : "") == 0;
}

static gboolean
is_of (const Identity *identity, const DermaClasses *classes)
{
  return classes && classes->operating_point == identity->operating_point
         && same_text (classes->model_name, identity->name) && same_text (classes->model_version, identity->version)
         && same_text (classes->model_sha256, identity->sha256)
         && g_strv_equal ((const gchar *const *)classes->labels, (const gchar *const *)identity->labels);
}

static void
take_text (gchar **to, gchar **from)
{
  if (!*from)
    return;
  g_free (*to);
  *to = g_steal_pointer (from);
}

static DermaClasses *
make_classes (Identity *identity)
{
  DermaClasses *classes = derma_classes_new ((const gchar *const *)identity->labels, NULL);

  classes->operating_point = identity->operating_point;
  take_text (&classes->model_name, &identity->name);
  take_text (&classes->model_version, &identity->version);
  take_text (&classes->model_sha256, &identity->sha256);
  return classes;
}

static gboolean
parse_probabilities (DermaReading *reading, JsonArray *array, gchar **cause)
{
  guint n = reading->classes->n;
  gdouble sum = 0;

  if (!array || json_array_get_length (array) != n) {
    *cause = g_strdup_printf ("members 'labels' and 'probabilities' differ in length");
    return FALSE;
  }
  for (guint i = 0; i < n; i++) {
    if (!derma_element_get_measure (array, i, 1, &reading->probabilities[i])) {
      *cause = g_strdup_printf ("member 'probabilities': element %u is not a number from 0 to 1", i);
      return FALSE;
    }
    sum += reading->probabilities[i];
  }
  if (fabs (sum - 1) <= SUM_TOLERANCE)
    return TRUE;
  *cause = g_strdup_printf ("member 'probabilities' sums to %g, not 1", sum);
  return FALSE;
}

static gboolean
is_empty (JsonArray *array)
{
  return !array || json_array_get_length (array) == 0;
}

/* Label and confidence follow from the probabilities. */
static gboolean
parse_classes (DermaReading *reading, JsonObject *object, gchar **cause)
{
  JsonArray *labels = NULL, *probabilities = NULL;
  g_auto (Identity) identity = { 0 };

  if (!derma_member_get_array (object, "labels", &labels, cause)
      || !derma_member_get_array (object, "probabilities", &probabilities, cause))
    return FALSE;
  if (is_empty (labels) && is_empty (probabilities)) {
    derma_reading_clear (reading);
    return TRUE;
  }
  if (!labels || !parse_identity (&identity, object, labels, cause)) {
    if (!labels)
      *cause = g_strdup ("has probabilities without member 'labels'");
    return FALSE;
  }
  if (!is_of (&identity, reading->classes)) {
    g_autoptr (DermaClasses) classes = make_classes (&identity);

    derma_reading_set_classes (reading, classes);
  }
  if (!parse_probabilities (reading, probabilities, cause))
    return FALSE;
  derma_reading_rank (reading, &reading->top, 1);
  reading->confidence = reading->probabilities[reading->top];
  return TRUE;
}

static gboolean
parse_quality (DermaQuality *quality, JsonObject *object, gchar **cause)
{
  JsonObject *inner = NULL;

  *quality = (DermaQuality){ DERMA_UNMEASURED, DERMA_UNMEASURED, DERMA_UNMEASURED, DERMA_UNMEASURED };
  if (!derma_member_get_object (object, "quality", &inner, cause))
    return FALSE;
  return !inner
         || (derma_member_get_measure (inner, "focus", 1, &quality->focus, cause)
             && derma_member_get_measure (inner, "exposure", 1, &quality->exposure, cause)
             && derma_member_get_measure (inner, "glare", 1, &quality->glare, cause)
             && derma_member_get_measure (inner, "motion", 1, &quality->motion, cause));
}

static gboolean
parse_region (DermaBox *region, JsonObject *object, gchar **cause)
{
  JsonObject *inner = NULL;

  *region = (DermaBox){ 0 };
  if (!derma_member_get_object (object, "region", &inner, cause))
    return FALSE;
  return !inner
         || (derma_member_get_measure (inner, "x", 1, &region->x, cause)
             && derma_member_get_measure (inner, "y", 1, &region->y, cause)
             && derma_member_get_measure (inner, "width", 1, &region->width, cause)
             && derma_member_get_measure (inner, "height", 1, &region->height, cause));
}

static gboolean
parse_state (DermaReading *reading, JsonObject *object, gchar **cause)
{
  g_autofree gchar *text = NULL;

  reading->state = DERMA_STATE_NO_LESION;
  if (!derma_member_get_text (object, "state", &text, cause))
    return FALSE;
  if (!text || derma_state_from_string (text, &reading->state))
    return TRUE;
  *cause = g_strdup_printf ("member 'state' is none of the states that there are");
  return FALSE;
}

static gboolean
parse_rest (DermaReading *reading, JsonObject *object, gchar **cause)
{
  reading->pts = G_MAXUINT64;
  reading->age = reading->latency = 0;
  reading->malignant = 0;
  reading->flagged = FALSE;
  reading->typicality = DERMA_UNMEASURED;
  reading->lesion = 0;
  return derma_member_get_count (object, "pts", &reading->pts, cause)
         && derma_member_get_count (object, "age", &reading->age, cause)
         && derma_member_get_count (object, "latency", &reading->latency, cause)
         && derma_member_get_measure (object, "malignant", 1, &reading->malignant, cause)
         && derma_member_get_flag (object, "flagged", &reading->flagged, cause)
         && derma_member_get_measure (object, "typicality", 1, &reading->typicality, cause)
         && derma_member_get_number (object, "lesion", &reading->lesion, cause);
}

gboolean
derma_reading_parse (DermaReading *reading, JsonObject *object, gchar **cause)
{
  return parse_classes (reading, object, cause) && parse_rest (reading, object, cause)
         && parse_state (reading, object, cause) && parse_quality (&reading->quality, object, cause)
         && parse_region (&reading->region, object, cause);
}

gboolean
derma_reading_parse_model (DermaReading *reading, JsonObject *object, gchar **cause)
{
  JsonArray *labels = NULL, *titles = NULL;
  g_auto (Identity) identity = { 0 };
  g_auto (Identity) titled = { 0 };
  g_autoptr (DermaClasses) classes = NULL;

  if (!derma_member_get_array (object, "labels", &labels, cause)
      || !derma_member_get_array (object, "titles", &titles, cause))
    return FALSE;
  if (is_empty (labels) || is_empty (titles))
    return TRUE;
  if (!parse_identity (&identity, object, labels, cause) || !parse_labels (&titled, titles, "titles", cause))
    return FALSE;
  if (json_array_get_length (labels) != json_array_get_length (titles)) {
    *cause = g_strdup ("members 'labels' and 'titles' differ in length");
    return FALSE;
  }
  classes = make_classes (&identity);
  g_strfreev (classes->titles);
  classes->titles = g_steal_pointer (&titled.labels);
  derma_reading_set_classes (reading, classes);
  return TRUE;
}
