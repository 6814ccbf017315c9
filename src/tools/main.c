/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/tool.h"

#include <derma/version.h>

#include <locale.h>
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

gint
main (gint argc, gchar **argv)
{
  const gchar *command = argc > 1 ? argv[1] : "";

  setlocale (LC_ALL, "");
  if (strcmp (command, "bench") == 0)
    return derma_tool_bench (argc - 1, argv + 1);
  if (strcmp (command, "camera") == 0)
    return derma_tool_camera (argc - 1, argv + 1);
  if (strcmp (command, "eval") == 0)
    return derma_tool_eval (argc - 1, argv + 1);
  if (strcmp (command, "model") == 0)
    return derma_tool_model (argc - 1, argv + 1);
  if (strcmp (command, "dicom") == 0)
    return derma_tool_dicom (argc - 1, argv + 1);
  if (strcmp (command, "report") == 0)
    return derma_tool_report (argc - 1, argv + 1);
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
