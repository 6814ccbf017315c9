/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-live: runs dermaclassify on live video by the clock on the wall, a still at 1920x1080 and 60 frames a second or
 * a file over and over, and prints for each interval how many frames went in and came out, how long they took through
 * the element, how far behind their time they came out, the age of their readings, and the memory of the process.
 */
#include "support/onnx-builder.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <stdlib.h>
#include <unistd.h>

#define SLOW_SIDE "192"

typedef struct {
  gchar *input;
  gchar *model;
  gchar *element;
  gint width;
  gint height;
  gint fps;
  gint seconds;
  gint interval;
  gboolean slow;
} Options;

typedef struct {
  Options options;
  GstElement *pipeline;
  GMainLoop *loop;
  gboolean failed;

  GMutex lock;
  GQueue entered;  /* of gint64, us: when frames went in that are not yet out */
  GArray *through; /* of gdouble, ms, of this interval; the other two too */
  GArray *behind;
  GArray *age;
  guint in;
  guint out;
  guint readings;
  guint64 last; /* pts of the last reading */
  gint64 started;
} Bench;

/* What takes some hundred milliseconds on a core of today. */
static gchar *
make_slow_model (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (GBytes) bytes = NULL;
  gchar *path = NULL;
  gint fd = g_file_open_tmp ("derma-slow-XXXXXX.onnx", &path, NULL);

  derma_onnx_builder_add_input (builder, "image", "1,3," SLOW_SIDE "," SLOW_SIDE);
  derma_onnx_builder_add_constants (builder, "a=f(128,3,3,3) b=f(128,128,3,3) c=f(2,128,1,1)");
  derma_onnx_builder_add_node (builder, "Conv", "image,a", "first", "pads=[1,1,1,1]");
  derma_onnx_builder_add_node (builder, "Conv", "first,b", "second", "pads=[1,1,1,1]");
  derma_onnx_builder_add_node (builder, "Conv", "second,c", "third", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "third", "scores", NULL);
  derma_onnx_builder_add_output (builder, "scores", NULL);
  bytes = derma_onnx_builder_finish (builder);
  if (fd < 0 || !g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), NULL))
    g_clear_pointer (&path, g_free);
  if (fd >= 0)
    g_close (fd, NULL);
  return path;
}

static GstPadProbeReturn
enter (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Bench *bench = data;
  gint64 *now = g_new (gint64, 1);

  *now = g_get_monotonic_time ();
  g_mutex_lock (&bench->lock);
  g_queue_push_tail (&bench->entered, now);
  bench->in++;
  g_mutex_unlock (&bench->lock);
  return GST_PAD_PROBE_OK;
}

/* How far behind its time stamp a frame is, ms. */
static gdouble
behind (Bench *bench, GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (bench->pipeline);
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;
  guint64 due;

  gst_event_parse_segment (event, &segment);
  due = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  return (gdouble)GST_CLOCK_DIFF (due, gst_clock_get_time (clock) - gst_element_get_base_time (bench->pipeline)) / 1e6;
}

static void
take_reading (Bench *bench, GstBuffer *buffer)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, "DermaReading");
  guint64 age = 0, pts = 0;
  gdouble ms;

  if (!meta || !gst_structure_get_uint64 (gst_custom_meta_get_structure (meta), "age", &age))
    return;
  ms = (gdouble)age / 1e6;
  g_array_append_val (bench->age, ms);
  gst_structure_get_uint64 (gst_custom_meta_get_structure (meta), "pts", &pts);
  bench->readings += pts != bench->last;
  bench->last = pts;
}

static GstPadProbeReturn
leave (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Bench *bench = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  const gdouble late = behind (bench, pad, buffer);
  g_autofree gint64 *entered = NULL;
  gdouble through;

  g_mutex_lock (&bench->lock);
  entered = g_queue_pop_head (&bench->entered);
  through = (gdouble)(g_get_monotonic_time () - *entered) / 1e3;
  g_array_append_val (bench->through, through);
  g_array_append_val (bench->behind, late);
  take_reading (bench, buffer);
  bench->out++;
  g_mutex_unlock (&bench->lock);
  return GST_PAD_PROBE_OK;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;

  return (x > y) - (x < y);
}

/* Sorts. */
static gdouble
percentile (GArray *values, gdouble share)
{
  if (values->len == 0)
    return 0;
  g_array_sort (values, compare);
  return g_array_index (values, gdouble, (guint)(share * (values->len - 1)));
}

static gdouble
resident (void)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) parts = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  parts = g_strsplit (text, " ", 3);
  return (gdouble)g_ascii_strtoull (parts[1], NULL, 10) * (gdouble)sysconf (_SC_PAGESIZE) / 1048576;
}

static gboolean
report (gpointer data)
{
  Bench *bench = data;

  g_mutex_lock (&bench->lock);
  printf ("%7.1f %7u %7u %8u  %7.2f %7.2f %7.2f  %7.2f %7.2f %7.2f  %7.1f %7.1f  %8.1f\n",
          (gdouble)(g_get_monotonic_time () - bench->started) / 1e6, bench->in, bench->out, bench->readings,
          percentile (bench->through, 0.5), percentile (bench->through, 0.99), percentile (bench->through, 1),
          percentile (bench->behind, 0.5), percentile (bench->behind, 0.99), percentile (bench->behind, 1),
          percentile (bench->age, 0.5), percentile (bench->age, 1), resident ());
  fflush (stdout);
  g_array_set_size (bench->through, 0);
  g_array_set_size (bench->behind, 0);
  g_array_set_size (bench->age, 0);
  g_mutex_unlock (&bench->lock);
  return G_SOURCE_CONTINUE;
}

