/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/derma.h>

#include <gst/gst.h>
#include <gst/video/video.h>
#include <math.h>
#include <string.h>

#include "elementtest.h"
#include "videoframe.h"

/*
 * On real dermoscopic pictures: every pixel format tells what RGB tells, and a file read as a still tells what it tells
 * as a frame of a pipeline. Skipped where there are no pictures.
 */

#define PICTURES 60
#define PICTURES_FOR_VALGRIND 1 /* of which each reading takes ten seconds */

static guint n_pictures; /* three quarters agree in every format; a reading that hangs in the balance may tip */
static DermaModel *model;
static DermaClassifier *classifier;
static gchar *folder; /* of pictures, NULL without */

static const GstVideoFormat FORMATS[] = {
  GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_YV12, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_NV21, GST_VIDEO_FORMAT_YUY2,
  GST_VIDEO_FORMAT_UYVY, GST_VIDEO_FORMAT_BGR,  GST_VIDEO_FORMAT_RGBx, GST_VIDEO_FORMAT_BGRx, GST_VIDEO_FORMAT_xRGB,
  GST_VIDEO_FORMAT_xBGR, GST_VIDEO_FORMAT_RGBA, GST_VIDEO_FORMAT_BGRA, GST_VIDEO_FORMAT_ARGB, GST_VIDEO_FORMAT_ABGR,
};

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(gchar *const *)a, *(gchar *const *)b);
}

/* The first JPEG files of the folder, in the order of their names. */
static GPtrArray *
list_pictures (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".jpg"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_paths);
  if (paths->len > n_pictures)
    g_ptr_array_set_size (paths, (gint)n_pictures);
  return paths;
}

static void
classify (const DermaFrame *frame, DermaReading *reading)
{
  g_autoptr (GError) error = NULL;
  DermaRect rect = derma_frame_get_region (frame, DERMA_REGION_CENTER_SQUARE, NULL);

  derma_classifier_classify (classifier, frame, &rect, 0.5f, reading, &error);
  g_assert_no_error (error);
}

/* A picture as R, G, B in doubles, the reference that every format is made of. */
typedef struct {
  guint width;
  guint height;
  gdouble *values;
} Picture;

static guint8
round_byte (gdouble value)
{
  return (guint8)CLAMP (value + 0.5, 0.0, 255.0);
}

/* ITU-R BT.601 of a full-range I420 picture, each chroma sample for the four pixels that it lies between. */
static void
load_picture (Picture *picture, const gchar *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaPicture) still = derma_picture_load (path, &error);
  const DermaFrame *frame;

  g_assert_no_error (error);
  frame = derma_picture_get_frame (still);
  g_assert_cmpint (frame->format, ==, DERMA_FORMAT_I420);
  picture->width = frame->width;
  picture->height = frame->height;
  picture->values = g_new (gdouble, (gsize)3 * frame->width * frame->height);
  for (guint y = 0; y < frame->height; y++)
    for (guint x = 0; x < frame->width; x++) {
      gdouble *rgb = picture->values + 3 * ((gsize)y * frame->width + x);
      gdouble luma = frame->planes[0][y * frame->strides[0] + x];
      gdouble cb = frame->planes[1][y / 2 * frame->strides[1] + x / 2] - 128.0;
      gdouble cr = frame->planes[2][y / 2 * frame->strides[2] + x / 2] - 128.0;

      rgb[0] = round_byte (luma + 1.402 * cr);
      rgb[1] = round_byte (luma - (0.114 * 1.772 * cb + 0.299 * 1.402 * cr) / 0.587);
      rgb[2] = round_byte (luma + 1.772 * cb);
    }
}

/* Component @c (Y, Cb, Cr in limited range, or R, G, B) of a pixel. */
static gdouble
get_component (const GstVideoInfo *info, const gdouble *rgb, guint c)
{
  gdouble luma = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];

  if (GST_VIDEO_INFO_IS_GRAY (info))
    return luma;
  if (GST_VIDEO_INFO_IS_RGB (info))
    return c < 3 ? rgb[c] : 255.0;
  if (c == 0)
    return 16.0 + luma * 219.0 / 255.0;
  return 128.0 + (c == 1 ? (rgb[2] - luma) / 1.772 : (rgb[0] - luma) / 1.402) * 224.0 / 255.0;
}

