/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reel.h"

#include "phantom.h"

#include <derma/picture.h>

#include <gst/video/video.h>

#define N_FRAMES 12
#define MAX_PICTURES 12

typedef enum {
  SCENE_STILL,
  SCENE_MOVING,
  SCENE_SKIN,
  SCENE_DARK,
  SCENE_BLURRED,
  N_SCENES,
} Scene;

typedef struct {
  const gchar *format;
  gint width;
  gint height;
} Kind;

/* Small, as most of the time shall go into what is not arithmetic on pixels. */
static const Kind kinds[] = {
  { "I420", 160, 120 }, { "NV12", 320, 240 }, { "YUY2", 176, 144 }, { "RGB", 128, 96 },   { "BGRx", 160, 120 },
  { "YV12", 98, 66 },   { "NV21", 160, 120 }, { "UYVY", 128, 128 }, { "BGR", 96, 96 },    { "RGBx", 127, 95 },
  { "xRGB", 97, 61 },   { "xBGR", 64, 48 },   { "RGBA", 161, 119 }, { "BGRA", 120, 160 }, { "ARGB", 128, 96 },
  { "ABGR", 80, 60 },   { "GRAY8", 99, 99 },  { "I420", 640, 480 }, { "NV12", 319, 181 }, { "YUY2", 16, 12 },
};

static void
reel_free (gpointer data)
{
  Reel *reel = data;

  gst_clear_caps (&reel->caps);
  g_ptr_array_unref (reel->frames);
  g_free (reel);
}

/* (transfer full): @pixels of @from as a frame of @to; both own what they are made of */
static GstBuffer *
convert (GstVideoInfo *from, gpointer pixels, const GstVideoInfo *to)
{
  GstBuffer *source =
      gst_buffer_new_wrapped_full (0, pixels, GST_VIDEO_INFO_SIZE (from), 0, GST_VIDEO_INFO_SIZE (from), NULL, NULL);
  GstBuffer *target = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (to), NULL);
  GstVideoConverter *converter;
  GstVideoFrame in, out;

  from->fps_n = to->fps_n;
  from->fps_d = to->fps_d;
  converter = gst_video_converter_new (from, to, NULL);
  gst_video_frame_map (&in, from, source, GST_MAP_READ);
  gst_video_frame_map (&out, to, target, GST_MAP_WRITE);
  gst_video_converter_frame (converter, &in, &out);
  gst_video_frame_unmap (&out);
  gst_video_frame_unmap (&in);
  gst_video_converter_free (converter);
  gst_buffer_unref (source);
  return target;
}

static void
darken (guint8 *pixels, gsize size)
{
  for (gsize i = 0; i < size; i++)
    pixels[i] = (guint8)(pixels[i] / 12);
}

static void
paint_skin (guint8 *pixels, gsize size, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  static const guint8 skin[] = { 150, 175, 215, 255 };

  for (gsize i = 0; i < size; i++)
    pixels[i] = (guint8)(skin[i % 4] + g_rand_int_range (rand, -3, 4));
}

/* Every block of 8 x 8 has one colour. */
static void
coarsen (guint8 *pixels, gint width, gint height)
{
  for (gint y = 0; y < height; y++)
    for (gint x = 0; x < 4 * width; x++)
      pixels[4 * y * width + x] = pixels[4 * (y / 8 * 8) * width + x / 32 * 32 + x % 4];
}

static void
paint (Phantom *phantom, Scene scene, guint32 seed, guint8 *pixels, const GstVideoInfo *info, guint index)
{
  const gint width = GST_VIDEO_INFO_WIDTH (info), height = GST_VIDEO_INFO_HEIGHT (info);

  if (scene == SCENE_SKIN) {
    paint_skin (pixels, GST_VIDEO_INFO_SIZE (info), seed + index);
    return;
  }
  phantom_paint (phantom, scene == SCENE_MOVING ? 0.9 * index : 0.01 * index, pixels, 4 * width);
  if (scene == SCENE_DARK)
    darken (pixels, GST_VIDEO_INFO_SIZE (info));
  else if (scene == SCENE_BLURRED)
    coarsen (pixels, width, height);
}

static Reel *
reel_new (const Kind *kind, GstVideoInfo *info)
{
  Reel *reel = g_new0 (Reel, 1);

  gst_video_info_set_format (info, gst_video_format_from_string (kind->format), (guint)kind->width,
                             (guint)kind->height);
  info->fps_n = 30;
  info->fps_d = 1;
  reel->caps = gst_video_info_to_caps (info);
  reel->frames = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_buffer_unref);
  return reel;
}

static Reel *
paint_reel (const Kind *kind, Scene scene, guint32 seed)
{
  g_autoptr (Phantom) phantom = phantom_new ((guint)kind->width, (guint)kind->height, seed);
  g_autofree guint8 *pixels = NULL;
  GstVideoInfo painted, info;
  Reel *reel = reel_new (kind, &info);

  gst_video_info_set_format (&painted, GST_VIDEO_FORMAT_BGRx, (guint)kind->width, (guint)kind->height);
  pixels = g_malloc0 (GST_VIDEO_INFO_SIZE (&painted));
  for (guint i = 0; i < N_FRAMES; i++) {
    paint (phantom, scene, seed, pixels, &painted, i);
    g_ptr_array_add (reel->frames, convert (&painted, pixels, &info));
  }
  return reel;
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const gchar *const *)a, *(const gchar *const *)b);
}

static GPtrArray *
list_pictures (const gchar *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;

  if (!dir)
    return NULL;
  while ((name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".jpg") || g_str_has_suffix (name, ".png"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_paths);
  if (paths->len > MAX_PICTURES)
    g_ptr_array_set_size (paths, MAX_PICTURES);
  return g_steal_pointer (&paths);
}

/* A picture as a reel of one frame, in the size and format of @kind. */
static Reel *
show_picture (const Kind *kind, const gchar *path, GError **error)
{
  g_autoptr (DermaPicture) picture = derma_picture_load (path, error);
  g_autoptr (DermaPicture) rgb = picture ? derma_picture_new_rgb (derma_picture_get_frame (picture), error) : NULL;
  const DermaFrame *frame;
  GstVideoInfo from, info;
  Reel *reel;

  if (!rgb)
    return NULL;
  frame = derma_picture_get_frame (rgb);
  gst_video_info_set_format (&from, GST_VIDEO_FORMAT_RGB, frame->width, frame->height);
  from.stride[0] = frame->strides[0];
  from.size = (gsize)frame->strides[0] * frame->height;
  reel = reel_new (kind, &info);
  g_ptr_array_add (reel->frames, convert (&from, derma_picture_get_pixels (rgb), &info));
  return reel;
}

GPtrArray *
reel_make_all (const gchar *folder, guint32 seed, GError **error)
{
  g_autoptr (GPtrArray) reels = g_ptr_array_new_with_free_func (reel_free);
  g_autoptr (GPtrArray) paths = folder ? list_pictures (folder, error) : g_ptr_array_new ();

  if (!paths)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint k = 0; k < 2; k++)
      g_ptr_array_add (reels, paint_reel (&kinds[i], (Scene)((i + 2 * k) % N_SCENES), seed + 2 * i + k));
  for (guint i = 0; i < paths->len; i++) {
    Reel *reel = show_picture (&kinds[i % G_N_ELEMENTS (kinds)], g_ptr_array_index (paths, i), error);

    if (!reel)
      return NULL;
    g_ptr_array_add (reels, reel);
  }
  return g_steal_pointer (&reels);
}