static gboolean
end (gpointer data)
{
  Bench *bench = data;

  g_main_loop_quit (bench->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
take_message (GstBus *bus, GstMessage *message, gpointer data)
{
  Bench *bench = data;
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ERROR:
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("bench-live: %s\n", error->message);
    bench->failed = TRUE;
    g_main_loop_quit (bench->loop);
    break;
  case GST_MESSAGE_EOS:
    /* A file begins anew. */
    if (!bench->options.input || !gst_element_seek_simple (bench->pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0))
      g_main_loop_quit (bench->loop);
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

static GstElement *
make_pipeline (const Options *options, GError **error)
{
  g_autofree gchar *source =
      options->input ? g_strdup ("filesrc name=file ! decodebin ! identity name=entry sync=true")
                     : g_strdup_printf (
                         "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=%d,height=%d,"
                         "framerate=%d/1 ! imagefreeze is-live=true ! video/x-raw,framerate=%d/1 ! identity name=entry",
                         options->width, options->height, options->fps, options->fps);
  g_autofree gchar *line = g_strdup_printf ("%s ! dermaclassify name=classify mode=async post-messages=false %s ! "
                                            "fakesink name=sink sync=false",
                                            source, options->element ? options->element : "evidence-window=3");
  GstElement *pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  g_autoptr (GstElement) classify = pipeline ? gst_bin_get_by_name (GST_BIN (pipeline), "classify") : NULL;
  g_autoptr (GstElement) file = pipeline ? gst_bin_get_by_name (GST_BIN (pipeline), "file") : NULL;

  if (file)
    g_object_set (file, "location", options->input, NULL);
  if (classify && options->model)
    g_object_set (classify, "model", options->model, NULL);
  return pipeline;
}

static void
watch_pad (Bench *bench, const gchar *element, const gchar *name, GstPadProbeCallback callback)
{
  g_autoptr (GstElement) found = gst_bin_get_by_name (GST_BIN (bench->pipeline), element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (found, name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, bench, NULL);
}

static void
play (Bench *bench)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (bench->pipeline);
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (GstElement) classify = gst_bin_get_by_name (GST_BIN (bench->pipeline), "classify");

  gst_bus_add_watch (bus, take_message, bench);
  watch_pad (bench, "entry", "src", enter);
  watch_pad (bench, "sink", "sink", leave);
  printf ("      s      in     out readings  through ms:         behind ms:               age ms:            MiB\n"
          "                                    50 %%    99 %%    most     50 %%    99 %%    most    50 %%    most\n");
  bench->started = g_get_monotonic_time ();
  gst_element_set_state (bench->pipeline, GST_STATE_PLAYING);
  g_timeout_add_seconds ((guint)bench->options.interval, report, bench);
  g_timeout_add_seconds ((guint)bench->options.seconds, end, bench);
  g_main_loop_run (bench->loop);
  g_object_get (classify, "stats", &stats, NULL);
  gst_element_set_state (bench->pipeline, GST_STATE_NULL);
  printf ("%u frames in, %u out, %u on its way at the end\n", bench->in, bench->out, bench->entered.length);
  if (stats) {
    g_autofree gchar *text = gst_structure_to_string (stats);

    printf ("%s\n", text);
  }
  gst_bus_remove_watch (bus);
}

static gboolean
parse (Options *options, gint *argc, gchar ***argv)
{
  const GOptionEntry entries[] = {
    { "input", 'i', 0, G_OPTION_ARG_FILENAME, &options->input, "a video, over and over", "FILE" },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options->model, "the network", "FILE.onnx" },
    { "slow", 0, 0, G_OPTION_ARG_NONE, &options->slow, "a network that is far too slow", NULL },
    { "element", 'e', 0, G_OPTION_ARG_STRING, &options->element, "properties (default: evidence-window=3)", "TEXT" },
    { "width", 0, 0, G_OPTION_ARG_INT, &options->width, "of the still (1920)", "N" },
    { "height", 0, 0, G_OPTION_ARG_INT, &options->height, "of the still (1080)", "N" },
    { "fps", 0, 0, G_OPTION_ARG_INT, &options->fps, "of the still (60)", "N" },
    { "seconds", 's', 0, G_OPTION_ARG_INT, &options->seconds, "how long (10)", "N" },
    { "interval", 'n', 0, G_OPTION_ARG_INT, &options->interval, "seconds between lines (1)", "N" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- live video through dermaclassify");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (g_option_context_parse (context, argc, argv, &error) && options->seconds > 0 && options->interval > 0
      && options->fps > 0)
    return TRUE;
  g_printerr ("bench-live: %s\n", error ? error->message : "a number must be above 0");
  return FALSE;
}

int
main (int argc, char **argv)
{
  Bench bench = { .options = { .width = 1920, .height = 1080, .fps = 60, .seconds = 10, .interval = 1 } };
  g_autofree gchar *slow = NULL;
  g_autoptr (GError) error = NULL;

  if (!parse (&bench.options, &argc, &argv))
    return 2;
  if (bench.options.slow)
    bench.options.model = slow = make_slow_model ();
  g_mutex_init (&bench.lock);
  bench.through = g_array_new (FALSE, FALSE, sizeof (gdouble));
  bench.behind = g_array_new (FALSE, FALSE, sizeof (gdouble));
  bench.age = g_array_new (FALSE, FALSE, sizeof (gdouble));
  bench.loop = g_main_loop_new (NULL, FALSE);
  bench.pipeline = make_pipeline (&bench.options, &error);
  if (bench.pipeline)
    play (&bench);
  else
    g_printerr ("bench-live: %s\n", error->message);
  if (slow)
    g_remove (slow);
  gst_clear_object (&bench.pipeline);
  g_main_loop_unref (bench.loop);
  return error || bench.failed ? 1 : 0;
}
