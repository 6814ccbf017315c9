/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dermacamsrc.h"
#include "dermacaption.h"
#include "dermaclassify.h"
#include "dermaoverlay.h"
#include "dermarecord.h"
#include "dermareplay.h"

#include <derma/version.h>

static gboolean
plugin_init (GstPlugin *plugin)
{
  gboolean ok = TRUE;

  ok &= GST_ELEMENT_REGISTER (dermacamsrc, plugin);
  ok &= GST_ELEMENT_REGISTER (dermacaption, plugin);
  ok &= GST_ELEMENT_REGISTER (dermaclassify, plugin);
  ok &= GST_ELEMENT_REGISTER (dermaoverlay, plugin);
  ok &= GST_ELEMENT_REGISTER (dermarecord, plugin);
  ok &= GST_ELEMENT_REGISTER (dermareplay, plugin);
  return ok;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, derma, "Calibrated readings of skin lesions", plugin_init,
                   DERMA_VERSION, "LGPL", "dermaclassify", "dermaclassify")