static void
write_component (GstVideoFrame *video, const Picture *picture, guint c)
{
  guint across = 1u << GST_VIDEO_FORMAT_INFO_W_SUB (video->info.finfo, c);
  guint down = 1u << GST_VIDEO_FORMAT_INFO_H_SUB (video->info.finfo, c);
  guint8 *data = GST_VIDEO_FRAME_COMP_DATA (video, c);

  for (guint y = 0; y < picture->height; y += down)
    for (guint x = 0; x < picture->width; x += across) {
      gdouble sum = 0;

      for (guint k = 0; k < across * down; k++)
        sum += get_component (&video->info,
                              picture->values + 3 * ((gsize)(y + k / across) * picture->width + x + k % across), c);
      data[y / down * (guint)GST_VIDEO_FRAME_COMP_STRIDE (video, c)
           + x / across * (guint)GST_VIDEO_FRAME_COMP_PSTRIDE (video, c)] = round_byte (sum / (across * down));
    }
}

/*
 * The picture in a format, rounded to the nearest code. GstVideoConverter would round down, and shift the tint by more
 * than is measured here.
 */
static GstBuffer *
make_buffer (const Picture *picture, GstVideoFormat format, GstVideoInfo *info)
{
  GstVideoFrame video;
  GstBuffer *buffer;

  gst_video_info_set_format (info, format, picture->width, picture->height);
  buffer = gst_buffer_new_allocate (NULL, info->size, NULL);
  g_assert_true (gst_video_frame_map (&video, info, buffer, GST_MAP_WRITE));
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS (&video); c++)
    write_component (&video, picture, c);
  gst_video_frame_unmap (&video);
  return buffer;
}

static void
make_grey (Picture *picture)
{
  for (gsize i = 0; i < (gsize)picture->width * picture->height; i++) {
    gdouble *rgb = picture->values + 3 * i;

    rgb[0] = rgb[1] = rgb[2] = round_byte (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]);
  }
}

static void
classify_buffer (GstBuffer *buffer, const GstVideoInfo *info, DermaReading *reading)
{
  DermaFrame frame;
  GstVideoFrame video;

  g_assert_true (derma_frame_init_from_info (&frame, info));
  g_assert_true (gst_video_frame_map (&video, info, buffer, GST_MAP_READ));
  derma_frame_set_pixels (&frame, &video);
  classify (&frame, reading);
  gst_video_frame_unmap (&video);
}

static gfloat
compare (const DermaReading *a, const DermaReading *b)
{
  gfloat difference = 0;

  for (guint i = 0; i < a->classes->n; i++)
    difference = MAX (difference, fabsf (a->probabilities[i] - b->probabilities[i]));
  return difference;
}

static void
classify_in (const Picture *picture, GstVideoFormat format, DermaReading *reading)
{
  GstVideoInfo info;
  g_autoptr (GstBuffer) buffer = make_buffer (picture, format, &info);

  classify_buffer (buffer, &info, reading);
}

/* Whether the same picture in another format has probabilities within 0.02 and the same top label; never far off. */
static gboolean
agrees (const Picture *picture, const DermaReading *wanted, GstVideoFormat format)
{
  g_auto (DermaReading) found = DERMA_READING_INIT;

  classify_in (picture, format, &found);
  g_assert_cmpfloat (compare (wanted, &found), <, 0.1f);
  return compare (wanted, &found) <= 0.02f && found.top == wanted->top;
}

