/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a recorder notes down of frames, and in which order it gives it out again. */
#include "captiontest.h"
#include "notes.h"
#include "readingmeta.h"

#include <string.h>

#define FRAME (100 * GST_MSECOND)

typedef struct {
  DermaNotes *notes;
  DermaReading reading;
  GstClockTime now;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->notes = derma_notes_new ();
  fixture->reading = (DermaReading)DERMA_READING_INIT;
  fixture->now = 0;
  caption_test_reading (&fixture->reading, 0, 0.9f, DERMA_STATE_STABLE);
  fixture->reading.lesion = 1;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  derma_notes_free (fixture->notes);
  derma_reading_clear (&fixture->reading);
}

/* (transfer full): a frame with the reading, which is as old as it says */
static GstBuffer *
make_frame (const DermaReading *reading, GstClockTime time)
{
  g_autoptr (GstStructure) fields = derma_reading_to_structure (reading, DERMA_READING_META_NAME);
  GstBuffer *buffer = caption_test_frame (NULL, time, FRAME);

  derma_reading_meta_set (buffer, fields, reading->age);
  return buffer;
}

/* A frame with the reading, which is of the frame @frames before. */
static void
show (Fixture *fixture, guint frames)
{
  GstBuffer *buffer;

  fixture->reading.pts = fixture->now - frames * FRAME;
  fixture->reading.age = frames * FRAME;
  buffer = make_frame (&fixture->reading, fixture->now);
  derma_notes_take_frame (fixture->notes, buffer, fixture->now);
  gst_buffer_unref (buffer);
  fixture->now += FRAME;
}

static void
show_nothing (Fixture *fixture)
{
  GstBuffer *buffer = caption_test_frame (NULL, fixture->now, FRAME);

  derma_notes_take_frame (fixture->notes, buffer, fixture->now);
  gst_buffer_unref (buffer);
  fixture->now += FRAME;
}

/* The next note must be of that kind and time. */
static DermaNote *
expect (Fixture *fixture, DermaNoteKind kind, GstClockTime time)
{
  DermaNote *note = derma_notes_pop (fixture->notes, G_MAXUINT, 0);

  g_assert_nonnull (note);
  g_assert_cmpint (note->kind, ==, kind);
  g_assert_cmpuint (note->time, ==, time);
  return note;
}

static void
expect_plain (Fixture *fixture, DermaNoteKind kind, GstClockTime time)
{
  derma_note_free (expect (fixture, kind, time));
}

static void
expect_nothing (Fixture *fixture)
{
  g_assert_null (derma_notes_pop (fixture->notes, G_MAXUINT, 0));
}

/* All that is waiting, but for words; how many of @kind there are. */
static guint
count (Fixture *fixture, DermaNoteKind kind)
{
  DermaNote *note;
  guint n = 0;

  while ((note = derma_notes_pop (fixture->notes, G_MAXUINT, 0))) {
    n += note->kind == kind;
    derma_note_free (note);
  }
  return n;
}

static void
test_first_reading (Fixture *fixture, gconstpointer data)
{
  DermaNote *note;

  show (fixture, 0);
  expect_plain (fixture, DERMA_NOTE_MODEL, 0);
  note = expect (fixture, DERMA_NOTE_LESION, 0);
  g_assert_cmpuint (note->lesion, ==, 1);
  derma_note_free (note);
  note = expect (fixture, DERMA_NOTE_READING, 0);
  g_assert_cmpuint (note->of, ==, 0);
  g_assert_cmpuint (note->reading.top, ==, 0);
  derma_note_free (note);
  note = expect (fixture, DERMA_NOTE_WORDS, 0);
  g_assert_nonnull (note->text);
  derma_note_free (note);
  expect_nothing (fixture);
}

static void
test_reading_of_an_earlier_picture (Fixture *fixture, gconstpointer data)
{
  DermaNote *note;

  fixture->now = 5 * FRAME;
  show (fixture, 3);
  expect_plain (fixture, DERMA_NOTE_MODEL, 5 * FRAME);
  expect_plain (fixture, DERMA_NOTE_LESION, 5 * FRAME);
  note = expect (fixture, DERMA_NOTE_READING, 5 * FRAME);
  g_assert_cmpuint (note->of, ==, 2 * FRAME);
  derma_note_free (note);
}

