/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-streams: plays several live streams through one dermaclassify each in one process, by the clock on the wall,
 * and prints as JSON what came of it: frames in, out, dropped and late, readings, processor time, and what each further
 * stream takes of memory. The frames lie in memory and are shared by all streams, so that they are not part of that. A
 * source that is not waited for drops frames, like a camera.
 */
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define N_FRAMES 8 /* different ones */
#define MAX_STREAMS 256
#define QUEUE 2 /* frames that a stream may be behind */
#define WARM_SECONDS 1.0
#define NUMBER G_GUINT64_FORMAT

typedef struct {
  gint streams;
  gchar *size;
  gchar *format;
  gint fps;
  gint interval;
  gdouble rate;
  gint seconds;
  gchar *element;
  gboolean json;
  guint width;
  guint height;
} Options;

typedef struct _Bench Bench;

typedef struct {
  Bench *bench;
  guint index;
  GstElement *pipeline;
  GstElement *source;
  GstElement *classify;
  GThread *feeder;
  gint64 begun; /* us: when frame 0 was due */
  /* Atomic. */
  gint in;
  gint out;
  gint dropped;
  gint late;
} Stream;

struct _Bench {
  Options options;
  GstBuffer *frames[N_FRAMES];
  GstCaps *caps;
  Stream streams[MAX_STREAMS];
  gint stopping;
  gdouble memory[MAX_STREAMS + 1]; /* MiB, by number of streams */
};

/* What all streams together have done. */
typedef struct {
  guint64 in;
  guint64 out;
  guint64 dropped;
  guint64 late;
  guint64 readings;
  guint64 skipped;
  gdouble wall;
  gdouble cpu;
} Sum;

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

static gdouble
processor_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (gdouble)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (gdouble)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
make_frames (Bench *bench)
{
  const Options *options = &bench->options;
  GstVideoInfo info;

  gst_video_info_set_format (&info, gst_video_format_from_string (options->format), options->width, options->height);
  info.fps_n = options->fps ? options->fps : 30;
  info.fps_d = 1;
  bench->caps = gst_video_info_to_caps (&info);
  for (guint i = 0; i < N_FRAMES; i++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (i);
    GstMapInfo map;

    bench->frames[i] = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
    gst_buffer_map (bench->frames[i], &map, GST_MAP_WRITE);
    for (gsize j = 0; j < map.size; j++)
      map.data[j] = (guint8)(g_rand_int (rand) >> 26) + (guint8)(80 + 10 * i);
    gst_buffer_unmap (bench->frames[i], &map);
  }
}

/* When a frame is due, us. Streams are spread over the time between two frames. */
static gint64
due (const Stream *stream, guint64 frame)
{
  const Options *options = &stream->bench->options;

  if (!options->fps)
    return 0;
  return stream->begun + (gint64)(frame * G_USEC_PER_SEC / (guint)options->fps)
         + (gint64)stream->index * G_USEC_PER_SEC / options->fps / options->streams;
}

static gpointer
feed (gpointer data)
{
  Stream *stream = data;
  Bench *bench = stream->bench;
  const guint fps = bench->options.fps ? (guint)bench->options.fps : 30;

  stream->begun = g_get_monotonic_time ();
  for (guint64 i = 0; !g_atomic_int_get (&bench->stopping); i++) {
    const gint64 wait = due (stream, i) - g_get_monotonic_time ();
    GstFlowReturn flow;
    GstBuffer *buffer = gst_buffer_copy (bench->frames[(i + stream->index) % N_FRAMES]);

    GST_BUFFER_PTS (buffer) = i * GST_SECOND / fps;
    GST_BUFFER_DURATION (buffer) = GST_SECOND / fps;
    if (wait > 0)
      g_usleep ((gulong)wait);
    g_atomic_int_inc (&stream->in);
    flow = gst_app_src_push_buffer (GST_APP_SRC (stream->source), buffer);
    /* What the source says to a frame for which it has no room. */
    if (flow == GST_FLOW_EOS)
      g_atomic_int_inc (&stream->dropped);
    else if (flow != GST_FLOW_OK)
      break;
  }
  gst_app_src_end_of_stream (GST_APP_SRC (stream->source));
  return NULL;
}

/* A frame that comes out after the next one was due is late. */
static GstPadProbeReturn
leave (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Stream *stream = data;
  const guint fps = (guint)stream->bench->options.fps;
  const guint64 frame =
      gst_util_uint64_scale_round (GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info)), MAX (fps, 1), GST_SECOND);

  g_atomic_int_inc (&stream->out);
  if (fps && g_get_monotonic_time () > due (stream, frame + 1))
    g_atomic_int_inc (&stream->late);
  return GST_PAD_PROBE_OK;
}

