/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "filter.h"

G_BEGIN_DECLS

#define GST_TYPE_DERMA_OVERLAY (gst_derma_overlay_get_type ())
G_DECLARE_FINAL_TYPE (GstDermaOverlay, gst_derma_overlay, GST, DERMA_OVERLAY, GstDermaFilter)

GST_ELEMENT_REGISTER_DECLARE (dermaoverlay)

G_END_DECLS
