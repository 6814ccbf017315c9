/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/session.h"

/*
 * Appends the course of a lesion as an SVG picture: malignant score and quality over time, the operating point, the
 * moment of the reading, snapshots, and a band of states. It is as wide as its place; texts keep their size.
 */
void derma_plot_course (GString *html, const DermaSession *session, const DermaCourse *course);
/* Appends a bar of the shares of time spent in each state. */
void derma_plot_shares (GString *html, const gdouble shares[DERMA_N_STATES]);
