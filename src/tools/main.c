/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/tool.h"

#include <derma/version.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const gchar HELP[] = "Usage: derma COMMAND [OPTION...]\n"
                            "\n"
                            "Commands:\n"
                            "  eval --labels FILE.csv   measure a network on labelled pictures\n"
                            "  model info M             say what is in a model file\n"
                            "  model run M              run a network on an array\n"
                            "  model check M            see that a model file gives what it promises\n"
                            "  bench                    measure what a reading costs, stage by stage\n"
                            "  report SESSION.mkv       report what a recorded session showed\n"
                            "  dicom PICTURE            make a DICOM file of a picture\n"
                            "  camera list              say which cameras there are\n"
                            "  camera show DEVICE       say what a camera can do\n"
                            "  camera lock DEVICE       fix exposure, white balance and focus where they settle\n"
                            "  camera restore DEVICE    put back what was before the lock\n"
                            "\n"
                            "derma COMMAND --help tells the options of a command; --version tells the version.\n"
                            "Exit codes: 0 success, 1 failure with one line on stderr, 2 usage.\n"
                            "For research; not a medical device, not a diagnosis.\n";

static gint
run (gint argc, gchar **argv)
{
  static const struct {
    const gchar *name;
    gint (*run) (gint argc, gchar **argv);
  } commands[] = {
    { "bench", derma_tool_bench }, { "camera", derma_tool_camera }, { "dicom", derma_tool_dicom },
    { "eval", derma_tool_eval },   { "model", derma_tool_model },   { "report", derma_tool_report },
  };
  const gchar *command = argc > 1 ? argv[1] : "";

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (command, commands[i].name) == 0)
      return commands[i].run (argc - 1, argv + 1);
  if (strcmp (command, "--version") == 0) {
    g_print ("derma %s\n", DERMA_VERSION);
    return DERMA_EXIT_SUCCESS;
  }
  if (strcmp (command, "--help") == 0 || strcmp (command, "-h") == 0 || strcmp (command, "help") == 0) {
    g_print ("%s", HELP);
    return DERMA_EXIT_SUCCESS;
  }
  if (*command)
    g_printerr ("derma: '%s' is not a command (--help tells more)\n", command);
  else
    g_printerr ("derma: which command? (--help tells more)\n");
  return DERMA_EXIT_USAGE;
}

gint
main (gint argc, gchar **argv)
{
  gint code;

  setlocale (LC_ALL, "");
  code = run (argc, argv);
  /* Nothing must be lost unheard. */
  if ((fflush (stdout) != 0 || ferror (stdout)) && code == DERMA_EXIT_SUCCESS) {
    g_printerr ("derma: standard output: cannot be written\n");
    return DERMA_EXIT_FAILURE;
  }
  return code;
}
