/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/fleet.h"

#include "graph/engine.h"
#include "graph/lower.h"

/* How often in a row one who comes may take an engine before those who wait. */
#define MOST_PASSES 8

struct _DermaFleet {
  DermaModel *model;
  guint threads;
  guint most;

  GMutex making; /* held while engines are made or taken away; never while one computes */
  DermaPlan *plan;
  guint n_users;

  GMutex lock; /* taken after the other */
  GCond changed;
  GPtrArray *idle; /* has room for all, so that giving back allocates nothing */
  guint n_engines;
  guint n_waiting;
  guint passes; /* engines taken in a row by others than those who wait */
};

/* Held while references are given back too: whoever finds a fleet finds one that stays. */
static GMutex lock;
static GHashTable *living; /* of DermaFleet, each its own key */

static guint
hash (gconstpointer key)
{
  const DermaFleet *fleet = key;

  return g_direct_hash (fleet->model) ^ fleet->threads;
}

static gboolean
equal (gconstpointer a, gconstpointer b)
{
  const DermaFleet *one = a, *other = b;

  return one->model == other->model && one->threads == other->threads;
}

static DermaFleet *
fleet_new (DermaModel *model, guint threads)
{
  DermaFleet *fleet = g_atomic_rc_box_new0 (DermaFleet);

  fleet->model = derma_model_ref (model);
  fleet->threads = threads;
  fleet->most = (g_get_num_processors () + threads - 1) / threads;
  fleet->idle = g_ptr_array_new_full (fleet->most, (GDestroyNotify)derma_engine_free);
  g_mutex_init (&fleet->making);
  g_mutex_init (&fleet->lock);
  g_cond_init (&fleet->changed);
  return fleet;
}

static void
fleet_clear (gpointer data)
{
  DermaFleet *fleet = data;

  g_hash_table_remove (living, fleet);
  g_ptr_array_unref (fleet->idle);
  derma_plan_free (fleet->plan);
  derma_model_unref (fleet->model);
  g_mutex_clear (&fleet->making);
  g_mutex_clear (&fleet->lock);
  g_cond_clear (&fleet->changed);
}

DermaFleet *
derma_fleet_get (DermaModel *model, guint threads)
{
  const DermaFleet like = { .model = model, .threads = threads };
  DermaFleet *fleet;

  g_mutex_lock (&lock);
  if (!living)
    living = g_hash_table_new (hash, equal);
  fleet = g_hash_table_lookup (living, &like);
  if (fleet) {
    g_atomic_rc_box_acquire (fleet);
  } else {
    fleet = fleet_new (model, threads);
    g_hash_table_add (living, fleet);
  }
  g_mutex_unlock (&lock);
  return fleet;
}

void
derma_fleet_unref (DermaFleet *fleet)
{
  if (!fleet)
    return;
  g_mutex_lock (&lock);
  g_atomic_rc_box_release_full (fleet, fleet_clear);
  g_mutex_unlock (&lock);
}

DermaModel *
derma_fleet_get_model (DermaFleet *fleet)
{
  return fleet->model;
}

const DermaPlan *
derma_fleet_get_plan (DermaFleet *fleet, GError **error)
{
  const DermaPlan *plan;

  g_mutex_lock (&fleet->making);
  if (!fleet->plan)
    fleet->plan = derma_lower_model (fleet->model, error);
  plan = fleet->plan;
  g_mutex_unlock (&fleet->making);
  return plan;
}

/* With the lock held. */
static void
put (DermaFleet *fleet, DermaEngine *engine)
{
  g_ptr_array_add (fleet->idle, engine);
  if (fleet->n_waiting > 0)
    g_cond_signal (&fleet->changed);
}

