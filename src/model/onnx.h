/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/onnx.pb-c.h"

#include <glib.h>

typedef Onnx__ModelProto DermaProto;

/*
 * Unpacks the bytes of an ONNX file with memory in proportion to their number, and checks the counts of everything in
 * it. @file is for messages.
 */
DermaProto *derma_proto_unpack (GBytes *bytes, const gchar *file, GError **error);
void derma_proto_free (DermaProto *proto);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaProto, derma_proto_free)
