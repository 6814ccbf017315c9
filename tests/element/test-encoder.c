/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a recorder encodes with and writes to, without the recorder around them. */
#include "elementtest.h"
#include "encoder.h"
#include "writer.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define FRAME (100 * GST_MSECOND)

static gboolean
is_there (const gchar *element)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (element);

  return factory != NULL;
}

static void
test_nicks (void)
{
  g_assert_cmpstr (derma_encoder_get_nick (DERMA_ENCODER_AUTO), ==, "auto");
  g_assert_cmpstr (derma_encoder_get_nick (DERMA_ENCODER_FFV1), ==, "ffv1");
  for (guint i = 0; i < DERMA_N_ENCODERS; i++)
    for (guint k = 0; k < i; k++)
      g_assert_cmpstr (derma_encoder_get_nick (i), !=, derma_encoder_get_nick (k));
}

static void
test_unknown_nicks (void)
{
  g_assert_cmpstr (derma_encoder_get_nick (DERMA_N_ENCODERS), ==, "unknown");
  g_assert_cmpstr (derma_encoder_get_nick ((DermaEncoder)-1), ==, "unknown");
}

static const struct {
  DermaEncoder encoder;
  const gchar *element, *caps;
} SOFTWARE[] = {
  { DERMA_ENCODER_X264, "x264enc", "video/x-h264" },   { DERMA_ENCODER_VP8, "vp8enc", "video/x-vp8" },
  { DERMA_ENCODER_VP9, "vp9enc", "video/x-vp9" },      { DERMA_ENCODER_MJPEG, "jpegenc", "image/jpeg" },
  { DERMA_ENCODER_FFV1, "avenc_ffv1", "video/x-ffv" },
};

/* Encodes two frames of that size; the name of what comes out. */
static gchar *
encode (GstElement *encoder, gint width, gint height)
{
  GstHarness *harness = gst_harness_new_with_element (encoder, "sink", "src");
  g_autoptr (GstCaps) caps = NULL;
  gchar *name;

  element_test_set_caps (harness, "I420", width, height);
  for (guint i = 0; i < 2; i++) {
    GstBuffer *buffer = element_test_frame ("I420", width, height, i);

    GST_BUFFER_PTS (buffer) = i * FRAME;
    GST_BUFFER_DURATION (buffer) = FRAME;
    g_assert_cmpint (gst_harness_push (harness, buffer), ==, GST_FLOW_OK);
  }
  gst_harness_push_event (harness, gst_event_new_eos ());
  g_assert_cmpuint (gst_harness_buffers_received (harness), ==, 2);
  caps = gst_pad_get_current_caps (harness->sinkpad);
  name = g_strdup (gst_structure_get_name (gst_caps_get_structure (caps, 0)));
  gst_harness_teardown (harness);
  return name;
}

static void
test_encoders (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (SOFTWARE); i++)
    for (guint bitrate = 0; bitrate <= 1000; bitrate += 1000) {
      g_autoptr (GError) error = NULL;
      g_autofree gchar *name = NULL;
      GstElement *encoder;

      if (!is_there (SOFTWARE[i].element))
        continue;
      encoder = derma_encoder_new (SOFTWARE[i].encoder, bitrate, &error);
      g_assert_no_error (error);
      gst_object_ref_sink (encoder);
      name = encode (encoder, 32, 18);
      g_assert_cmpstr (name, ==, SOFTWARE[i].caps);
      gst_object_unref (encoder);
    }
}

/* GStreamer's jpegenc encodes blocks of 16, of which nobody has written what lies right of the picture. */
static gboolean
reads_beside_the_picture (const gchar *element)
{
  return g_strcmp0 (g_getenv ("DERMA_UNDER"), "valgrind") == 0 && strcmp (element, "jpegenc") == 0;
}

/* Sizes that 4:2:0 does not take are made even. */
static void
test_odd_sizes (void)
{
  static const gint sizes[][2] = { { 33, 17 }, { 17, 33 }, { 31, 31 } };

  for (guint i = 0; i < G_N_ELEMENTS (SOFTWARE); i++)
    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++) {
      g_autofree gchar *name = NULL;
      GstElement *encoder;

      if (!is_there (SOFTWARE[i].element) || reads_beside_the_picture (SOFTWARE[i].element))
        continue;
      encoder = gst_object_ref_sink (derma_encoder_new (SOFTWARE[i].encoder, 0, NULL));
      name = encode (encoder, sizes[k][0], sizes[k][1]);
      g_assert_cmpstr (name, ==, SOFTWARE[i].caps);
      gst_object_unref (encoder);
    }
}

