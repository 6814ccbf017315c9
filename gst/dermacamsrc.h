/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_DERMA_CAM_SRC (gst_derma_cam_src_get_type ())
G_DECLARE_FINAL_TYPE (GstDermaCamSrc, gst_derma_cam_src, GST, DERMA_CAM_SRC, GstBin)

GST_ELEMENT_REGISTER_DECLARE (dermacamsrc)

G_END_DECLS
