/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/camera-info.h"
#include "tools/tool.h"

#include <string.h>

#define MAX_SETTLE 60.0

static void
free_info_and_camera (gpointer data)
{
  DermaCameraInfo *info = data;
  DermaCamera *camera = (DermaCamera *)info->camera;

  derma_camera_info_free (info);
  derma_camera_free (camera);
}

/* A camera that cannot be read is a line on standard error, and the others are listed. */
static GPtrArray *
read_all (guint *n_problems)
{
  g_auto (GStrv) problems = NULL;
  g_auto (GStrv) devices = derma_camera_find (&problems);
  GPtrArray *infos = g_ptr_array_new_with_free_func (free_info_and_camera);

  *n_problems = g_strv_length (problems);
  for (guint i = 0; problems[i]; i++)
    g_printerr ("%s\n", problems[i]);
  for (guint i = 0; devices[i]; i++) {
    GError *error = NULL;
    DermaCamera *camera = derma_camera_open (devices[i], &error);
    DermaCameraInfo *info = camera ? derma_camera_info_read (camera, &error) : NULL;

    if (info) {
      g_ptr_array_add (infos, info);
      continue;
    }
    derma_camera_free (camera);
    derma_tool_fail_error (error);
    ++*n_problems;
  }
  return infos;
}

static void
print_list (const GPtrArray *infos)
{
  for (guint i = 0; i < infos->len; i++) {
    g_autofree gchar *line = derma_camera_info_to_line (g_ptr_array_index (infos, i));

    g_print ("%s\n", line);
  }
}

static gint
run_list (gint argc, gchar **argv)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = { { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print all about them as JSON", NULL },
                                   { 0 } };
  gint code = derma_tool_parse (&argc, &argv, "- say which cameras there are", entries, 0);
  g_autoptr (GPtrArray) infos = NULL;
  guint n_problems;

  if (code >= 0)
    return code;
  infos = read_all (&n_problems);
  if (json) {
    g_autofree gchar *text = derma_camera_infos_to_json (infos);

    g_print ("%s\n", text);
  } else {
    print_list (infos);
  }
  if (infos->len == 0 && n_problems == 0 && !json)
    g_print ("There is no camera.\n");
  return infos->len == 0 && n_problems > 0 ? DERMA_EXIT_FAILURE : DERMA_EXIT_SUCCESS;
}

static gint
run_show (gint argc, gchar **argv)
{
  gboolean json = FALSE;
  g_autofree gchar *path = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL },
    { "save", 0, 0, G_OPTION_ARG_FILENAME, &path, "Save the present values as a profile", "FILE" },
    { 0 },
  };
  gint code = derma_tool_parse (&argc, &argv, "DEVICE - say what a camera can do", entries, 1);
  g_autoptr (DermaCamera) camera = NULL;
  g_autoptr (DermaCameraInfo) info = NULL;
  g_autofree gchar *text = NULL;
  GError *error = NULL;

  if (code >= 0)
    return code;
  camera = derma_camera_open (argv[1], &error);
  info = camera ? derma_camera_info_read (camera, &error) : NULL;
  if (!info || (path && !derma_profile_save (camera, path, &error)))
    return derma_tool_fail_error (error);
  text = json ? derma_camera_info_to_json (info) : derma_camera_info_to_text (info);
  g_print ("%s%s", text, json ? "\n" : "");
  return DERMA_EXIT_SUCCESS;
}

static void
print_lock (const DermaLock *lock, gdouble settle)
{
  const GPtrArray *settings = derma_lock_get_settings (lock);
  const gchar *const *automatic = derma_lock_get_automatic (lock);

  for (guint i = 0; i < settings->len; i++) {
    const DermaSetting *setting = g_ptr_array_index (settings, i);

    g_print ("%s = %" G_GINT64_FORMAT "\n", setting->key, setting->value);
  }
  for (guint i = 0; automatic[i]; i++)
    g_print ("%s stays automatic: it has no manual setting\n", automatic[i]);
  if (!derma_lock_is_settled (lock))
    g_print ("The values had not settled after %g s.\n", settle);
}

static gint
lock_camera (const gchar *device, const gchar *profile_path, gdouble settle)
{
  GError *error = NULL;
  g_autoptr (DermaProfile) profile = profile_path ? derma_profile_load (profile_path, &error) : NULL;
  g_autoptr (DermaCamera) camera = NULL;
  g_autofree gchar *state = NULL;
  g_autoptr (DermaLock) lock = NULL;
  DermaLockOptions options = { .profile = profile, .settle_ms = (guint)(settle * 1000), .stream = TRUE };

  if (profile_path && !profile)
    return derma_tool_fail_error (error);
  camera = derma_camera_open (device, &error);
  if (!camera)
    return derma_tool_fail_error (error);
  options.state = state = derma_camera_get_state_path (camera);
  lock = derma_camera_lock (camera, &options, &error);
  if (!lock)
    return derma_tool_fail_error (error);
  print_lock (lock, settle);
  return DERMA_EXIT_SUCCESS;
}

static gint
run_lock (gint argc, gchar **argv)
{
  g_autofree gchar *profile = NULL;
  gdouble settle = DERMA_LOCK_SETTLE_MS / 1000.0;
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &profile, "Apply this profile first", "FILE" },
    { "settle", 0, 0, G_OPTION_ARG_DOUBLE, &settle, "How long the values may take to settle, 0 to 60 (5)", "SECONDS" },
    { 0 },
  };
  gint code =
      derma_tool_parse (&argc, &argv, "DEVICE - fix exposure, white balance and focus where they settle", entries, 1);

  if (code >= 0)
    return code;
  if (!(settle >= 0 && settle <= MAX_SETTLE))
    return derma_tool_fail (DERMA_EXIT_USAGE, argv[0], "--settle: %g is not in 0 to %g", settle, MAX_SETTLE);
  return lock_camera (argv[1], profile, settle);
}

static gint
run_restore (gint argc, gchar **argv)
{
  const GOptionEntry entries[] = { { 0 } };
  gint code = derma_tool_parse (&argc, &argv, "DEVICE - put back what was before the lock", entries, 1);
  g_autoptr (DermaCamera) camera = NULL;
  g_autofree gchar *state = NULL;
  GError *error = NULL;

  if (code >= 0)
    return code;
  camera = derma_camera_open (argv[1], &error);
  if (!camera)
    return derma_tool_fail_error (error);
  state = derma_camera_get_state_path (camera);
  return derma_camera_restore (camera, state, &error) ? DERMA_EXIT_SUCCESS : derma_tool_fail_error (error);
}

gint
derma_tool_camera (gint argc, gchar **argv)
{
  static const struct {
    const gchar *name;
    gint (*run) (gint argc, gchar **argv);
  } commands[] = { { "list", run_list }, { "show", run_show }, { "lock", run_lock }, { "restore", run_restore } };

  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0) {
      g_autofree gchar *name = g_strconcat ("camera ", argv[1], NULL);

      argv[1] = name;
      return commands[i].run (argc - 1, argv + 1);
    }
  if (argc > 1 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0)) {
    g_print ("Usage: derma camera list|show|lock|restore [DEVICE] [OPTION...]\n");
    return DERMA_EXIT_SUCCESS;
  }
  return derma_tool_fail (DERMA_EXIT_USAGE, "camera", "list, show, lock or restore? (--help tells more)");
}
