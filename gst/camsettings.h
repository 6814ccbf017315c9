/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cammode.h"

G_BEGIN_DECLS

/* The properties of dermacamsrc that are plain values. */
typedef struct {
  gchar *device;
  DermaCamWish wish;
  gboolean lock;
  gboolean restore;
  gchar *profile;
  guint settle_ms;
  gboolean reconnect;
  guint interval_ms;
  gchar *still_button;
} DermaCamSettings;

enum {
  DERMA_CAM_SETTING_0,
  DERMA_CAM_SETTING_DEVICE,
  DERMA_CAM_SETTING_WIDTH,
  DERMA_CAM_SETTING_HEIGHT,
  DERMA_CAM_SETTING_FRAMERATE,
  DERMA_CAM_SETTING_FORMAT,
  DERMA_CAM_SETTING_LOCK,
  DERMA_CAM_SETTING_RESTORE,
  DERMA_CAM_SETTING_PROFILE,
  DERMA_CAM_SETTING_SETTLE_TIME,
  DERMA_CAM_SETTING_RECONNECT,
  DERMA_CAM_SETTING_RECONNECT_INTERVAL,
  DERMA_CAM_SETTING_STILL_BUTTON,
  /* Kept by the element itself: */
  DERMA_CAM_SETTING_CURRENT_DEVICE,
  DERMA_CAM_SETTING_CURRENT_MODE,
  DERMA_CAM_SETTING_STATS,
};

void derma_cam_settings_init (DermaCamSettings *settings);
void derma_cam_settings_copy (DermaCamSettings *copy, const DermaCamSettings *settings);
void derma_cam_settings_clear (DermaCamSettings *settings);
/* Installs the properties above, with these numbers. */
void derma_cam_settings_install (GObjectClass *klass);
/* Returns: whether @id is one of them */
gboolean derma_cam_settings_set (DermaCamSettings *settings, guint id, const GValue *value);
gboolean derma_cam_settings_get (const DermaCamSettings *settings, guint id, GValue *value);

G_END_DECLS
