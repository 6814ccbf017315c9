/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/metadata.h>

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  DERMA_MODE_SYNC,
  DERMA_MODE_ASYNC,
} DermaMode;

/* The properties of dermaclassify that are plain values. */
typedef struct {
  guint threads;
  DermaMode mode;
  guint interval;
  gdouble max_rate;
  DermaRegion region;
  gboolean region_set; /* else the region is the model's own */
  guint top_k;
  gdouble threshold;
  gdouble window; /* s */
  gboolean overlay;
  gboolean post_messages;
  gboolean adaptive;
} DermaSettings;

#define DERMA_DEFAULT_QOS TRUE
#define DERMA_DEFAULT_SNAPSHOT_QUALITY 92

enum {
  DERMA_SETTING_0,
  DERMA_SETTING_THREADS,
  DERMA_SETTING_MODE,
  DERMA_SETTING_INTERVAL,
  DERMA_SETTING_MAX_RATE,
  DERMA_SETTING_REGION,
  DERMA_SETTING_TOP_K,
  DERMA_SETTING_THRESHOLD,
  DERMA_SETTING_EVIDENCE_WINDOW,
  DERMA_SETTING_OVERLAY,
  DERMA_SETTING_POST_MESSAGES,
  DERMA_SETTING_ADAPTIVE,
  /* Kept by the element itself: */
  DERMA_SETTING_MODEL,
  DERMA_SETTING_MODEL_SHA256,
  DERMA_SETTING_QOS,
  DERMA_SETTING_FROZEN,
  DERMA_SETTING_SNAPSHOT_LOCATION,
  DERMA_SETTING_SNAPSHOT_FORMAT,
  DERMA_SETTING_SNAPSHOT_QUALITY,
  DERMA_SETTING_STATS,
  DERMA_SETTING_MODEL_INFO,
};

void derma_settings_init (DermaSettings *settings);
/* Installs the properties above, with these numbers, and the signals. @snapshot: gboolean (*) (GObject *) */
void derma_settings_install (GObjectClass *klass, GCallback snapshot);
/* Returns: whether @id is one of them */
gboolean derma_settings_set (DermaSettings *settings, guint id, const GValue *value);
gboolean derma_settings_get (const DermaSettings *settings, guint id, GValue *value);

G_END_DECLS
