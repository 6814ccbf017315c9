/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/reader.h"

/*
 * A constant being computed with: any type as double, which holds float32 and the integers of shapes exactly. Integers
 * beyond 2^53, which exporters use for "to the end", stay far beyond any extent.
 */
typedef struct {
  DermaDtype dtype;
  DermaShape shape;
  gsize n;
  gdouble *values;
} DermaConstant;

/* Makes room for a constant; FALSE with the error set if it is too large. */
gboolean derma_constant_init (DermaReader *reader, DermaConstant *constant, DermaDtype dtype, const DermaShape *shape);
gboolean derma_constant_load (DermaReader *reader, DermaConstant *constant, const DermaTensor *tensor);
/* Adds it to the IR. */
guint derma_constant_store (DermaReader *reader, const DermaConstant *constant, const gchar *name);
void derma_constant_clear (DermaConstant *constant);
/* Fills @to from @from, stepping @steps along each axis of @to from element @start; the steps stay inside. */
void derma_constant_gather (DermaConstant *to, const DermaConstant *from, gint64 start, const gint64 *steps);
/* Distance between neighbours along each axis. */
void derma_constant_get_steps (const DermaShape *shape, gint64 *steps);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DermaConstant, derma_constant_clear)
