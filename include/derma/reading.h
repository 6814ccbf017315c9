/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/classes.h>

#include <glib.h>

G_BEGIN_DECLS

/** DERMA_UNMEASURED: the value of a 0..1 measure that was not taken */
#define DERMA_UNMEASURED (-1.0f)

/**
 * DermaState:
 * @DERMA_STATE_NO_LESION: "no-lesion": nothing to read in the picture
 * @DERMA_STATE_POOR_IMAGE: "poor-image": too blurred, dark, bright or glaring to read
 * @DERMA_STATE_ACQUIRING: "acquiring": evidence is being gathered
 * @DERMA_STATE_STABLE: "stable": the reading stands
 * @DERMA_STATE_UNCERTAIN: "uncertain": the evidence does not favour one class enough
 */
typedef enum {
  DERMA_STATE_NO_LESION,
  DERMA_STATE_POOR_IMAGE,
  DERMA_STATE_ACQUIRING,
  DERMA_STATE_STABLE,
  DERMA_STATE_UNCERTAIN,
  DERMA_N_STATES,
} DermaState;

/** DermaQuality: each 0 (useless) to 1 (good), or DERMA_UNMEASURED */
typedef struct {
  gfloat focus;
  gfloat exposure;
  gfloat glare;
  gfloat motion;
} DermaQuality;

/**
 * DermaBox:
 *
 * A rectangle of the frame in fractions of its width and height, 0..1; @width 0 where there is none.
 */
typedef struct {
  gfloat x;
  gfloat y;
  gfloat width;
  gfloat height;
} DermaBox;

/**
 * DermaReading:
 * @classes: (transfer full) (nullable): the classes and identity of the network that gave it; NULL in an empty reading
 * @pts: presentation time of the frame that was classified, ns; G_MAXUINT64 if it has none
 * @age: how much older that frame is than the one carrying the reading, ns
 * @probabilities: (array length=classes.n): calibrated, sum 1
 * @top: index of the most probable class
 * @confidence: its probability
 * @malignant: sum of the malignant classes' probabilities
 * @flagged: whether @malignant >= the operating point
 * @state: how far the reading can be trusted
 * @quality: of the picture
 * @typicality: how much the picture resembles what the network was trained on, 0..1, or DERMA_UNMEASURED
 * @region: around the lesion, as the network's lesion map shows it
 * @lesion: counter of lesions seen, from 1
 * @latency: from the frame's arrival to its scores, ns
 *
 * One calibrated reading. A plain struct: derma_reading_clear() releases what it holds.
 */
typedef struct {
  DermaClasses *classes;
  guint64 pts;
  guint64 age;
  gfloat *probabilities;
  guint top;
  gfloat confidence;
  gfloat malignant;
  gboolean flagged;
  DermaState state;
  DermaQuality quality;
  gfloat typicality;
  DermaBox region;
  guint lesion;
  guint64 latency;
} DermaReading;

/** DERMA_READING_INIT: an empty reading, without classes */
#define DERMA_READING_INIT                                                                                     \
  {                                                                                                            \
    .pts = G_MAXUINT64, .quality = { DERMA_UNMEASURED, DERMA_UNMEASURED, DERMA_UNMEASURED, DERMA_UNMEASURED }, \
    .typicality = DERMA_UNMEASURED                                                                             \
  }

/**
 * derma_reading_set_classes:
 * @reading: a reading
 * @classes: (transfer none): whose classes; a reference is kept
 *
 * Makes room for one probability a class; allocates only if the number of classes changes.
 */
DERMA_API void derma_reading_set_classes (DermaReading *reading, DermaClasses *classes);

/**
 * derma_reading_decide:
 * @reading: a reading whose @classes and @probabilities are set
 * @threshold: confidence below which the state is %DERMA_STATE_UNCERTAIN, 0..1
 *
 * Fills in @top, @confidence, @malignant, @flagged and @state from the probabilities of this one frame: the state is
 * %DERMA_STATE_STABLE from @threshold on and %DERMA_STATE_UNCERTAIN below it. The other states need more than one
 * frame or a look at the picture, and are the caller's to set.
 */
DERMA_API void derma_reading_decide (DermaReading *reading, gfloat threshold);

/** derma_reading_copy: Makes @copy, which holds a reading or DERMA_READING_INIT, equal to @reading. */
DERMA_API void derma_reading_copy (DermaReading *copy, const DermaReading *reading);
/** derma_reading_clear: Releases what it holds and makes it empty. */
DERMA_API void derma_reading_clear (DermaReading *reading);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DermaReading, derma_reading_clear)

/**
 * derma_reading_to_json:
 *
 * Returns: (transfer full): one JSON object on one line with the members pts, age, label, confidence, labels,
 *   probabilities, malignant, operating-point, flagged, state, quality {focus, exposure, glare, motion}, typicality,
 *   region {x, y, width, height}, lesion, latency, model {name, version, sha256}; times in ns; null for what was not
 * measured
 */
DERMA_API gchar *derma_reading_to_json (const DermaReading *reading);

/**
 * derma_reading_rank:
 * @order: (out caller-allocates) (array length=n): indices of classes
 * @n: how many; no more than classes.n are written
 *
 * The @n most probable classes, the most probable first; of equals the lower index first.
 */
DERMA_API void derma_reading_rank (const DermaReading *reading, guint *order, guint n);

/** derma_state_to_string: Returns: (transfer none): "no-lesion", "poor-image", ...; NULL if out of range */
DERMA_API const gchar *derma_state_to_string (DermaState state);
/** derma_state_from_string: @state: (out), untouched on failure. Returns: whether @text names a state */
DERMA_API gboolean derma_state_from_string (const gchar *text, DermaState *state);

G_END_DECLS
