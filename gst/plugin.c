/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dermacamsrc.h"
#include "dermacaption.h"
#include "dermaclassify.h"
#include "dermaoverlay.h"

#include <derma/version.h>

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (dermacamsrc, plugin) && GST_ELEMENT_REGISTER (dermacaption, plugin)
         && GST_ELEMENT_REGISTER (dermaclassify, plugin) && GST_ELEMENT_REGISTER (dermaoverlay, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, derma, "Calibrated readings of skin lesions", plugin_init,
                   DERMA_VERSION, "LGPL", "dermaclassify", "dermaclassify")
