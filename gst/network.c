/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "network.h"

#include "fields.h"

#include <derma/error.h>

static GstStructure *
describe (const DermaModel *model)
{
  const DermaMetadata *metadata = derma_model_get_metadata (model);
  const DermaClasses *classes = metadata->classes;
  g_autofree gchar *path = g_filename_display_name (derma_model_get_name (model)); /* structures hold UTF-8 */
  guint width, height, channels;
  GstStructure *info;

  derma_model_get_input_size (model, &width, &height, &channels);
  info = gst_structure_new ("model-info", "path", G_TYPE_STRING, path, "name", G_TYPE_STRING, classes->model_name,
                            "version", G_TYPE_STRING, classes->model_version, "sha256", G_TYPE_STRING,
                            classes->model_sha256, "n-parameters", G_TYPE_UINT64, derma_model_get_n_parameters (model),
                            "n-macs", G_TYPE_UINT64, derma_model_get_n_macs (model), "licence", G_TYPE_STRING,
                            metadata->licence ? metadata->licence : "", "input-width", G_TYPE_UINT, width,
                            "input-height", G_TYPE_UINT, height, "input-channels", G_TYPE_UINT, channels,
                            "operating-point", G_TYPE_DOUBLE, (gdouble)classes->operating_point, NULL);
  derma_fields_set_strings (info, "labels", classes->labels, classes->n);
  derma_fields_set_strings (info, "titles", classes->titles, classes->n);
  return info;
}

/* A first run, on a black picture: it shows that the network runs, and about how long it takes. */
static gboolean
warm_up (DermaNetwork *network, GError **error)
{
  static const guint8 black[16 * 16] = { 0 };
  const DermaFrame frame = { .format = DERMA_FORMAT_GRAY8,
                             .width = 16,
                             .height = 16,
                             .range = DERMA_RANGE_FULL,
                             .planes = { black },
                             .strides = { 16 } };
  const DermaRect whole = { 0, 0, 16, 16 };
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  if (!derma_classifier_classify (network->classifier, &frame, &whole, 0.5f, &reading, error))
    return FALSE;
  network->latency = reading.latency;
  return TRUE;
}

DermaNetwork *
derma_network_load (const gchar *path, const gchar *sha256, guint threads, GError **error)
{
  g_autoptr (DermaNetwork) network = g_new0 (DermaNetwork, 1);
  g_autoptr (DermaModel) model = NULL;

  network->path = path ? g_strdup (path) : derma_model_find_default ();
  model = derma_model_load_pinned (network->path, sha256, error);
  if (!model)
    return NULL;
  network->classifier = derma_classifier_new (model, threads, error);
  if (!network->classifier || !warm_up (network, error))
    return NULL;
  network->region = derma_model_get_metadata (model)->region;
  network->info = describe (model);
  return g_steal_pointer (&network);
}

void
derma_network_free (DermaNetwork *network)
{
  if (!network)
    return;
  g_clear_pointer (&network->classifier, derma_classifier_free);
  g_clear_pointer (&network->info, gst_structure_free);
  g_free (network->path);
  g_free (network);
}

GQuark
derma_network_get_error_code (const GError *error, const gchar *path, gint *code)
{
  switch (error->domain == DERMA_ERROR ? error->code : DERMA_ERROR_RUNTIME) {
  case DERMA_ERROR_FILE:
    *code = g_file_test (path, G_FILE_TEST_EXISTS) ? GST_RESOURCE_ERROR_OPEN_READ : GST_RESOURCE_ERROR_NOT_FOUND;
    return GST_RESOURCE_ERROR;
  case DERMA_ERROR_DIGEST:
    *code = GST_RESOURCE_ERROR_SETTINGS;
    return GST_RESOURCE_ERROR;
  case DERMA_ERROR_FORMAT:
  case DERMA_ERROR_LIMIT:
    *code = GST_STREAM_ERROR_FORMAT;
    return GST_STREAM_ERROR;
  case DERMA_ERROR_RUNTIME:
    *code = GST_LIBRARY_ERROR_INIT;
    return GST_LIBRARY_ERROR;
  default:
    *code = GST_LIBRARY_ERROR_SETTINGS;
    return GST_LIBRARY_ERROR;
  }
}

void
derma_network_report (GstElement *element, GstMessageType type, const GError *error, const gchar *path)
{
  gint code;
  const GQuark domain = derma_network_get_error_code (error, path, &code);

  gst_element_message_full (element, type, domain, code, g_strdup (error->message), NULL, __FILE__, GST_FUNCTION,
                            __LINE__);
}