static gboolean
add_engine (DermaFleet *fleet, gpointer *ports, GError **error)
{
  DermaEngine *engine =
      derma_engine_new (fleet->plan, fleet->threads, ports, derma_model_get_name (fleet->model), error);

  if (!engine)
    return FALSE;
  g_mutex_lock (&fleet->lock);
  fleet->n_engines++;
  put (fleet, engine);
  g_mutex_unlock (&fleet->lock);
  return TRUE;
}

gboolean
derma_fleet_join (DermaFleet *fleet, gpointer *ports, GError **error)
{
  gboolean joined;

  g_mutex_lock (&fleet->making);
  joined = fleet->n_engines > fleet->n_users || fleet->n_engines == fleet->most || add_engine (fleet, ports, error);
  if (joined)
    fleet->n_users++;
  g_mutex_unlock (&fleet->making);
  return joined;
}

/* With fewer users at work than engines one is idle. */
static DermaEngine *
remove_surplus (DermaFleet *fleet)
{
  if (fleet->n_engines <= fleet->n_users)
    return NULL;
  fleet->n_engines--;
  return g_ptr_array_steal_index_fast (fleet->idle, fleet->idle->len - 1);
}

void
derma_fleet_leave (DermaFleet *fleet, gpointer *ports)
{
  DermaEngine *surplus;

  g_mutex_lock (&fleet->making);
  g_mutex_lock (&fleet->lock);
  fleet->n_users--;
  for (guint i = 0; i < fleet->idle->len; i++)
    if (derma_engine_is_connected (g_ptr_array_index (fleet->idle, i), ports))
      derma_engine_disconnect (g_ptr_array_index (fleet->idle, i));
  surplus = remove_surplus (fleet);
  g_mutex_unlock (&fleet->lock);
  derma_engine_free (surplus);
  g_mutex_unlock (&fleet->making);
}

/* The one that knows the ports already, or the one used last. */
static DermaEngine *
choose (DermaFleet *fleet, gpointer *ports)
{
  guint i = fleet->idle->len - 1;

  while (i > 0 && !derma_engine_is_connected (g_ptr_array_index (fleet->idle, i), ports))
    i--;
  if (!derma_engine_is_connected (g_ptr_array_index (fleet->idle, i), ports))
    i = fleet->idle->len - 1;
  return g_ptr_array_steal_index (fleet->idle, i);
}

static void
wait_for_engine (DermaFleet *fleet)
{
  fleet->n_waiting++;
  do
    g_cond_wait (&fleet->changed, &fleet->lock);
  while (fleet->idle->len == 0);
  fleet->n_waiting--;
  fleet->passes = 0;
}

/*
 * Who comes back at once goes on with the engine that it gave back: handing each engine to who has waited longest would
 * let the processor idle until that one has woken up.
 */
static DermaEngine *
borrow (DermaFleet *fleet, gpointer *ports)
{
  DermaEngine *engine;

  g_mutex_lock (&fleet->lock);
  if (fleet->idle->len == 0 || (fleet->n_waiting > 0 && fleet->passes >= MOST_PASSES))
    wait_for_engine (fleet);
  else
    fleet->passes += fleet->n_waiting > 0;
  engine = choose (fleet, ports);
  if (fleet->n_waiting > 0 && fleet->idle->len > 0)
    g_cond_signal (&fleet->changed);
  g_mutex_unlock (&fleet->lock);
  return engine;
}

gboolean
derma_fleet_run (DermaFleet *fleet, gpointer *ports, GError **error)
{
  DermaEngine *engine = borrow (fleet, ports);
  const gboolean done = derma_engine_run (engine, ports, error);

  g_mutex_lock (&fleet->lock);
  put (fleet, engine);
  g_mutex_unlock (&fleet->lock);
  return done;
}

guint
derma_fleet_count_engines (DermaFleet *fleet)
{
  guint n;

  g_mutex_lock (&fleet->lock);
  n = fleet->n_engines;
  g_mutex_unlock (&fleet->lock);
  return n;
}

guint
derma_fleet_get_most (DermaFleet *fleet)
{
  return fleet->most;
}
