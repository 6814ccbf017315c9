#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-batch.py BATCH PHANTOM MODEL: drives what pipelines/batch runs. TAP on standard output."""
import contextlib
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import tap  # noqa: E402

BATCH, PHANTOM, MODEL = sys.argv[1:4]
SCRATCH = tempfile.TemporaryDirectory()
MANY = 300
MEMBERS = {"path", "kind", "size", "modified", "model_sha256", "window", "error"}


def paint(name, seed=2):
    path = os.path.join(SCRATCH.name, name)
    subprocess.run([PHANTOM, path, "256", "256", str(seed)], check=True, capture_output=True)
    return path


def launch(line):
    subprocess.run(["gst-launch-1.0", "-q", *line.split()], check=True, capture_output=True, stdin=subprocess.DEVNULL)


def prepare():
    """A picture in two formats, and a recording of three seconds."""
    png = paint("a.png")
    launch(f"filesrc location={png} ! pngdec ! videoconvert ! jpegenc ! filesink location={SCRATCH.name}/a.jpg")
    launch(f"filesrc location={png} ! pngdec ! imagefreeze num-buffers=30 ! video/x-raw,framerate=10/1 ! videoconvert ! "
           f"jpegenc ! matroskamux ! filesink location={SCRATCH.name}/a.mkv")


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.input, self.output = self.path("in"), self.path("out")
        os.mkdir(self.input)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def put(self, name, source=None, data=None):
        path = os.path.join(self.input, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if source:
            shutil.copy(os.path.join(SCRATCH.name, source), path)
        else:
            with open(path, "wb") as file:
                file.write(data)
        return path

    def put_many(self, count):
        """So many recordings that nobody gets to the end of them before the test goes on."""
        for i in range(count):
            os.link(os.path.join(SCRATCH.name, "a.mkv"), os.path.join(self.input, f"{i}.mkv"))

    def keep_few(self, count):
        for name in os.listdir(self.input)[count:]:
            os.unlink(os.path.join(self.input, name))

    def run_batch(self, *arguments, code=0, **options):
        result = subprocess.run([BATCH, self.input, "--output", self.output, "--jobs", "2", *arguments],
                                capture_output=True, text=True, timeout=200, **options)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def results(self):
        with open(os.path.join(self.output, "results.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def units(self):
        """The finished ones: beside them lies, while one is written, a file that will be named so."""
        return {os.path.join(folder, name): os.stat(os.path.join(folder, name)).st_mtime_ns
                for folder, _, names in os.walk(os.path.join(self.output, "units")) for name in names if name.endswith(".json")}


class Batch(Case):
    def test_reads_a_tree(self):
        self.put("a.jpg", "a.jpg")
        self.put("b/c/d.png", "a.png")
        self.put("b/e.mkv", "a.mkv")
        self.put("b/notes.txt", data=b"x")
        result = self.run_batch()
        self.assertIn("3 of 3 files to read", result.stdout)
        self.assertEqual(result.stderr, "")
        found = self.results()
        self.assertEqual([(r["path"], r["kind"], r["error"]) for r in found],
                         [("a.jpg", "picture", None), ("b/c/d.png", "picture", None), ("b/e.mkv", "recording", None)])
        for r in found:
            self.assertTrue(MEMBERS <= set(r))
        self.assertAlmostEqual(sum(found[0]["reading"]["probabilities"]), 1, places=4)
        self.assertGreater(found[0]["reading"]["quality"]["focus"], 0.3)
        self.assertEqual(found[2]["readings"], 30)
        self.assertAlmostEqual(found[2]["duration"], 2.9, places=1)
        self.assertEqual([lesion["lesion"] for lesion in found[2]["lesions"]], [1])
        self.assertIn(found[2]["lesions"][0]["reading"]["state"], ("stable", "uncertain"))

    def test_same_result_again(self):
        self.put("a.jpg", "a.jpg")
        self.put("e.mkv", "a.mkv")
        self.run_batch()
        first = self.results()
        shutil.rmtree(self.output)
        self.run_batch("--jobs", "1")
        self.assertEqual(self.results(), first)

    def test_reads_only_what_is_new(self):
        self.put("a.jpg", "a.jpg")
        changed = self.put("b.jpg", "a.jpg")
        self.run_batch()
        before = self.units()
        self.assertIn("0 of 2 files", self.run_batch().stdout)
        self.assertEqual(self.units(), before)
        os.utime(changed, ns=(1, 1))
        self.put("c.jpg", "a.jpg")
        self.assertIn("2 of 3 files", self.run_batch().stdout)
        self.assertEqual(sum(self.units().get(unit) == when for unit, when in before.items()), 1)
        self.assertEqual(len(self.results()), 3)

    def test_another_network_reads_all_again(self):
        self.put("a.jpg", "a.jpg")
        self.run_batch()
        other = self.path("other.onnx")
        with open(MODEL, "rb") as source, open(other, "wb") as file:
            file.write(source.read() + b"\xfa\x06\x00")
        self.assertIn("1 of 1 files", self.run_batch("--model", other).stdout)
        self.assertIn("1 of 1 files", self.run_batch("--model", other, "--evidence-window", "2").stdout)

    def test_network_changed_file_meanwhile(self):
        """Results are of the network that they name, and what the new one is not asked for is no error."""
        self.put_many(MANY)
        model, other = self.path("a.onnx"), self.path("b.onnx")
        shutil.copy(MODEL, model)
        with open(MODEL, "rb") as source, open(other, "wb") as file:
            file.write(source.read() + b"\xfa\x06\x00")
        process = self.start("--model", model)
        self.wait_for_units(process, 1)
        os.replace(other, model)
        errors = process.communicate(timeout=200)[1]
        self.assertEqual((process.returncode, errors.count("\n")), (1, 1), errors)
        self.assertIn("a.onnx: is not the network any more", errors)
        self.assertEqual(self.saved_errors(), [])
        self.assertLess(len(self.units()), MANY)

    def test_spoiled_result_is_read_again(self):
        self.put("a.jpg", "a.jpg")
        self.run_batch()
        unit = next(iter(self.units()))
        with open(unit, "wb") as file:
            file.write(b"{")
        self.assertIn("1 of 1 files", self.run_batch().stdout)
        self.assertEqual(len(self.results()), 1)

    def test_broken_files(self):
        with open(os.path.join(SCRATCH.name, "a.jpg"), "rb") as file:
            self.put("cut.jpg", data=file.read()[:2000])
        self.put("empty.png", data=b"")
        self.put("text.mkv", data=b"not a video" * 100)
        self.put("empty.mp4", data=b"")
        self.put("good.jpg", "a.jpg")
        os.symlink("nowhere", os.path.join(self.input, "gone.jpg"))
        os.mkdir(os.path.join(self.input, "folder.jpg"))
        result = self.run_batch(code=1)
        self.assertEqual(result.stderr.count("\n"), 1)
        self.assertIn("5 files could not be read", result.stderr)
        found = {r["path"]: r["error"] for r in self.results()}
        self.assertEqual(set(found), {"cut.jpg", "empty.png", "text.mkv", "empty.mp4", "good.jpg", "gone.jpg"})
        self.assertIsNone(found.pop("good.jpg"))
        for name, error in found.items():
            self.assertIn(name, error)
            self.assertNotIn("\n", error)
        # They are remembered, and counted, until they are to be tried again.
        self.assertIn("0 of 6 files", self.run_batch(code=1).stdout)
        self.assertIn("5 of 6 files", self.run_batch("--retry", code=1).stdout)

    def test_worker_that_breaks(self):
        """Whatever a file does to its reader, the others are read."""
        for i in range(6):
            self.put(f"{i}.jpg", "a.jpg")
        for _ in range(5):
            process = self.start()
            self.tell(self.wait_for_children(process), signal.SIGKILL)
            process.communicate(timeout=200)
            if process.returncode != 0:
                break
            # All had been read before the signal came.
            shutil.rmtree(self.output)
        errors = [r["error"] for r in self.results() if r["error"]]
        self.assertEqual(len(self.results()), 6)
        self.assertEqual((len(errors), process.returncode), (1, 1))
        self.assertIn("signal 9", errors[0])

    def children(self, pid):
        """None of a process that has ended, nor of a thread that ends meanwhile."""
        found = []
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                    found += [int(child) for child in file.read().split()]
        return found

    def tell(self, children, number):
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, number)

    def start(self, *arguments, hang_up=signal.SIG_DFL):
        process = subprocess.Popen([BATCH, self.input, "--output", self.output, "--jobs", "1", *arguments], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, start_new_session=True,
                                   preexec_fn=lambda: signal.signal(signal.SIGHUP, hang_up))
        self.addCleanup(lambda: process.poll() is None and os.killpg(process.pid, signal.SIGKILL))
        return process

    def wait_for_children(self, process):
        found = []
        while not found and process.poll() is None:
            time.sleep(0.005)
            found = self.children(process.pid)
        return found

    def wait_for_units(self, process, count):
        while len(self.units()) < count and process.poll() is None:
            time.sleep(0.01)

    def saved_errors(self):
        found = []
        for unit in self.units():
            with open(unit, encoding="utf-8") as file:
                found.append(json.load(file)["error"])
        return [error for error in found if error]

    def test_interrupted_goes_on(self):
        """Whatever the whole group is told, and whenever, no file is blamed for it."""
        self.put_many(MANY)
        for number, count in ((signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 2), (signal.SIGTERM, 4),
                              (signal.SIGHUP, 2)):
            with self.subTest(signal=number, count=count):
                count += len(self.units())
                process = self.start()
                self.wait_for_children(process)
                self.wait_for_units(process, count)
                os.killpg(process.pid, number)
                output, errors = process.communicate(timeout=200)
                self.assertEqual(process.returncode, 1, output)
                self.assertIn("run it again", errors)
                self.assertEqual(errors.count("\n"), 1)
                self.assertTrue(count <= len(self.units()) < MANY, self.units())
                self.assertEqual(self.saved_errors(), [])
        self.keep_few(4)
        self.run_batch()
        self.assertEqual(len(self.results()), 4)

    def test_interrupted_worker_reads_on(self):
        """Only the crew stops a worker: a signal that reaches the worker alone changes nothing."""
        for i in range(6):
            self.put(f"{i}.mkv", "a.mkv")
        process = self.start()
        self.wait_for_units(process, 1)
        children = self.children(process.pid)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self.tell(children, number)
        self.assertEqual(process.communicate(timeout=200)[1], "")
        self.assertEqual(process.returncode, 0)
        self.assertEqual((len(self.results()), self.saved_errors()), (6, []))

    def test_survives_a_hang_up(self):
        """As nohup wants it, the whole group does."""
        for i in range(6):
            self.put(f"{i}.mkv", "a.mkv")
        process = self.start(hang_up=signal.SIG_IGN)
        self.wait_for_units(process, 1)
        os.killpg(process.pid, signal.SIGHUP)
        self.assertEqual(process.communicate(timeout=200)[1], "")
        self.assertEqual(process.returncode, 0)
        self.assertEqual((len(self.results()), self.saved_errors()), (6, []))

    def test_killed_crew_leaves_no_worker(self):
        self.put_many(MANY)
        process = self.start()
        self.wait_for_units(process, 1)
        children = self.children(process.pid)
        self.assertTrue(children)
        # One that stands still would never see that nobody asks any more.
        self.tell(children, signal.SIGSTOP)
        process.kill()
        process.communicate(timeout=200)
        for child in children:
            while self.is_alive(child):
                time.sleep(0.01)

    def is_alive(self, pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                return file.read().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False

    def test_shards(self):
        for i in range(20):
            self.put(f"{i}.png", "a.png")
        for i in range(3):
            before = len(self.units())
            result = self.run_batch("--shard", f"{i}/3")
            self.assertFalse(os.path.exists(os.path.join(self.output, "results.jsonl")))
            self.assertIn(f"{len(self.units()) - before} of 20 files", result.stdout)
        self.assertEqual(len(self.units()), 20)
        self.assertIn("0 of 20 files", self.run_batch().stdout)
        self.assertEqual(len(self.results()), 20)

    def test_several_at_once_on_one_folder(self):
        for i in range(8):
            self.put(f"{i}.png", "a.png")
        crowd = [subprocess.Popen([BATCH, self.input, "--output", self.output, "--jobs", "1"], stdout=subprocess.DEVNULL)
                 for _ in range(3)]
        self.assertEqual([process.wait(timeout=200) for process in crowd], [0, 0, 0])
        self.assertEqual(len(self.results()), 8)

    def test_csv(self):
        self.put("a, b.jpg", "a.jpg")
        self.put("=x.png", data=b"")
        self.put("e.mkv", "a.mkv")
        self.run_batch("--csv", code=1)
        with open(os.path.join(self.output, "results.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(io.StringIO(file.read())))
        self.assertEqual([row["path"] for row in rows], ["'=x.png", "a, b.jpg", "e.mkv"])
        self.assertTrue(rows[0]["error"])
        self.assertEqual((rows[2]["lesion"], rows[2]["kind"]), ("1", "recording"))
        for row in rows:
            self.assertNotIn(None, row)
            self.assertNotIn(None, row.values())

    def test_name_that_is_not_text(self):
        shutil.copy(os.path.join(SCRATCH.name, "a.jpg"), os.path.join(self.input.encode(), b"a\xff\n.jpg"))
        self.run_batch()
        self.assertEqual(len(self.results()), 1)
        self.assertIsNone(self.results()[0]["error"])

    def test_output_within_the_input(self):
        self.put("a.jpg", "a.jpg")
        self.output = os.path.join(self.input, "out")
        self.run_batch()
        self.put("out/x.jpg", "a.jpg")
        self.assertIn("0 of 1 files", self.run_batch().stdout)

    def test_failures(self):
        self.assertIn("holds no pictures", self.run_batch(code=1).stderr)
        self.put("a.jpg", "a.jpg")
        self.assertIn("a.jpg", self.run_batch("--model", os.path.join(self.input, "a.jpg"), code=1).stderr)
        self.output = self.path("file")
        with open(self.output, "wb"):
            pass
        self.assertIn("cannot be made", self.run_batch(code=1).stderr)
        self.input = self.path("missing")
        self.assertIn("missing", self.run_batch(code=1).stderr)

    def test_usage(self):
        self.put("a.jpg", "a.jpg")
        for arguments in (["--jobs", "0"], ["--jobs", "x"], ["--shard", "3/3"], ["--shard", "1"], ["--shard", "-1/2"],
                          ["--shard", "0/0"], ["--shard", "0/2x"], ["--evidence-window", "-1"], ["--nonsense"],
                          ["another"], ["--output", ""]):
            result = self.run_batch(*arguments, code=2)
            self.assertEqual(result.stderr.count("\n"), 1)
        self.assertFalse(os.path.exists(self.output))


if __name__ == "__main__":
    prepare()
    tap.main()
