/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/report.h"

#include "tools/exhibit.h"
#include "tools/output.h"
#include "tools/shelf.h"
#include "tools/tool.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const gchar SUMMARY[] =
    "SESSION.mkv... - report what a recorded session showed\n"
    "\n"
    "Reads the sidecar beside each recording (SESSION.jsonl) and writes one HTML file that needs nothing else: for "
    "each\n"
    "lesion the sharpest picture with its outline, the reading that stood last with its calibrated probabilities, and\n"
    "the course over time. It has no script, prints on A4, and reads on a phone. The parts of a split recording, "
    "given\n"
    "in their order, become one session. A recording that was cut off is reported as far as it goes.\n"
    "\n"
    "Outlines are those of the lesion map: the network whose digest was recorded, if it is at hand, reads the picture\n"
    "again; otherwise the recorded region is drawn. The shipped networks are at hand, and those of --model.\n"
    "\n"
    "  derma report visit.mkv -o visit.html\n"
    "  derma report visit-00000.mkv visit-00001.mkv -o visit.html\n"
    "  derma report visit.mkv --json\n"
    "  derma report *.mkv --csv -o lesions.csv\n"
    "  derma report visit.mkv --dicom pictures/\n"
    "\n"
    "The file is written whole or not at all. Exit codes: 0 success, 1 failure with one line on stderr, 2 usage.\n"
    "For research; not a medical device, not a diagnosis.";

typedef struct {
  gchar *output;
  gchar *sidecar;
  gchar *dicom;
  gchar **models;
  gchar **attributes;
  gboolean dermoscopic;
  gboolean json;
  gboolean csv;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->output);
  g_free (options->sidecar);
  g_free (options->dicom);
  g_strfreev (options->models);
  g_strfreev (options->attributes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gint
check_dicom (const Options *o)
{
  const DermaReportDicom dicom = { o->dicom, o->dermoscopic, o->attributes, FALSE };
  GError *error = NULL;

  if (!o->dicom && (o->dermoscopic || o->attributes))
    return derma_tool_fail (DERMA_EXIT_USAGE, "report", "--dermoscopic and --attribute go with --dicom");
  if (!o->dicom || derma_report_dicom_check (&dicom, &error))
    return -1;
  derma_tool_fail_error (error);
  return DERMA_EXIT_USAGE;
}

static gboolean
has_report (const Options *options)
{
  return options->output || options->json || options->csv;
}

/* Whether the report goes to standard output. */
static gboolean
prints (const Options *options)
{
  return has_report (options) && (!options->output || strcmp (options->output, "-") == 0);
}

static gint
parse (gint *argc, gchar ***argv, Options *o)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Where to (- is standard output)", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o->json, "Write JSON instead, to standard output without -o", NULL },
    { "csv", 0, 0, G_OPTION_ARG_NONE, &o->csv, "Write CSV instead, a row a lesion, likewise", NULL },
    { "dicom", 0, 0, G_OPTION_ARG_FILENAME, &o->dicom, "Write the sharpest pictures as DICOM files", "DIR" },
    { "dermoscopic", 0, 0, G_OPTION_ARG_NONE, &o->dermoscopic, "As in derma dicom, for --dicom", NULL },
    { "attribute", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->attributes, "As in derma dicom, for --dicom", "NAME=VALUE" },
    { "sidecar", 0, 0, G_OPTION_ARG_FILENAME, &o->sidecar, "Sidecar of the one recording given", "FILE" },
    { "model", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->models, "A network to have at hand (any number)", "FILE" },
    { 0 },
  };
  gint code = derma_tool_parse (argc, argv, SUMMARY, entries, DERMA_TOOL_SOME);

  if (code >= 0)
    return code;
  if (o->json && o->csv)
    return derma_tool_fail (DERMA_EXIT_USAGE, "report", "--json and --csv exclude each other");
  if (o->sidecar && *argc != 2)
    return derma_tool_fail (DERMA_EXIT_USAGE, "report", "--sidecar is for one recording, not %d", *argc - 1);
  if (!has_report (o) && !o->dicom)
    return derma_tool_fail (DERMA_EXIT_USAGE, "report", "-o is needed (--help tells more)");
  return check_dicom (o);
}

