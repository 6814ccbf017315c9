/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/metadata.h>

#include <glib.h>

G_BEGIN_DECLS

/*
 * Turns one raw score a class into probabilities that sum to 1, as @metadata says: softmax of scores / temperature.
 * For DERMA_SCORES_PROBABILITIES the scores are the logarithms of what the network gave, so that a temperature of 1
 * only normalises. A score that is not finite, a negative probability or nothing but zeros is DERMA_ERROR_RUNTIME;
 * @probabilities is then untouched. The two arrays hold metadata->classes->n values and may be the same.
 */
gboolean derma_calibrate (const DermaMetadata *metadata, const gfloat *scores, gfloat *probabilities, GError **error);

G_END_DECLS
