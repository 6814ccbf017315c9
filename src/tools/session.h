/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/course.h"

#include <derma/error.h>
#include <derma/model.h>

/* One file of a recording, with its sidecar. */
typedef struct {
  gchar *path;
  gchar *sidecar;
  guint64 offset;   /* where it begins on the time line of the session, ns */
  guint64 duration; /* ns; up to the last line without an orderly end */
  gboolean complete;
  guint64 torn; /* number of the last line if it was torn, else 0 */
} DermaPart;

/* A snapshot that was taken, or a tag that was set. */
typedef struct {
  guint64 time; /* ns on the time line of the session */
  guint part;
  guint lesion; /* 0 if unknown */
  gchar *text;  /* file of the snapshot, or NULL; the tag */
} DermaMark;

/* A network that readings are from. */
typedef struct {
  DermaClasses *classes; /* as the sidecar tells */
  DermaModel *model;     /* the very same, with the same classes; NULL if it is not at hand */
} DermaNetwork;

/* A recorded session, of one recording in one or several files. */
typedef struct {
  guint number; /* of the sessions that are read together, from 1 */
  gchar *name;  /* of the first file, without a folder */
  gchar *program;
  gchar *created;
  gchar *tags; /* NULL without */
  guint last_part;
  GPtrArray *parts;     /* of DermaPart */
  GPtrArray *courses;   /* of DermaCourse, none of them empty, in the order of their first sight */
  GPtrArray *snapshots; /* of DermaMark */
  GPtrArray *marks;     /* of DermaMark */
  GPtrArray *networks;  /* of DermaNetwork, in the order of their first reading */
  guint64 n_readings;
  guint64 duration; /* ns */
} DermaSession;

void derma_session_free (DermaSession *session);

/*
 * Reads the sidecar of a recording and adds its session to @sessions, an array made by derma_sessions_new(); a part of
 * a recording that follows the one read last is added to that one's session. @sidecar: NULL for the one beside it.
 * FALSE with @error set to "SIDECAR: line N: CAUSE" or the like; @sessions may then hold half of it.
 */
gboolean derma_sessions_add (GPtrArray *sessions, const gchar *recording, const gchar *sidecar, GError **error);
GPtrArray *derma_sessions_new (void);

/* The network of @classes, which are those of a reading of the session; NULL for NULL. */
DermaNetwork *derma_session_find_network (const DermaSession *session, const DermaClasses *classes);
/* What to call a class: its title if the model is at hand, else its label. */
const gchar *derma_network_get_title (const DermaNetwork *network, guint index);
/* Whether a class is known to be malignant. */
gboolean derma_network_is_malignant (const DermaNetwork *network, guint index);
