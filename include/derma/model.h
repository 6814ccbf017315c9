/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/api.h>
#include <derma/metadata.h>

#include <glib.h>

G_BEGIN_DECLS

/** DERMA_MAX_RANK: the most dimensions a tensor may have */
#define DERMA_MAX_RANK 6

/**
 * DermaModel:
 *
 * A validated network: operators, shapes, constants and metadata of one ONNX file. Immutable, reference-counted, safe
 * to share between threads; it keeps no reference to the file.
 */
typedef struct _DermaModel DermaModel;

/**
 * derma_model_load:
 * @path: an ONNX file, at most 256 MiB
 * @error: return location; %DERMA_ERROR_FILE, %DERMA_ERROR_FORMAT, %DERMA_ERROR_UNSUPPORTED or %DERMA_ERROR_LIMIT
 *
 * A model is never changed, so that whoever loads the same bytes from the same path while it is alive gets the same
 * one, on any thread: its weights are in memory once.
 *
 * Returns: (transfer full): the model, or NULL with @error set to "PATH: node 'NAME' (OPERATOR): CAUSE" or the like
 */
DERMA_API DermaModel *derma_model_load (const gchar *path, GError **error);

/**
 * derma_model_load_pinned:
 * @path: an ONNX file, at most 256 MiB
 * @sha256: (nullable): the SHA-256 that its bytes must have, 64 hex digits in either case; NULL: any; another text is
 * the digest of no file
 * @error: return location, as for derma_model_load(), or %DERMA_ERROR_DIGEST, which names both digests
 *
 * Compares before anything that the file says is looked at.
 *
 * Returns: (transfer full): the model, or NULL with @error set
 */
DERMA_API DermaModel *derma_model_load_pinned (const gchar *path, const gchar *sha256, GError **error);

/**
 * derma_model_new_from_bytes:
 * @bytes: the contents of an ONNX file
 * @name: what messages call it
 * @error: return location, as for derma_model_load()
 */
DERMA_API DermaModel *derma_model_new_from_bytes (GBytes *bytes, const gchar *name, GError **error);

DERMA_API DermaModel *derma_model_ref (DermaModel *model);
/** derma_model_unref: @model: (nullable) (transfer full) */
DERMA_API void derma_model_unref (DermaModel *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaModel, derma_model_unref)

/**
 * derma_model_find_default:
 *
 * The shipped network: `$DERMA_MODEL_DIR/dermaclassify.onnx` if that variable is set, else the one beside the library
 * in its build tree, else the installed one. Where it is not there, dermaclassify-cc0.onnx of the same folder, if that
 * is.
 *
 * Returns: (transfer full): its path, which may not exist
 */
DERMA_API gchar *derma_model_find_default (void);

/** derma_model_get_name: Returns: (transfer none): the path or name it was loaded by */
DERMA_API const gchar *derma_model_get_name (const DermaModel *model);
/** derma_model_get_sha256: Returns: (transfer none): lower-case hex SHA-256 of the file's bytes */
DERMA_API const gchar *derma_model_get_sha256 (const DermaModel *model);
/** derma_model_get_metadata: Returns: (transfer none): what the file says about itself, defaults filled in */
DERMA_API const DermaMetadata *derma_model_get_metadata (const DermaModel *model);
/** derma_model_get_opset: Returns: the version of the default operator set, 7..21 */
DERMA_API gint derma_model_get_opset (const DermaModel *model);
/** derma_model_get_input_name: Returns: (transfer none): name of the one input, float32 N,C,H,W with N = 1 */
DERMA_API const gchar *derma_model_get_input_name (const DermaModel *model);
/** derma_model_get_input_size: @width, @height: pixels; @channels: 1 or 3 */
DERMA_API void derma_model_get_input_size (const DermaModel *model, guint *width, guint *height, guint *channels);
/** derma_model_get_n_outputs: Returns: 1..16 */
DERMA_API guint derma_model_get_n_outputs (const DermaModel *model);
DERMA_API const gchar *derma_model_get_output_name (const DermaModel *model, guint output);
/** derma_model_get_output_shape: @dims: (out): the extents in ONNX order. Returns: the rank, 0..DERMA_MAX_RANK */
DERMA_API guint derma_model_get_output_shape (const DermaModel *model, guint output, gint64 dims[DERMA_MAX_RANK]);
/** derma_model_get_n_parameters: Returns: trained values (weights, biases, folded batch norm counted as stored) */
DERMA_API guint64 derma_model_get_n_parameters (const DermaModel *model);
/** derma_model_get_n_macs: Returns: multiply-accumulates of one inference, convolutions and matrix products */
DERMA_API guint64 derma_model_get_n_macs (const DermaModel *model);

G_END_DECLS
