/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "evidence/snapshot.h"

#include <derma/error.h>

#include "evidence/newfile.h"

#define MAX_NAMES 10000

typedef struct {
  DermaSnapshot snapshot;
  gint references; /* atomic */
} Counted;

DermaSnapshot *
derma_snapshot_new (void)
{
  Counted *counted = g_new0 (Counted, 1);

  counted->references = 1;
  counted->snapshot =
      (DermaSnapshot){ .picture = derma_picture_new (), .pts = G_MAXUINT64, .reading = DERMA_READING_INIT };
  return &counted->snapshot;
}

DermaSnapshot *
derma_snapshot_ref (DermaSnapshot *snapshot)
{
  g_atomic_int_inc (&((Counted *)snapshot)->references);
  return snapshot;
}

void
derma_snapshot_unref (DermaSnapshot *snapshot)
{
  if (!snapshot || !g_atomic_int_dec_and_test (&((Counted *)snapshot)->references))
    return;
  derma_picture_free (snapshot->picture);
  derma_reading_clear (&snapshot->reading);
  g_free (snapshot);
}

gboolean
derma_snapshot_is_shared (DermaSnapshot *snapshot)
{
  return g_atomic_int_get (&((Counted *)snapshot)->references) > 1;
}

/* A file that is written, under a temporary name. (transfer full) */
static gchar *
write_file (const DermaSnapshot *snapshot, const DermaFrame *frame, const DermaSnapshotPlan *plan, gboolean annotated,
            GError **error)
{
  DermaPictureCoding coding = { .type = plan->type, .quality = plan->quality };
  g_autoptr (GBytes) data = NULL;

  if (derma_snapshot_describe (snapshot, plan, annotated, &coding, error))
    data = derma_picture_encode (frame, &coding, error);
  g_clear_pointer (&coding.exif, g_bytes_unref);
  g_clear_pointer (&coding.xmp, g_bytes_unref);
  if (!data) {
    g_autofree gchar *folder = g_filename_display_name (plan->folder);

    g_prefix_error (error, "%s: snapshot: ", folder);
    return NULL;
  }
  return derma_newfile_write (plan->folder, data, error);
}

static gchar *
make_stem (const DermaSnapshot *snapshot, const DermaSnapshotPlan *plan)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (plan->taken / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc ? g_date_time_to_local (utc) : NULL;
  g_autofree gchar *time = local ? g_date_time_format (local, "%Y%m%d-%H%M%S") : g_strdup ("undated");

  if (snapshot->reading.classes)
    return g_strdup_printf ("%s" G_DIR_SEPARATOR_S "derma-%s-lesion%u", plan->folder, time, snapshot->reading.lesion);
  return g_strdup_printf ("%s" G_DIR_SEPARATOR_S "derma-%s", plan->folder, time);
}

/* Gives both files names that nobody has. Returns: the path of the plain one */
static gchar *
publish (const DermaNewFilePair *pair, const gchar *stem, const gchar *suffix, GError **error)
{
  for (guint i = 1; i <= MAX_NAMES; i++) {
    g_autofree gchar *number = i > 1 ? g_strdup_printf ("-%u", i) : g_strdup ("");
    g_autofree gchar *plain = g_strdup_printf ("%s%s.%s", stem, number, suffix);
    g_autofree gchar *annotated = g_strdup_printf ("%s%s-annotated.%s", stem, number, suffix);
    gboolean taken = FALSE;

    if (derma_newfile_publish (pair, plain, annotated, &taken, error))
      return g_steal_pointer (&plain);
    if (!taken)
      return NULL;
  }
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: all names are taken", stem);
  return NULL;
}

gchar *
derma_snapshot_write (const DermaSnapshot *snapshot, const DermaFrame *annotated, const DermaSnapshotPlan *plan,
                      GError **error)
{
  g_autofree gchar *stem = make_stem (snapshot, plan);
  g_auto (DermaNewFilePair) pair = { NULL, NULL };

  pair.plain = write_file (snapshot, derma_picture_get_frame (snapshot->picture), plan, FALSE, error);
  if (!pair.plain)
    return NULL;
  if (annotated && !(pair.annotated = write_file (snapshot, annotated, plan, TRUE, error)))
    return NULL;
  return publish (&pair, stem, derma_picture_type_get_suffix (plan->type), error);
}
