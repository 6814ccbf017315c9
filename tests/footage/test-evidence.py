#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-evidence.py READINGS: what evidence.py makes of readings, and the program that plays a video, as TAP."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import evidence  # noqa: E402
import tap  # noqa: E402

READINGS = sys.argv[1]
SECOND = 10 ** 9


def reading(seconds, label, state="stable", lesion=1):
    return {"pts": int(seconds * SECOND), "label": label, "state": state, "lesion": lesion}


def lesions(*diagnoses, seconds=4):
    """Lesions in view for 4 s of every 5."""
    return {i + 1: (dx, [(5 * i + t) * SECOND for t in range(seconds)]) for i, dx in enumerate(diagnoses)}


class Measures(unittest.TestCase):
    def test_perfect(self):
        told = [reading(t, "nv") for t in range(4)] + [reading(5 + t, "mel", lesion=2) for t in range(4)]
        found = evidence.measure(told, lesions("nv", "mel"))
        self.assertEqual((found["frame_accuracy"], found["stable_balanced_accuracy"]), (1, 1))
        self.assertEqual((found["never_stable"], found["flips_per_second"], found["wrong_counts"]), (0, 0, 0))
        self.assertEqual(found["seconds_to_stable"], 0)

    def test_balanced_is_over_classes(self):
        self.assertEqual(evidence.recalls([("nv", "nv")] * 9 + [("mel", "nv")]), (0.9, 0.5))
        self.assertEqual(evidence.recalls([]), (0, 0))

    def test_flips(self):
        told = [reading(t, "nv" if t % 2 else "mel") for t in range(4)]
        self.assertAlmostEqual(evidence.measure(told, lesions("nv"))["flips_per_second"], 1.0)

    def test_never_stable(self):
        told = [reading(t, "nv", "acquiring") for t in range(4)]
        found = evidence.measure(told, lesions("nv"))
        self.assertEqual((found["never_stable"], found["seconds_to_stable"]), (1, None))
        self.assertEqual(found["wrong_counts"], 1)

    def test_split_and_joined(self):
        split = [reading(t, "nv", lesion=1 + t // 2) for t in range(4)]
        self.assertEqual(evidence.measure(split, lesions("nv"))["wrong_counts"], 1)
        joined = [reading(t, "nv") for t in range(4)] + [reading(5 + t, "mel") for t in range(4)]
        self.assertEqual(evidence.measure(joined, lesions("nv", "mel"))["wrong_counts"], 0.5)

    def test_nothing_seen(self):
        found = evidence.measure([], lesions("nv", "mel"))
        self.assertEqual((found["frame_accuracy"], found["never_stable"], found["flips_per_second"]), (0, 1, None))

    def test_spans(self):
        rows = [{"lesion": 0, "dx": None, "pts": 0}, {"lesion": 1, "dx": "nv", "pts": 1}, {"lesion": 1, "dx": "nv", "pts": 2},
                {"lesion": 2, "dx": "df", "pts": 3}]
        self.assertEqual(dict(evidence.spans(rows)), {1: ("nv", [1, 2]), 2: ("df", [3])})


class Program(unittest.TestCase):
    def run_readings(self, *arguments):
        return subprocess.run([READINGS, *arguments], capture_output=True, text=True, timeout=120, check=False)

    def test_plays(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "v.mkv")
            subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=5", "!", "video/x-raw,width=64,height=48", "!",
                            "jpegenc", "!", "matroskamux", "!", "filesink", f"location={path}"], check=True)
            done = self.run_readings(path, "evidence-window=1")
            self.assertEqual(done.returncode, 0, done.stderr)
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual(len(lines), 5)
            self.assertEqual([r["pts"] for r in lines], sorted(r["pts"] for r in lines))

    def test_refuses(self):
        self.assertEqual(self.run_readings().returncode, 2)
        self.assertEqual(self.run_readings("/nonexistent.avi").returncode, 1)
        done = self.run_readings("/nonexistent.avi", "no-such-property=1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no-such-property", done.stderr)


if __name__ == "__main__":
    tap.main()
