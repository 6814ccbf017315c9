#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-rounding.py TRAIN: int8 weights that change least what a layer gives. TRAIN is models/train.

TAP on standard output; skipped without PyTorch or OpenCV.
"""
import copy
import itertools
import os
import sys
import unittest

try:
    import cv2  # noqa: F401
    import numpy as np
    import onnx  # noqa: F401
    import torch
except ImportError as missing:
    print(f"1..0 # SKIP {missing.name} is not installed")
    sys.exit(0)

sys.path[:0] = [sys.argv[1], os.path.join(os.path.dirname(__file__), "..", "support")]
import rounding  # noqa: E402
import tap  # noqa: E402

SHIPPED = os.path.join(sys.argv[1], "..", "dermaclassify.onnx")


def nearest(weights):
    scales = np.abs(weights).max(1) / rounding.LEVELS
    return np.round(weights / scales[:, None]), scales


def left(weights, covariance, found):
    levels, scales = found
    return rounding.error(levels * scales[:, None] - weights, covariance)


def alike(rng, inputs, own):
    """Covariance of inputs that share most of what they see; each has `own` of its own."""
    return np.ones((inputs, inputs)) + np.diag(rng.uniform(0.5, 1.5, inputs) * own)


class Weights(unittest.TestCase):
    def test_never_worse_than_nearest(self):
        rng = np.random.default_rng(1)
        for inputs in (1, 2, 9, 40):
            mixed = rng.normal(size=(inputs, inputs + 5))
            for covariance in (mixed @ mixed.T, alike(rng, inputs, 1e-3), np.eye(inputs)):
                weights = rng.normal(size=(6, inputs))
                found = rounding.rounded(weights, covariance)
                allowed = left(weights, covariance, nearest(weights)) * (1 + 1e-3) + 1e-9
                self.assertTrue((left(weights, covariance, found) <= allowed).all(), inputs)

    def test_inputs_that_see_the_same(self):
        rng = np.random.default_rng(2)
        weights, covariance = rng.normal(size=(50, 9)), alike(rng, 9, 1e-4)
        found, plain = (left(weights, covariance, w).sum() for w in (rounding.rounded(weights, covariance), nearest(weights)))
        self.assertLess(found, plain / 20)

    def test_near_the_best_there_is(self):
        rng = np.random.default_rng(3)
        weights, covariance = rng.normal(size=(20, 4)), alike(rng, 4, 0.05)
        found = rounding.rounded(weights, covariance)
        for weight, levels, scale in zip(weights, *found):
            around = itertools.product(*([f - 1, f, f + 1, f + 2] for f in np.floor(weight / scale)))
            tried = np.clip(np.array(list(around)), -rounding.LEVELS, rounding.LEVELS)
            best = rounding.error(tried * scale - weight, covariance).min()
            self.assertLess(rounding.error((levels * scale - weight)[None], covariance)[0], 2 * best + 1e-9)

    def test_levels(self):
        rng = np.random.default_rng(4)
        levels, scales = rounding.rounded(rng.normal(size=(30, 12)) * np.geomspace(1e-6, 1e6, 30)[:, None], alike(rng, 12, 1e-3))
        self.assertTrue((levels == np.round(levels)).all())
        self.assertLessEqual(np.abs(levels).max(), rounding.LEVELS)
        self.assertTrue((scales > 0).all())

    def test_weights_that_are_whole_stay(self):
        rng = np.random.default_rng(5)
        levels = rng.integers(-126, 127, (8, 9)).astype(float)
        levels[:, 0] = rounding.LEVELS
        found = rounding.rounded(levels * 0.25, alike(rng, 9, 0.1))
        self.assertTrue(np.allclose(found[0] * found[1][:, None], levels * 0.25))

    def test_what_never_varies(self):
        weights = np.array([[1.0, -0.5, 0.25], [0.0, 0.0, 0.0]])
        for covariance in (np.zeros((3, 3)), np.diag([1.0, 0.0, 0.0]), np.full((3, 3), 4.0)):
            levels, scales = rounding.rounded(weights, covariance)
            self.assertTrue(np.isfinite(levels).all() and np.isfinite(scales).all())
            self.assertTrue((levels[1] == 0).all())
            self.assertTrue((np.abs(levels[0] * scales[0] - weights[0]) < 0.2).all())


class Layers(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)
        self.rng = np.random.default_rng(1)

    def test_what_is_seen(self):
        x = torch.rand(2, 6, 11, 11)
        for conv in (torch.nn.Conv2d(6, 4, 1), torch.nn.Conv2d(6, 6, 3, 2, 1, groups=6), torch.nn.Conv2d(6, 5, 3, 1, 1)):
            rows = rounding.seen(conv, x, self.rng)
            weights = conv.weight.detach().double().flatten(1).numpy()
            summed = np.einsum("pci,ci->pc", rows, weights) if conv.groups > 1 else rows @ weights.T
            given = conv(x).detach().permute(0, 2, 3, 1).reshape(-1, conv.out_channels).numpy()
            found, wanted = (np.sort(v, 0) for v in (summed + conv.bias.detach().numpy(), given))
            self.assertTrue(np.allclose(found, wanted, atol=1e-5))

    def test_no_more_positions_than_asked(self):
        rows = rounding.seen(torch.nn.Conv2d(1, 1, 1), torch.rand(1, 1, 200, 200), self.rng)
        self.assertEqual(rows.shape, (rounding.POSITIONS, 1))

    def test_means(self):
        conv, batches = torch.nn.Conv2d(3, 4, 3), [torch.rand(5, 3, 8, 8), torch.rand(2, 3, 8, 8)]
        found = rounding.means_of(conv, [conv], batches)[0]
        with torch.no_grad():
            self.assertTrue(torch.allclose(found, conv(torch.cat(batches)).mean((0, 2, 3)), atol=1e-6))

    def test_stops_where_it_was_asked_to(self):
        class Trap(torch.nn.Module):
            def forward(self, x):
                raise AssertionError("was run")
        before, layer = torch.nn.Conv2d(1, 2, 1), torch.nn.Conv2d(2, 1, 1)
        network, x = torch.nn.Sequential(before, layer, Trap()), torch.rand(1, 1, 4, 4)
        for _ in range(2):
            found = rounding.inputs_of(network, layer, [x, x])
        self.assertTrue(torch.allclose(found, before(torch.cat([x, x])), atol=1e-6))
        with self.assertRaises(AssertionError):
            network(x)

    def test_small_differences_of_large_inputs(self):
        """A kernel that looks for edges in a bright picture: what rounding to the nearest level is for it."""
        from quantise import Weights
        conv = torch.nn.Conv2d(2, 2, 3, padding=1, groups=2)
        with torch.no_grad():
            conv.weight -= conv.weight.mean((2, 3), keepdim=True)
            conv.weight *= 50
        x = 5 + torch.rand(4, 2, 12, 12) * 0.1
        wanted = conv(x).detach()
        plain, made = Weights(copy.deepcopy(conv)), Weights(copy.deepcopy(conv))
        plain.settle(conv.weight.detach().abs().amax((1, 2, 3)) / 127)
        rounding.round_layers(made, [made], [wanted.mean((0, 2, 3))], [x], self.rng)
        inner = (slice(None), slice(None), slice(1, -1), slice(1, -1))
        errors = [float((w(x) - wanted)[inner].detach().pow(2).mean()) for w in (made, plain)]
        self.assertLess(errors[0], errors[1] / 4)
        self.assertTrue(torch.allclose(made(x).mean((0, 2, 3)), wanted.mean((0, 2, 3)), atol=1e-4))


class Network(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        from export import Exported
        from quantise import Quantised, quantise
        cls.exported = Exported.load(SHIPPED).eval().requires_grad_(False)
        rng = np.random.default_rng(1)
        cls.batches = [torch.from_numpy(np.clip(rng.normal(0.3, 0.2, (4, 3, 8, 8)), -1, 1).astype(np.float32)) for _ in range(2)]
        cls.batches = [torch.nn.functional.interpolate(b, (96, 96), mode="bicubic") for b in cls.batches]
        before = {k: v.clone() for k, v in cls.exported.state_dict().items()}
        cls.made = quantise(cls.exported, cls.batches, rng)
        cls.untouched = all(torch.equal(v, before[k]) for k, v in cls.exported.state_dict().items())
        cls.Quantised = Quantised

    def test_answers_as_in_float(self):
        """On the pictures that it was rounded for; the same with each weight at its nearest level is far off."""
        plain = self.Quantised(copy.deepcopy(self.exported)).eval().requires_grad_(False)
        for x in self.batches:
            plain(x)
        plain.settle()
        for layer in plain.layers():
            layer.settle(layer.conv.weight.abs().amax((1, 2, 3)).clamp_min(1e-8) / 127)
        x = torch.cat(self.batches)
        wanted = self.exported(x)[0]
        errors = [float((network(x)[0] - wanted).pow(2).mean()) for network in (self.made, plain)]
        self.assertLess(errors[0], errors[1] / 2)
        self.assertTrue(torch.allclose(self.made(x)[0].mean(0), wanted.mean(0), atol=1e-3))

    def test_all_weights_but_the_first_are_whole(self):
        layers = self.made.layers()
        self.assertEqual(len(layers), 3 * len(self.made.blocks) - 2 + 2)
        for layer in layers:
            levels = layer.conv.weight / layer.scale[:, None, None, None]
            self.assertTrue(torch.allclose(levels, levels.round(), atol=1e-3))

    def test_float_network_is_left_alone(self):
        self.assertTrue(self.untouched)

    def test_unsettled_network_is_in_float(self):
        network = self.Quantised(copy.deepcopy(self.exported)).eval()
        x = self.batches[0]
        with torch.no_grad():
            self.assertTrue(all(torch.allclose(a, b, atol=1e-5) for a, b in zip(network(x), self.exported(x))))


if __name__ == "__main__":
    tap.main()
