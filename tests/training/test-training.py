#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-training.py DERMA TRAIN [DATA START]: a training of a few minutes, from pictures to a file that runs.

TRAIN is models/train. With DATA (a folder with index.csv) and START (ImageNet weights) it learns from a sample of real
pictures, else from pictures that it makes. TAP on standard output; skipped without PyTorch or OpenCV.
"""
import csv
import json
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
    import torch  # noqa: F401
except ImportError as missing:
    print(f"1..0 # SKIP {missing.name} is not installed")
    sys.exit(0)

DERMA, TRAIN = sys.argv[1], sys.argv[2]
SHIPPED = os.path.join(TRAIN, "..", "dermaclassify.onnx")
DATA, START = (sys.argv[3], sys.argv[4]) if len(sys.argv) > 4 else ("", "")
sys.path[:0] = [TRAIN, os.path.join(os.path.dirname(__file__), "..", "support")]
import tap  # noqa: E402
from painted import python, write_pictures  # noqa: E402


def disturb_norms(network):
    for m in network.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.running_mean.normal_(0, 0.1)
            m.running_var.uniform_(0.5, 2)


class Trained(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.data, cls.work = DATA, os.path.join(cls.folder.name, "work")
        start = ["--start", START] if START else []
        if not DATA:
            cls.data = os.path.join(cls.folder.name, "data")
            write_pictures(cls.data)
        cls.common = ["--data", cls.data, "--work", cls.work]
        cls.first = python("train.py", "--quick", *cls.common, *start)
        cls.typicality = python("typicality.py", "--recipe", "quick", *cls.common)
        cls.model = os.path.join(cls.folder.name, "quick.onnx")
        cls.export = python("export.py", "--recipe", "quick", *cls.common, "--output", cls.model, "--evaluation", "none")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def rows(self, network):
        with open(os.path.join(self.work, "log.csv"), newline="") as f:
            return [r for r in csv.DictReader(f) if r["network"] == network]

    def test_learns(self):
        self.assertEqual(self.first.returncode, 0, self.first.stderr[-2000:])
        for network in ("teacher-1", "best"):
            rows = self.rows(network)
            self.assertGreaterEqual(len(rows), 3)
            self.assertLess(float(rows[-1]["loss"]), float(rows[0]["loss"]))
        if START:
            self.assertGreater(float(self.rows("teacher-1")[-1]["val_macro_auc"]), 0.6)

    def test_does_nothing_twice(self):
        again = python("train.py", "--quick", *self.common)
        self.assertEqual(again.returncode, 0)
        self.assertNotIn("epoch", again.stdout)

    def test_resumes(self):
        os.rename(os.path.join(self.work, "best.pt"), os.path.join(self.work, "kept.pt"))
        again = python("train.py", "--quick", *self.common)
        self.assertEqual(again.returncode, 0, again.stderr[-2000:])
        self.assertIn("best: resumed after epoch", again.stdout)
        a, b = (torch.load(os.path.join(self.work, n)) for n in ("best.pt", "kept.pt"))
        self.assertTrue(all(torch.equal(a[k], b[k]) for k in a))

    def test_file_runs(self):
        self.assertEqual(self.typicality.returncode, 0, self.typicality.stderr[-2000:])
        self.assertEqual(self.export.returncode, 0, self.export.stderr[-2000:])
        check = subprocess.run([DERMA, "model", "check", self.model], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stderr)
        info = json.loads(subprocess.run([DERMA, "model", "info", "--json", self.model], capture_output=True, text=True).stdout)
        self.assertLessEqual(info["parameters"], 200000)
        self.assertLessEqual(info["gflops"], 0.30)
        self.assertEqual([o["name"] for o in info["outputs"]], ["scores", "lesion_map", "typicality"])
        self.assertEqual(info["evaluation"], "none")
        self.assertGreater(info["melanoma_operating_point"], 0)

    def quantise(self, model):
        self.int8 = os.path.join(self.folder.name, "int8.onnx")
        return python("quantise.py", "--recipe", "quick", *self.common, "--model", model, "--output", self.int8, "--pictures", "32",
                      "--version", "9")

    def test_int8_runs(self):
        made = self.quantise(self.model)
        self.assertEqual(made.returncode, 0, made.stderr[-2000:])
        check = subprocess.run([DERMA, "model", "check", self.int8], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stderr)
        float32, int8 = (json.loads(subprocess.run([DERMA, "model", "info", "--json", path], capture_output=True, text=True).stdout)
                         for path in (self.model, self.int8))
        self.assertEqual(int8["version"], "9")
        for key in ("name", "licence", "provenance", "parameters", "macs", "outputs", "typicality_threshold"):
            self.assertEqual(int8[key], float32[key], key)

    def test_int8_of_wrong_files(self):
        self.assertEqual(self.quantise(self.model).returncode, 0)
        already = os.path.join(self.folder.name, "already.onnx")
        os.rename(self.int8, already)
        missing = os.path.join(self.folder.name, "missing.onnx")
        freely = os.path.join(os.path.dirname(SHIPPED), "dermaclassify-cc0.onnx")
        for path, said in ((already, "not a network that was written here"), (missing, "missing.onnx"),
                           (os.path.join(self.data, "index.csv"), "index.csv"), (freely, "its classes are not those of the recipe")):
            made = self.quantise(path)
            self.assertNotEqual(made.returncode, 0)
            self.assertIn(said, made.stderr.splitlines()[-1])
            self.assertFalse(os.path.exists(self.int8))

    def test_goes_on_from_an_earlier_file(self):
        work = os.path.join(self.folder.name, "again")
        os.mkdir(work)
        for name in os.listdir(self.work):
            if name.startswith("pictures-"):
                os.symlink(os.path.join(self.work, name), os.path.join(work, name))
        again = python("train.py", "--quick", "--data", self.data, "--work", work, "--earlier", self.model)
        self.assertEqual(again.returncode, 0, again.stderr[-2000:])
        with open(os.path.join(work, "log.csv"), newline="") as f:
            rows = list(csv.DictReader(f))
        first = next(r for r in rows if r["network"] == "best")
        self.assertGreater(float(first["val_macro_auc"]), float(self.rows("best")[0]["val_macro_auc"]))

    def test_files_are_compared(self):
        """The one whose answers are of no use is told from the other, with the greater log-loss where there was a start, and
        everything else is as it is read alone."""
        from network import read_onnx
        import onnx
        from onnx import numpy_helper
        useless = os.path.join(self.folder.name, "useless.onnx")
        model = onnx.load(self.model)
        self.assertIn("classifier.weight", read_onnx(self.model))
        for tensor in model.graph.initializer:
            if tensor.name == "classifier.weight":
                tensor.CopyFrom(numpy_helper.from_array(np.zeros_like(numpy_helper.to_array(tensor)), tensor.name))
        onnx.save(model, useless)
        done = python("compare.py", "--recipe", "quick", *self.common, self.model, useless)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        rows = [[c.strip() for c in line.split("|")[1:-1]] for line in done.stdout.splitlines()[2:]]
        found = {(r[0], r[1]): r for r in rows}
        for what in ("ham10000", "ham10000, disturbed"):
            good, bad = found[os.path.basename(self.model), what], found["useless.onnx", what]
            self.assertEqual(float(bad[6]), 0.5)
            self.assertNotEqual(good[3:], bad[3:])
            if START:  # without it nothing much is learned in so short a time
                self.assertLess(float(good[3]), float(bad[3]))

    def test_shapes_are_compared(self):
        again = ["search.py", "--recipe", "quick", *self.common, "--derma", DERMA, "--epochs", "1", "--side", "64", "gated", "deep"]
        found = python(*again)
        self.assertEqual(found.returncode, 0, found.stderr[-2000:])
        lines = [line for line in found.stdout.splitlines() if line.startswith(("| gated:", "| deep:"))]
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertLessEqual(int(line.split("|")[2].replace(",", "")), 200000)
            self.assertLessEqual(float(line.split("|")[3].split()[0]), 150)
        found = python(*again)
        self.assertEqual(found.returncode, 0, found.stderr[-2000:])
        self.assertNotIn("search-", found.stdout)
        self.assertIn("| gated:", found.stdout)


class Refused(unittest.TestCase):
    def test_again_without_an_earlier_file(self):
        done = python("train.py", "--data", "d", "--work", "w", "--recipe", "again")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--recipe again: needs --earlier", done.stderr.splitlines()[-1])

    def test_compares_no_other_classes(self):
        with tempfile.TemporaryDirectory() as folder:
            done = python("compare.py", "--data", folder, "--work", folder, os.path.join(os.path.dirname(SHIPPED), "dermaclassify-cc0.onnx"))
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("dermaclassify-cc0.onnx: has 3 classes, not 7", done.stderr.splitlines()[-1])
            done = python("compare.py", "--data", folder, "--work", folder, os.path.join(folder, "missing.onnx"))
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("missing.onnx", done.stderr.splitlines()[-1])

    def test_earlier_file_that_is_wrong(self):
        with tempfile.TemporaryDirectory() as folder:
            write_pictures(folder)
            path = os.path.join(folder, "e.onnx")
            for data in (None, b"", b"no network at all"):
                if data is not None:
                    with open(path, "wb") as f:
                        f.write(data)
                done = python("train.py", "--quick", "--data", folder, "--work", folder, "--earlier", path)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("e.onnx: " if data else "e.onnx", done.stderr.splitlines()[-1])

    def test_no_shape(self):
        done = python("search.py", "--data", "d", "--work", "w", "deep", "round")
        self.assertEqual(done.returncode, 2)
        self.assertIn("round: not a shape (wide, ", done.stderr.splitlines()[-1])

    def test_search_without_teacher(self):
        with tempfile.TemporaryDirectory() as folder:
            write_pictures(folder)
            done = python("search.py", "--recipe", "quick", "--data", folder, "--work", os.path.join(folder, "w"))
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("teacher-1.pt", done.stderr.splitlines()[-1])

    def test_no_index(self):
        with tempfile.TemporaryDirectory() as folder:
            done = python("train.py", "--quick", "--data", folder, "--work", folder)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("index.csv", done.stderr.splitlines()[-1])

    def test_no_usable_rows(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "index.csv"), "w") as f:
                f.write("path,image_id,lesion_id,dx,dataset,split,mask\na.png,a,a,wart,ham10000,train,\n")
            done = python("train.py", "--quick", "--data", folder, "--work", folder)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("no usable rows", done.stderr)

    def test_usage(self):
        self.assertEqual(python("train.py", "--recipe", "magic").returncode, 2)
        self.assertEqual(python("train.py").returncode, 2)

    def test_int8_of_no_pictures(self):
        done = python("quantise.py", "--data", "d", "--work", "w", "--model", "m.onnx", "--output", "o.onnx", "--pictures", "0")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--pictures 0: needs one at least", done.stderr.splitlines()[-1])

    def test_export_without_training(self):
        with tempfile.TemporaryDirectory() as folder:
            write_pictures(os.path.join(folder, "data"))
            path = os.path.join(folder, "out.onnx")
            done = python("export.py", "--recipe", "quick", "--data", os.path.join(folder, "data"), "--work",
                          os.path.join(folder, "work"), "--output", path)
            self.assertNotEqual(done.returncode, 0)
            self.assertFalse(os.path.exists(path))


class Card(unittest.TestCase):
    def figures(self, folder):
        path = os.path.join(folder, "figures.json")
        cases = os.path.join(folder, "data")
        write_pictures(cases)
        done = subprocess.run([DERMA, "eval", "--model", SHIPPED, "--labels", os.path.join(cases, "index.csv"), "--split", "val",
                               "--bootstrap", "20", "--masks", "--json", path], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def test_tables(self):
        with tempfile.TemporaryDirectory() as folder:
            path, card = self.figures(folder), os.path.join(folder, "card.md")
            with open(card, "w") as f:
                f.write("before\n<!-- figures a -->\nold\n<!-- end -->\nafter\n")
            for _ in range(2):
                self.assertEqual(python("card.py", card, f"a={path}").returncode, 0)
            with open(card) as f:
                text = f.read()
            with open(path) as f:
                figures = json.load(f)
            self.assertTrue(text.startswith("before\n<!-- figures a -->\n| n = ") and text.endswith("<!-- end -->\nafter\n"))
            self.assertNotIn("old", text)
            self.assertEqual(text.count("| macro AUC |"), 1)
            self.assertIn(f"| accuracy | {figures['accuracy']:.3f} |", text)
            self.assertIn("mean IoU", text)

    def test_figures_into_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path, model = self.figures(folder), os.path.join(folder, "m.onnx")
            shutil.copy(SHIPPED, model)
            for _ in range(2):
                done = python("card.py", model, f"painted pictures={path}")
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])
            told = json.loads(subprocess.run([DERMA, "model", "info", "--json", model], capture_output=True, text=True).stdout)
            with open(path) as f:
                figures = json.load(f)
            self.assertTrue(told["evaluation"].startswith(f"painted pictures, {figures['n']} pictures: malignant at "))
            self.assertTrue(told["evaluation"].endswith(f"balanced accuracy {figures['balanced_accuracy']:.3f}"))

    def test_no_place(self):
        with tempfile.TemporaryDirectory() as folder:
            path, card = self.figures(folder), os.path.join(folder, "card.md")
            with open(card, "w") as f:
                f.write("nothing here\n")
            done = python("card.py", card, f"a={path}")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("no place for the figures 'a'", done.stderr)
            with open(card) as f:
                self.assertEqual(f.read(), "nothing here\n")


class Parts(unittest.TestCase):
    def picture(self):
        pixels, mask = np.full((256, 256, 3), 200, np.uint8), np.zeros((64, 64), np.uint8)
        pixels[60:140, 100:200] = 20
        mask[15:35, 25:50] = 255
        return pixels, mask

    def test_splits_apart(self):
        from dataset import Pictures
        with tempfile.TemporaryDirectory() as folder:
            write_pictures(os.path.join(folder, "data"))
            pictures = Pictures(os.path.join(folder, "data"), os.path.join(folder, "work"))
            parts = [set(pictures.where(s)) for s in ("train", "val", "test")]
            self.assertTrue(all(parts))
            self.assertEqual(sum(map(len, parts)), len(set.union(*parts)))

    def test_map_follows_picture(self):
        """Wherever the augmentation takes the dark part, the map goes with it."""
        import augment
        pixels, mask = self.picture()
        for seed in range(20):
            x, m, _ = augment.training_picture(pixels, mask, 128, 1.0, np.random.default_rng(seed))
            self.assertEqual((x.shape, x.dtype, m.shape), ((128, 128, 3), np.uint8, (8, 8)))
            dark = x.reshape(8, 16, 8, 16, 3).mean((1, 3, 4))
            inside, outside = dark[m > 0.95], dark[m < 0.05]
            if len(inside) and len(outside):
                self.assertLess(np.median(inside), np.median(outside), seed)

    def test_same_seed_same_picture(self):
        import augment
        pixels, mask = self.picture()
        a, b, c = (augment.training_picture(pixels, mask, 96, 1.0, np.random.default_rng(s))[0] for s in (3, 3, 4))
        self.assertTrue((a == b).all())
        self.assertFalse((a == c).all())

    def test_plain_picture_is_the_same_view(self):
        """Turned and scaled like the other, with neither light nor wear: only its colours are those of the picture."""
        import augment
        pixels, mask = self.picture()
        colours = {tuple(c) for c in pixels.reshape(-1, 3)}
        for seed in range(10):
            x, _, plain = augment.training_picture(pixels, mask, 128, 0.5, np.random.default_rng(seed), wear=0)
            self.assertEqual(plain.shape, x.shape)
            shades = plain.reshape(-1, 3).astype(float), x.reshape(-1, 3).astype(float)
            self.assertGreater(np.corrcoef(shades[0].mean(1), shades[1].mean(1))[0, 1], 0.9, seed)
            kept = np.mean([tuple(c) in colours for c in plain.reshape(-1, 3)])
            changed = np.mean([tuple(c) in colours for c in x.reshape(-1, 3)])
            self.assertGreater(kept, changed, seed)

    def test_teachers_answer_in_turn(self):
        """With the first layers shared or with their own, a teacher says the same; of two each has its turn."""
        from types import SimpleNamespace
        from network import DermaNet, Teacher
        from train import SOFTEN, Leg
        import torch
        torch.manual_seed(1)
        network, teachers, x = DermaNet().ready(), [Teacher().eval(), Teacher().eval()], torch.rand(2, 3, 64, 64)
        for teacher in teachers:
            for own, others in zip(teacher.body.trunk_modules(), network.body.trunk_modules()):
                own.load_state_dict(others.state_dict())
        said = []
        for plain in (False, True):
            owner = SimpleNamespace(args=SimpleNamespace(work="", seed=1, earlier=None), recipe=SimpleNamespace(plain_answers=plain))
            leg = Leg(owner, "best", network, (), teachers)
            for turn in (0, 1):
                leg.average = SimpleNamespace(steps=turn)
                said.append(leg.scores(x if not plain else torch.zeros_like(x), x if plain else None, SimpleNamespace(frozen=True, teachers=9))[1])
        torch.testing.assert_close(said[0], said[2])
        torch.testing.assert_close(said[1], said[3])
        torch.testing.assert_close(said[0], torch.softmax(teachers[0](x)[0] / SOFTEN, 1))
        self.assertGreater((said[0] - said[1]).abs().max(), 1e-4)

    def test_blends_are_of_the_batch(self):
        from train import blend, mixture
        import torch
        order, share = mixture(8, np.random.default_rng(3))
        self.assertEqual(sorted(order.tolist()), list(range(8)))
        self.assertTrue((share[:4] == 1).all() and (share >= 0).all() and (share <= 1).all())
        x = torch.arange(8.0).reshape(8, 1, 1, 1)
        self.assertTrue(torch.equal(blend(x, order, share)[:4], x[:4]))
        torch.testing.assert_close(blend(x, order, share).flatten(), x.flatten() * share + x.flatten()[order] * (1 - share))

    def test_outliers(self):
        from outliers import outlier, plain_skin
        pixels, mask = self.picture()
        rng = np.random.default_rng(1)
        for _ in range(60):
            made = outlier(rng, pixels, mask)
            self.assertEqual((made.shape, made.dtype), ((256, 256, 3), np.uint8))
        self.assertIsNone(plain_skin(rng, pixels, np.full((64, 64), 255, np.uint8)))
        self.assertGreater(plain_skin(rng, pixels, mask).min(), 150)

    def test_folding_changes_nothing(self):
        from network import DermaNet, folded
        torch.manual_seed(1)
        network = DermaNet().ready()
        disturb_norms(network)
        x = torch.rand(2, 3, 64, 64) * 2 - 1
        a, b = network(x), folded(network).eval()(x)
        self.assertTrue(all(torch.allclose(p, q, atol=1e-4) for p, q in zip(a, b)))

    def test_layer_that_keeps_its_statistics(self):
        """Gives in one step what convolution and normalisation give, and learns."""
        from unittest import mock
        from network import Conv
        torch.manual_seed(1)
        layer, x = Conv(4, 6, 3), torch.rand(2, 4, 8, 8)
        disturb_norms(layer)
        layer.norm.eval()
        wanted = layer.norm(layer.conv(x))
        with mock.patch.object(layer.norm, "forward", side_effect=AssertionError("normalised by itself")):
            torch.testing.assert_close(layer(x), wanted)
        layer(x).square().sum().backward()
        self.assertTrue(all(p.grad.abs().sum() > 0 for p in layer.parameters()))

    def test_earlier_network_answers_as_often_as_is_drawn(self):
        """Whatever its bias was before."""
        from types import SimpleNamespace
        from unittest import mock
        import train
        from network import DermaNet
        torch.manual_seed(1)
        network = DermaNet().ready()
        network.classifier.bias.copy_(torch.tensor([2.0, -1.0, 0.5, 5.0, 0.0, -3.0, 3.0]))
        rng = np.random.default_rng(1)
        pictures = SimpleNamespace(pixels=rng.integers(0, 256, (48, 64, 64, 3), np.uint8), labels=np.arange(48) % 6)
        owner = SimpleNamespace(args=SimpleNamespace(earlier="x", seed=1, device="cpu"), pictures=pictures, train=np.arange(48),
                                weights=np.full(48, 1 / 48), recipe=SimpleNamespace(side=64))
        with mock.patch.object(train, "earlier", lambda path: network):
            found = train.Training.earlier(owner)
        sample = np.random.default_rng(1).choice(owner.train, 48, p=owner.weights)
        answers = torch.softmax(torch.from_numpy(train.predict(found, pictures, sample, 64, "cpu")), 1).mean(0)
        drawn = np.bincount(pictures.labels[sample], minlength=7).clip(1)
        torch.testing.assert_close(answers, torch.from_numpy(drawn / drawn.sum()).float(), atol=1e-3, rtol=0)

    def test_operating_point_holds_for_others(self):
        """Of 19 positives 18 must reach it for 0.90 of others to; with fewer than 9 all must."""
        from metrics import operating_point
        for n, reaching in ((3, 3), (8, 8), (9, 9), (19, 18), (29, 27), (30, 28), (99, 90), (258, 234)):
            scores, truth = np.concatenate([np.arange(n), -np.ones(5)]).astype(float), np.arange(n + 5) < n
            point, sensitivity, specificity = operating_point(scores, truth, 0.9)
            self.assertEqual((int((scores[truth] >= point).sum()), specificity), (reaching, 1), n)
            self.assertAlmostEqual(sensitivity, reaching / n)
        rng = np.random.default_rng(1)
        reached = [(rng.random(1000) >= operating_point(rng.random(30), np.arange(30) < 29, 0.9)[0]).mean() for _ in range(400)]
        self.assertGreater(np.mean(reached), 0.9 - 0.01)

    def test_earlier_file_is_read_as_it_was(self):
        from export import Exported, entries, write
        from network import DermaNet, Typicality, earlier
        from recipe import RECIPES
        from search import Fitted
        torch.manual_seed(1)
        network = DermaNet(depth=9, narrowed={}).ready()
        disturb_norms(network)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "e.onnx")
            exported = Exported(network, Typicality(), Fitted.kept, np.zeros(7, np.float32)).eval()
            write(path, exported, entries(Fitted, RECIPES["quick"], 0.0))
            found, grown = earlier(path), DermaNet()
            grown.load_earlier(path)
        self.assertEqual((len(found.body.blocks), len(grown.body.blocks)), (9, 10))
        x = torch.rand(2, 3, 64, 64) * 2 - 1
        self.assertTrue(all(torch.allclose(p, q, atol=1e-4) for p, q in zip(network(x), found(x))))
        self.assertTrue(torch.equal(grown.classifier.weight, network.classifier.weight))
        self.assertEqual(grown.body.blocks[7].depthwise.conv.out_channels, 256)

    def test_shape_starts_as_the_teacher(self):
        import search
        from network import Teacher
        torch.manual_seed(1)
        block = Teacher().eval().requires_grad_(False).body.blocks[7]
        disturb_norms(block)
        x = torch.rand(1, 64, 8, 8)
        wanted = block(x)
        for hidden, kernel, close in ((384, 3, True), (384, 5, True), (128, 3, False)):
            made = search.Narrowed(block, hidden, kernel, False).eval()
            self.assertEqual(torch.allclose(made(x), wanted, atol=1e-4), close)

    def test_gate_is_open_at_first(self):
        import search
        x = torch.rand(2, 64, 8, 8)
        self.assertTrue(torch.allclose(search.Gate(64)(x), x * torch.sigmoid(torch.tensor(2.0))))

    def test_offsets_are_found_again(self):
        import export
        rng = np.random.default_rng(1)
        true = rng.normal(0, 2, (4000, 3))
        p = np.exp(true) / np.exp(true).sum(1, keepdims=True)
        truth = (p.cumsum(1) < rng.random((4000, 1))).sum(1)
        wrong = np.array([1.0, -1.5, 0.5], np.float32)
        found = export.class_offsets((true + wrong).astype(np.float32), truth)
        self.assertLess(np.abs(found + wrong).max(), 0.25)
        self.assertLess(abs(found.mean()), 1e-5)

    def test_shift_helps_the_rare(self):
        import export
        rng = np.random.default_rng(2)
        truth = (rng.random(4000) < 0.05).astype(int)
        scores = np.stack([np.where(truth, 0.0, 2.0), np.where(truth, 1.0, 0.0)], 1) + rng.normal(0, 1, (4000, 2)) + [1.5, -1.5]
        tau, shift = export.utility_shift(scores, truth, np.array([0.95, 0.05]))
        self.assertGreater(tau, 0)
        self.assertGreater(shift[1], shift[0])
        tau, shift = export.utility_shift(np.eye(2)[truth] * 9, truth, np.array([0.95, 0.05]))
        self.assertTrue(0 <= tau <= 1)

    def test_auc(self):
        import metrics
        self.assertEqual(metrics.auc(np.array([1.0, 2, 3, 4]), np.array([False, False, True, True])), 1)
        self.assertEqual(metrics.auc(np.array([1.0, 1, 1, 1]), np.array([False, False, True, True])), 0.5)
        self.assertEqual(metrics.auc(np.array([4.0, 3, 2, 1]), np.array([False, False, True, True])), 0)


if __name__ == "__main__":
    tap.main()
