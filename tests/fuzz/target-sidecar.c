/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes that are said to be the sidecar of a recording. */
#include "memfile.h"
#include "outcome.h"
#include "target.h"

#include <derma/sidecar.h>

#include <string.h>

void
fuzz_target_start (void)
{
}

static void
check_reading (const DermaReading *reading)
{
  g_autofree gchar *json = derma_reading_to_json (reading);

  fuzz_outcome_check_text (json);
  g_assert_null (strchr (json, '\n'));
  g_assert_cmpuint (reading->state, <, DERMA_N_STATES);
  if (!reading->classes)
    return;
  fuzz_outcome_check_range (reading->classes->n, 1, DERMA_MAX_CLASSES);
  g_assert_cmpuint (reading->top, <, reading->classes->n);
  for (guint i = 0; i < reading->classes->n; i++) {
    fuzz_outcome_check_text (reading->classes->labels[i]);
    fuzz_outcome_check_range (reading->probabilities[i], 0, 1);
  }
}

static void
check_event (const DermaSidecarEvent *event)
{
  fuzz_outcome_check_text (event->kind);
  if (event->text)
    fuzz_outcome_check_text (event->text);
  if (event->file)
    fuzz_outcome_check_text (event->file);
  fuzz_outcome_check_range (event->seconds, 0, 86400);
}

static void
check_session (const DermaSidecarSession *session)
{
  fuzz_outcome_check_text (session->program);
  fuzz_outcome_check_text (session->created);
  fuzz_outcome_check_text (session->recording);
  fuzz_outcome_check_text (session->notice);
  if (session->tags)
    fuzz_outcome_check_text (session->tags);
}

void
fuzz_target_run (const guint8 *data, gsize size)
{
  const gchar *path = fuzz_memfile_write (data, size);
  g_autofree gchar *place = g_strdup_printf ("%s: ", path);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaSidecar) sidecar = derma_sidecar_open (path, &error);
  DermaSidecarItem item = DERMA_SIDECAR_READING;
  gboolean ok = sidecar != NULL;

  if (ok)
    check_session (derma_sidecar_get_session (sidecar));
  while (ok && (ok = derma_sidecar_next (sidecar, &item, &error)) && item != DERMA_SIDECAR_END) {
    if (item == DERMA_SIDECAR_READING)
      check_reading (derma_sidecar_get_reading (sidecar));
    else
      check_event (derma_sidecar_get_event (sidecar));
  }
  fuzz_outcome_check (ok, error, place);
}