static gboolean
start (Bench *bench, guint index, GError **error)
{
  const Options *options = &bench->options;
  Stream *stream = &bench->streams[index];
  g_autofree gchar *line = g_strdup_printf (
      "appsrc name=source format=time is-live=true max-buffers=%d max-bytes=0 max-time=0 %s ! dermaclassify "
      "name=classify post-messages=false inference-interval=%d max-rate=%g %s ! fakesink name=sink sync=false",
      QUEUE, options->fps ? "leaky-type=upstream" : "block=true", options->interval, options->rate, options->element);
  g_autoptr (GstPad) pad = NULL;

  stream->bench = bench;
  stream->index = index;
  stream->pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (!stream->pipeline)
    return FALSE;
  stream->source = gst_bin_get_by_name (GST_BIN (stream->pipeline), "source");
  stream->classify = gst_bin_get_by_name (GST_BIN (stream->pipeline), "classify");
  g_object_set (stream->source, "caps", bench->caps, NULL);
  pad = gst_element_get_static_pad (stream->classify, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, leave, stream, NULL);
  if (gst_element_set_state (stream->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    g_autoptr (GstBus) bus = gst_element_get_bus (stream->pipeline);
    g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

    if (message)
      gst_message_parse_error (message, error, NULL);
    return FALSE;
  }
  stream->feeder = g_thread_new ("feeder", feed, stream);
  return TRUE;
}

/* At an error the process ends; so does all that runs. */
static gboolean
start_all (Bench *bench, GError **error)
{
  const gdouble before = resident ();

  for (gint i = 0; i < bench->options.streams; i++) {
    if (!start (bench, (guint)i, error))
      return FALSE;
    g_usleep ((gulong)(WARM_SECONDS * G_USEC_PER_SEC));
    bench->memory[i + 1] = resident () - before;
  }
  return TRUE;
}

static guint64
get_stat (const Stream *stream, const gchar *name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (stream->classify, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, name, &value);
  return value;
}

static Sum
sum_up (Bench *bench)
{
  Sum sum = { .wall = (gdouble)g_get_monotonic_time () / 1e6, .cpu = processor_time () };

  for (gint i = 0; i < bench->options.streams; i++) {
    Stream *stream = &bench->streams[i];

    sum.in += (guint)g_atomic_int_get (&stream->in);
    sum.out += (guint)g_atomic_int_get (&stream->out);
    sum.dropped += (guint)g_atomic_int_get (&stream->dropped);
    sum.late += (guint)g_atomic_int_get (&stream->late);
    sum.readings += get_stat (stream, "readings");
    sum.skipped += get_stat (stream, "skipped-qos");
  }
  return sum;
}

static Sum
minus (const Sum *a, const Sum *b)
{
  return (Sum){ .in = a->in - b->in,
                .out = a->out - b->out,
                .dropped = a->dropped - b->dropped,
                .late = a->late - b->late,
                .readings = a->readings - b->readings,
                .skipped = a->skipped - b->skipped,
                .wall = a->wall - b->wall,
                .cpu = a->cpu - b->cpu };
}

/* Whether a stream has failed on its way. */
static gboolean
check (Bench *bench, GError **error)
{
  for (gint i = 0; i < bench->options.streams; i++) {
    g_autoptr (GstBus) bus = gst_element_get_bus (bench->streams[i].pipeline);
    g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

    if (!message)
      continue;
    gst_message_parse_error (message, error, NULL);
    return FALSE;
  }
  return TRUE;
}

static void
report (const Bench *bench, const Sum *sum)
{
  const Options *options = &bench->options;
  const gdouble *memory = bench->memory;
  const guint n = (guint)options->streams, processors = g_get_num_processors ();
  /* As many as there are processors bring an engine each with them; the rest share those. */
  const guint few = CLAMP (processors, 1, n);
  const gdouble further = n > few ? (memory[n] - memory[few]) / (n - few) : 0;
  const gdouble readings = (gdouble)sum->readings / sum->wall, share = sum->cpu / sum->wall / processors;
  const gdouble per_frame = sum->cpu * 1e3 / (gdouble)MAX (sum->out, 1);

  if (options->json)
    printf ("{\"streams\": %u, \"processors\": %u, \"size\": \"%s\", \"format\": \"%s\", \"fps\": %d, "
            "\"seconds\": %.2f, \"frames_in\": %" NUMBER ", \"frames_out\": %" NUMBER ", \"frames_dropped\": %" NUMBER
            ", \"frames_late\": %" NUMBER ", \"readings\": %" NUMBER ", \"readings_per_second\": %.2f, "
            "\"readings_skipped_late\": %" NUMBER ", \"cpu_seconds\": %.3f, \"cpu_share\": %.3f, "
            "\"cpu_ms_per_frame\": %.4f, \"first_stream_mib\": %.2f, \"all_streams_mib\": %.2f, "
            "\"further_stream_mib\": %.2f}\n",
            n, processors, options->size, options->format, options->fps, sum->wall, sum->in, sum->out, sum->dropped,
            sum->late, sum->readings, readings, sum->skipped, sum->cpu, share, per_frame, memory[1], memory[n],
            further);
  else
    printf ("%u streams on %u processors, %s %s at %d/s, %.2f s\n"
            "frames: %" NUMBER " in, %" NUMBER " out, %" NUMBER " dropped, %" NUMBER " late\n"
            "readings: %" NUMBER ", %.2f a second, %" NUMBER " skipped as late\n"
            "processor time: %.3f s, %.3f of all, %.4f ms a frame\n"
            "memory: the first stream %.2f MiB, all %.2f MiB, each further one %.2f MiB\n",
            n, processors, options->size, options->format, options->fps, sum->wall, sum->in, sum->out, sum->dropped,
            sum->late, sum->readings, readings, sum->skipped, sum->cpu, share, per_frame, memory[1], memory[n],
            further);
}

static void
stop_all (Bench *bench)
{
  g_atomic_int_set (&bench->stopping, 1);
  for (guint i = 0; i < MAX_STREAMS && bench->streams[i].pipeline; i++) {
    Stream *stream = &bench->streams[i];

    gst_element_set_state (stream->pipeline, GST_STATE_NULL);
    if (stream->feeder)
      g_thread_join (stream->feeder);
    gst_clear_object (&stream->source);
    gst_clear_object (&stream->classify);
    gst_clear_object (&stream->pipeline);
  }
  for (guint i = 0; i < N_FRAMES; i++)
    gst_clear_buffer (&bench->frames[i]);
  gst_clear_caps (&bench->caps);
}

static gboolean
run (Bench *bench, GError **error)
{
  Sum before, after, sum;

  make_frames (bench);
  if (!start_all (bench, error))
    return FALSE;
  before = sum_up (bench);
  g_usleep ((gulong)bench->options.seconds * G_USEC_PER_SEC);
  after = sum_up (bench);
  sum = minus (&after, &before);
  if (!check (bench, error))
    return FALSE;
  report (bench, &sum);
  return TRUE;
}

static gboolean
parse (Options *options, gint *argc, gchar ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "streams", 'n', 0, G_OPTION_ARG_INT, &options->streams, "how many (8)", "N" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &options->size, "of a frame (1920x1080)", "WIDTHxHEIGHT" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &options->format, "of a frame (NV12)", "FORMAT" },
    { "fps", 0, 0, G_OPTION_ARG_INT, &options->fps, "frames a second (30); 0: as fast as they go", "N" },
    { "interval", 0, 0, G_OPTION_ARG_INT, &options->interval, "frames from reading to reading (1)", "N" },
    { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &options->rate, "readings a second (5); 0: no limit", "N" },
    { "seconds", 's', 0, G_OPTION_ARG_INT, &options->seconds, "how long, after a second for each stream (10)", "N" },
    { "element", 'e', 0, G_OPTION_ARG_STRING, &options->element, "further properties", "TEXT" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "print JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- live streams side by side");

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options->streams < 1 || options->streams > MAX_STREAMS || options->fps < 0 || options->interval < 1
      || !(options->rate >= 0) || options->seconds < 1)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "a number is out of range");
  else if (sscanf (options->size, "%5ux%5u", &options->width, &options->height) != 2 || options->width < 1
           || options->height < 1)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: not WIDTHxHEIGHT", options->size);
  else if (gst_video_format_from_string (options->format) == GST_VIDEO_FORMAT_UNKNOWN)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: not a video format", options->format);
  else
    return TRUE;
  return FALSE;
}

int
main (int argc, char **argv)
{
  static Bench bench;
  g_autoptr (GError) error = NULL;
  gboolean done;

  bench.options = (Options){ .streams = 8, .fps = 30, .interval = 1, .rate = 5, .seconds = 10 };
  bench.options.size = (gchar *)"1920x1080";
  bench.options.format = (gchar *)"NV12";
  bench.options.element = (gchar *)"";
  if (!parse (&bench.options, &argc, &argv, &error)) {
    g_printerr ("bench-streams: %s\n", error->message);
    return 2;
  }
  done = run (&bench, &error);
  if (!done)
    g_printerr ("bench-streams: %s\n", error ? error->message : "a stream did not start");
  stop_all (&bench);
  return done ? 0 : 1;
}