static void
test_extreme_bitrates (void)
{
  static const guint rates[] = { 1, 2, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (SOFTWARE); i++)
    for (guint k = 0; k < G_N_ELEMENTS (rates); k++) {
      g_autoptr (GError) error = NULL;
      GstElement *encoder;

      if (!is_there (SOFTWARE[i].element))
        continue;
      encoder = derma_encoder_new (SOFTWARE[i].encoder, rates[k], &error);
      g_assert_true ((encoder == NULL) == (error != NULL));
      if (encoder)
        gst_object_unref (gst_object_ref_sink (encoder));
    }
}

static void
test_auto (void)
{
  g_autoptr (GError) error = NULL;
  GstElement *encoder = derma_encoder_new (DERMA_ENCODER_AUTO, 0, &error);

  g_assert_no_error (error);
  gst_object_unref (gst_object_ref_sink (encoder));
}

static void
test_unknown_encoder (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_encoder_new (DERMA_N_ENCODERS, 0, &error));
  g_assert_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);
}

/* Stands for v4l2h264enc, which there is only with a driver: takes raw frames, has the driver's caps and keeps
 * controls. */
typedef struct {
  GstElement element;
  GstStructure *controls;
} Driver;
typedef GstElementClass DriverClass;

static const gchar *driver_caps;
static Driver *last_driver;

static GType driver_get_type (void);
G_DEFINE_TYPE (Driver, driver, GST_TYPE_ELEMENT)

static void
driver_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  g_clear_pointer (&((Driver *)object)->controls, gst_structure_free);
  ((Driver *)object)->controls = g_value_dup_boxed (value);
}

static void
driver_finalize (GObject *object)
{
  g_clear_pointer (&((Driver *)object)->controls, gst_structure_free);
  G_OBJECT_CLASS (driver_parent_class)->finalize (object);
}

static void
driver_class_init (DriverClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = driver_set_property;
  object_class->finalize = driver_finalize;
  g_object_class_install_property (object_class, 1,
                                   g_param_spec_boxed ("extra-controls", "", "", GST_TYPE_STRUCTURE, G_PARAM_WRITABLE));
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Driver", "Codec/Encoder/Video/Hardware",
                                         "A stand-in", "tests");
}

static void
driver_init (Driver *driver)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (driver_caps);
  GstPadTemplate *made = gst_object_ref_sink (gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));

  gst_element_add_pad (GST_ELEMENT (driver), gst_pad_new ("sink", GST_PAD_SINK));
  gst_element_add_pad (GST_ELEMENT (driver), gst_pad_new_from_template (made, "src"));
  gst_object_unref (made);
  last_driver = driver;
}

/* (transfer full): the bin with a driver of these caps in it */
static GstElement *
with_driver (const gchar *caps, guint bitrate, Driver **driver)
{
  g_autoptr (GError) error = NULL;
  GstElement *encoder;

  element_test_forget_hardware ();
  driver_caps = caps;
  g_assert_true (gst_element_register (NULL, "v4l2h264enc", GST_RANK_NONE, driver_get_type ()));
  encoder = derma_encoder_new (DERMA_ENCODER_HARDWARE, bitrate, &error);
  element_test_forget_hardware ();
  g_assert_no_error (error);
  gst_object_ref_sink (encoder);
  g_assert_true (gst_object_has_as_ancestor (GST_OBJECT (last_driver), GST_OBJECT (encoder)));
  *driver = last_driver;
  return encoder;
}

static void
test_driver_bitrate (void)
{
  static const guint rates[] = { 2500, 1000000, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    gint rate = 0;
    Driver *driver;
    GstElement *encoder = with_driver ("video/x-h264", rates[i], &driver);

    g_assert_true ((driver->controls != NULL) == (rates[i] > 0));
    g_assert_true (!driver->controls || gst_structure_get_int (driver->controls, "video_bitrate", &rate));
    g_assert_cmpint (rate, ==, rates[i] * 1000);
    gst_object_unref (encoder);
  }
}

/* Drivers are asked for the first level that is left; all that a Raspberry Pi lists before 4 are too low for 1280x720.
 */
