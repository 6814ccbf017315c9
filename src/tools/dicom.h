/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>

/*
 * What is said of a picture in DICOM: attributes with values, in the order in which they were set. What is not known is
 * left out, or empty where the standard wants the attribute; nothing is made up.
 */
typedef struct _DermaDicom DermaDicom;

/*
 * @dermoscopic: for a Dermoscopic Photography Image, which needs more than a VL Photographic Image: what device took
 * it, and whether a person could be recognised
 */
DermaDicom *derma_dicom_new (gboolean dermoscopic);
void derma_dicom_free (DermaDicom *dicom);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaDicom, derma_dicom_free)

/*
 * Takes "NAME=VALUE" from a user; derma_dicom_describe_names() has the names. FALSE with @error set if there is no such
 * name or the standard has no such value.
 */
gboolean derma_dicom_take (DermaDicom *dicom, const gchar *text, GError **error);
/* A list of the names for help texts (transfer full). */
gchar *derma_dicom_describe_names (void);
/* FALSE with @error set if an attribute that must have a value has none. */
gboolean derma_dicom_check (const DermaDicom *dicom, GError **error);
/* Sets an attribute by its DICOM keyword, in place of an earlier value. */
void derma_dicom_set (DermaDicom *dicom, const gchar *keyword, const gchar *value);
/* A new unique identifier (transfer full). */
gchar *derma_dicom_make_uid (void);

/*
 * JPEG files keep their bits; a PNG is stored without compression. Written whole or not at all, by DCMTK's img2dcm.
 * FALSE with @error set to "PATH: CAUSE", of the output or the picture.
 */
gboolean derma_dicom_write (const DermaDicom *dicom, const gchar *picture, const gchar *output, GError **error);
/* The same of a JPEG file in memory, of which nothing is left in any folder. */
gboolean derma_dicom_write_jpeg (const DermaDicom *dicom, GBytes *jpeg, const gchar *output, GError **error);
