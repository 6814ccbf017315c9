/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-start [--runs N] [--json]: how long it takes from the start of dermaclassify to its first reading of a 1080p
 * frame, each time in a process of its own with all files in memory, and of what that consists: reading the file of the
 * network, making it ready to run, and the first and the second reading. Medians, ms.
 */
#include <derma/classifier.h>

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 1920
#define HEIGHT 1080
#define SIZE (WIDTH * HEIGHT * 3 / 2)
#define CAPS "video/x-raw,format=NV12,width=1920,height=1080,framerate=30/1"

enum { ELEMENT, ELEMENT_AGAIN, LOAD, CREATE, FIRST, SECOND, N_PARTS };
static const gchar *const names[N_PARTS] = { "element", "element_again", "load", "create", "first", "second" };

static gdouble
lap (gint64 *since)
{
  const gint64 now = g_get_monotonic_time ();
  const gdouble ms = (gdouble)(now - *since) / 1e3;

  *since = now;
  return ms;
}

static guint8 *
make_pixels (void)
{
  guint8 *pixels = g_malloc (SIZE);

  for (gsize i = 0; i < SIZE; i++)
    pixels[i] = (guint8)(80 + (i * 2654435761u >> 26));
  return pixels;
}

/* From the change of state to the frame that carries a reading; ms, or below 0. */
static gdouble
start_element (const guint8 *pixels)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch ("appsrc name=source format=time caps=" CAPS " ! dermaclassify "
                                                      "! appsink name=sink sync=false",
                                                      NULL);
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_autoptr (GstSample) sample = NULL;
  GstBuffer *frame = gst_buffer_new_memdup (pixels, SIZE);
  gint64 begun = g_get_monotonic_time ();
  gdouble ms;

  GST_BUFFER_PTS (frame) = 0;
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_app_src_push_buffer (GST_APP_SRC (source), frame);
  sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sink), 60 * GST_SECOND);
  ms = lap (&begun);
  if (!sample || !gst_buffer_get_custom_meta (gst_sample_get_buffer (sample), "DermaReading"))
    ms = -1;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return ms;
}

/* Twice in a process: the second time all libraries are at work already, but the network is gone. */
static gboolean
measure_element (gdouble *parts)
{
  g_autofree guint8 *pixels = make_pixels ();
  g_autoptr (GstElementFactory) factory = NULL;

  gst_init (NULL, NULL);
  factory = gst_element_factory_find ("dermaclassify");
  if (!factory)
    return FALSE;
  gst_object_unref (gst_object_ref_sink (gst_element_factory_create (factory, NULL)));
  parts[ELEMENT] = start_element (pixels);
  parts[ELEMENT_AGAIN] = start_element (pixels);
  return parts[ELEMENT] >= 0 && parts[ELEMENT_AGAIN] >= 0;
}

static gboolean
measure_library (gdouble *parts)
{
  g_autofree gchar *path = derma_model_find_default ();
  g_autofree guint8 *pixels = make_pixels ();
  const DermaFrame frame = { .format = DERMA_FORMAT_NV12,
                             .width = WIDTH,
                             .height = HEIGHT,
                             .planes = { pixels, pixels + WIDTH * HEIGHT },
                             .strides = { WIDTH, WIDTH } };
  const DermaRect rect = derma_frame_get_region (&frame, DERMA_REGION_CENTER_SQUARE, NULL);
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (DermaClassifier) classifier = NULL;
  g_autoptr (DermaModel) model = NULL;
  gint64 since = g_get_monotonic_time ();

  model = derma_model_load (path, NULL);
  parts[LOAD] = lap (&since);
  classifier = model ? derma_classifier_new (model, 1, NULL) : NULL;
  parts[CREATE] = lap (&since);
  for (guint i = FIRST; classifier && i <= SECOND; i++) {
    if (!derma_classifier_classify (classifier, &frame, &rect, 0.5f, &reading, NULL))
      return FALSE;
    parts[i] = lap (&since);
  }
  return classifier != NULL;
}

/* In a process of its own: prints the parts. */
static int
run_once (const gchar *what)
{
  gdouble parts[N_PARTS] = { 0 };
  const gboolean element = strcmp (what, "element") == 0;

  if (!(element ? measure_element (parts) : measure_library (parts)))
    return 1;
  for (guint i = 0; i < N_PARTS; i++)
    printf ("%.6f ", parts[i]);
  return 0;
}

/* Adds what a process says to @runs, an array of numbers for each part. */
static gboolean
spawn (const gchar *program, const gchar *what, GArray **runs, guint first, guint end)
{
  const gchar *argv[] = { program, "--once", what, NULL };
  g_autofree gchar *output = NULL;
  g_auto (GStrv) words = NULL;
  gint status;

  if (!g_spawn_sync (NULL, (gchar **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status, NULL)
      || !g_spawn_check_wait_status (status, NULL))
    return FALSE;
  words = g_strsplit (output, " ", -1);
  if (g_strv_length (words) < N_PARTS)
    return FALSE;
  for (guint i = first; i < end; i++) {
    gdouble ms = g_ascii_strtod (words[i], NULL);

    g_array_append_val (runs[i], ms);
  }
  return TRUE;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;

  return (x > y) - (x < y);
}

static void
report (GArray **runs, gboolean json)
{
  for (guint i = 0; i < N_PARTS; i++) {
    const gdouble *ms;

    g_array_sort (runs[i], compare);
    ms = (const gdouble *)(gpointer)runs[i]->data;
    if (json)
      printf ("%s\"%s_ms\": %.3f", i ? ", " : "{", names[i], ms[runs[i]->len / 2]);
    else
      printf ("%-14s %8.3f ms, from %.3f to %.3f\n", names[i], ms[runs[i]->len / 2], ms[0], ms[runs[i]->len - 1]);
  }
  if (json)
    printf (", \"runs\": %u}\n", runs[0]->len);
}

int
main (int argc, char **argv)
{
  gchar *once = NULL;
  gint n = 20;
  gboolean json = FALSE, done = TRUE;
  const GOptionEntry entries[] = {
    { "runs", 'n', 0, G_OPTION_ARG_INT, &n, "how many starts (20)", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL },
    { "once", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &once, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- from the start to the first reading");
  g_autoptr (GError) error = NULL;
  g_autofree gchar *program = g_file_read_link ("/proc/self/exe", NULL);
  GArray *runs[N_PARTS];

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || n < 1) {
    g_printerr ("bench-start: %s\n", error ? error->message : "--runs must be above 0");
    return 2;
  }
  if (once)
    return run_once (once);
  for (guint i = 0; i < N_PARTS; i++)
    runs[i] = g_array_new (FALSE, FALSE, sizeof (gdouble));
  for (gint i = 0; i < n && done; i++)
    done = spawn (program, "element", runs, ELEMENT, LOAD) && spawn (program, "library", runs, LOAD, N_PARTS);
  if (done)
    report (runs, json);
  else
    g_printerr ("bench-start: there was no reading\n");
  for (guint i = 0; i < N_PARTS; i++)
    g_array_unref (runs[i]);
  return done ? 0 : 1;
}
