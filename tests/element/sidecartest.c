/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sidecartest.h"

#include <derma/sidecar.h>

#include <glib/gstdio.h>

void
sidecar_test_set_up (SidecarTest *test, const gchar *name)
{
  test->path = element_test_path (name);
  test->text = g_string_new (NULL);
  test->reading = (DermaReading)DERMA_READING_INIT;
  caption_test_reading (&test->reading, 1, 0.9f, DERMA_STATE_STABLE);
  sidecar_test_add_line (test, derma_sidecar_format_session ("a.mkv", 0, 0, NULL));
}

void
sidecar_test_tear_down (SidecarTest *test)
{
  g_remove (test->path);
  g_free (test->path);
  g_string_free (test->text, TRUE);
  derma_reading_clear (&test->reading);
}

void
sidecar_test_add_line (SidecarTest *test, gchar *line)
{
  g_string_append_printf (test->text, "%s\n", line);
  g_free (line);
}

void
sidecar_test_write (const SidecarTest *test)
{
  g_assert_true (g_file_set_contents (test->path, test->text->str, (gssize)test->text->len, NULL));
}