/* A reading older than the recording is of its first picture. */
static void
test_reading_from_before_time_zero (Fixture *fixture, gconstpointer data)
{
  GstBuffer *buffer;
  DermaNote *note;

  fixture->reading.pts = 1;
  fixture->reading.age = 10 * FRAME;
  buffer = make_frame (&fixture->reading, FRAME);
  derma_notes_take_frame (fixture->notes, buffer, FRAME);
  gst_buffer_unref (buffer);
  expect_plain (fixture, DERMA_NOTE_MODEL, FRAME);
  expect_plain (fixture, DERMA_NOTE_LESION, FRAME);
  note = expect (fixture, DERMA_NOTE_READING, FRAME);
  g_assert_cmpuint (note->of, ==, 0);
  derma_note_free (note);
}

/* Frames between two readings carry the earlier one, which is noted once. */
static void
test_same_reading_is_not_noted_twice (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    show (fixture, i);
  g_assert_cmpuint (count (fixture, DERMA_NOTE_READING), ==, 1);
  show (fixture, 0);
  g_assert_cmpuint (count (fixture, DERMA_NOTE_READING), ==, 1);
}

static void
test_readings_without_times (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 3; i++) {
    GstBuffer *buffer;

    fixture->reading.pts = G_MAXUINT64;
    fixture->reading.age = i == 1 ? FRAME : 0;
    buffer = make_frame (&fixture->reading, fixture->now);
    derma_notes_take_frame (fixture->notes, buffer, fixture->now);
    gst_buffer_unref (buffer);
  }
  g_assert_cmpuint (count (fixture, DERMA_NOTE_READING), ==, 2);
}

static void
test_lesions (Fixture *fixture, gconstpointer data)
{
  static const guint lesions[] = { 1, 1, 2, 2, 1, 3 };

  for (guint i = 0; i < G_N_ELEMENTS (lesions); i++) {
    fixture->reading.lesion = lesions[i];
    show (fixture, 0);
  }
  g_assert_cmpuint (count (fixture, DERMA_NOTE_LESION), ==, 4);
}

static void
test_no_lesion (Fixture *fixture, gconstpointer data)
{
  fixture->reading.state = DERMA_STATE_NO_LESION;
  fixture->reading.lesion = 7;
  show (fixture, 0);
  g_assert_cmpuint (count (fixture, DERMA_NOTE_LESION), ==, 0);
}

static void
test_another_network (Fixture *fixture, gconstpointer data)
{
  show (fixture, 0);
  g_assert_cmpuint (count (fixture, DERMA_NOTE_MODEL), ==, 1);
  show (fixture, 0);
  g_assert_cmpuint (count (fixture, DERMA_NOTE_MODEL), ==, 0);
  fixture->reading.classes->model_name = (g_free (fixture->reading.classes->model_name), g_strdup ("another"));
  show (fixture, 0);
  g_assert_cmpuint (count (fixture, DERMA_NOTE_MODEL), ==, 1);
  fixture->reading.classes->model_sha256 = (g_free (fixture->reading.classes->model_sha256), g_strnfill (64, 'b'));
  show (fixture, 0);
  g_assert_cmpuint (count (fixture, DERMA_NOTE_MODEL), ==, 1);
}

static void
test_frames_without_readings (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    show_nothing (fixture);
  g_assert_cmpuint (count (fixture, DERMA_NOTE_READING), ==, 0);
  expect_nothing (fixture);
}

static void
test_pop_not_before_its_time (Fixture *fixture, gconstpointer data)
{
  DermaNote *note;

  derma_notes_add (fixture->notes, derma_note_new (DERMA_NOTE_TAG, 50, "first"));
  derma_notes_add (fixture->notes, derma_note_new (DERMA_NOTE_TAG, 70, "second"));
  g_assert_null (derma_notes_pop (fixture->notes, 1, 49));
  note = derma_notes_pop (fixture->notes, 1, 50);
  g_assert_cmpstr (note->text, ==, "first");
  derma_note_free (note);
  g_assert_null (derma_notes_pop (fixture->notes, 1, 69));
  note = derma_notes_pop (fixture->notes, 1, 1000);
  g_assert_cmpstr (note->text, ==, "second");
  derma_note_free (note);
  expect_nothing (fixture);
}

/* Where nobody takes them, the oldest go. */
static void
test_too_many (Fixture *fixture, gconstpointer data)
{
  DermaNote *note;

  for (guint i = 0; i < 9000; i++)
    derma_notes_add (fixture->notes, derma_note_new (DERMA_NOTE_BUTTON, i, NULL));
  note = expect (fixture, DERMA_NOTE_BUTTON, 9000 - 8192);
  derma_note_free (note);
  g_assert_cmpuint (count (fixture, DERMA_NOTE_BUTTON), ==, 8191);
}

