/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/reader.h"

/* Reads a whole graph into @reader's IR: initialisers, the input, the nodes in their order, the outputs. */
gboolean derma_reader_read_graph (DermaReader *reader, const Onnx__GraphProto *graph);
