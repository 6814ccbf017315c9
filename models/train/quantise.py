#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A network's file in int8: a QDQ ONNX file.

  models/train/quantise.py --data DIR --work DIR --model models/dermaclassify.onnx --output models/dermaclassify-int8.onnx
      [--recipe full] [--pictures N] [--version VERSION]

--model is a file that export.py wrote, in float; --work gets the pixel cache. Activations get one scale a tensor, weights one
a channel, both from training pictures (see rounding.py for the weights). The first two convolutions stay in float: a camera's
pixels and what the first makes of them are amplified by the second up to 50 times, and so would be what int8 leaves of them.
The temperature and the operating points are fitted on the quantised scores, all else is as in the float file.
"""
import argparse
import copy
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

import augment
from dataset import LABELS, Pictures
from export import SIDE, Calibration, Exported, kept_classes, told, training_pictures, write
from network import MAP_FLOOR, relu6
from recipe import RECIPES
from rounding import means_of, round_layers

CALIBRATION = 192
BATCH = 32


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with index.csv")
    p.add_argument("--work", required=True, help="folder for the pixel cache")
    p.add_argument("--model", required=True, help="the network's file in float")
    p.add_argument("--output", required=True, help="ONNX file to write")
    p.add_argument("--recipe", default="full", choices=sorted(RECIPES))
    p.add_argument("--pictures", type=int, default=CALIBRATION, help="to take ranges and rounding from")
    p.add_argument("--version", help="of the file; that of the float file without it")
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    if args.pictures < 1:
        p.error(f"--pictures {args.pictures}: needs one at least")
    return args


class Point(nn.Module):
    """A tensor in int8, once it is settled. Until then it notes the range: the mean over batches of extreme quantiles."""

    def __init__(self):
        super().__init__()
        self.scale, self.zero, self.lows, self.highs = None, 0, [], []

    def settle(self):
        low, high = min(0.0, float(np.mean(self.lows))), max(1e-3, float(np.mean(self.highs)))
        self.scale = (high - low) / 255
        self.zero = int(round(-128 - low / self.scale))

    def forward(self, x):
        if self.scale is not None:
            return torch.fake_quantize_per_tensor_affine(x, self.scale, self.zero, -128, 127)
        flat = x.detach().flatten()[::7]
        k = max(1, int(flat.numel() * 2e-5))
        self.lows.append(flat.topk(k, largest=False)[0][-1].item())
        self.highs.append(flat.topk(k)[0][-1].item())
        return x


class Weights(nn.Module):
    """A convolution, with int8 weights once it is settled."""

    def __init__(self, conv):
        super().__init__()
        self.conv, self.scale = conv, None

    def settle(self, scale):
        self.scale, self.zero = scale, torch.zeros_like(scale).int()

    def forward(self, x):
        c = self.conv
        if self.scale is None:
            return c(x)
        w = torch.fake_quantize_per_channel_affine(c.weight, self.scale, self.zero, 0, -128, 127)
        return F.conv2d(x, w, c.bias, c.stride, c.padding, 1, c.groups)


class QuantisedBlock(nn.Module):
    def __init__(self, block, first):
        super().__init__()
        self.expand = Weights(block.expand) if block.expand is not None else None
        self.depthwise = block.depthwise if first else Weights(block.depthwise)
        self.project, self.residual = Weights(block.project), block.residual
        self.points = nn.ModuleList(Point() for _ in range(4))

    def forward(self, x):
        y = self.points[0](relu6(self.expand(x))) if self.expand is not None else x
        y = self.points[1](relu6(self.depthwise(y)))
        y = self.points[2](self.project(y))
        return self.points[3](x + y) if self.residual else y


class Quantised(nn.Module):
    """Exported with all from the first block's pointwise convolution to the pooled features in int8."""

    def __init__(self, exported):
        super().__init__()
        net = exported.network
        self.stem = net.body.stem
        self.blocks = nn.ModuleList(QuantisedBlock(b, first=i == 0) for i, b in enumerate(net.body.blocks))
        self.map, self.head = Weights(net.map), Weights(net.head)
        self.project, self.last, self.classifier = exported.project, exported.last, exported.classifier
        self.points = nn.ModuleList(Point() for _ in range(3))

    def forward(self, x):
        x = relu6(self.stem(x))
        for block in self.blocks:
            x = block(x)
        lesion = torch.sigmoid(self.map(x))
        gate = self.points[0](lesion + MAP_FLOOR)
        head = self.points[2](self.points[1](relu6(self.head(x))) * gate)
        head, body = (F.adaptive_avg_pool2d(y, 1).flatten(1) for y in (head, x))
        distance = self.project(torch.cat([head, body], 1))
        return self.classifier(head), lesion, torch.sigmoid(self.last(distance * distance))

    def layers(self):
        """Those with int8 weights, in the order in which they run."""
        return [m for m in self.modules() if isinstance(m, Weights)]

    def settle(self):
        for point in (m for m in self.modules() if isinstance(m, Point)):
            if point.lows:
                point.settle()


@torch.no_grad()
def quantise(exported, batches, rng):
    """The network in int8, for pictures like those of the batches."""
    exact, quantised = (Quantised(copy.deepcopy(exported)).eval().requires_grad_(False) for _ in range(2))
    for x in tqdm(batches, desc="ranges", mininterval=5):
        quantised(x)
    quantised.settle()
    *wanted, scores = means_of(exact, [*exact.layers(), exact.classifier], batches)
    round_layers(quantised, quantised.layers(), wanted, batches, rng)
    quantised.classifier.bias += scores - means_of(quantised, [quantised.classifier], batches)[0]
    return quantised


def main():
    args = arguments()
    recipe = RECIPES[args.recipe]
    torch.set_num_threads(os.cpu_count())
    exported, entries = Exported.load(args.model), told(args.model)
    pictures = Pictures(args.data, args.work, recipe.pictures)
    if entries.get("labels") != ",".join(LABELS[c] for c in kept_classes(pictures, recipe)):
        raise SystemExit(f"{args.model}: its classes are not those of the recipe {args.recipe}")
    rng = np.random.default_rng(args.seed)
    train = training_pictures(pictures, recipe)
    chosen = np.sort(rng.choice(train, min(args.pictures, len(train)), False))
    batches = [augment.evaluation_batch(np.asarray(pictures.pixels[chosen[i:i + BATCH]]), SIDE)
               for i in range(0, len(chosen), BATCH)]
    quantised = quantise(exported, batches, rng)
    fitted = Calibration(quantised, pictures, recipe, shifted=True)
    fitted.report()
    entries.pop("evaluation", None)  # of the float file's own answers
    entries |= {**fitted.entries(), **({"version": args.version} if args.version else {})}
    write(args.output, quantised, entries, tolerance=0.1)


if __name__ == "__main__":
    main()
