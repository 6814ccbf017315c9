/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/dicom.h"
#include "tools/output.h"
#include "tools/tool.h"

static const gchar SUMMARY[] =
    "PICTURE - make a DICOM file of a picture\n"
    "\n"
    "Makes a VL Photographic Image of a JPEG or PNG file, or with --dermoscopic a Dermoscopic Photography Image, with\n"
    "DCMTK's img2dcm. A JPEG keeps its bits. What is not known stays empty or is left out; nothing is made up, so "
    "that\n"
    "the patient has no name. What you know can be said by --attribute NAME=VALUE:\n"
    "\n";

static gint
write_picture (const gchar *picture, const gchar *output, gboolean dermoscopic, gchar **texts)
{
  g_autoptr (DermaDicom) dicom = derma_dicom_new (dermoscopic);
  GError *error = NULL;

  for (guint i = 0; texts && texts[i]; i++)
    if (!derma_dicom_take (dicom, texts[i], &error))
      break;
  if (error || !derma_dicom_check (dicom, &error)) {
    derma_tool_fail_error (error);
    return DERMA_EXIT_USAGE;
  }
  if (!derma_output_check (output, picture, &error))
    return derma_tool_fail_error (error);
  return derma_dicom_write (dicom, picture, output, &error) ? DERMA_EXIT_SUCCESS : derma_tool_fail_error (error);
}

gint
derma_tool_dicom (gint argc, gchar **argv)
{
  g_autofree gchar *names = derma_dicom_describe_names ();
  g_autofree gchar *summary = g_strconcat (SUMMARY, names, NULL);
  g_autofree gchar *output = NULL;
  g_auto (GStrv) texts = NULL;
  gboolean dermoscopic = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Where to", "FILE" },
    { "dermoscopic", 0, 0, G_OPTION_ARG_NONE, &dermoscopic, "Make a Dermoscopic Photography Image", NULL },
    { "attribute", 0, 0, G_OPTION_ARG_STRING_ARRAY, &texts, "What you know (any number)", "NAME=VALUE" },
    { 0 },
  };
  gint code = derma_tool_parse (&argc, &argv, summary, entries, 1);

  if (code >= 0)
    return code;
  if (!output)
    return derma_tool_fail (DERMA_EXIT_USAGE, "dicom", "-o is needed (--help tells more)");
  return write_picture (argv[1], output, dermoscopic, texts);
}
