# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of tests/bench/peers and tests/bench/report: what they make of figures, with none measured."""
import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench")


def load(name):
    loader = importlib.machinery.SourceFileLoader(name, os.path.join(BENCH, name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


peers, report = load("peers"), load("report")


def network(name, *medians):
    program = peers.Program(name, [])
    program.rounds = [{"median_ms": value} for value in medians]
    return program


def pipeline(name, *costs):
    program = peers.Program(name, [])
    program.rounds = [{"wall_ms": value, "cpu_ms": value} for value in costs]
    return program


class Programs(unittest.TestCase):
    def test_takes_figures(self):
        program = peers.Program("x", [sys.executable, "-c", "print('{\"median_ms\": 2, \"more\": 1}')"])
        program.run()
        program.run()
        self.assertEqual(program.rounds, [{"median_ms": 2}] * 2)
        self.assertEqual(program.median(), {"median_ms": 2})

    def test_missing_program_is_a_failure(self):
        program = peers.Program("x", [os.path.join(BENCH, "no-such-program")])
        program.run()
        self.assertIn("No such file", program.failure)
        self.assertIsNone(program.median())

    def test_failing_program_tells_its_last_line(self):
        program = peers.Program("x", [sys.executable, "-c", "import sys; sys.exit('first\\nlast')"])
        program.run()
        self.assertEqual(program.failure, "last")

    def test_silent_failure(self):
        program = peers.Program("x", [sys.executable, "-c", "import sys; sys.exit(3)"])
        program.run()
        self.assertEqual(program.failure, "no reason given")


class Ratios(unittest.TestCase):
    def test_of_single_rounds(self):
        """A machine that slows down changes no ratio."""
        found = peers.ratios([network("dermaclassify int8 1", 1, 2, 8), network("onnxruntime fp32 1", 2, 4, 16)], 3)
        self.assertEqual(found["onnxruntime fp32 1 / dermaclassify int8 1"], {"ratio": 2, "low": 2, "high": 2})

    def test_quartiles(self):
        found = peers.ratios([network("dermaclassify fp32 1", 1, 1, 1, 1, 1), network("opencv fp32 1", 5, 1, 3, 2, 4)], 5)
        self.assertEqual(found["opencv fp32 1 / dermaclassify fp32 1"], {"ratio": 3, "low": 2, "high": 4})

    def test_one_round(self):
        found = peers.ratios([network("dermaclassify fp32 2", 2), network("onnxruntime fp32 2", 3)], 1)
        self.assertEqual(found["onnxruntime fp32 2 / dermaclassify fp32 2"], {"ratio": 1.5, "low": 1.5, "high": 1.5})

    def test_best_against_best(self):
        found = peers.ratios([network("dermaclassify fp32 1", 4), network("dermaclassify int8 1", 2), network("onnxruntime fp32 1", 5),
                              network("onnxruntime-xnnpack int8 1", 3), network("onnxruntime int8 1", 6)], 1)
        self.assertEqual(found["best of onnxruntime 1 / best of dermaclassify 1"]["ratio"], 1.5)

    def test_source_is_taken_off(self):
        found = peers.ratios([pipeline("pipeline NV12 source", 1), pipeline("pipeline NV12 dermaclassify fp32", 3),
                              pipeline("pipeline NV12 onnxinference fp32", 7)], 1)
        self.assertEqual(found["CPU of a NV12 frame, onnxinference fp32 / dermaclassify fp32"]["ratio"], 3)
        self.assertEqual(found["CPU of a NV12 frame, best of onnxinference / best of dermaclassify"]["ratio"], 3)

    def test_without_a_source_there_is_no_ratio(self):
        self.assertEqual(peers.ratios([pipeline("pipeline NV12 dermaclassify fp32", 3), pipeline("pipeline NV12 onnxinference fp32", 7)], 1), {})

    def test_failed_programs_have_no_ratio(self):
        failed = network("onnxruntime fp32 1", 2)
        failed.failure = "gone"
        self.assertEqual(peers.ratios([network("dermaclassify fp32 1", 1), failed], 1), {})

    def test_frames_cheaper_than_their_source_have_no_ratio(self):
        self.assertEqual(peers.ratios([pipeline("pipeline YUY2 source", 5), pipeline("pipeline YUY2 dermaclassify int8", 4),
                                       pipeline("pipeline YUY2 onnxinference int8", 7)], 1), {})


def timing(stage, median, model=None, format_=None, width=0, height=0, threads=1):
    return {"stage": stage, "median_ms": median, "p95_ms": median, "p99_ms": median, "cpu_ms": median, "model": model,
            "format": format_, "width": width, "height": height, "threads": threads}


def figures():
    model = report.MODELS[0]
    return {"stages": {"timings": [timing("inference", 9.0, model), timing("sample", 0.25, None, "NV12", 1920, 1080),
                                   timing("element", 2.0, model, "NV12", 1920, 1080),
                                   timing("above-element", 0.5, model, "NV12", 1920, 1080),
                                   timing("above-element", 4.5, model, "NV12", 3840, 2160),
                                   timing("above-blended", 1.0, model, "NV12", 1920, 1080)]},
            "peers": {"machine": {"cpu": "A | B", "cores": 2, "debian": "13.1"}, "rounds": 5, "load": [0.1, 1.0],
                      "programs": {"dermaclassify fp32 1": {"median_ms": 2.0}, "onnxruntime fp32 1": {"median_ms": 3.0},
                                   "pipeline NV12 source": {"wall_ms": 1.0, "cpu_ms": 1.0},
                                   "pipeline NV12 dermaclassify int8": {"wall_ms": 3.0, "cpu_ms": 3.5}},
                      "missing": {"opencv fp32 1": "No module named 'cv2'"},
                      "ratios": {"best of onnxruntime 1 / best of dermaclassify 1": {"ratio": 1.5, "low": 1.4, "high": 1.6}}}}


class Pages(unittest.TestCase):
    def test_key_page(self):
        page = report.key_page(figures())
        for line in ("| dermaclassify | fp32 | 2.00 |  |", "| ONNX Runtime | fp32 | 3.00 |  |", "| `dermaclassify` | int8 | 2.50 |  |  |",
                     "| ONNX Runtime takes, on one thread | 1.50 | 1.40 to 1.60 |", "load 0.1 before and 1.0 after",
                     "takes 0.50 ms of a 1080p NV12 frame", "drawn into the frame 1.00"):
            self.assertIn(line, page)

    def test_full_page(self):
        page = report.full_page(figures())
        self.assertIn("| NV12 |  |  | 0.250 |  |", page)
        self.assertIn("| NV12 | 0.50 |  |  | 1.00 |  |", page)
        self.assertIn("Not measured: opencv fp32 1.", page)

    def test_without_figures_nothing_is_claimed(self):
        data = figures()
        data["peers"].update(programs={}, ratios={})
        data["stages"]["timings"] = []
        self.assertNotRegex(report.key_page(data), r"\| [0-9]+\.[0-9]+ \|")

    def test_replaces_between_the_markers_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "page.md")
            with open(path, "w") as f:
                f.write(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
            report.replace(path, "new")
            report.replace(path, "newer")
            with open(path) as f:
                self.assertEqual(f.read(), f"before\n{report.BEGIN}\nnewer\n{report.END}\nafter\n")

    def test_refuses_a_page_without_markers(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "page.md")
            for text in ("nothing\n", report.BEGIN, report.END):
                with open(path, "w") as f:
                    f.write(text)
                with self.assertRaisesRegex(SystemExit, "the markers are missing"):
                    report.replace(path, "new")
                with open(path) as f:
                    self.assertEqual(f.read(), text)

    def test_the_pages_have_markers(self):
        for path in ("../README.md", "bench/README.md"):
            with open(os.path.join(BENCH, "..", path)) as f:
                page = f.read()
            self.assertEqual((page.count(report.BEGIN), page.count(report.END)), (1, 1))


class Commands(unittest.TestCase):
    def test_ask_skips_what_comes_before_the_json(self):
        self.assertEqual(report.ask([sys.executable, "-c", "print('hello'); print('{\"a\": 1}')"]), {"a": 1})

    def test_ask_ends_with_a_failing_command(self):
        with self.assertRaisesRegex(SystemExit, "failed"):
            report.ask([sys.executable, "-c", "import sys; sys.exit(1)"])

    def test_bad_figures_file(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
            json.dump({}, f)
            f.flush()
            done = subprocess.run([sys.executable, os.path.join(BENCH, "report"), "--from", f.name], capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)

    def test_unknown_option(self):
        for name in ("peers", "report"):
            done = subprocess.run([sys.executable, os.path.join(BENCH, name), "--no-such-option"], capture_output=True, text=True)
            self.assertNotEqual(done.returncode, 0)
            self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