static void
test_driver_level (void)
{
  static const struct {
    const gchar *lists, *first;
  } drivers[] = {
    { "{ 1, 1b, 1.1, 1.2, 1.3, 2, 2.1, 2.2, 3, 3.1, 3.2, 4, 4.1, 4.2 }", "4" },
    { "{ 3, 3.1, 4.2, 5 }", "4.2" },
    { "{ 4 }", "4" },
    { "{ 2, 3.1 }", "2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++) {
    g_autofree gchar *caps = g_strdup_printf (
        "video/x-h264,stream-format=byte-stream,alignment=au,profile=(string)baseline,level=(string)%s",
        drivers[i].lists);
    g_autoptr (GstCaps) allowed = NULL;
    g_autoptr (GstPad) pad = NULL;
    const GValue *levels;
    Driver *driver;
    GstElement *encoder = with_driver (caps, 0, &driver);

    pad = gst_element_get_static_pad (GST_ELEMENT (driver), "src");
    allowed = gst_pad_get_allowed_caps (pad);
    g_assert_false (gst_caps_is_empty (allowed));
    levels = gst_structure_get_value (gst_caps_get_structure (allowed, 0), "level");
    g_assert_cmpstr (g_value_get_string (GST_VALUE_HOLDS_LIST (levels) ? gst_value_list_get_value (levels, 0) : levels),
                     ==, drivers[i].first);
    gst_object_unref (encoder);
  }
}

/* errno of a disk that fails; a writer meets it where it brings its file there. */
static gint disk_error;

static gint
bring_to_disk (void)
{
  errno = disk_error;
  return disk_error ? -1 : 0;
}

gint
fsync (gint fd)
{
  return bring_to_disk ();
}

gint
fdatasync (gint fd)
{
  return bring_to_disk ();
}

/* A writer that writes frames of JPEG into a file of the folder. */
typedef struct {
  gchar *path;
  GstBin *parent;
  GstCaps *caps;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->path = element_test_path ("writer.mkv");
  fixture->parent = GST_BIN (gst_object_ref_sink (gst_bin_new (NULL)));
  fixture->caps = gst_caps_from_string ("image/jpeg, width=16, height=16, framerate=10/1");
  g_assert_true (g_file_set_contents (fixture->path, "", 0, NULL));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (GST_BIN_NUMCHILDREN (fixture->parent), ==, 0);
  gst_object_unref (fixture->parent);
  gst_caps_unref (fixture->caps);
  g_unlink (fixture->path);
  g_free (fixture->path);
}

static GstBuffer *
make_frame (guint i)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 50, NULL);

  gst_buffer_memset (buffer, 0, i, 50);
  GST_BUFFER_PTS (buffer) = i * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  return buffer;
}

static DermaWriter *
begin (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  DermaWriter *writer = derma_writer_new (fixture->parent, fixture->path, fixture->caps, &error);

  g_assert_no_error (error);
  return writer;
}

static gboolean
holds (Fixture *fixture, const gchar *text)
{
  g_autofree gchar *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (fixture->path, &bytes, &size, NULL));
  for (gsize at = 0; at + strlen (text) <= size; at++)
    if (memcmp (bytes + at, text, strlen (text)) == 0)
      return TRUE;
  return FALSE;
}

static void
test_writer (Fixture *fixture, gconstpointer data)
{
  DermaWriter *writer = begin (fixture);

  for (guint i = 0; i < 10; i++) {
    if (i == 3)
      derma_writer_push_cue (writer, "naevus", 3 * FRAME, 5 * FRAME);
    if (i > 5)
      derma_writer_push_gap (writer, i * FRAME);
    g_assert_true (derma_writer_push_frame (writer, make_frame (i)));
  }
  g_assert_true (derma_writer_finish (writer));
  g_assert_true (holds (fixture, "naevus"));
  g_assert_true (holds (fixture, "dermaclassify"));
}

static void
test_writer_without_frames (Fixture *fixture, gconstpointer data)
{
  DermaWriter *writer = begin (fixture);

  derma_writer_finish (writer);
}

/* Words from anybody are words: they may be long, empty, or markup. */
static void
test_writer_hostile_cues (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *large = g_strnfill (1 << 20, 'x');
  const gchar *const words[] = { "", "<script>", "%s%n", "\xff\xfe", "a\nb", large };
  DermaWriter *writer = begin (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    derma_writer_push_cue (writer, words[i], i * FRAME, (i + 1) * FRAME);
    g_assert_true (derma_writer_push_frame (writer, make_frame (i)));
  }
  g_assert_true (derma_writer_finish (writer));
  g_assert_true (holds (fixture, "<script>"));
}

