/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/shot.h"

#include <derma/picture.h>

#include <libavutil/pixdesc.h>
#include <string.h>

static void
fill_plane (AVFrame *frame, guint plane, guint8 value)
{
  gint shift = plane ? av_pix_fmt_desc_get (frame->format)->log2_chroma_h : 0;

  memset (frame->data[plane], value, (gsize)frame->linesize[plane] * (gsize)AV_CEIL_RSHIFT (frame->height, shift));
}

/* A frame of libav in one colour; planes beyond the first hold 128. */
static AVFrame *
make_frame (enum AVPixelFormat format, gint width, gint height, guint8 value)
{
  AVFrame *frame = av_frame_alloc ();

  frame->format = format;
  frame->width = width;
  frame->height = height;
  g_assert_cmpint (av_frame_get_buffer (frame, 0), ==, 0);
  for (guint i = 0; i < 3 && frame->data[i]; i++)
    fill_plane (frame, i, i ? 128 : value);
  return frame;
}

static void
assert_pixel (const DermaShot *shot, guint x, guint y, gint r, gint g, gint b)
{
  const guint8 *pixel = shot->pixels + y * (gsize)shot->stride + 3 * x;
  const gint wanted[] = { r, g, b };

  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (ABS (pixel[i] - wanted[i]), <=, 2);
}

