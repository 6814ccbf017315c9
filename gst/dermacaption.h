/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_DERMA_CAPTION (gst_derma_caption_get_type ())
G_DECLARE_FINAL_TYPE (GstDermaCaption, gst_derma_caption, GST, DERMA_CAPTION, GstElement)

GST_ELEMENT_REGISTER_DECLARE (dermacaption)

G_END_DECLS
