/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/camera-private.h"

/* A profile whose values are in a group of that name. */
DermaProfile *derma_profile_load_group (const gchar *path, const gchar *group, GError **error);
/* A text of the group [camera]; NULL if there is none. */
gchar *derma_profile_get_camera (const DermaProfile *profile, const gchar *key);
/* Its entries as settings of these controls; "FILE: [GROUP] KEY: CAUSE" for what they do not have. */
GPtrArray *derma_profile_resolve (const DermaProfile *profile, const GPtrArray *controls, GError **error);
/* The same, and refuses values that an automatic control, on as the profile leaves it, would not let be. */
GPtrArray *derma_profile_plan (const DermaProfile *profile, const GPtrArray *controls, GError **error);
/* Writes settings as a profile of that group. */
gboolean derma_profile_write (DermaCamera *camera, const GPtrArray *settings, const gchar *group, const gchar *path,
                              GError **error);
