/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/session.h"
#include "tools/shot.h"

/* Where an outline is from. */
typedef enum {
  DERMA_OUTLINE_NONE,
  DERMA_OUTLINE_MAP, /* of the lesion map: the network has read the picture again */
  DERMA_OUTLINE_BOX, /* the region that was recorded */
} DermaOutline;

/* A picture as a report shows it. */
typedef struct {
  GBytes *jpeg; /* NULL if there is no picture */
  guint width;  /* of the picture in the report, pixels */
  guint height;
  DermaOutline kind;
  gchar *outline; /* SVG path in these pixels; NULL without */
} DermaExhibit;

void derma_exhibit_clear (DermaExhibit *exhibit);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DermaExhibit, derma_exhibit_clear)

/* Takes pictures out of the recordings of a session; a file and a network are opened once. */
typedef struct _DermaGallery DermaGallery;

DermaGallery *derma_gallery_new (const DermaSession *session);
void derma_gallery_free (DermaGallery *gallery);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaGallery, derma_gallery_free)

/* The best picture of a lesion, as recorded. FALSE with @error set; @shot without pixels if there is none near it. */
gboolean derma_gallery_get_shot (DermaGallery *gallery, const DermaCourse *course, DermaShot *shot, GError **error);
/*
 * Whether a picture was looked for in that part and its film cannot be read: of a part without an orderly end that is
 * no error, but as if no picture had been recorded.
 */
gboolean derma_gallery_has_lost (const DermaGallery *gallery, guint part);
/* The same picture with its outline, no side longer than @side. */
gboolean derma_gallery_get_best (DermaGallery *gallery, const DermaCourse *course, guint side, DermaExhibit *exhibit,
                                 GError **error);
/* A snapshot's file, which lies beside the recording; without a picture if it is not there or is none. */
void derma_gallery_get_snapshot (DermaGallery *gallery, const DermaMark *mark, guint side, DermaExhibit *exhibit);
/* Where a snapshot's file is looked for: (transfer full); NULL if the name is none. */
gchar *derma_gallery_find_snapshot (const DermaGallery *gallery, const DermaMark *mark);
