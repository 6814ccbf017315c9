# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of tests/summary.py: what it counts, and that nothing that failed is lost."""
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import summary  # noqa: E402


def log(*tests):
    return "\n".join(json.dumps(dict(zip(("name", "result", "stdout"), test))) for test in tests)


def outcome(text):
    """The exit code and the printed lines of a run over one log."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        file.write(text)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            code = summary.main([file.name])
    finally:
        os.unlink(file.name)
    return code, printed.getvalue().splitlines()


class Summary(unittest.TestCase):
    def check(self, text, code, last):
        found, lines = outcome(text)
        self.assertEqual(lines[-1], last)
        self.assertEqual(found, code)
        return lines

    def test_plain_tests_count_as_one(self):
        self.check(log(("a", "OK"), ("b", "OK", "some words\n")), 0, "2 passed, 0 failed, 0 skipped")

    def test_cases_count_one_by_one(self):
        tap = "TAP version 13\nok 1 /a\nok 2 /b # SKIP no camera\nok 3 /c\n1..3\n"
        self.check(log(("t", "OK", tap)), 0, "2 passed, 0 failed, 1 skipped")

    def test_plan_may_come_first(self):
        self.check(log(("t", "OK", "1..2\n# Start of a\nok 1 /a\nok 2 /b\n")), 0, "2 passed, 0 failed, 0 skipped")

    def test_failed_case_is_named(self):
        lines = self.check(log(("t", "FAIL", "1..2\nok 1 /a\nnot ok 2 /b - broke\n")), 1, "1 passed, 1 failed, 0 skipped")
        self.assertIn("failed: t /b - broke", lines)

    def test_failure_in_a_passed_program_counts(self):
        self.check(log(("t", "OK", "1..1\nnot ok 1 /a\n")), 1, "0 passed, 1 failed, 0 skipped")

    def test_crash_after_passed_cases_counts(self):
        lines = self.check(log(("t", "FAIL", "1..9\nok 1 /a\nok 2 /b\n")), 1, "2 passed, 1 failed, 0 skipped")
        self.assertIn("failed: t (fail)", lines)

    def test_timeout_and_error_fail(self):
        for result in ("TIMEOUT", "ERROR", "INTERRUPT", "UNEXPECTEDPASS", "what is this"):
            self.check(log(("t", result)), 1, "0 passed, 1 failed, 0 skipped")

    def test_skipped_program(self):
        self.check(log(("t", "SKIP"), ("u", "OK")), 0, "1 passed, 0 failed, 1 skipped")
        self.check(log(("t", "SKIP", "1..0 # SKIP nothing here\n")), 0, "0 passed, 0 failed, 1 skipped")

    def test_expected_failures_pass(self):
        self.check(log(("t", "EXPECTEDFAIL")), 0, "1 passed, 0 failed, 0 skipped")
        self.check(log(("t", "OK", "1..1\nnot ok 1 /a # TODO later\n")), 0, "1 passed, 0 failed, 0 skipped")

    def test_words_that_look_like_cases(self):
        self.check(log(("t", "OK", "okay then\n1..1\nok 1 /a\n# not ok 2 in a comment\n    not ok 1 nested\n")), 0,
                   "1 passed, 0 failed, 0 skipped")

    def test_nothing_run_is_a_failure(self):
        self.check("", 1, "0 passed, 0 failed, 0 skipped")

    def test_broken_logs_fail(self):
        for text in ("{", "[]", "null", '{"name": 1, "result": "OK"}', '{"name": "a"}', "\x00\x01"):
            self.check(text, 1, "0 passed, 1 failed, 0 skipped")

    def test_missing_log_fails(self):
        with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(summary.main(["no-such-folder/testlog.json"]), 1)
        self.assertEqual(printed.getvalue().splitlines()[-1], "0 passed, 1 failed, 0 skipped")

    def test_several_logs_add_up(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("a.json", "b.json")]
            for path in paths:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(log(("t", "OK", "1..2\nok 1 a\nok 2 b\n")))
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                self.assertEqual(summary.main(paths), 0)
        self.assertEqual(printed.getvalue().splitlines()[-1], "4 passed, 0 failed, 0 skipped")


if __name__ == "__main__":
    unittest.main()