static void
test_writer_gap_backwards (Fixture *fixture, gconstpointer data)
{
  DermaWriter *writer = begin (fixture);

  derma_writer_push_gap (writer, 5 * FRAME);
  derma_writer_push_gap (writer, 2 * FRAME);
  g_assert_true (derma_writer_push_frame (writer, make_frame (6)));
  g_assert_true (derma_writer_finish (writer));
}

static void
test_writer_that_failed (Fixture *fixture, gconstpointer data)
{
  DermaWriter *writer = begin (fixture);

  g_assert_true (derma_writer_push_frame (writer, make_frame (0)));
  derma_writer_fail (writer);
  g_assert_false (derma_writer_finish (writer));
}

/* The system took all that was written, and then the disk does not. */
static void
test_writer_disk_fails_at_the_end (Fixture *fixture, gconstpointer data)
{
  static const gint causes[] = { EIO, ENOSPC, EROFS };

  for (guint i = 0; i < G_N_ELEMENTS (causes); i++) {
    DermaWriter *writer = begin (fixture);

    g_assert_true (derma_writer_push_frame (writer, make_frame (0)));
    disk_error = causes[i];
    g_assert_false (derma_writer_finish (writer));
    disk_error = 0;
  }
}

/* The system tells it once: what is well at the end does not undo it. */
static void
test_writer_disk_fails_once (Fixture *fixture, gconstpointer data)
{
  DermaWriter *writer = begin (fixture);

  disk_error = EIO;
  g_usleep (G_USEC_PER_SEC + 1000);
  g_assert_false (derma_writer_push_frame (writer, make_frame (0)));
  disk_error = 0;
  g_assert_false (derma_writer_push_frame (writer, make_frame (1)));
  g_assert_false (derma_writer_finish (writer));
}

/* What is no file on a disk cannot be brought to one. */
static void
test_writer_without_disk (Fixture *fixture, gconstpointer data)
{
  DermaWriter *writer = begin (fixture);

  disk_error = EINVAL;
  g_assert_true (derma_writer_push_frame (writer, make_frame (0)));
  g_assert_true (derma_writer_finish (writer));
  disk_error = 0;
}

static void
test_writer_bad_places (Fixture *fixture, gconstpointer data)
{
  static const gchar *const paths[] = { "/missing/folder/a.mkv", "/", "/dev/null/a.mkv" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (derma_writer_new (fixture->parent, paths[i], fixture->caps, &error));
    g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
    g_assert_true (g_str_has_prefix (error->message, paths[i]));
  }
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/encoder/nicks", test_nicks);
  g_test_add_func ("/encoder/unknown-nicks", test_unknown_nicks);
  g_test_add_func ("/encoder/encoders", test_encoders);
  g_test_add_func ("/encoder/odd-sizes", test_odd_sizes);
  g_test_add_func ("/encoder/extreme-bitrates", test_extreme_bitrates);
  g_test_add_func ("/encoder/auto", test_auto);
  g_test_add_func ("/encoder/unknown", test_unknown_encoder);
  g_test_add_func ("/encoder/driver-bitrate", test_driver_bitrate);
  g_test_add_func ("/encoder/driver-level", test_driver_level);
  g_test_add ("/writer/written", Fixture, NULL, set_up, test_writer, tear_down);
  g_test_add ("/writer/without-frames", Fixture, NULL, set_up, test_writer_without_frames, tear_down);
  g_test_add ("/writer/hostile-cues", Fixture, NULL, set_up, test_writer_hostile_cues, tear_down);
  g_test_add ("/writer/gap-backwards", Fixture, NULL, set_up, test_writer_gap_backwards, tear_down);
  g_test_add ("/writer/failed", Fixture, NULL, set_up, test_writer_that_failed, tear_down);
  g_test_add ("/writer/disk-fails-at-the-end", Fixture, NULL, set_up, test_writer_disk_fails_at_the_end, tear_down);
  g_test_add ("/writer/disk-fails-once", Fixture, NULL, set_up, test_writer_disk_fails_once, tear_down);
  g_test_add ("/writer/without-disk", Fixture, NULL, set_up, test_writer_without_disk, tear_down);
  g_test_add ("/writer/bad-places", Fixture, NULL, set_up, test_writer_bad_places, tear_down);
  return element_test_run ();
}
