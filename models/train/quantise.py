#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The trained network in int8: a QDQ ONNX file.

  models/train/quantise.py --data DIR --work DIR --output models/dermaclassify-int8.onnx [--recipe full] [--steps N]
      [--earlier INT8.onnx]

Activations get one scale a tensor, from training pictures; weights one a channel. The quantised network is then taught to
answer as the float one does (quantisation-aware fine-tuning). Offsets, shift, temperature and operating points are fitted as
the float network's are, on the quantised scores.
"""
import argparse
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

import augment
from dataset import Pictures
from export import SIDE, Calibration, Exported, load_trained, write
from network import MAP_FLOOR, read_onnx, relu6
from recipe import RECIPES

CALIBRATION = 192
BATCH = 32
TUNE_SIDE = 160  # pixels: scales are those of full pictures, weights follow as well from smaller ones
PEAK_RATE = 1.5e-4


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with index.csv")
    p.add_argument("--work", required=True, help="the training's work folder")
    p.add_argument("--output", required=True, help="ONNX file to write")
    p.add_argument("--recipe", default="full", choices=sorted(RECIPES))
    p.add_argument("--steps", type=int, default=1200, help="of fine-tuning, 32 pictures each")
    p.add_argument("--earlier", metavar="INT8.onnx", help="what this made before of the same network, to go on from")
    p.add_argument("--pictures", type=int, default=CALIBRATION, help="to take the ranges from")
    p.add_argument("--evaluation", help="figures to keep in the file, as text")
    p.add_argument("--seed", type=int, default=1)
    return p.parse_args()


class Point(nn.Module):
    """A tensor in int8. While watching, it notes the range: the mean over batches of extreme quantiles."""

    def __init__(self):
        super().__init__()
        self.watching, self.lows, self.highs = True, [], []
        self.scale, self.zero = 1.0, 0

    def settle(self):
        low, high = min(0.0, float(np.mean(self.lows))), max(1e-3, float(np.mean(self.highs)))
        self.scale = (high - low) / 255
        self.zero = int(round(-128 - low / self.scale))
        self.watching = False

    def forward(self, x):
        if not self.watching:
            return torch.fake_quantize_per_tensor_affine(x, self.scale, self.zero, -128, 127)
        flat = x.detach().flatten()[::7]
        k = max(1, int(flat.numel() * 2e-5))
        self.lows.append(flat.topk(k, largest=False)[0][-1].item())
        self.highs.append(flat.topk(k)[0][-1].item())
        return x


class Weights(nn.Module):
    """A convolution with int8 weights."""

    def __init__(self, conv):
        super().__init__()
        self.conv = conv
        scale = conv.weight.detach().abs().amax((1, 2, 3)).clamp_min(1e-8) / 127
        self.register_buffer("scale", scale)
        self.register_buffer("zero", torch.zeros_like(scale).int())

    def forward(self, x):
        c = self.conv
        w = torch.fake_quantize_per_channel_affine(c.weight, self.scale, self.zero, 0, -128, 127)
        return F.conv2d(x, w, c.bias, c.stride, c.padding, 1, c.groups)


class QuantisedBlock(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.expand = Weights(block.expand) if block.expand is not None else None
        self.depthwise, self.project, self.residual = Weights(block.depthwise), Weights(block.project), block.residual
        self.points = nn.ModuleList(Point() for _ in range(4))

    def forward(self, x):
        y = self.points[0](relu6(self.expand(x))) if self.expand is not None else x
        y = self.points[1](relu6(self.depthwise(y)))
        y = self.points[2](self.project(y))
        return self.points[3](x + y) if self.residual else y


class Quantised(nn.Module):
    """Exported with everything up to the pooled features in int8."""

    def __init__(self, exported):
        super().__init__()
        net = exported.network
        self.stem, self.map, self.head = Weights(net.body.stem), Weights(net.map), Weights(net.head)
        self.blocks = nn.ModuleList(QuantisedBlock(b) for b in net.body.blocks)
        self.project, self.last, self.classifier = exported.project, exported.last, exported.classifier
        self.points = nn.ModuleList(Point() for _ in range(5))

    def forward(self, x):
        x = self.points[1](relu6(self.stem(self.points[0](x))))
        for block in self.blocks:
            x = block(x)
        lesion = torch.sigmoid(self.map(x))
        gate = self.points[2](lesion + MAP_FLOOR)
        head = self.points[4](self.points[3](relu6(self.head(x))) * gate)
        head, body = (F.adaptive_avg_pool2d(y, 1).flatten(1) for y in (head, x))
        distance = self.project(torch.cat([head, body], 1))
        return self.classifier(head), lesion, torch.sigmoid(self.last(distance * distance))

    def settle(self):
        for point in (m for m in self.modules() if isinstance(m, Point)):
            if point.lows:
                point.settle()


def calibrate(quantised, pictures, chosen):
    with torch.no_grad():
        for i in tqdm(range(0, len(chosen), BATCH), desc="ranges", mininterval=5):
            quantised(augment.evaluation_batch(np.asarray(pictures.pixels[chosen[i:i + BATCH]]), SIDE))
    quantised.settle()


@torch.no_grad()
def load_earlier(quantised, path):
    """All but the bias of the classes, that has in it what was fitted then."""
    found = read_onnx(path, "stem.conv.weight")
    for name, parameter in quantised.named_parameters():
        if name not in found or found[name].shape != parameter.shape:
            raise SystemExit(f"{path}: is not of this network: {name}")
        if name != "classifier.bias":
            parameter.copy_(found[name])


def fine_tune(quantised, exported, pictures, train, args):
    """Adam at a small rate towards the float network's scores, map and typicality."""
    rng = np.random.default_rng(args.seed)
    parameters = [p for p in quantised.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters, PEAK_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, max(args.steps, 2))
    bar = tqdm(range(args.steps), desc="fine-tuning", mininterval=5)
    for _ in bar:
        chosen = np.sort(rng.choice(train, BATCH, replace=False))
        x = augment.to_network(np.stack([augment.training_picture(np.asarray(pictures.pixels[i]), np.asarray(pictures.masks[i]),
                                                                  TUNE_SIDE, 0.6, rng)[0] for i in chosen]))
        with torch.no_grad():
            scores, lesion, typical = exported(x)
        found = quantised(x)
        loss = F.kl_div(F.log_softmax(found[0], 1), F.softmax(scores, 1), reduction="batchmean") + F.mse_loss(
            found[0], scores) * 0.1 + F.mse_loss(found[1], lesion) + F.mse_loss(found[2], typical)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        bar.set_postfix(loss=f"{loss.item():.4f}")


def main():
    args = arguments()
    recipe = RECIPES[args.recipe]
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(args.seed)
    pictures = Pictures(args.data, args.work, recipe.pictures)
    network, typicality, threshold = load_trained(args.work)
    fitted = Calibration(network, pictures, recipe)
    fitted.report()
    exported = Exported(network, typicality, fitted.kept, fitted.shift).eval().requires_grad_(False)
    quantised = Quantised(Exported(network, typicality, fitted.kept, fitted.shift)).eval()
    train = pictures.where("train")
    train = train[np.isin(pictures.sources[train], list(recipe.sources))]
    calibrate(quantised, pictures, np.sort(np.random.default_rng(args.seed).choice(train, min(args.pictures, len(train)), False)))
    if args.earlier:
        load_earlier(quantised, args.earlier)
    quantised.requires_grad_(True)
    if args.steps:
        fine_tune(quantised, exported, pictures, train, args)
    again = Calibration(quantised.eval(), pictures, recipe, chosen=True)
    again.report()
    with torch.no_grad():
        quantised.classifier.bias += torch.from_numpy(again.shift)
    write(args.output, quantised, again, recipe, threshold, args.evaluation, tolerance=0.1)


if __name__ == "__main__":
    main()
