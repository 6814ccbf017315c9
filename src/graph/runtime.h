/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/plan.h"

G_BEGIN_DECLS

/* Prepares XNNPACK, once in a process. */
gboolean derma_runtime_init (GError **error);

/* An XNNPACK runtime that knows where its values outside are. */
typedef struct _DermaRuntime DermaRuntime;

/*
 * Makes that of the steps @first to @end - 1 of @plan. @buffers: one a value of the plan, NULL where the value is not
 * kept; @name: of the model, for messages.
 */
DermaRuntime *derma_runtime_new (const DermaPlan *plan, guint first, guint end, gpointer *buffers, pthreadpool_t pool,
                                 const gchar *name, GError **error);
/* @runtime: (nullable) (transfer full) */
void derma_runtime_free (DermaRuntime *runtime);
/* Has it compute on other buffers from now on. */
enum xnn_status derma_runtime_connect (DermaRuntime *runtime, gpointer *buffers);
enum xnn_status derma_runtime_invoke (DermaRuntime *runtime);
/* What a status code says. */
const gchar *derma_runtime_explain (enum xnn_status status);

G_END_DECLS
