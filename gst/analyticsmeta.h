/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * Adds the probabilities of @reading to the analytics of a writable @buffer, of @width by @height pixels, for elements
 * that know those: a classification and, where a lesion was found, an object "lesion" at its region, each related to
 * the other. The object's confidence is the typicality, 1 where that was not measured. Built only where GStreamer has
 * them, from 1.24.
 */
void derma_analytics_meta_add (GstBuffer *buffer, const DermaReading *reading, guint width, guint height);

G_END_DECLS