static gboolean
load (GPtrArray *sessions, gchar **recordings, const Options *options, GError **error)
{
  g_autoptr (DermaShelf) shelf = derma_shelf_new (options->models, error);

  if (!shelf)
    return FALSE;
  for (guint i = 0; recordings[i]; i++)
    if (!derma_sessions_add (sessions, recordings[i], options->sidecar, error))
      return FALSE;
  for (guint i = 0; i < sessions->len; i++) {
    const DermaSession *session = g_ptr_array_index (sessions, i);

    for (guint k = 0; k < session->networks->len; k++) {
      DermaNetwork *network = g_ptr_array_index (session->networks, k);
      DermaModel *model = derma_shelf_find (shelf, network->classes);

      network->model = model ? derma_model_ref (model) : NULL;
    }
  }
  return TRUE;
}

static gboolean
check_snapshots (const DermaSession *session, const gchar *output, GError **error)
{
  g_autoptr (DermaGallery) gallery = derma_gallery_new (session);

  for (guint i = 0; i < session->snapshots->len; i++) {
    g_autofree gchar *path = derma_gallery_find_snapshot (gallery, g_ptr_array_index (session->snapshots, i));

    if (!derma_output_check (output, path, error))
      return FALSE;
  }
  return TRUE;
}

/* What is read must not be replaced. */
static gboolean
check_output (const GPtrArray *sessions, const Options *options, GError **error)
{
  for (guint i = 0; options->models && options->models[i]; i++)
    if (!derma_output_check (options->output, options->models[i], error))
      return FALSE;
  for (guint i = 0; i < sessions->len; i++) {
    const DermaSession *session = g_ptr_array_index (sessions, i);

    for (guint k = 0; k < session->parts->len; k++) {
      const DermaPart *part = g_ptr_array_index (session->parts, k);

      if (!derma_output_check (options->output, part->path, error)
          || !derma_output_check (options->output, part->sidecar, error))
        return FALSE;
    }
    if (!check_snapshots (session, options->output, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_report (const GPtrArray *sessions, const Options *options, GError **error)
{
  g_autofree gchar *text = NULL;

  if (!prints (options) && !check_output (sessions, options, error))
    return FALSE;
  if (options->json) {
    text = derma_report_to_json (sessions);
  } else if (options->csv) {
    text = derma_report_to_csv (sessions);
  } else {
    GString *html = derma_report_to_html (sessions, error);

    if (!html)
      return FALSE;
    text = g_string_free (html, FALSE);
  }
  if (!prints (options))
    return derma_output_write (options->output, text, strlen (text), error);
  fputs (text, stdout);
  return TRUE;
}

static gboolean
report (gchar **recordings, const Options *options, GError **error)
{
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaReportDicom dicom = { options->dicom, options->dermoscopic, options->attributes, prints (options) };

  if (!load (sessions, recordings, options, error))
    return FALSE;
  if (has_report (options) && !write_report (sessions, options, error))
    return FALSE;
  return !options->dicom || derma_report_to_dicom (sessions, &dicom, error);
}

gint
derma_tool_report (gint argc, gchar **argv)
{
  g_auto (Options) options = { 0 };
  GError *error = NULL;
  gint code;

  /* Numbers in HTML, SVG, JSON and CSV have a point, whatever the language. */
  setlocale (LC_NUMERIC, "C");
  code = parse (&argc, &argv, &options);
  if (code >= 0)
    return code;
  return report (argv + 1, &options, &error) ? DERMA_EXIT_SUCCESS : derma_tool_fail_error (error);
}
