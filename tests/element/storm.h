/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stress.h"

G_BEGIN_DECLS

/*
 * One step of a stream that changes all the time, flushes, turns round, ends and begins again: an event, other caps, or
 * a frame, which may be marked, come late, go back or have no time. @timed: every segment is one of times.
 */
void storm_step (Stress *stress, gboolean timed);

G_END_DECLS