/* Grey of limited range becomes full range; full range stays. */
static void
test_ranges (void)
{
  static const struct {
    enum AVPixelFormat format;
    enum AVColorRange range;
    guint8 value;
    gint grey;
  } cases[] = {
    { AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, 16, 0 },
    { AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, 235, 255 },
    { AV_PIX_FMT_YUV420P, AVCOL_RANGE_UNSPECIFIED, 16, 0 },
    { AV_PIX_FMT_YUV420P, AVCOL_RANGE_JPEG, 16, 16 },
    { AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_UNSPECIFIED, 16, 16 },
    { AV_PIX_FMT_YUVJ422P, AVCOL_RANGE_UNSPECIFIED, 200, 200 },
    { AV_PIX_FMT_YUVJ444P, AVCOL_RANGE_UNSPECIFIED, 1, 1 },
    { AV_PIX_FMT_YUVJ440P, AVCOL_RANGE_UNSPECIFIED, 99, 99 },
    { AV_PIX_FMT_YUV444P, AVCOL_RANGE_MPEG, 126, 128 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (DermaShot) shot = { 0 };
    AVFrame *frame = make_frame (cases[i].format, 18, 10, cases[i].value);

    frame->color_range = cases[i].range;
    g_assert_true (derma_shot_take (&shot, frame, &error));
    g_assert_no_error (error);
    g_assert_cmpuint (shot.width, ==, 18);
    g_assert_cmpuint (shot.height, ==, 10);
    assert_pixel (&shot, 0, 0, cases[i].grey, cases[i].grey, cases[i].grey);
    assert_pixel (&shot, 17, 9, cases[i].grey, cases[i].grey, cases[i].grey);
    av_frame_free (&frame);
  }
}

/* What V = 200 adds to red in each matrix: 1.402, 1.5748, 1.4746, 1.576, 1.4 times 72, of 100 of full range. */
static void
test_matrices (void)
{
  static const struct {
    enum AVColorSpace space;
    gint height, red;
  } cases[] = {
    { AVCOL_SPC_BT709, 10, 213 },        { AVCOL_SPC_BT470BG, 10, 201 },     { AVCOL_SPC_SMPTE170M, 10, 201 },
    { AVCOL_SPC_BT2020_NCL, 10, 206 },   { AVCOL_SPC_BT2020_CL, 10, 206 },   { AVCOL_SPC_SMPTE240M, 10, 213 },
    { AVCOL_SPC_FCC, 10, 201 },          { AVCOL_SPC_UNSPECIFIED, 10, 201 }, { AVCOL_SPC_UNSPECIFIED, 576, 201 },
    { AVCOL_SPC_UNSPECIFIED, 577, 213 }, { AVCOL_SPC_RESERVED, 10, 201 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (DermaShot) shot = { 0 };
    AVFrame *frame = make_frame (AV_PIX_FMT_YUV444P, 16, cases[i].height, 100);

    fill_plane (frame, 2, 200);
    frame->color_range = AVCOL_RANGE_JPEG;
    frame->colorspace = cases[i].space;
    g_assert_true (derma_shot_take (&shot, frame, NULL));
    g_assert_cmpint (ABS (shot.pixels[0] - cases[i].red), <=, 2);
    av_frame_free (&frame);
  }
}

static void
test_deep_colours (void)
{
  g_auto (DermaShot) shot = { 0 };
  AVFrame *frame = make_frame (AV_PIX_FMT_RGB48LE, 8, 8, 0x40);

  g_assert_true (derma_shot_take (&shot, frame, NULL));
  assert_pixel (&shot, 3, 3, 0x40, 0x40, 0x40);
  av_frame_free (&frame);
}

static void
test_unknown_formats_are_refused (void)
{
  static const gint formats[] = { AV_PIX_FMT_NONE, AV_PIX_FMT_VAAPI, AV_PIX_FMT_NB, 12345 };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (DermaShot) shot = { 0 };
    AVFrame *frame = make_frame (AV_PIX_FMT_RGB24, 8, 8, 0);

    frame->format = formats[i];
    g_assert_false (derma_shot_take (&shot, frame, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED);
    g_assert_null (shot.pixels);
    av_frame_free (&frame);
  }
}

static void
test_bad_sizes_are_refused (void)
{
  static const gint sizes[][2] = { { 0, 8 },
                                   { 8, 0 },
                                   { -1, 8 },
                                   { 8, -5 },
                                   { DERMA_MAX_SIDE + 1, 8 },
                                   { 8, DERMA_MAX_SIDE + 1 },
                                   { G_MAXINT, G_MAXINT },
                                   { G_MININT, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (DermaShot) shot = { 0 };
    AVFrame *frame = make_frame (AV_PIX_FMT_RGB24, 8, 8, 0);

    frame->width = sizes[i][0];
    frame->height = sizes[i][1];
    g_assert_false (derma_shot_take (&shot, frame, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
    g_assert_null (shot.pixels);
    frame->width = frame->height = 8;
    av_frame_free (&frame);
  }
}

/* A failure leaves what was there. */
static void
test_refused_picture_changes_nothing (void)
{
  g_auto (DermaShot) shot = { 0 };
  AVFrame *frame = make_frame (AV_PIX_FMT_RGB24, 8, 8, 77);

  g_assert_true (derma_shot_take (&shot, frame, NULL));
  frame->format = AV_PIX_FMT_NONE;
  g_assert_false (derma_shot_take (&shot, frame, NULL));
  g_assert_cmpuint (shot.width, ==, 8);
  assert_pixel (&shot, 4, 4, 77, 77, 77);
  av_frame_free (&frame);
}

static void
test_stills (void)
{
  guint8 pixels[3 * 12 * 6];
  DermaFrame frame = { .format = DERMA_FORMAT_RGB,
                       .width = 12,
                       .height = 6,
                       .range = DERMA_RANGE_FULL,
                       .planes = { pixels, pixels, pixels },
                       .strides = { 36, 6, 6 } };

  for (guint i = 0; i < sizeof pixels; i += 3)
    pixels[i] = 250, pixels[i + 1] = 10, pixels[i + 2] = 130;
  for (guint i = 0; i < 3; i++) {
    static const DermaFormat formats[] = { DERMA_FORMAT_RGB, DERMA_FORMAT_GRAY8, DERMA_FORMAT_I420 };
    g_autoptr (GError) error = NULL;
    g_auto (DermaShot) shot = { 0 };

    if (i == 1)
      memset (pixels, 128, sizeof pixels);
    frame.format = formats[i];
    frame.strides[0] = i == 0 ? 36 : 12;
    g_assert_true (derma_shot_take_still (&shot, &frame, &error));
    g_assert_no_error (error);
    assert_pixel (&shot, 11, 5, i == 0 ? 250 : 128, i == 0 ? 10 : 128, i == 0 ? 130 : 128);
  }
}

static void
test_unknown_stills_are_refused (void)
{
  guint8 pixels[4 * 64] = { 0 };
  DermaFrame frame = { .width = 8, .height = 8, .planes = { pixels, pixels, pixels }, .strides = { 32, 32, 32 } };

  for (gint format = 0; format <= DERMA_N_FORMATS; format++) {
    g_autoptr (GError) error = NULL;
    g_auto (DermaShot) shot = { 0 };

    if (format == DERMA_FORMAT_RGB || format == DERMA_FORMAT_GRAY8 || format == DERMA_FORMAT_I420)
      continue;
    frame.format = (DermaFormat)format;
    g_assert_false (derma_shot_take_still (&shot, &frame, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED);
  }
}

static void
test_shrink (void)
{
  static const struct {
    gint width, height;
    guint side, w, h;
  } cases[] = {
    { 40, 20, 10, 10, 5 }, { 20, 40, 10, 5, 10 }, { 40, 20, 40, 40, 20 }, { 40, 20, 1000, 40, 20 },
    { 400, 3, 10, 10, 1 }, { 3, 400, 10, 1, 10 }, { 5, 5, 1, 1, 1 },      { 1, 1, 1, 1, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (DermaShot) shot = { 0 }, small = { 0 };
    AVFrame *frame = make_frame (AV_PIX_FMT_RGB24, cases[i].width, cases[i].height, 90);

    g_assert_true (derma_shot_take (&shot, frame, NULL));
    g_assert_true (derma_shot_shrink (&shot, cases[i].side, &small, &error));
    g_assert_no_error (error);
    g_assert_cmpuint (small.width, ==, cases[i].w);
    g_assert_cmpuint (small.height, ==, cases[i].h);
    assert_pixel (&small, small.width - 1, small.height - 1, 90, 90, 90);
    av_frame_free (&frame);
  }
}

static void
test_frame_of_a_shot (void)
{
  g_auto (DermaShot) shot = { 0 };
  AVFrame *made = make_frame (AV_PIX_FMT_RGB24, 33, 7, 5);
  DermaFrame frame;

  g_assert_true (derma_shot_take (&shot, made, NULL));
  frame = derma_shot_get_frame (&shot);
  g_assert_cmpint (frame.format, ==, DERMA_FORMAT_RGB);
  g_assert_cmpint (frame.range, ==, DERMA_RANGE_FULL);
  g_assert_cmpuint (frame.width, ==, 33);
  g_assert_cmpuint (frame.height, ==, 7);
  g_assert_true (frame.planes[0] == shot.pixels);
  g_assert_cmpint (frame.strides[0], >=, 99);
  av_frame_free (&made);
}

static void
test_jpeg (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) fine = NULL, coarse = NULL;
  g_autoptr (DermaPicture) picture = NULL;
  g_autofree gchar *path = NULL;
  g_auto (DermaShot) shot = { 0 };
  AVFrame *frame = make_frame (AV_PIX_FMT_RGB24, 50, 30, 0);

  for (gint i = 0; i < 30 * frame->linesize[0]; i++)
    frame->data[0][i] = (guint8)(i * 2654435761u >> 24);
  g_assert_true (derma_shot_take (&shot, frame, NULL));
  fine = derma_shot_to_jpeg (&shot, 100, &error);
  g_assert_no_error (error);
  coarse = derma_shot_to_jpeg (&shot, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (coarse), <, g_bytes_get_size (fine));
  path = g_build_filename (g_get_tmp_dir (), "test-shot.jpg", NULL);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (fine, NULL), (gssize)g_bytes_get_size (fine), NULL));
  picture = derma_picture_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (derma_picture_get_frame (picture)->width, ==, 50);
  g_assert_cmpuint (derma_picture_get_frame (picture)->height, ==, 30);
  g_assert_cmpint (remove (path), ==, 0);
  av_frame_free (&frame);
}

static void
test_impossible_jpeg_fails (void)
{
  g_autoptr (GError) error = NULL;
  DermaShot nothing = { 0 }, wide = { .width = 70000, .height = 1 };

  g_assert_null (derma_shot_to_jpeg (&nothing, 85, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  g_assert_true (g_str_has_prefix (error->message, "the picture cannot be written as JPEG: frame: size: 0x0 "));
  g_clear_error (&error);
  g_assert_null (derma_shot_to_jpeg (&wide, 85, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
}

static void
test_clear_nothing (void)
{
  DermaShot shot = { 0 };

  derma_shot_clear (&shot);
  derma_shot_clear (&shot);
  g_assert_null (shot.pixels);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shot/ranges", test_ranges);
  g_test_add_func ("/shot/matrices", test_matrices);
  g_test_add_func ("/shot/fine-colours", test_deep_colours);
  g_test_add_func ("/shot/unknown-formats-are-refused", test_unknown_formats_are_refused);
  g_test_add_func ("/shot/bad-sizes-are-refused", test_bad_sizes_are_refused);
  g_test_add_func ("/shot/refused-picture-changes-nothing", test_refused_picture_changes_nothing);
  g_test_add_func ("/shot/stills", test_stills);
  g_test_add_func ("/shot/unknown-stills-are-refused", test_unknown_stills_are_refused);
  g_test_add_func ("/shot/shrink", test_shrink);
  g_test_add_func ("/shot/frame", test_frame_of_a_shot);
  g_test_add_func ("/shot/jpeg", test_jpeg);
  g_test_add_func ("/shot/impossible-jpeg-fails", test_impossible_jpeg_fails);
  g_test_add_func ("/shot/clear-nothing", test_clear_nothing);
  return g_test_run ();
}
