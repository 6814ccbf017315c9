/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Counts in @ends, atomically, how often the end of the stream comes to the element of that name. */
void ends_count (GstBin *bin, const gchar *element, gint *ends);
