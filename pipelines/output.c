/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include "filenames.h"
#include "window.h"

#include <derma/error.h>

#include <glib/gstdio.h>
#include <sys/stat.h>

/* The best first. None looks ahead: what has been shown is in the file. */
static const struct {
  const gchar *element;
  const gchar *line;
} encoders[] = {
  { "x264enc", "x264enc tune=zerolatency speed-preset=veryfast pass=qual quantizer=20 key-int-max=60" },
  { "vp8enc", "vp8enc deadline=1 cpu-used=6 end-usage=cq cq-level=12 target-bitrate=8000000 keyframe-max-dist=60" },
  { "jpegenc", "jpegenc quality=90" },
};

static gboolean
same_file (const gchar *a, const gchar *b)
{
  struct stat sa;
  struct stat sb;

  return b && stat (a, &sa) == 0 && stat (b, &sb) == 0 && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

gchar *
output_reserve (const gchar *path, const gchar *input, GError **error)
{
  guint attempt = 0;

  if (same_file (path, input)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: is the input too", path);
    return NULL;
  }
  return derma_file_reserve (path, &attempt, DERMA_WHOLE, NULL, error);
}

void
output_discard_empty (const gchar *path)
{
  struct stat status;

  if (lstat (path, &status) == 0 && S_ISREG (status.st_mode) && status.st_size == 0)
    g_unlink (path);
}

static const gchar *
find_encoder (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (encoders[i].element);

    if (factory)
      return encoders[i].line;
  }
  return NULL;
}

static GstElement *
parse (const gchar *line, GError **error)
{
  return gst_parse_bin_from_description_full (line, TRUE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
}

GstElement *
output_file_new (const gchar *path, GError **error)
{
  const gchar *encoder = find_encoder ();
  g_autofree gchar *line = NULL;
  g_autoptr (GstElement) sink = NULL;
  GstElement *bin;

  if (!encoder) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: GStreamer has no encoder: x264enc, vp8enc or jpegenc",
                 path);
    return NULL;
  }
  line =
      g_strdup_printf ("queue max-size-bytes=0 max-size-time=0 max-size-buffers=4 ! %s ! matroskamux "
                       "writing-app=dermaclassify ! filesink name=file buffer-mode=unbuffered sync=false async=false",
                       encoder);
  bin = parse (line, error);
  if (!bin)
    return NULL;
  sink = gst_bin_get_by_name (GST_BIN (bin), "file");
  g_object_set (sink, "location", path, NULL);
  return bin;
}

GstElement *
output_window_new (GError **error)
{
  return window_new ("queue max-size-bytes=0 max-size-time=0 max-size-buffers=4 ! videoconvert ! autovideosink", error);
}

GstElement *
output_nothing_new (GError **error)
{
  return parse ("fakesink sync=false async=false", error);
}
