/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reel.h"

#include <derma/sidecar.h>

#include <glib/gstdio.h>
#include <gst/app/gstappsink.h>
#include <string.h>
#include <sys/mount.h>

#define PATIENCE (60 * GST_SECOND)

void
reel_open (Reel *reel)
{
  *reel = (Reel){ .folder = g_dir_make_tmp ("derma-reel-XXXXXX", NULL) };
  g_assert_nonnull (reel->folder);
  reel->path = reel_path (reel, "a.mkv");
}

void
reel_empty (const Reel *reel)
{
  GDir *dir = g_dir_open (reel->folder, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree gchar *path = reel_path (reel, name);

    g_remove (path);
  }
  g_clear_pointer (&dir, g_dir_close);
}

void
reel_close (Reel *reel)
{
  reel_empty (reel);
  if (reel->mounted)
    g_assert_cmpint (umount2 (reel->folder, MNT_DETACH), ==, 0);
  g_rmdir (reel->folder);
  g_assert_false (g_file_test (reel->folder, G_FILE_TEST_EXISTS));
  g_free (reel->path);
  g_free (reel->folder);
}

gboolean
reel_mount (Reel *reel, guint kilobytes)
{
  g_autofree gchar *options = g_strdup_printf ("size=%uk", kilobytes);

  reel->mounted = mount ("tmpfs", reel->folder, "tmpfs", 0, options) == 0;
  return reel->mounted;
}

gchar *
reel_path (const Reel *reel, const gchar *name)
{
  return g_build_filename (reel->folder, name, NULL);
}

gchar *
reel_line (const Reel *reel, const gchar *properties)
{
  return g_strdup_printf ("dermarecord encoder=mjpeg location=%s %s", reel->path, properties);
}

void
reel_start (Reel *reel, Stress *stress, const gchar *properties)
{
  g_autofree gchar *line = reel_line (reel, properties);
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;

  *stress = (Stress){ .dated = TRUE };
  /* GStreamer's jpegenc encodes what was in memory right of the picture, of which nothing is shown. */
  if (g_strcmp0 (g_getenv ("DERMA_UNDER"), "valgrind") == 0)
    stress->grain = 16;
  stress_open (stress, line);
  gst_harness_set_live (stress->harness, FALSE);
  sink = gst_bin_get_by_name (GST_BIN (stress->harness->element), "encoded");
  pad = gst_element_get_static_pad (sink, "sink");
  stress->below = pad;
}

/* How many pictures there are to be decoded; the end of the file may be missing. */
static guint64
count_pictures (const gchar *path)
{
  static const gchar line[] = "filesrc name=file ! matroskademux ! jpegdec qos=false ! "
                              "appsink name=sink sync=false max-buffers=4";
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (line, &error);
  g_autoptr (GstElement) file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstSample *sample;
  guint64 n = 0;

  g_assert_no_error (error);
  g_object_set (file, "location", path, NULL);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink)))) {
    gst_sample_unref (sample);
    n++;
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return n;
}

/* The number of readings; all lines can be read. */
static guint64
count_readings (const gchar *path, gboolean *complete)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaSidecar) sidecar = derma_sidecar_open (path, &error);
  DermaSidecarItem item = DERMA_SIDECAR_EVENT;
  guint64 n = 0;

  g_assert_no_error (error);
  while (item != DERMA_SIDECAR_END) {
    derma_sidecar_next (sidecar, &item, &error);
    g_assert_no_error (error);
    n += item == DERMA_SIDECAR_READING;
  }
  *complete = derma_sidecar_is_complete (sidecar);
  return n;
}

/* @strict: its disk was not full */
static void
look_at_sidecar (const gchar *path, guint64 readings, gboolean finished, gboolean strict)
{
  gboolean complete;
  const guint64 n = count_readings (path, &complete);

  g_assert_true (finished || !complete);
  g_assert_true (!strict || finished == complete);
  g_assert_cmpuint (n, <=, readings);
  if (complete)
    g_assert_cmpuint (n, ==, readings);
}

static void
look_at_part (Reel *reel, const GstStructure *part, gboolean strict)
{
  const gchar *path = reel->unsaid ? reel->unsaid : gst_structure_get_string (part, "location");
  const gchar *sidecar = gst_structure_get_string (part, "sidecar");
  const guint64 frames = element_test_uint64 (part, "frames");
  const guint64 readings = element_test_uint64 (part, "readings");
  gboolean finished;

  g_assert_true (gst_structure_get_boolean (part, "finished", &finished));
  reel->parts++;
  reel->frames += frames;
  reel->readings += readings;
  if (finished)
    g_assert_cmpuint (count_pictures (path), ==, frames);
  else if (g_file_test (path, G_FILE_TEST_EXISTS))
    g_assert_cmpuint (count_pictures (path), <=, frames);
  if (sidecar && g_file_test (sidecar, G_FILE_TEST_EXISTS))
    look_at_sidecar (sidecar, readings, finished, strict);
}

static void
look_at_error (GstMessage *message, GQuark domain, gint code)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  if (domain == 0)
    g_assert_no_error (error);
  g_assert_error (error, domain, code);
  g_assert_null (strpbrk (error->message, "\r\n"));
}

/* Returns: 1 if it was an error */
static guint
look_at (Reel *reel, GstMessage *message, GQuark domain, gint code)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    look_at_error (message, domain, code);
    return 1;
  }
  if (gst_message_has_name (message, "dermarecord-part"))
    look_at_part (reel, gst_message_get_structure (message), domain == 0);
  return 0;
}

guint
reel_look (Reel *reel, GstBus *bus, GQuark domain, gint code)
{
  GstMessage *message;
  guint errors = 0;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT))) {
    errors += look_at (reel, message, domain, code);
    gst_message_unref (message);
  }
  return errors;
}

guint
reel_end (Reel *reel, Stress *stress, GQuark domain, gint code)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (stress->harness->element);
  /* Lets go of ends of before, too. */
  guint errors = reel_look (reel, bus, domain, code);
  gboolean ended = FALSE;

  g_assert_true (gst_harness_push_event (stress->harness, gst_event_new_eos ()));
  while (!ended) {
    g_autoptr (GstMessage) message =
        gst_bus_timed_pop_filtered (bus, PATIENCE, GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS);

    g_assert_nonnull (message);
    ended = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    if (!ended)
      errors += look_at (reel, message, domain, code);
  }
  return errors;
}

void
reel_check (Reel *reel, Stress *stress)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (stress->harness->element);

  reel_look (reel, bus, 0, 0);
}

void
reel_await (Stress *stress, guint64 frames)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  while (element_test_stat (stress->harness, "frames") < frames && g_get_monotonic_time () < deadline)
    g_usleep (1000);
  g_assert_cmpuint (element_test_stat (stress->harness, "frames"), >=, frames);
}
