/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/report-html.h"

#include "tools/html.h"

void
derma_report_add_notes (GString *html)
{
  g_string_append (
      html,
      "<h2>How to read this</h2>\n<dl>\n"
      "<dt>Reading</dt><dd><p>The most probable of the classes that the network knows. It names one of them for any "
      "lesion, also for one that is of none of them. Probabilities are calibrated: of lesions with 0.7, about seven in "
      "ten were of that class on the validation data.</p></dd>\n"
      "<dt>Malignant score</dt><dd><p>The sum of the probabilities of the malignant classes, which have red bars; grey "
      "ones are of a network that is not at hand, so that it is not known which classes are malignant. From the "
      "operating point on a reading is flagged. A reading that is not flagged does not mean that a lesion is "
      "benign.</p></dd>\n"
      "<dt>State</dt><dd><p><em>Stable</em>: the reading stands. <em>Uncertain</em>: the evidence does not favour one "
      "class enough. <em>Acquiring</em>: evidence is being gathered. <em>Poor image</em>: too blurred, dark, bright, "
      "glaring or moved to read. <em>No lesion</em>: nothing to read in view. The reading that is shown is the last "
      "stable one; without one, the last uncertain one.</p></dd>\n"
      "<dt>Quality, typicality</dt><dd><p>From 0 to 1. Quality is the least of focus, exposure, absence of glare, and "
      "stillness. Typicality says how much a picture is like those that the network was trained on.</p></dd>\n"
      "</dl>\n");
}

static void
add_row (GString *html, const gchar *name, const gchar *value)
{
  if (value && *value)
    derma_html_add (html, "<tr><th scope=\"row\">%s</th><td><bdi>%s</bdi></td></tr>\n", name, value);
}

static void
add_point (GString *html, const gchar *name, gfloat point, gfloat sensitivity, gfloat specificity)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (point < 0)
    return;
  g_string_append_printf (text, "%.3f", point);
  if (sensitivity >= 0)
    g_string_append_printf (text, "; sensitivity %.3f", sensitivity);
  if (specificity >= 0)
    g_string_append_printf (text, "; specificity %.3f", specificity);
  if (sensitivity >= 0 || specificity >= 0)
    g_string_append (text, " on the validation data");
  add_row (html, name, text->str);
}

void
derma_report_add_network (GString *html, const DermaNetwork *network)
{
  const DermaMetadata *metadata = network->model ? derma_model_get_metadata (network->model) : NULL;
  const DermaClasses *classes = metadata ? metadata->classes : network->classes;

  g_string_append (html,
                   "<h2>The network</h2>\n<div class=\"scroll\"><table class=\"network\">\n<caption>What gave these "
                   "readings</caption>\n<tbody>\n");
  add_row (html, "Name", network->classes->model_name);
  add_row (html, "Version", network->classes->model_version);
  add_point (html, "Operating point", classes->operating_point, classes->sensitivity, classes->specificity);
  add_point (html, "For melanoma alone", classes->melanoma_operating_point, classes->melanoma_sensitivity,
             classes->melanoma_specificity);
  add_row (html, "Licence", metadata && metadata->licence ? metadata->licence : "not known: the file is not at hand");
  add_row (html, "Trained on", metadata ? metadata->provenance : NULL);
  derma_html_add (html, "<tr><th scope=\"row\">SHA-256</th><td><code>%s</code></td></tr>\n",
                  *classes->model_sha256 ? classes->model_sha256 : "not known");
  g_string_append (html, "</tbody></table></div>\n");
}
