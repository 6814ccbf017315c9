/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "elementtest.h"

G_BEGIN_DECLS

/* Frames that carry readings made by hand, for what comes behind dermaclassify. */

/* Makes class @top of element_test_reading()'s the one with @confidence, in @state. */
void caption_test_reading (DermaReading *reading, guint top, gfloat confidence, DermaState state);
/* (transfer full): a small frame with @reading on it, or none */
GstBuffer *caption_test_frame (const DermaReading *reading, GstClockTime pts, GstClockTime duration);

G_END_DECLS
