/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "filter.h"

G_BEGIN_DECLS

#define GST_TYPE_DERMA_CLASSIFY (gst_derma_classify_get_type ())
G_DECLARE_FINAL_TYPE (GstDermaClassify, gst_derma_classify, GST, DERMA_CLASSIFY, GstDermaFilter)

GST_ELEMENT_REGISTER_DECLARE (dermaclassify)

G_END_DECLS
