/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_DERMA_RECORD (gst_derma_record_get_type ())
G_DECLARE_FINAL_TYPE (GstDermaRecord, gst_derma_record, GST, DERMA_RECORD, GstBin)

GST_ELEMENT_REGISTER_DECLARE (dermarecord)

G_END_DECLS
