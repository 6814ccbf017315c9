/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/csvtext.h"
#include "tools/html.h"

static void
assert_html (const gchar *text, const gchar *wanted)
{
  g_autoptr (GString) html = g_string_new ("<p>");

  derma_html_add (html, "%s</p>", text);
  g_assert_cmpstr (html->str + 3, ==, wanted);
}

static void
test_plain (void)
{
  assert_html ("naevus, 5 mm", "naevus, 5 mm</p>");
  assert_html ("n\303\246vus \316\261 \327\220", "n\303\246vus \316\261 \327\220</p>");
  assert_html ("", "</p>");
}

static void
test_escapes (void)
{
  assert_html ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;</p>");
  assert_html ("\" onload='x' &amp;", "&quot; onload=&apos;x&apos; &amp;amp;</p>");
  assert_html ("&#x41;", "&amp;#x41;</p>");
}

#define BAD "\357\277\275"

static void
test_neutralises (void)
{
  assert_html ("a\001b\033c\177d", "a" BAD "b" BAD "c" BAD "d</p>");
  /* C1 controls, overrides and isolates of direction, invisible marks, a byte order mark. */
  assert_html ("\302\205x\302\237", BAD "x" BAD "</p>");
  assert_html ("a\342\200\256b\342\201\246c\342\200\217", "a" BAD "b" BAD "c" BAD "</p>");
  assert_html ("\357\273\277\342\200\213", BAD BAD "</p>");
  assert_html ("two\nlines\t", "two\nlines\t</p>");
}

static void
test_format_is_not_touched (void)
{
  g_autoptr (GString) html = g_string_new (NULL);

  derma_html_add (html, "<a b=\"%.2f\" c='%u%%'>&#39;%s", 0.5, 7, "x");
  g_assert_cmpstr (html->str, ==, "<a b=\"0.50\" c='7%'>&#39;x");
}

static void
test_time (void)
{
  static const struct {
    guint64 time;
    const gchar *text;
  } times[] = { { 0, "0:00.0" },           { 7449999999, "0:07.4" },     { 7450000000, "0:07.5" },
                { 59960000000, "1:00.0" }, { 3599000000000, "59:59.0" }, { 3723400000000, "1:02:03.4" } };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    g_autofree gchar *text = derma_html_format_time (times[i].time);

    g_assert_cmpstr (text, ==, times[i].text);
  }
}

static void
test_date (void)
{
  static const gchar *const dates[][2] = { { "2026-11-24T14:00:00Z", "24 November 2026, 14:00 UTC" },
                                           { "2026-01-01T00:30:00+01:00", "31 December 2025, 23:30 UTC" },
                                           { "yesterday", "yesterday" },
                                           { "2026-13-41T99:00:00Z", "2026-13-41T99:00:00Z" },
                                           { "", "" } };

  for (guint i = 0; i < G_N_ELEMENTS (dates); i++) {
    g_autofree gchar *text = derma_html_format_date (dates[i][0]);

    g_assert_cmpstr (text, ==, dates[i][1]);
  }
}

static void
test_csv (void)
{
  g_autoptr (GString) csv = g_string_new (NULL);

  derma_csv_add_text (csv, "plain");
  derma_csv_add_text (csv, "a,b");
  derma_csv_add_text (csv, "say \"x\"");
  derma_csv_add_text (csv, "");
  derma_csv_add_number (csv, "%.2f", 0.125);
  derma_csv_add_number (csv, "%.2f", -1);
  derma_csv_end_row (csv);
  derma_csv_add_text (csv, "next");
  derma_csv_end_row (csv);
  g_assert_cmpstr (csv->str, ==, "plain,\"a,b\",\"say \"\"x\"\"\",,0.12,\nnext\n");
}

/* A spreadsheet must not compute what somebody called a lesion. */
static void
test_csv_formula (void)
{
  static const gchar *const texts[][2] = { { "=1+1", "'=1+1" }, { "+49", "'+49" },
                                           { "-x", "'-x" },     { "@SUM(A1)", "'@SUM(A1)" },
                                           { "\tx", "'\tx" },   { "=A1,\"b\"", "\"'=A1,\"\"b\"\"\"" },
                                           { "a\r\nb", "a  b" } };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GString) csv = g_string_new (NULL);

    derma_csv_add_text (csv, texts[i][0]);
    g_assert_cmpstr (csv->str, ==, texts[i][1]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/html/plain", test_plain);
  g_test_add_func ("/html/escapes", test_escapes);
  g_test_add_func ("/html/neutralises", test_neutralises);
  g_test_add_func ("/html/format-is-not-touched", test_format_is_not_touched);
  g_test_add_func ("/html/time", test_time);
  g_test_add_func ("/html/date", test_date);
  g_test_add_func ("/html/csv", test_csv);
  g_test_add_func ("/html/csv-formula", test_csv_formula);
  return g_test_run ();
}