static void
check_picture (const gchar *path, guint agreed[G_N_ELEMENTS (FORMATS) + 1])
{
  g_auto (DermaReading) wanted = DERMA_READING_INIT;
  Picture picture;

  load_picture (&picture, path);
  classify_in (&picture, GST_VIDEO_FORMAT_RGB, &wanted);
  for (guint i = 0; i < G_N_ELEMENTS (FORMATS); i++)
    agreed[i] += agrees (&picture, &wanted, FORMATS[i]);
  /* What has no colour is compared with what has lost it. */
  make_grey (&picture);
  classify_in (&picture, GST_VIDEO_FORMAT_RGB, &wanted);
  agreed[G_N_ELEMENTS (FORMATS)] += agrees (&picture, &wanted, GST_VIDEO_FORMAT_GRAY8);
  g_free (picture.values);
}

static void
test_formats (void)
{
  guint agreed[G_N_ELEMENTS (FORMATS) + 1] = { 0 };
  g_autoptr (GPtrArray) paths = NULL;

  if (!folder) {
    g_test_skip ("no dermoscopic pictures here");
    return;
  }
  paths = list_pictures ();
  g_assert_cmpuint (paths->len, ==, n_pictures);
  for (guint i = 0; i < paths->len; i++)
    check_picture (g_ptr_array_index (paths, i), agreed);
  for (guint i = 0; i < G_N_ELEMENTS (agreed); i++) {
    g_test_message ("%s: %u of %u agree",
                    i < G_N_ELEMENTS (FORMATS) ? gst_video_format_to_string (FORMATS[i]) : "GRAY8", agreed[i],
                    n_pictures);
    g_assert_cmpuint (agreed[i], >=, (n_pictures * 3 + 3) / 4);
  }
}

/* The probabilities of class @i in the message that a pipeline posted. */
static gdouble
get_probability (const GstStructure *reading, guint i)
{
  const GValue *list = gst_structure_get_value (reading, "probabilities");

  return g_value_get_double (gst_value_array_get_value (list, i));
}

static void
check_still (const gchar *path)
{
  g_autofree gchar *line = g_strdup_printf ("filesrc location=%s ! jpegdec ! dermaclassify model=%s ! fakesink", path,
                                            derma_model_get_name (model));
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, &error);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (DermaPicture) picture = derma_picture_load (path, &error);
  g_auto (DermaReading) wanted = DERMA_READING_INIT;
  g_autoptr (GstMessage) message = NULL;

  g_assert_no_error (error);
  classify (derma_picture_get_frame (picture), &wanted);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_ELEMENT);
  for (guint i = 0; i < wanted.classes->n; i++)
    g_assert_cmpfloat_with_epsilon (get_probability (gst_message_get_structure (message), i), wanted.probabilities[i],
                                    1e-4);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static void
test_stills (void)
{
  g_autoptr (GPtrArray) paths = NULL;

  if (!folder) {
    g_test_skip ("no dermoscopic pictures here");
    return;
  }
  paths = list_pictures ();
  for (guint i = 0; i < paths->len; i += 10)
    check_still (g_ptr_array_index (paths, i));
}

static void
find_folder (void)
{
  const gchar *data = g_getenv ("DERMA_DATA");
  g_autofree gchar *usual = g_build_filename (g_getenv ("SOURCE_ROOT"), "..", "shared", "data", NULL);

  folder = g_build_filename (data ? data : usual, "dermoscopy", "ham10000", NULL);
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    g_clear_pointer (&folder, g_free);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = g_build_filename (g_getenv ("SOURCE_ROOT"), "models", "dermaclassify.onnx", NULL);
  int result;

  element_test_init (&argc, &argv);
  n_pictures = g_strcmp0 (g_getenv ("DERMA_UNDER"), "valgrind") == 0 ? PICTURES_FOR_VALGRIND : PICTURES;
  find_folder ();
  model = derma_model_load (path, &error);
  g_assert_no_error (error);
  classifier = derma_classifier_new (model, 1, &error);
  g_assert_no_error (error);
  g_test_add_func ("/real/formats", test_formats);
  g_test_add_func ("/real/stills", test_stills);
  result = element_test_run ();
  derma_classifier_free (classifier);
  derma_model_unref (model);
  g_free (folder);
  return result;
}
