/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/tool.h"

#include <string.h>

gint
derma_tool_fail (gint code, const gchar *name, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("derma %s: %s\n", name, g_strdelimit (text, "\r\n", ' '));
  return code;
}

gint
derma_tool_fail_error (GError *error)
{
  g_printerr ("%s\n", g_strdelimit (error->message, "\r\n", ' '));
  g_error_free (error);
  return DERMA_EXIT_FAILURE;
}

gint
derma_tool_parse (gint *argc, gchar ***argv, const gchar *summary, const GOptionEntry *entries, gint n_arguments)
{
  g_autoptr (GOptionContext) context = g_option_context_new (summary);
  g_autofree gchar *program = g_strconcat ("derma ", (*argv)[0], NULL);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *needed = n_arguments == DERMA_TOOL_SOME ? g_strdup ("some") : g_strdup_printf ("%d", n_arguments);
  gboolean help = FALSE;
  const GOptionEntry own[] = { { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL }, { 0 } };

  g_set_prgname (program);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, own, NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    return derma_tool_fail (DERMA_EXIT_USAGE, (*argv)[0], "%s (--help tells more)", error->message);
  /* GLib leaves it where an argument that looks like an option follows. */
  if (*argc > 1 && strcmp ((*argv)[1], "--") == 0) {
    (*argv)[1] = (*argv)[0];
    (*argv)++;
    (*argc)--;
  }
  if (help) {
    g_autofree gchar *text = g_option_context_get_help (context, TRUE, NULL);

    g_print ("%s", text);
    return DERMA_EXIT_SUCCESS;
  }
  if (n_arguments == DERMA_TOOL_SOME ? *argc < 2 : *argc - 1 != n_arguments)
    return derma_tool_fail (DERMA_EXIT_USAGE, (*argv)[0], "%d arguments where %s are needed (--help tells more)",
                            *argc - 1, needed);
  return -1;
}
