/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "encoder.h"
#include "part.h"

G_BEGIN_DECLS

/* The properties of dermarecord and what they hold. */
enum {
  DERMA_RECORD_PROP_LOCATION = 1,
  DERMA_RECORD_PROP_ENCODER,
  DERMA_RECORD_PROP_BITRATE,
  DERMA_RECORD_PROP_SIDECAR,
  DERMA_RECORD_PROP_SIDECAR_LOCATION,
  DERMA_RECORD_PROP_MAX_DURATION,
  DERMA_RECORD_PROP_MAX_SIZE,
  DERMA_RECORD_PROP_PRE_ROLL,
  DERMA_RECORD_PROP_RECORDING,
  DERMA_RECORD_PROP_TAGS,
  DERMA_RECORD_PROP_STATS,
};

typedef struct {
  DermaRecordSettings files;
  DermaEncoder encoder;
  guint bitrate;
  gint recording; /* -1: as the pre-roll has it */
  gint initial;   /* what that is, while it is started; else -1 */
} DermaRecordOptions;

GType derma_record_encoder_get_type (void);

void derma_record_install_properties (GObjectClass *klass);
/* FALSE if it is not one of them, or has no value here. */
gboolean derma_record_options_set (DermaRecordOptions *options, guint id, const GValue *value);
gboolean derma_record_options_get (const DermaRecordOptions *options, guint id, GValue *value);
gboolean derma_record_options_will_record (const DermaRecordOptions *options);
/* While it is started another pre-roll does not change whether it records. */
void derma_record_options_start (DermaRecordOptions *options, gboolean started);

G_END_DECLS
