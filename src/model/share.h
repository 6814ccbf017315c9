/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/model.h>

/*
 * Models that are alive, by path and digest: streams that load the same file get the same model, and its weights are in
 * memory once.
 */

/* (transfer full) (nullable) */
DermaModel *derma_share_find (const gchar *path, const gchar *sha256);
/* @model: (transfer full). Returns: (transfer full): @model, or one alike that came first */
DermaModel *derma_share_add (DermaModel *model);
/* Gives back a reference; with the last the model cannot be found any more, and is cleared. */
void derma_share_release (DermaModel *model);
