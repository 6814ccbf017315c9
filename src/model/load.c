/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/census.h"
#include "model/graphproto.h"
#include "model/message.h"
#include "model/metadata.h"
#include "model/model-limits.h"
#include "model/model-private.h"
#include "model/onnx.h"
#include "model/prune.h"
#include "model/share.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

static gboolean
read_opset (const DermaProto *proto, const gchar *file, gint *opset, GError **error)
{
  gint64 version = 0;

  for (gsize i = 0; i < proto->n_opset_import; i++) {
    const gchar *domain = proto->opset_import[i]->domain;

    if (!*domain || g_str_equal (domain, "ai.onnx"))
      version = proto->opset_import[i]->version;
  }
  if (version < DERMA_MIN_OPSET || version > DERMA_MAX_OPSET)
    return derma_fail (error, DERMA_ERROR_UNSUPPORTED, file,
                       "operator set %" G_GINT64_FORMAT "; %d to %d are supported", version, DERMA_MIN_OPSET,
                       DERMA_MAX_OPSET);
  *opset = (gint)version;
  return TRUE;
}

/* Time and memory that follow from extents, not from the size of the file. */
static gboolean
check_effort (const DermaIr *ir, const gchar *file, GError **error)
{
  if (derma_ir_count_operations (ir) > DERMA_LIMIT_MACS)
    return derma_fail (error, DERMA_ERROR_LIMIT, file,
                       "needs more than %" G_GUINT64_FORMAT " multiply-accumulates and values to pool",
                       (guint64)DERMA_LIMIT_MACS);
  if (derma_ir_count_taps (ir) > DERMA_LIMIT_TAPS)
    return derma_fail (error, DERMA_ERROR_LIMIT, file, "has too large windows at too many places");
  return TRUE;
}

static DermaIr *
read_ir (const DermaProto *proto, const gchar *file, gint opset, GError **error)
{
  g_autoptr (DermaIr) ir = derma_ir_new ();
  g_autoptr (GHashTable) index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) scales = g_hash_table_new (NULL, NULL);
  DermaReader reader = { .file = file, .opset = opset, .ir = ir, .index = index, .scales = scales, .error = error };

  if (!derma_reader_read_graph (&reader, proto->graph))
    return NULL;
  derma_ir_prune (ir);
  return check_effort (ir, file, error) ? g_steal_pointer (&ir) : NULL;
}

static void
take_names (DermaModel *model, const Onnx__GraphProto *graph)
{
  model->input_name = g_strdup (derma_ir_get_tensor (model->ir, model->ir->input)->name);
  model->output_names = g_new0 (gchar *, graph->n_output + 1);
  for (gsize i = 0; i < graph->n_output; i++)
    model->output_names[i] = g_strdup (graph->output[i]->name);
}

static gboolean
read_metadata (DermaModel *model, const DermaProto *proto, GError **error)
{
  g_autofree DermaEntry *entries = g_new (DermaEntry, proto->n_metadata_props + 1);
  DermaMetadataSource source = { .file = model->name,
                                 .sha256 = model->sha256,
                                 .ir = model->ir,
                                 .output_names = model->output_names,
                                 .entries = entries,
                                 .n_entries = (guint)proto->n_metadata_props };

  for (gsize i = 0; i < proto->n_metadata_props; i++)
    entries[i] = (DermaEntry){ proto->metadata_props[i]->key, proto->metadata_props[i]->value };
  return derma_metadata_read (&model->metadata, &source, error);
}

/* @sha256: (transfer full): the digest of @bytes */
static DermaModel *
read_model (GBytes *bytes, const gchar *name, gchar *sha256, GError **error)
{
  g_autofree gchar *digest = sha256;
  g_autoptr (DermaProto) proto = derma_proto_unpack (bytes, name, error);
  g_autoptr (DermaModel) model = NULL;
  DermaIr *ir;
  gint opset = 0;

  if (!proto || !read_opset (proto, name, &opset, error))
    return NULL;
  ir = read_ir (proto, name, opset, error);
  if (!ir)
    return NULL;
  model = g_atomic_rc_box_new0 (DermaModel);
  model->ir = ir;
  model->opset = opset;
  model->name = g_strdup (name);
  model->sha256 = g_steal_pointer (&digest);
  model->n_parameters = derma_ir_count_parameters (ir);
  model->n_macs = derma_ir_count_macs (ir);
  take_names (model, proto->graph);
  return read_metadata (model, proto, error) ? g_steal_pointer (&model) : NULL;
}

DermaModel *
derma_model_new_from_bytes (GBytes *bytes, const gchar *name, GError **error)
{
  return read_model (bytes, name, g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes), error);
}

/* A model is a plain file of a size that can be: a pipe or a device would never end. */
static gboolean
check_file (const gchar *path, GError **error)
{
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    return derma_fail (error, DERMA_ERROR_FILE, path, "%s", g_strerror (errno));
  if (!S_ISREG (status.st_mode))
    return derma_fail (error, DERMA_ERROR_FILE, path, "is not a file");
  if (status.st_size > DERMA_LIMIT_FILE_BYTES)
    return derma_fail (error, DERMA_ERROR_LIMIT, path, "is larger than %u MiB", DERMA_LIMIT_FILE_BYTES >> 20);
  return TRUE;
}

static gboolean
check_digest (const gchar *path, const gchar *found, const gchar *wanted, GError **error)
{
  if (!wanted || g_ascii_strcasecmp (found, wanted) == 0)
    return TRUE;
  return derma_fail (error, DERMA_ERROR_DIGEST, path, "has the SHA-256 digest %s, and not %s", found, wanted);
}

DermaModel *
derma_model_load (const gchar *path, GError **error)
{
  return derma_model_load_pinned (path, NULL, error);
}

DermaModel *
derma_model_load_pinned (const gchar *path, const gchar *sha256, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) cause = NULL;
  g_autofree gchar *found = NULL;
  DermaModel *model;
  gchar *contents;
  gsize size;

  if (!check_file (path, error))
    return NULL;
  if (!g_file_get_contents (path, &contents, &size, &cause)) {
    derma_fail (error, DERMA_ERROR_FILE, path, "cannot be read (%s)", g_strerror (errno));
    return NULL;
  }
  bytes = g_bytes_new_take (contents, size);
  found = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  if (!check_digest (path, found, sha256, error))
    return NULL;
  model = derma_share_find (path, found);
  if (model)
    return model;
  model = read_model (bytes, path, g_steal_pointer (&found), error);
  return model ? derma_share_add (model) : NULL;
}
