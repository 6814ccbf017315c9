/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "captiontest.h"

G_BEGIN_DECLS

/* A sidecar that a test writes by hand, in a file of its own. */
typedef struct {
  gchar *path;
  GString *text;
  DermaReading reading; /* with which lines of readings are made */
} SidecarTest;

/* One with its first line, not yet written. */
void sidecar_test_set_up (SidecarTest *test, const gchar *name);
/* Removes the file, too. */
void sidecar_test_tear_down (SidecarTest *test);
/* @line: (transfer full) */
void sidecar_test_add_line (SidecarTest *test, gchar *line);
void sidecar_test_write (const SidecarTest *test);

G_END_DECLS
