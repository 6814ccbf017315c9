/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/classes.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * DermaRegion:
 * @DERMA_REGION_CENTER_SQUARE: the largest centred square
 * @DERMA_REGION_FULL_FRAME: the whole frame, stretched to the network's input
 * @DERMA_REGION_ROI_META: the region of interest that travels with the frame; the centred square without one
 *
 * Which part of a frame the network sees.
 */
typedef enum {
  DERMA_REGION_CENTER_SQUARE,
  DERMA_REGION_FULL_FRAME,
  DERMA_REGION_ROI_META,
} DermaRegion;

/**
 * DermaScoreKind:
 * @DERMA_SCORES_LOGITS: unbounded scores; softmax of scores / temperature makes them probabilities
 * @DERMA_SCORES_PROBABILITIES: the network ends in a softmax; the temperature acts on their logarithms
 */
typedef enum {
  DERMA_SCORES_LOGITS,
  DERMA_SCORES_PROBABILITIES,
} DermaScoreKind;

/**
 * DermaMetadata:
 * @classes: (not nullable): labels, titles, malignant classes, operating point and identity of the network
 * @licence: (nullable): SPDX expression of the weights, `derma.licence`
 * @provenance: (nullable): what data the network was trained on, `derma.provenance`
 * @mean: what is subtracted from R, G, B in 0..1, `derma.normalisation.mean`; ImageNet's by default
 * @std: what R, G, B are divided by after that, `derma.normalisation.std`; ImageNet's by default
 * @region: `derma.region` (center-square, full-frame); center-square by default
 * @temperature: `derma.temperature`, > 0; 1 by default
 * @score_kind: `derma.scores` (logits, probabilities); by default what the last node of the scores output says
 * @scores_output: index of the output with one score a class, named by `derma.output.scores`; the first by default
 * @map_output: index of the lesion map output (a share of lesion for each cell, 0..1, at most 64 by 64), named by
 *   `derma.output.map`; -1 without one
 * @typicality_output: index of the one-element output that says how much the picture resembles the training data, 0..1,
 *   named by `derma.output.typicality`; -1 without one
 * @typicality_threshold: typicality below which a picture is refused, `derma.typicality.threshold`; 0.5 by default
 * @evaluation: (nullable): figures measured after training, as text, `derma.evaluation`
 * @golden_input: (nullable): lower-case hex SHA-256 of the golden input's bytes, `derma.golden.input`
 * @golden_output: (nullable) (array length=n_golden_output): scores that the golden input gives, `derma.golden.output`
 * @n_golden_output: length of @golden_output
 * @golden_tolerance: how far a score may be from it, relative to the larger of 1 and the score,
 *   `derma.golden.tolerance`; 0.001 by default
 *
 * What a model file says about itself in its `derma.*` entries, validated, with defaults for what it does not say.
 * Lists are comma-separated; titles are separated by `;`. The golden input is defined by derma_golden_fill().
 */
typedef struct {
  DermaClasses *classes;
  gchar *licence;
  gchar *provenance;
  gfloat mean[3];
  gfloat std[3];
  DermaRegion region;
  gfloat temperature;
  DermaScoreKind score_kind;
  guint scores_output;
  gint map_output;
  gint typicality_output;
  gfloat typicality_threshold;
  gchar *evaluation;
  gchar *golden_input;
  gfloat *golden_output;
  guint n_golden_output;
  gfloat golden_tolerance;
} DermaMetadata;

/**
 * derma_golden_fill:
 * @values: (array length=n): where the golden input goes, float32 NCHW as the graph declares
 * @n: number of elements
 *
 * Writes the golden input: element i is ((i * 2654435761 mod 2^32) >> 8) / 2^24 * 2 - 1 (Knuth's multiplicative
 * hash), exact in float32, so that every machine makes the same bytes.
 */
DERMA_API void derma_golden_fill (gfloat *values, gsize n);

G_END_DECLS
