# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of tests/tally: which files it counts for which room, and which names it takes for negative."""
import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest

TALLY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tally")
LOADER = importlib.machinery.SourceFileLoader("tally", TALLY)
tally = importlib.util.module_from_spec(importlib.util.spec_from_loader("tally", LOADER))
LOADER.exec_module(tally)


def run(*arguments):
    return subprocess.run([sys.executable, TALLY, *arguments], capture_output=True, text=True, timeout=60)


def log(*names):
    """A log of Meson with one program of those cases."""
    cases = "".join(f"ok {i} {name}\n" for i, name in enumerate(names, 1))
    return json.dumps({"name": "x", "result": "OK", "stdout": f"{cases}1..{len(names)}\n"}) + "\n"


class Names(unittest.TestCase):
    def test_negative(self):
        for name in ("/a/refused/3", "/a/no-file", "/a/bad-mask", "Report.test_bad_model", "an unknown option is refused",
                     "/a/does-not-fit", "/a/truncated", "test_without_dcmtk"):
            self.assertTrue(tally.is_negative(name), name)

    def test_not_negative(self):
        for name in ("/a/plain", "/onnx/operators/good/conv-no-bias", "/a/noise", "/a/note", "/a/badge", "/a/knot", "/a/untampered"):
            self.assertFalse(tally.is_negative(name), name)


class Rooms(unittest.TestCase):
    def test_every_room_has_files(self):
        for name, product, tests in tally.rooms():
            self.assertGreater(product, 0, name)
            self.assertGreater(tests, 0, name)

    def test_every_pattern_is_of_use(self):
        """A file that was renamed would silently count for another room."""
        for name, *both in tally.ROOMS:
            for patterns in both:
                for pattern in patterns:
                    self.assertTrue(tally.matches(pattern), f"{name}: {pattern}")


class Command(unittest.TestCase):
    def cases(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write(text)
            file.flush()
            return run(file.name)

    def test_counts_cases(self):
        result = self.cases(log("/a/plain", "/a/bad", "/a/missing", "/a/more"))
        self.assertIn("4 cases, 2 of them with what is wrong or hostile: 50 %", result.stdout)

    def test_counts_a_case_once(self):
        self.assertIn("1 cases,", self.cases(log("/a/bad") + log("/a/bad")).stdout)

    def test_too_few_fail(self):
        self.assertEqual(self.cases(log("/a/plain", "/a/more", "/a/bad")).returncode, 1)

    def test_empty_log_fails(self):
        self.assertEqual(self.cases("").returncode, 1)

    def test_missing_log(self):
        result = run("/missing/testlog.json")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr.count("\n"), 1)

    def test_broken_log(self):
        for text in ("{", "[]\n", '{"name": 1}\n'):
            result = self.cases(text)
            self.assertEqual(result.returncode, 2)
            self.assertEqual(result.stderr.count("\n"), 1)

    def test_help(self):
        self.assertIn("tests/tally", run("--help").stdout)


if __name__ == "__main__":
    unittest.main()
