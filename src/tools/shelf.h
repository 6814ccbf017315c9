/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>
#include <derma/model.h>

/* Networks at hand: the shipped ones, and those that the user names. */
typedef struct _DermaShelf DermaShelf;

/* @paths: (nullable) (array zero-terminated=1): files to take, which must load; the shipped ones may be missing. */
DermaShelf *derma_shelf_new (gchar **paths, GError **error);
void derma_shelf_free (DermaShelf *shelf);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaShelf, derma_shelf_free)

/* Returns: (transfer none) (nullable): the network with the digest and the labels of @classes */
DermaModel *derma_shelf_find (const DermaShelf *shelf, const DermaClasses *classes);
