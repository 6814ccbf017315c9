/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter.h"

#include "blend.h"
#include "painter.h"
#include "rate.h"
#include "timing.h"
#include "videoframe.h"

#define FORMATS \
  "{ I420, YV12, NV12, NV21, YUY2, UYVY, RGB, BGR, RGBx, BGRx, xRGB, xBGR, RGBA, BGRA, ARGB, ABGR, GRAY8 }"
#define FIELDS                                                                                          \
  "format = " FORMATS ", width = [ 1, " G_STRINGIFY (DERMA_MAX_SIDE) " ], height = [ 1, " G_STRINGIFY ( \
      DERMA_MAX_SIDE) " ], framerate = " GST_VIDEO_FPS_RANGE
#define COMPOSITION GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION
#define CAPS "video/x-raw, " FIELDS "; video/x-raw(" GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY ", " COMPOSITION "), " FIELDS

GST_DEBUG_CATEGORY_STATIC (filter_debug);
GST_DEBUG_CATEGORY_STATIC (performance_debug);
#define GST_CAT_DEFAULT filter_debug
#define CAT_PERFORMANCE performance_debug

typedef struct {
  /* Under the object lock. */
  gboolean drawing;
  guint top_k;
  gboolean show_rate;

  /* Of the streaming thread. */
  GstVideoInfo info;
  gboolean attaching;
  gboolean complained; /* about a buffer that cannot be drawn on */
  DermaPainter *painter;
  DermaRate rate;
} GstDermaFilterPrivate;

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (CAPS));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (CAPS));

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstDermaFilter, gst_derma_filter, GST_TYPE_BASE_TRANSFORM)

static GstDermaFilterPrivate *
get_private (gpointer filter)
{
  return gst_derma_filter_get_instance_private (filter);
}

gboolean
gst_derma_filter_set_drawing (GstDermaFilter *filter, gboolean drawing, guint top_k, gboolean show_rate)
{
  GstDermaFilterPrivate *priv = get_private (filter);
  const gboolean changed = priv->drawing != drawing;

  priv->drawing = drawing;
  priv->top_k = top_k;
  priv->show_rate = show_rate;
  return changed;
}

const GstVideoInfo *
gst_derma_filter_get_info (GstDermaFilter *filter)
{
  return &get_private (filter)->info;
}

static guint
get_drawing (GstDermaFilter *filter)
{
  GstDermaFilterPrivate *priv = get_private (filter);
  guint top_k;

  GST_OBJECT_LOCK (filter);
  top_k = priv->drawing ? priv->top_k : 0;
  GST_OBJECT_UNLOCK (filter);
  return top_k;
}

static gboolean
get_show_rate (GstDermaFilter *filter)
{
  gboolean show;

  GST_OBJECT_LOCK (filter);
  show = get_private (filter)->show_rate;
  GST_OBJECT_UNLOCK (filter);
  return show;
}

static gboolean
has_composition (const GstCaps *caps, guint index)
{
  GstCapsFeatures *features = gst_caps_get_features (caps, index);

  return features && !gst_caps_features_is_any (features) && gst_caps_features_contains (features, COMPOSITION);
}

/* A copy of the structure at @index with the composition feature added or taken away. */
static GstCaps *
copy_structure (const GstCaps *caps, guint index, gboolean composition)
{
  GstCaps *copy = gst_caps_copy_nth (caps, index);
  GstCapsFeatures *features = gst_caps_get_features (copy, 0);

  if (gst_caps_features_is_any (features) || has_composition (copy, 0) == composition)
    return copy;
  if (composition)
    gst_caps_features_add (features, COMPOSITION);
  else
    gst_caps_features_remove (features, COMPOSITION);
  return copy;
}

/* Caps stay as they are, but for the composition that may be added on the way down. */
static GstCaps *
transform_caps (GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  const gboolean drawing = get_drawing (GST_DERMA_FILTER (base)) > 0;
  GstCaps *made = gst_caps_new_empty ();
  GstCaps *filtered;

  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    const gboolean composition = has_composition (caps, i);

    if (drawing && direction == GST_PAD_SINK && !composition)
      made = gst_caps_merge (made, copy_structure (caps, i, TRUE));
    made = gst_caps_merge (made, copy_structure (caps, i, composition));
    if (drawing && direction == GST_PAD_SRC && composition)
      made = gst_caps_merge (made, copy_structure (caps, i, FALSE));
  }
  if (!filter)
    return made;
  filtered = gst_caps_intersect_full (filter, made, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (made);
  return filtered;
}

