/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_DERMA_REPLAY (gst_derma_replay_get_type ())
G_DECLARE_FINAL_TYPE (GstDermaReplay, gst_derma_replay, GST, DERMA_REPLAY, GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE (dermareplay)

G_END_DECLS
