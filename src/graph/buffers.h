/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/plan.h"

G_BEGIN_DECLS

/*
 * Memory for values of a plan that live outside of runtimes, zeroed: an array with one entry a value, NULL where there
 * is nothing.
 */

/* @ports: whether those that go in and come out, or those between; @name: of the model, for messages. */
gpointer *derma_buffers_new (const DermaPlan *plan, gboolean ports, const gchar *name, GError **error);
/* @buffers: (nullable) (transfer full); those of @ports only, as they were made */
void derma_buffers_free (gpointer *buffers, const DermaPlan *plan, gboolean ports);

G_END_DECLS