/* @settled: whether downstream has looked at the question at all; an element without caps leaves it as it is. */
static gboolean
query_composition (GstPad *pad, GstCaps *caps, gboolean *settled)
{
  GstQuery *query = gst_query_new_allocation (caps, FALSE);
  const gboolean answered = gst_pad_peer_query (pad, query);
  const gboolean takes = gst_query_find_allocation_meta (query, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);

  *settled = answered
             && gst_query_get_n_allocation_metas (query) + gst_query_get_n_allocation_pools (query)
                        + gst_query_get_n_allocation_params (query)
                    > 0;
  gst_query_unref (query);
  return takes;
}

/* Whether what is downstream draws compositions. Elements that have no caps yet cannot tell; then they get them. */
static gboolean
takes_composition (GstDermaFilter *filter, GstCaps *caps)
{
  GstPad *pad = GST_BASE_TRANSFORM_SRC_PAD (filter);
  gboolean settled;

  if (query_composition (pad, caps, &settled))
    return TRUE;
  if (settled || gst_pad_has_current_caps (pad) || !gst_pad_set_caps (pad, caps))
    return FALSE;
  return query_composition (pad, caps, &settled);
}

static GstCaps *
find_caps (GstCaps *caps, gboolean composition)
{
  for (guint i = 0; i < gst_caps_get_size (caps); i++)
    if (has_composition (caps, i) == composition)
      return gst_caps_fixate (gst_caps_copy_nth (caps, i));
  return NULL;
}

static GstCaps *
choose_caps (GstDermaFilter *filter, GstCaps *caps)
{
  GstCaps *with = find_caps (caps, TRUE);
  GstCaps *without = find_caps (caps, FALSE);
  const gboolean use = with && (!without || takes_composition (filter, with));

  GST_DEBUG_OBJECT (filter, "the overlay is %s", use ? "attached" : "blended");
  gst_clear_caps (use ? &without : &with);
  return use ? with : without;
}

static GstCaps *
fixate_caps (GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *othercaps)
{
  GstDermaFilter *filter = GST_DERMA_FILTER (base);
  GstCaps *chosen;

  if (direction != GST_PAD_SINK || gst_caps_is_empty (othercaps))
    return gst_caps_fixate (othercaps);
  chosen = choose_caps (filter, othercaps);
  gst_caps_unref (othercaps);
  get_private (filter)->attaching = has_composition (chosen, 0);
  return chosen;
}

static gboolean
set_caps (GstBaseTransform *base, GstCaps *incaps, GstCaps *outcaps)
{
  GstDermaFilterPrivate *priv = get_private (base);

  priv->complained = FALSE;
  return gst_video_info_from_caps (&priv->info, incaps);
}

/* What is downstream answers; but a picture that is to be cropped by whoever shows it would be read and drawn on whole.
 */
static gboolean
propose_allocation (GstBaseTransform *base, GstQuery *decided, GstQuery *query)
{
  guint index;

  if (!GST_BASE_TRANSFORM_CLASS (gst_derma_filter_parent_class)->propose_allocation (base, decided, query))
    return FALSE;
  while (gst_query_find_allocation_meta (query, GST_VIDEO_CROP_META_API_TYPE, &index))
    gst_query_remove_nth_allocation_meta (query, index);
  return TRUE;
}

static void
complain (GstDermaFilter *filter)
{
  GstDermaFilterPrivate *priv = get_private (filter);

  if (priv->complained)
    return;
  priv->complained = TRUE;
  GST_ELEMENT_WARNING (filter, STREAM, FORMAT, ("A frame does not have the pixels that its caps promise"), (NULL));
}

static void
blend (GstDermaFilter *filter, GstVideoOverlayComposition *overlay, GstBuffer *buffer)
{
  GstVideoFrame frame;

  if (!gst_buffer_is_all_memory_writable (buffer))
    GST_CAT_DEBUG_OBJECT (CAT_PERFORMANCE, filter, "copying a frame that others use too, to draw on it");
  if (!derma_video_frame_map (&frame, &get_private (filter)->info, buffer, GST_MAP_READWRITE)) {
    complain (filter);
    return;
  }
  if (!derma_blend (overlay, &frame))
    GST_WARNING_OBJECT (filter, "the overlay cannot be blended");
  gst_video_frame_unmap (&frame);
}

