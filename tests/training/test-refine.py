#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-refine.py DERMA TRAIN: the last blocks of the shipped network learn painted lesions. TRAIN is models/train.

TAP on standard output; skipped without PyTorch or OpenCV.
"""
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import cv2  # noqa: F401
    import numpy as np
    import onnx  # noqa: F401
    import torch
except ImportError as missing:
    print(f"1..0 # SKIP {missing.name} is not installed")
    sys.exit(0)

DERMA, TRAIN = sys.argv[1], sys.argv[2]
sys.path[:0] = [TRAIN, os.path.join(os.path.dirname(__file__), "..", "support")]
import tap  # noqa: E402
from network import DermaNet, earlier  # noqa: E402
from painted import python, write_pictures  # noqa: E402
from recipe import RECIPES  # noqa: E402

SHIPPED = os.path.join(TRAIN, "..", "dermaclassify.onnx")
FREE = os.path.join(TRAIN, "..", "dermaclassify-cc0.onnx")
RECIPE = RECIPES["refine-quick"].refinement


class Refined(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.data, cls.work = (os.path.join(cls.folder.name, n) for n in ("data", "work"))
        write_pictures(cls.data)
        cls.common = ["--recipe", "refine-quick", "--data", cls.data, "--work", cls.work]
        cls.first = cls.refine()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def refine(cls):
        return python("refine.py", *cls.common, "--earlier", SHIPPED)

    def work_file(self, name):
        return os.path.join(self.work, name)

    def log(self):
        with open(self.work_file("log.csv"), newline="") as f:
            return list(csv.DictReader(f))

    def test_learns(self):
        self.assertEqual(self.first.returncode, 0, self.first.stderr[-2000:])
        rows = self.log()
        self.assertEqual([(r["network"], r["epoch"], r["side"]) for r in rows], [(f"refined-{n}", e, "64") for n in "12" for e in "12"])
        self.assertLess(float(rows[1]["loss"]), float(rows[0]["loss"]))
        self.assertIn(f"view {RECIPE.views} of {RECIPE.views}", self.first.stderr)

    def test_first_blocks_and_normalisation_stay(self):
        before, after = earlier(SHIPPED).state_dict(), torch.load(self.work_file("checkpoint-refined-1.pt"))["network"]
        moved = {k for k in before if not torch.equal(before[k], after[k])}
        self.assertTrue(moved)
        for name in before:
            part = name.split(".")
            stays = "stem" in part or (part[1] == "blocks" and int(part[2]) < RECIPE.first)
            stays |= "norm" in part and part[-1] != "bias"
            self.assertEqual(name in moved, not stays, name)

    def test_result_is_the_mean(self):
        """Of the weights before and after, run for run."""
        before = earlier(SHIPPED).state_dict()
        for n in (1, 2):
            after = torch.load(self.work_file(f"checkpoint-refined-{n}.pt"))["average"]
            found = torch.load(self.work_file(f"refined-{n}.pt"))
            self.assertEqual(set(found), set(before))
            for name in (k for k in found if found[k].is_floating_point()):
                torch.testing.assert_close(found[name], (before[name] + after[name]) / 2)
            self.assertFalse(torch.equal(before["head.conv.weight"], found["head.conv.weight"]))
            before = found
        best, network = torch.load(self.work_file("best.pt")), DermaNet()
        self.assertTrue(all(torch.equal(best[k], before[k]) for k in before))
        network.load_state_dict(best)

    def test_does_nothing_twice(self):
        again = self.refine()
        self.assertEqual((again.returncode, again.stdout), (0, ""))

    def test_resumes(self):
        """After one epoch of four it goes on to the same weights, with the views that were made."""
        kept = torch.load(self.work_file("best.pt"))
        half = os.path.join(self.folder.name, "half")
        code = f"import sys; sys.argv = ['refine.py', *{[*self.common[:-1], half, '--earlier', SHIPPED]!r}]; sys.path.insert(0, {TRAIN!r})\n" \
               "import refine\n" \
               "class Stopped(refine.Leg):\n" \
               "    def save(self):\n        super().save()\n        sys.exit(3)\n" \
               "refine.Leg = Stopped\n" \
               "refine.Refining(refine.arguments()).run()\n"
        self.assertEqual(subprocess.run(["/usr/bin/python3", "-c", code], capture_output=True, timeout=600).returncode, 3)
        self.assertFalse(os.path.exists(os.path.join(half, "refined-1.pt")))
        self.common[-1], work = half, self.common[-1]
        try:
            again = self.refine()
        finally:
            self.common[-1] = work
        self.assertEqual(again.returncode, 0, again.stderr[-2000:])
        self.assertIn("refined-1: resumed after epoch 1", again.stdout)
        self.assertNotIn(f"view 1 of {RECIPE.views}", again.stderr)
        found = torch.load(os.path.join(half, "best.pt"))
        self.assertTrue(all(torch.equal(found[k], kept[k]) for k in kept))

    def test_file_runs(self):
        model = os.path.join(self.folder.name, "refined.onnx")
        for script, more in (("typicality.py", []), ("export.py", ["--output", model])):
            done = python(script, *self.common, *more)
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        check = subprocess.run([DERMA, "model", "check", model], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stderr)

    def test_views_of_other_pictures(self):
        """A work folder that holds the views of another set of pictures is refused, not read."""
        other = os.path.join(self.folder.name, "other")
        shutil.copytree(self.work, other)
        for name in ("best.pt", "refined-1.pt"):
            os.remove(os.path.join(other, name))
        path = os.path.join(other, "maps-1-1.npy")
        np.save(path, np.load(path)[1:])
        done = python("refine.py", *self.common[:-1], other, "--earlier", SHIPPED)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr.splitlines()[-1], r"maps-1-1\.npy: of \d+ pictures, not \d+$")
        self.assertFalse(os.path.exists(os.path.join(other, "best.pt")))


class Views(unittest.TestCase):
    def test_first_is_the_picture_as_it_is(self):
        import augment
        from refine import Maps
        from types import SimpleNamespace
        rng = np.random.default_rng(1)
        pictures = SimpleNamespace(pixels=rng.integers(0, 256, (5, 256, 256, 3), np.uint8))
        network = earlier(SHIPPED)
        with tempfile.TemporaryDirectory() as folder:
            maps = Maps(network, pictures, np.arange(5), RECIPE, folder, 1)
            x = augment.evaluation_batch(pictures.pixels[[1, 4]], RECIPE.side)
            with torch.no_grad():
                wanted = network.body.trunk(x, RECIPE.first)
                torch.testing.assert_close(maps.read(0, np.array([1, 4])), wanted, atol=1e-2, rtol=2e-3)
                self.assertFalse(torch.allclose(maps.read(1, np.array([1, 4])), wanted, atol=0.1))
                for mine, whole in zip(network.finish(wanted, RECIPE.first), network(x)):
                    torch.testing.assert_close(mine, whole)
            again = Maps(network, pictures, np.arange(5), RECIPE, folder, 1)
            self.assertTrue(torch.equal(again.read(1, np.arange(5)), maps.read(1, np.arange(5))))


class Refused(unittest.TestCase):
    def refused(self, earlier_file, said, code=1):
        with tempfile.TemporaryDirectory() as folder:
            work = os.path.join(folder, "work")
            done = python("refine.py", "--data", folder, "--work", work, "--earlier", earlier_file)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(said, done.stderr.splitlines()[-1])
            self.assertFalse(os.path.exists(work))

    def test_other_classes(self):
        self.refused(FREE, "dermaclassify-cc0.onnx: has 3 classes, not 7")

    def test_no_file(self):
        self.refused("missing.onnx", "missing.onnx")
        self.refused("", "")

    def test_not_a_network(self):
        self.refused(os.path.abspath(__file__), "test-refine.py: ")

    def test_int8_file(self):
        self.refused(os.path.join(TRAIN, "..", "dermaclassify-int8.onnx"), "not a network that was written here")

    def test_no_pictures(self):
        self.refused(SHIPPED, "index.csv")

    def test_recipe_of_the_other_tool(self):
        for script, recipe in (("refine.py", "again"), ("train.py", "refine")):
            done = python(script, "--data", "d", "--work", "w", "--recipe", recipe, "--earlier", SHIPPED)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"invalid choice: '{recipe}'", done.stderr.splitlines()[-1])


if __name__ == "__main__":
    tap.main()
