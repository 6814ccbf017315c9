/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/auto.h"
#include "camera/setting.h"

#include <linux/videodev2.h>

static const DermaAuto AUTOS[] = {
  { V4L2_CID_EXPOSURE_AUTO,
    { V4L2_EXPOSURE_MANUAL, V4L2_EXPOSURE_SHUTTER_PRIORITY },
    { V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CID_EXPOSURE, V4L2_CID_IRIS_ABSOLUTE, V4L2_CID_GAIN } },
  { V4L2_CID_AUTOGAIN, { 0 }, { V4L2_CID_GAIN, V4L2_CID_ANALOGUE_GAIN } },
  { V4L2_CID_ISO_SENSITIVITY_AUTO, { V4L2_ISO_SENSITIVITY_MANUAL }, { V4L2_CID_ISO_SENSITIVITY } },
  { V4L2_CID_AUTO_WHITE_BALANCE,
    { 0 },
    { V4L2_CID_WHITE_BALANCE_TEMPERATURE, V4L2_CID_RED_BALANCE, V4L2_CID_BLUE_BALANCE } },
  { V4L2_CID_AUTO_N_PRESET_WHITE_BALANCE,
    { V4L2_WHITE_BALANCE_MANUAL },
    { V4L2_CID_WHITE_BALANCE_TEMPERATURE, V4L2_CID_RED_BALANCE, V4L2_CID_BLUE_BALANCE } },
  { V4L2_CID_FOCUS_AUTO, { 0 }, { V4L2_CID_FOCUS_ABSOLUTE } },
  { V4L2_CID_AUTOBRIGHTNESS, { 0 }, { V4L2_CID_BRIGHTNESS } },
  { V4L2_CID_HUE_AUTO, { 0 }, { V4L2_CID_HUE } },
};

const DermaAuto *
derma_auto_get (guint i)
{
  return i < G_N_ELEMENTS (AUTOS) ? &AUTOS[i] : NULL;
}

const DermaAuto *
derma_auto_find (guint32 id)
{
  for (guint i = 0; i < G_N_ELEMENTS (AUTOS); i++)
    if (AUTOS[i].id == id)
      return &AUTOS[i];
  return NULL;
}

/* A second choice of 0 is the first again: where 0 is manual, it is the only one. */
gboolean
derma_auto_is_manual (const DermaAuto *automatic, gint64 value)
{
  return value == automatic->manual[0] || (automatic->manual[1] && value == automatic->manual[1]);
}

gboolean
derma_auto_choose_manual (const DermaAuto *automatic, const DermaControl *control, gint64 *value)
{
  if (control->flags & DERMA_CONTROL_HAS_VALUE && derma_auto_is_manual (automatic, control->value)) {
    *value = control->value;
    return TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (automatic->manual); i++) {
    g_autofree gchar *refusal = derma_control_refuse (control, automatic->manual[i]);

    if (!refusal && derma_auto_is_manual (automatic, automatic->manual[i])) {
      *value = automatic->manual[i];
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
governs (const DermaAuto *automatic, guint32 id)
{
  for (guint i = 0; i < DERMA_MAX_GOVERNED && automatic->governed[i]; i++)
    if (automatic->governed[i] == id)
      return TRUE;
  return FALSE;
}

const DermaControl *
derma_auto_governing (const GPtrArray *controls, const GPtrArray *settings, guint32 id)
{
  for (guint i = 0; i < G_N_ELEMENTS (AUTOS); i++) {
    const DermaControl *control = governs (&AUTOS[i], id) ? derma_control_find_id (controls, AUTOS[i].id) : NULL;
    const DermaSetting *setting = settings ? derma_settings_find (settings, AUTOS[i].id) : NULL;

    if (!control || (!setting && !(control->flags & DERMA_CONTROL_HAS_VALUE))
        || control->flags & DERMA_CONTROL_DISABLED)
      continue;
    if (!derma_auto_is_manual (&AUTOS[i], setting ? setting->value : control->value))
      return control;
  }
  return NULL;
}
