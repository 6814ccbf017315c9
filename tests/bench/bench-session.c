/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-session [--minutes N] [--size WIDTHxHEIGHT] [--fps N] [--rate N] [--json]: plays an examination of an hour
 * through dermaclassify as fast as it goes, once with and once without the property adaptive, and prints what processor
 * time that took, how many readings were made, how many left out as the scene stood still, and how old a reading on a
 * frame was at most. Of each minute the dermatoscope rests on a lesion for 36 s, moves for 15 s, and shows an empty
 * table for 9 s, all with a camera's noise. Fails if an age is not the time since the frame that was read.
 */
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define N_LESIONS 4
#define N_NOISES 4
#define N_MOVES 16
#define REST 36 /* s of a minute */
#define MOVE 15

typedef struct {
  gint minutes;
  gchar *size;
  gint fps;
  gdouble rate;
  gboolean json;
  guint width;
  guint height;
} Options;

typedef struct {
  Options options;
  GstVideoInfo info;
  GstBuffer *rest[N_LESIONS][N_NOISES];
  GstBuffer *table[N_NOISES];
  GstBuffer *move[N_MOVES];
} Bench;

/* What became of an hour. */
typedef struct {
  guint64 frames;
  guint64 readings; /* that frames carried */
  guint64 inferences;
  guint64 skipped;
  gdouble cpu; /* s */
  guint64 oldest;
  gboolean honest;
} Outcome;

typedef struct {
  gboolean lesion;
  gdouble x, y, radius; /* shares of the height */
} Scene;

static gdouble
luma_at (const Scene *scene, gdouble x, gdouble y)
{
  const gdouble dx = x - scene->x, dy = y - scene->y, angle = atan2 (dy, dx);
  const gdouble edge = scene->radius * (1 + 0.15 * sin (3 * angle) + 0.1 * sin (7 * angle));
  const gdouble inside = 1 / (1 + exp ((sqrt (dx * dx + dy * dy) - edge) * 60));

  if (!scene->lesion)
    return 90 + 20 * x;
  return 165 + 10 * sin (6 * x) + 4 * sin (50 * (x + y)) - inside * (80 + 10 * sin (35 * x) * sin (30 * y));
}

/* With noise of two steps at most, like that of a camera in good light. */
static GstBuffer *
paint (const Bench *bench, const Scene *scene, guint32 seed)
{
  const guint width = bench->options.width, height = bench->options.height;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&bench->info), NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 128, map.size);
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      map.data[(gsize)y * (gsize)GST_VIDEO_INFO_PLANE_STRIDE (&bench->info, 0) + x] =
          (guint8)(luma_at (scene, (gdouble)x / height, (gdouble)y / height) + (gdouble)(g_rand_int (rand) >> 30));
  for (gsize i = GST_VIDEO_INFO_PLANE_OFFSET (&bench->info, 1); scene->lesion && i + 1 < map.size; i += 2) {
    map.data[i] = 118;
    map.data[i + 1] = 142;
  }
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

static void
paint_all (Bench *bench)
{
  const gdouble middle = 0.5 * bench->options.width / bench->options.height;

  gst_video_info_set_format (&bench->info, GST_VIDEO_FORMAT_NV12, bench->options.width, bench->options.height);
  bench->info.fps_n = bench->options.fps;
  bench->info.fps_d = 1;
  for (guint i = 0; i < N_LESIONS; i++)
    for (guint j = 0; j < N_NOISES; j++)
      bench->rest[i][j] =
          paint (bench, &(Scene){ TRUE, middle + 0.05 * i, 0.5 - 0.04 * i, 0.15 + 0.04 * i }, i * 100 + j);
  for (guint j = 0; j < N_NOISES; j++)
    bench->table[j] = paint (bench, &(Scene){ .lesion = FALSE }, 1000 + j);
  for (guint i = 0; i < N_MOVES; i++)
    bench->move[i] =
        paint (bench, &(Scene){ TRUE, middle + 0.4 * sin (0.7 * i), 0.5 + 0.3 * cos (1.1 * i), 0.2 }, 2000 + i);
}

static GstBuffer *
frame_at (Bench *bench, guint64 i)
{
  const guint fps = (guint)bench->options.fps, second = (guint)(i / fps % 60), minute = (guint)(i / fps / 60);

  if (second < REST)
    return bench->rest[minute % N_LESIONS][i * 7 / 3 % N_NOISES];
  return second < REST + MOVE ? bench->move[i % N_MOVES] : bench->table[i * 7 / 3 % N_NOISES];
}

static gdouble
processor_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (gdouble)time.tv_sec + (gdouble)time.tv_nsec / 1e9;
}

