/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-dermaoverlay
 * @title: dermaoverlay
 * @short_description: draws the reading that dermaclassify put on a frame
 * @see_also: dermaclassify
 *
 * Draws the reading in the "DermaReading" meta of each frame, for one branch of a tee: the class, its confidence, the
 * probabilities, the malignant score against its operating point, and that it is for research use and not a diagnosis.
 * The overlay is attached where downstream takes a #GstVideoOverlayComposition and blended into the frame where not.
 * Frames without a reading, or with one that is malformed, pass untouched.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! dermaclassify ! dermaoverlay ! videoconvert ! fakesink
 * ]| Reads a test picture and draws the readings.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! dermaclassify ! tee name=t \
 *   t. ! queue ! dermaoverlay top-k=5 ! fakesink  t. ! queue ! fakesink
 * ]| One branch with the readings drawn, one without.
 *
 * Since: 0.1
 */

#include "dermaoverlay.h"

#include "readingmeta.h"

GST_DEBUG_CATEGORY_STATIC (overlay_debug);
#define GST_CAT_DEFAULT overlay_debug

#define DEFAULT_ENABLED TRUE
#define DEFAULT_TOP_K 3
#define DEFAULT_SHOW_RATE FALSE

enum {
  PROP_0,
  PROP_ENABLED,
  PROP_TOP_K,
  PROP_SHOW_RATE,
};

struct _GstDermaOverlay {
  GstDermaFilter parent;

  /* Under the object lock. */
  gboolean enabled;
  guint top_k;
  gboolean show_rate;

  DermaReading reading; /* of the streaming thread */
};

G_DEFINE_FINAL_TYPE (GstDermaOverlay, gst_derma_overlay, GST_TYPE_DERMA_FILTER)
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (dermaoverlay, "dermaoverlay", GST_RANK_NONE, GST_TYPE_DERMA_OVERLAY,
                                       derma_reading_meta_register ())

static GstFlowReturn
process (GstDermaFilter *filter, GstBuffer *buffer, const DermaReading **drawn)
{
  GstDermaOverlay *self = GST_DERMA_OVERLAY (filter);
  const GstStructure *structure = derma_reading_meta_get (buffer);
  g_autoptr (GError) error = NULL;

  if (!structure)
    return GST_FLOW_OK;
  if (derma_reading_from_structure (&self->reading, structure, &error))
    *drawn = &self->reading;
  else
    GST_DEBUG_OBJECT (self, "ignoring the reading on %" GST_PTR_FORMAT ": %s", buffer, error->message);
  return GST_FLOW_OK;
}

static gboolean
stop (GstBaseTransform *base)
{
  derma_reading_clear (&GST_DERMA_OVERLAY (base)->reading);
  return GST_BASE_TRANSFORM_CLASS (gst_derma_overlay_parent_class)->stop (base);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstDermaOverlay *self = GST_DERMA_OVERLAY (object);
  gboolean changed;

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_ENABLED:
    self->enabled = g_value_get_boolean (value);
    break;
  case PROP_TOP_K:
    self->top_k = g_value_get_uint (value);
    break;
  case PROP_SHOW_RATE:
    self->show_rate = g_value_get_boolean (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  changed = gst_derma_filter_set_drawing (GST_DERMA_FILTER (self), self->enabled, self->top_k, self->show_rate);
  GST_OBJECT_UNLOCK (self);
  if (changed)
    gst_base_transform_reconfigure_src (GST_BASE_TRANSFORM (self));
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstDermaOverlay *self = GST_DERMA_OVERLAY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_ENABLED:
    g_value_set_boolean (value, self->enabled);
    break;
  case PROP_TOP_K:
    g_value_set_uint (value, self->top_k);
    break;
  case PROP_SHOW_RATE:
    g_value_set_boolean (value, self->show_rate);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  derma_reading_clear (&GST_DERMA_OVERLAY (object)->reading);
  G_OBJECT_CLASS (gst_derma_overlay_parent_class)->finalize (object);
}

static void
gst_derma_overlay_class_init (GstDermaOverlayClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (overlay_debug, "dermaoverlay", 0, "drawing of readings");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;

  /**
   * dermaoverlay:enabled:
   *
   * Whether readings are drawn; frames pass untouched if not.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      object_class, PROP_ENABLED,
      g_param_spec_boolean ("enabled", "Enabled", "Whether readings are drawn", DEFAULT_ENABLED, flags));
  /**
   * dermaoverlay:top-k:
   *
   * How many classes are shown at most, the most probable first; fewer where the frame has no room for them.
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, PROP_TOP_K,
                                   g_param_spec_uint ("top-k", "Top k", "How many classes are shown at most", 1,
                                                      DERMA_MAX_CLASSES, DEFAULT_TOP_K, flags));
  /**
   * dermaoverlay:show-rate:
   *
   * Whether the drawing shows how many frames a second pass, counted by the clock on the wall once a second.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      object_class, PROP_SHOW_RATE,
      g_param_spec_boolean ("show-rate", "Show rate", "Show how many frames a second pass", DEFAULT_SHOW_RATE, flags));

  gst_element_class_set_static_metadata (
      GST_ELEMENT_CLASS (klass), "Skin lesion reading overlay", "Filter/Editor/Video",
      "Draws the reading of a skin lesion that dermaclassify put on a frame", "The dermaclassify authors");
  GST_BASE_TRANSFORM_CLASS (klass)->stop = stop;
  GST_DERMA_FILTER_CLASS (klass)->process = process;
}

static void
gst_derma_overlay_init (GstDermaOverlay *self)
{
  self->enabled = DEFAULT_ENABLED;
  self->top_k = DEFAULT_TOP_K;
  self->reading = (DermaReading)DERMA_READING_INIT;
  gst_derma_filter_set_drawing (GST_DERMA_FILTER (self), self->enabled, self->top_k, self->show_rate);
}