/* What a part that begins has to say outlasts the readings, however long nobody takes any. */
static void
test_scene_is_not_lost (Fixture *fixture, gconstpointer data)
{
  DermaNote *note, *words = NULL;
  guint models = 0, lesions = 0, readings = 0;
  DermaCaptioner captioner = { 0 };

  show (fixture, 0);
  fixture->reading.lesion = 2;
  show (fixture, 0);
  fixture->reading.state = DERMA_STATE_NO_LESION;
  for (guint i = 0; i < 9000; i++)
    show (fixture, 0);
  derma_captioner_take (&captioner, &fixture->reading);
  while ((note = derma_notes_pop (fixture->notes, G_MAXUINT, 0))) {
    models += note->kind == DERMA_NOTE_MODEL;
    lesions += note->kind == DERMA_NOTE_LESION;
    readings += note->kind == DERMA_NOTE_READING;
    if (note->kind == DERMA_NOTE_WORDS) {
      derma_note_free (words);
      words = g_steal_pointer (&note);
    }
    derma_note_free (note);
  }
  g_assert_cmpuint (models, ==, 1);
  g_assert_cmpuint (lesions, ==, 2);
  g_assert_cmpuint (readings, ==, 8192 - 6);
  g_assert_nonnull (words);
  g_assert_cmpstr (words->text, ==, captioner.words);
  derma_note_free (words);
  derma_captioner_clear (&captioner);
}

/* Where there are no readings either, the last of each kind stays. */
static void
test_too_many_words (Fixture *fixture, gconstpointer data)
{
  show (fixture, 0);
  for (guint i = 0; i < 9000; i++)
    derma_notes_add (fixture->notes, derma_note_new (DERMA_NOTE_WORDS, i, "words"));
  expect_plain (fixture, DERMA_NOTE_MODEL, 0);
  expect_plain (fixture, DERMA_NOTE_LESION, 0);
  expect_plain (fixture, DERMA_NOTE_WORDS, 9000 - 8190);
  g_assert_cmpuint (count (fixture, DERMA_NOTE_WORDS), ==, 8189);
}

static void
test_reset (Fixture *fixture, gconstpointer data)
{
  show (fixture, 0);
  derma_notes_reset (fixture->notes);
  expect_nothing (fixture);
  fixture->now = 0;
  show (fixture, 0); /* of the same time: new all the same */
  expect_plain (fixture, DERMA_NOTE_MODEL, 0);
  expect_plain (fixture, DERMA_NOTE_LESION, 0);
  expect_plain (fixture, DERMA_NOTE_READING, 0);
}

static void
test_reset_of_nothing (Fixture *fixture, gconstpointer data)
{
  derma_notes_reset (fixture->notes);
  derma_notes_reset (fixture->notes);
  derma_note_free (NULL);
  expect_nothing (fixture);
}

/* Tags and the like can be had before their time; the rest stays in its order. */
static void
test_deeds (Fixture *fixture, gconstpointer data)
{
  static const DermaNoteKind kinds[] = { DERMA_NOTE_BUTTON, DERMA_NOTE_TAG, DERMA_NOTE_SNAPSHOT };

  g_assert_null (derma_notes_pop_deed (fixture->notes));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    show (fixture, 0);
    derma_notes_add (fixture->notes, derma_note_new (kinds[i], i, NULL));
  }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (DermaNote) note = derma_notes_pop_deed (fixture->notes);

    g_assert_nonnull (note);
    g_assert_cmpint (note->kind, ==, kinds[i]);
  }
  g_assert_null (derma_notes_pop_deed (fixture->notes));
  expect_plain (fixture, DERMA_NOTE_MODEL, 0);
  expect_plain (fixture, DERMA_NOTE_LESION, 0);
  expect_plain (fixture, DERMA_NOTE_READING, 0);
  expect_plain (fixture, DERMA_NOTE_WORDS, 0);
  expect_plain (fixture, DERMA_NOTE_READING, FRAME);
}

static gpointer
take_all (gpointer data)
{
  Fixture *fixture = data;
  guint taken = 0;

  while (taken < 2000) {
    DermaNote *note = derma_notes_pop (fixture->notes, G_MAXUINT, 0);

    taken += note != NULL;
    derma_note_free (note);
  }
  return GUINT_TO_POINTER (taken);
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *thread = g_thread_new ("taker", take_all, fixture);

  for (guint i = 0; i < 2000; i++)
    derma_notes_add (fixture->notes, derma_note_new (DERMA_NOTE_TAG, i, "tag"));
  g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (thread)), ==, 2000);
  expect_nothing (fixture);
}