/* Looks at the reading that a frame carries. */
static void
check (Outcome *outcome, GstBuffer *buffer, guint64 *last)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, "DermaReading");
  guint64 age = G_MAXUINT64, pts = 0;

  if (meta) {
    gst_structure_get_uint64 (gst_custom_meta_get_structure (meta), "age", &age);
    gst_structure_get_uint64 (gst_custom_meta_get_structure (meta), "pts", &pts);
  }
  outcome->honest = outcome->honest && meta && pts + age == GST_BUFFER_PTS (buffer);
  outcome->readings += pts != *last;
  outcome->oldest = MAX (outcome->oldest, age);
  *last = pts;
}

static guint64
get_stat (GstHarness *harness, const gchar *name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (harness->element, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, name, &value);
  return value;
}

static Outcome
play (Bench *bench, gboolean adaptive)
{
  const guint64 n = (guint64)bench->options.minutes * 60 * (guint)bench->options.fps;
  GstHarness *harness = gst_harness_new ("dermaclassify");
  Outcome outcome = { .frames = n, .honest = TRUE };
  guint64 last = GST_CLOCK_TIME_NONE;

  g_object_set (harness->element, "adaptive", adaptive, "max-rate", bench->options.rate, "post-messages", FALSE, NULL);
  gst_harness_set_src_caps (harness, gst_video_info_to_caps (&bench->info));
  outcome.cpu = processor_time ();
  for (guint64 i = 0; i < n; i++) {
    GstBuffer *buffer = gst_buffer_copy (frame_at (bench, i));
    g_autoptr (GstBuffer) out = NULL;

    GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (i, GST_SECOND, (guint)bench->options.fps);
    if (gst_harness_push (harness, buffer) == GST_FLOW_OK)
      out = gst_harness_pull (harness);
    if (!out) {
      outcome.honest = FALSE;
      break;
    }
    check (&outcome, out, &last);
  }
  outcome.cpu = processor_time () - outcome.cpu;
  outcome.inferences = get_stat (harness, "inferences");
  outcome.skipped = get_stat (harness, "skipped-still");
  outcome.honest = outcome.honest && outcome.readings == outcome.inferences;
  gst_harness_teardown (harness);
  return outcome;
}

static void
report (const Options *options, const Outcome *outcome, gboolean adaptive)
{
  const gdouble session = options->minutes * 60.0, due = (gdouble)(outcome->inferences + outcome->skipped);
  const gdouble skipped = due > 0 ? (gdouble)outcome->skipped / due : 0;

  if (options->json)
    printf ("%s\"%s\": {\"frames\": %" G_GUINT64_FORMAT ", \"readings\": %" G_GUINT64_FORMAT
            ", \"skipped_still\": %" G_GUINT64_FORMAT ", \"share_skipped\": %.4f, \"cpu_seconds\": %.3f, "
            "\"cpu_share\": %.5f, \"oldest_ms\": %.1f, \"ages_honest\": %s}%s",
            adaptive ? ", " : "{", adaptive ? "adaptive" : "plain", outcome->frames, outcome->inferences,
            outcome->skipped, skipped, outcome->cpu, outcome->cpu / session, (gdouble)outcome->oldest / 1e6,
            outcome->honest ? "true" : "false", adaptive ? "}\n" : "");
  else
    printf ("%s: %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " readings, %" G_GUINT64_FORMAT
            " left out (%.1f %%), %.3f s of processor time (%.2f %% of the session), oldest reading %.0f ms, ages %s\n",
            adaptive ? "adaptive" : "plain   ", outcome->frames, outcome->inferences, outcome->skipped, skipped * 100,
            outcome->cpu, outcome->cpu / session * 100, (gdouble)outcome->oldest / 1e6,
            outcome->honest ? "right" : "WRONG");
}

static gboolean
parse (Options *options, gint *argc, gchar ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "minutes", 'm', 0, G_OPTION_ARG_INT, &options->minutes, "of the session (60)", "N" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &options->size, "of a frame (1920x1080)", "WIDTHxHEIGHT" },
    { "fps", 0, 0, G_OPTION_ARG_INT, &options->fps, "frames a second (30)", "N" },
    { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &options->rate, "readings a second (5); 0: each frame", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "print JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- an hour of examination, with adaptive and without");

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options->minutes > 0 && options->fps > 0 && options->rate >= 0
      && sscanf (options->size, "%5ux%5u", &options->width, &options->height) == 2 && options->width >= 16
      && options->height >= 16)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "a number is out of range");
  return FALSE;
}

int
main (int argc, char **argv)
{
  static Bench bench = { .options = { .minutes = 60, .fps = 30, .rate = 5 } };
  g_autoptr (GError) error = NULL;
  gboolean honest = TRUE;

  bench.options.size = (gchar *)"1920x1080";
  if (!parse (&bench.options, &argc, &argv, &error)) {
    g_printerr ("bench-session: %s\n", error->message);
    return 2;
  }
  paint_all (&bench);
  for (gint adaptive = FALSE; adaptive <= TRUE; adaptive++) {
    const Outcome outcome = play (&bench, adaptive);

    report (&bench.options, &outcome, adaptive);
    honest = honest && outcome.honest;
  }
  return honest ? 0 : 1;
}
