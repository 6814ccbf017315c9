/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/api.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * DERMA_ERROR:
 *
 * The error domain of libderma. Every message is one line that names the file or object, the place in it and the
 * cause, in the form "FILE: PLACE: CAUSE", and is fit to be shown to a user as it is.
 */
#define DERMA_ERROR (derma_error_quark ())

/**
 * DermaError:
 * @DERMA_ERROR_FILE: a file is missing, unreadable or cannot be written
 * @DERMA_ERROR_FORMAT: data is malformed: truncated, inconsistent, not what it claims to be
 * @DERMA_ERROR_UNSUPPORTED: well-formed, but uses an operator, shape, type or pixel format that is not supported
 * @DERMA_ERROR_LIMIT: exceeds a limit set on untrusted input
 * @DERMA_ERROR_RUNTIME: the inference library or the operating system refused
 * @DERMA_ERROR_ARGUMENT: a value given by the caller is out of range
 * @DERMA_ERROR_BUSY: a device is in use by another program
 * @DERMA_ERROR_GONE: a device was unplugged
 * @DERMA_ERROR_DIGEST: a file is sound or not, but not the one whose digest was asked for
 */
typedef enum {
  DERMA_ERROR_FILE,
  DERMA_ERROR_FORMAT,
  DERMA_ERROR_UNSUPPORTED,
  DERMA_ERROR_LIMIT,
  DERMA_ERROR_RUNTIME,
  DERMA_ERROR_ARGUMENT,
  DERMA_ERROR_BUSY,
  DERMA_ERROR_GONE,
  DERMA_ERROR_DIGEST,
} DermaError;

DERMA_API GQuark derma_error_quark (void);

G_END_DECLS