/* The next note until @time of @line is the tag @text. */
static void
expect_tag (Fixture *fixture, guint line, GstClockTime time, const gchar *text)
{
  g_autoptr (DermaNote) note = derma_notes_pop (fixture->notes, line, time);

  g_assert_nonnull (note);
  g_assert_cmpstr (note->text, ==, text);
}

/* A frame with a time of its own: what is noted after it waits until the time of the film has gone back too, and then
 * it holds nothing up. */
static void
test_time_backwards (Fixture *fixture, gconstpointer data)
{
  static const GstClockTime times[] = { GST_SECOND, 3600 * GST_SECOND, 2 * GST_SECOND, 1500 * GST_MSECOND };
  static const gchar *const texts[] = { "a", "b", "c", "d" };

  g_assert_false (derma_time_is_back (GST_SECOND, GST_SECOND));
  g_assert_false (derma_time_is_back (GST_SECOND, 2 * GST_SECOND));
  g_assert_true (derma_time_is_back (GST_SECOND, 2 * GST_SECOND + 1));
  g_assert_false (derma_time_is_back (2 * GST_SECOND + 1, GST_SECOND));
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    derma_notes_add (fixture->notes, derma_note_new (DERMA_NOTE_TAG, times[i], texts[i]));
  expect_tag (fixture, 1, 10 * GST_SECOND, "a");
  g_assert_null (derma_notes_pop (fixture->notes, 1, 10 * GST_SECOND));
  expect_tag (fixture, 2, 0, "b");
  g_assert_null (derma_notes_pop (fixture->notes, 1, 3600 * GST_SECOND));
  g_assert_null (derma_notes_pop (fixture->notes, 2, GST_SECOND));
  expect_tag (fixture, 2, 2 * GST_SECOND, "c");
  /* A little is no other time line. */
  expect_tag (fixture, 2, 2 * GST_SECOND, "d");
  expect_nothing (fixture);
}

/* Frames count them too, whether or not there is anything to note of them; so does a flush. */
static void
test_time_lines_of_wild_frames (Fixture *fixture, gconstpointer data)
{
  static const struct {
    GstClockTime time;
    guint line;
  } frames[] = { { 0, 1 },
                 { 3600 * GST_SECOND, 1 },
                 { GST_SECOND, 2 },
                 { GST_SECOND / 2, 2 },
                 { 1700 * GST_MSECOND, 2 },
                 { GST_SECOND / 2, 3 },
                 { GST_CLOCK_TIME_NONE - 1, 3 },
                 { 0, 4 } };

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++) {
    GstBuffer *buffer = caption_test_frame (NULL, frames[i].time, FRAME);

    g_assert_cmpuint (derma_notes_take_frame (fixture->notes, buffer, frames[i].time), ==, frames[i].line);
    gst_buffer_unref (buffer);
  }
  expect_nothing (fixture);
  derma_notes_flush (fixture->notes);
  derma_notes_add (fixture->notes, derma_note_new (DERMA_NOTE_TAG, 5, "after"));
  g_assert_null (derma_notes_pop (fixture->notes, 4, GST_SECOND));
  expect_tag (fixture, 5, 5, "after");
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/notes/first-reading", test_first_reading },
    { "/notes/reading-of-an-earlier-picture", test_reading_of_an_earlier_picture },
    { "/notes/reading-from-before-time-zero", test_reading_from_before_time_zero },
    { "/notes/same-reading-is-not-noted-twice", test_same_reading_is_not_noted_twice },
    { "/notes/readings-without-times", test_readings_without_times },
    { "/notes/lesions", test_lesions },
    { "/notes/no-lesion", test_no_lesion },
    { "/notes/another-network", test_another_network },
    { "/notes/frames-without-readings", test_frames_without_readings },
    { "/notes/not-before-its-time", test_pop_not_before_its_time },
    { "/notes/time-backwards", test_time_backwards },
    { "/notes/time-lines-of-wild-frames", test_time_lines_of_wild_frames },
    { "/notes/too-many", test_too_many },
    { "/notes/scene-is-not-lost", test_scene_is_not_lost },
    { "/notes/too-many-words", test_too_many_words },
    { "/notes/reset", test_reset },
    { "/notes/reset-of-nothing", test_reset_of_nothing },
    { "/notes/deeds", test_deeds },
    { "/notes/threads", test_threads },
  };

  element_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return element_test_run ();
}
