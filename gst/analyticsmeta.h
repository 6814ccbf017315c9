/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * Adds the probabilities of @reading to the analytics of a writable @buffer, for elements that know those. Built only
 * where GStreamer has them, from 1.24.
 */
void derma_analytics_meta_add (GstBuffer *buffer, const DermaReading *reading);

G_END_DECLS
