/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/reader.h"

/*
 * Evaluates the node being read if all that it reads is known, as the shape arithmetic that exporters write is. Sets
 * @folded; FALSE only on an error.
 */
gboolean derma_fold_node (DermaReader *reader, gboolean *folded);