static void
attach (GstVideoOverlayComposition *overlay, GstBuffer *buffer)
{
  GstVideoOverlayCompositionMeta *meta = gst_buffer_get_video_overlay_composition_meta (buffer);
  GstVideoOverlayComposition *both;

  if (!meta) {
    gst_buffer_add_video_overlay_composition_meta (buffer, overlay);
    return;
  }
  both = gst_video_overlay_composition_copy (meta->overlay);
  for (guint i = 0; i < gst_video_overlay_composition_n_rectangles (overlay); i++)
    gst_video_overlay_composition_add_rectangle (both, gst_video_overlay_composition_get_rectangle (overlay, i));
  gst_video_overlay_composition_unref (meta->overlay);
  meta->overlay = both;
}

static void
draw (GstDermaFilter *filter, GstBuffer *buffer, const DermaReading *reading, guint top_k)
{
  GstDermaFilterPrivate *priv = get_private (filter);
  GstVideoOverlayComposition *overlay;

  if (!priv->painter)
    priv->painter = derma_painter_new ();
  derma_painter_set_rate (priv->painter, get_show_rate (filter) ? priv->rate.rate : -1.0);
  overlay = derma_painter_paint (priv->painter, reading, top_k, GST_VIDEO_INFO_WIDTH (&priv->info),
                                 GST_VIDEO_INFO_HEIGHT (&priv->info));
  if (!overlay)
    return;
  if (priv->attaching)
    attach (overlay, buffer);
  else
    blend (filter, overlay, buffer);
}

static GstFlowReturn
transform_ip (GstBaseTransform *base, GstBuffer *buffer)
{
  GstDermaFilter *filter = GST_DERMA_FILTER (base);
  const guint top_k = get_drawing (filter);
  const DermaReading *reading = NULL;
  GstFlowReturn flow = GST_DERMA_FILTER_GET_CLASS (filter)->process (filter, buffer, &reading);

  derma_rate_count (&get_private (filter)->rate, g_get_monotonic_time ());
  if (flow == GST_FLOW_OK && reading && top_k > 0)
    draw (filter, buffer, reading, top_k);
  return flow;
}

static gboolean
src_event (GstBaseTransform *base, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_QOS && !derma_timing_is_dated (event))
    return gst_pad_push_event (GST_BASE_TRANSFORM_SINK_PAD (base), event);
  return GST_BASE_TRANSFORM_CLASS (gst_derma_filter_parent_class)->src_event (base, event);
}

static gboolean
stop (GstBaseTransform *base)
{
  GstDermaFilterPrivate *priv = get_private (base);

  g_clear_pointer (&priv->painter, derma_painter_free);
  gst_video_info_init (&priv->info);
  priv->attaching = FALSE;
  priv->complained = FALSE;
  priv->rate = (DermaRate){ 0 };
  return TRUE;
}

static void
gst_derma_filter_class_init (GstDermaFilterClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *base_class = GST_BASE_TRANSFORM_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (filter_debug, "dermafilter", 0, "frames and overlays of the derma elements");
  GST_DEBUG_CATEGORY_GET (performance_debug, "GST_PERFORMANCE");
  base_class->transform_caps = transform_caps;
  base_class->fixate_caps = fixate_caps;
  base_class->set_caps = set_caps;
  base_class->propose_allocation = propose_allocation;
  base_class->src_event = src_event;
  base_class->transform_ip = transform_ip;
  base_class->stop = stop;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_type_mark_as_plugin_api (GST_TYPE_DERMA_FILTER, 0);
}

static void
gst_derma_filter_init (GstDermaFilter *filter)
{
  GstDermaFilterPrivate *priv = get_private (filter);

  gst_video_info_init (&priv->info);
  priv->top_k = 3;
  gst_base_transform_set_in_place (GST_BASE_TRANSFORM (filter), TRUE);
  /* Frames keep their flags. */
  gst_base_transform_set_gap_aware (GST_BASE_TRANSFORM (filter), TRUE);
}
