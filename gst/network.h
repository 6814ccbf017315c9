/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/classifier.h>

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * A network that is ready to read frames, and what there is to tell about it.
 */
typedef struct {
  gchar *path;
  DermaClassifier *classifier;
  GstStructure *info; /* the property model-info */
  DermaRegion region; /* what the model asks for */
  guint64 latency;    /* of a first run, ns */
} DermaNetwork;

/*
 * @path: (nullable): an ONNX file; NULL for the shipped one
 * @sha256: (nullable): the digest that it must have, as for derma_model_load_pinned()
 * @error: return location; %DERMA_ERROR
 *
 * Loads, checks and runs it once.
 */
DermaNetwork *derma_network_load (const gchar *path, const gchar *sha256, guint threads, GError **error);
/* @network: (nullable) (transfer full) */
void derma_network_free (DermaNetwork *network);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaNetwork, derma_network_free)

/* The domain and code with which an element reports that @path could not be loaded because of @error. */
GQuark derma_network_get_error_code (const GError *error, const gchar *path, gint *code);
/* Posts that as a message of @type, an error or a warning. */
void derma_network_report (GstElement *element, GstMessageType type, const GError *error, const gchar *path);

G_END_DECLS
