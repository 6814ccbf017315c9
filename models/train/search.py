#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares shapes of the small network: parameters, multiply-accumulates, time in XNNPACK, and what a short training gives.

  models/train/search.py --data DIR --work DIR [--epochs N] [--side N] [--derma DERMA] [SHAPE...]

WORK is a finished training's folder: its teacher gives each shape its first weights (the channels that matter most where
a layer is narrower) and its answers. Every shape is trained alike, on the same pictures in the same order, and read on
`val`. Results are kept in WORK/search.csv, and a shape that is in it is not trained again; sizes and times are taken when
the table is printed, for all shapes of it one after another.
"""
import argparse
import csv
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import augment
import export
import train
from dataset import LABELS
from network import HEAD_CHANNELS, TRUNK, Conv, DermaNet, Teacher, Typicality, relu6
from recipe import RECIPES, Stage


@dataclass(frozen=True)
class Shape:
    """The blocks after the trunk: number of the teacher's block, hidden channels, kernel."""
    blocks: tuple
    what: str
    gated: bool = False  # squeeze-and-excite after the blocks at 14x14
    channels: int = 64  # of the last block


EARLY = ((3, 144, 3), (4, 192, 3), (5, 192, 3))


def shape(late, what, early=EARLY, **more):
    return Shape((*early, *late), what, **more)


SHAPES = {
    "wide": shape(((6, 192, 3), (7, 384, 3), (8, 384, 3)), "two residual blocks of 384 at 14x14"),
    "deep": shape(((6, 192, 3), (7, 256, 3), (8, 256, 3), (9, 256, 3)), "three of 256"),
    "deeper": shape(((6, 192, 3), (7, 168, 3), (8, 168, 3), (9, 168, 3), (10, 168, 3)),
                    "three of 168, then one of 168 to 96 channels", channels=96),
    "wide-kernel": shape(((6, 192, 5), (7, 336, 5), (8, 336, 5)), "two of 336, kernels of 5x5 at 14x14"),
    "gated": shape(((6, 192, 3), (7, 368, 3), (8, 368, 3)), "two of 368, squeeze-and-excite at 14x14", gated=True),
    "less-early": shape(((6, 192, 3), (7, 280, 3), (8, 280, 3), (9, 280, 3)), "three of 280, one block fewer at 28x28",
                        early=EARLY[:2]),
}


class Gate(nn.Module):
    """Squeeze-and-excite (Hu et al., 2018), open at first."""

    def __init__(self, channels):
        super().__init__()
        self.squeeze, self.excite = nn.Conv2d(channels, channels // 8, 1), nn.Conv2d(channels // 8, channels, 1)
        nn.init.zeros_(self.excite.weight)
        nn.init.constant_(self.excite.bias, 2.0)

    def forward(self, x):
        return x * torch.sigmoid(self.excite(F.relu(self.squeeze(F.adaptive_avg_pool2d(x, 1)))))


class Narrowed(nn.Module):
    """A block of the teacher with the hidden channels that matter most, and a kernel that may be wider."""

    def __init__(self, block, hidden, kernel, gated):
        super().__init__()
        inputs, outputs = block.expand.conv.in_channels, block.project.conv.out_channels
        self.expand, self.project = Conv(inputs, hidden, 1), Conv(hidden, outputs, 1)
        self.depthwise = Conv(hidden, hidden, kernel, block.depthwise.conv.stride[0], hidden)
        self.gate = Gate(outputs) if gated else nn.Identity()
        self.residual = block.residual
        self._take(block, hidden, kernel)

    @torch.no_grad()
    def _take(self, block, hidden, kernel):
        gain = block.depthwise.norm.weight.abs() * block.project.conv.weight.flatten(1).norm(dim=0)
        kept = gain.argsort(descending=True)[:hidden].sort().values
        for mine, theirs, rows, columns in ((self.expand, block.expand, kept, slice(None)),
                                            (self.depthwise, block.depthwise, kept, slice(None)),
                                            (self.project, block.project, slice(None), kept)):
            weight = theirs.conv.weight[rows][:, columns]
            border = (mine.conv.kernel_size[0] - weight.shape[-1]) // 2
            mine.conv.weight.copy_(F.pad(weight, [border] * 4))
            for name in ("weight", "bias", "running_mean", "running_var"):
                getattr(mine.norm, name).copy_(getattr(theirs.norm, name)[rows])

    def forward(self, x):
        y = relu6(self.expand(x))
        y = self.gate(self.project(relu6(self.depthwise(y))))
        return x + y if self.residual else y


class Candidate(DermaNet):
    """A network of a shape, from the teacher's weights."""

    def __init__(self, wanted, teacher):
        super().__init__(len(LABELS))
        first = ("stem.", *(f"blocks.{i}." for i in range(TRUNK)))
        self.body.load_state_dict({k: v for k, v in teacher.body.state_dict().items() if k.startswith(first)}, strict=False)
        for conv in (m for m in self.modules() if isinstance(m, Conv)):
            conv.start_bias = None
        late = [Narrowed(teacher.body.blocks[i], hidden, kernel, wanted.gated and i >= 6) for i, hidden, kernel in wanted.blocks]
        self.body.blocks = nn.ModuleList([*self.body.blocks[:TRUNK], *late])
        self.body.channels = wanted.channels
        self.map = nn.Conv2d(wanted.channels, 1, 1)
        self.head = Conv(wanted.channels, HEAD_CHANNELS, 1)


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with index.csv")
    p.add_argument("--work", required=True, help="folder of a finished training")
    p.add_argument("--recipe", default="full", choices=sorted(RECIPES))
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--side", type=int, default=128)
    p.add_argument("--derma", default="derma", help="the command that measures the time")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"of {', '.join(SHAPES)}; all without one")
    args = p.parse_args()
    for name in args.shapes:
        if name not in SHAPES:
            p.error(f"{name}: not a shape ({', '.join(SHAPES)})")
    args.start, args.earlier = None, None
    return args


class Fitted:
    """What a file must say that is read by nobody."""
    kept, labels = list(range(len(LABELS))), LABELS

    @staticmethod
    def entries():
        return {"temperature": "1"}


def budget(args, network):
    """Parameters, multiply-accumulates and milliseconds of one inference, as `derma` counts and measures them."""
    typicality = Typicality(HEAD_CHANNELS + network.body.channels)
    exported = export.Exported(network.cpu().eval(), typicality, Fitted.kept, np.zeros(len(LABELS), np.float32)).eval()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "shape.onnx")
        export.write(path, exported, export.entries(Fitted, RECIPES["quick"], 0.0))
        told = json.loads(subprocess.run([args.derma, "model", "info", "--json", path], check=True, capture_output=True).stdout)
        found = json.loads(subprocess.run(
            [args.derma, "bench", "--model", path, "--sizes", "8x8", "--formats", "GRAY8", "--threads", "1", "--runs", "101",
             "--json", "-"], check=True, capture_output=True).stdout)
    return told["parameters"], told["macs"], next(r["median_ms"] for r in found["timings"] if r["stage"] == "inference")


class Search(train.Training):
    def __init__(self, args):
        super().__init__(args)
        self.teacher = Teacher(len(LABELS))
        self.teacher.load_state_dict(torch.load(os.path.join(args.work, "teacher-1.pt"), map_location="cpu"))
        for conv in (m for m in self.teacher.modules() if isinstance(m, Conv)):
            conv.start_bias = None
        self.teacher.eval().requires_grad_(False).to(args.device, memory_format=torch.channels_last)
        self.path = os.path.join(args.work, "search.csv")

    def results(self):
        if not os.path.exists(self.path):
            return {}
        with open(self.path, newline="") as f:
            return {row["shape"]: row for row in csv.DictReader(f)}

    def keep(self, row):
        new = not os.path.exists(self.path)
        with open(self.path, "a", newline="") as f:
            out = csv.DictWriter(f, row)
            if new:
                out.writeheader()
            out.writerow(row)

    def validate(self, leg, stage, loss):
        scores = train.predict(leg.average.network, self.pictures, self.val, stage.side, self.args.device)
        truth, found = self.pictures.labels[self.val], scores.argmax(1)
        self.last = {"accuracy": f"{(found == truth).mean():.4f}", "balanced_accuracy":
                     f"{train.balanced_accuracy(truth, found, len(LABELS)):.4f}", "macro_auc": f"{train.mean_auc(truth, scores):.4f}"}
        print(leg.name, leg.epoch, f"{loss:.4f}", self.last, flush=True)

    def examine(self, name):
        torch.manual_seed(self.args.seed)
        network = Candidate(SHAPES[name], self.teacher)
        leg = train.Leg(self, f"search-{name}", network, (Stage(self.args.side, self.args.epochs, 1.5e-3, 0.5, True),), [self.teacher])
        leg.seed = self.args.seed  # the same pictures for all
        leg.prepare()
        leg.run()
        os.remove(leg.checkpoint)
        self.keep({"shape": name, "epochs": self.args.epochs, "side": self.args.side, **self.last})

    def table(self, names):
        found = self.results()
        print(f"\n| shape | parameters | MAC | XNNPACK, ms | accuracy | balanced accuracy | macro AUC |\n{'|---' * 7}|")
        for name in (n for n in names if n in found):
            parameters, macs, time = budget(self.args, Candidate(SHAPES[name], self.teacher))
            figures = " | ".join(f"{float(found[name][key]):.3f}" for key in ("accuracy", "balanced_accuracy", "macro_auc"))
            print(f"| {name}: {SHAPES[name].what} | {parameters:,} | {macs / 1e6:.1f} M | {time:.2f} | {figures} |")

    def run(self):
        names = self.args.shapes or list(SHAPES)
        for name in names:
            if name not in self.results():
                self.examine(name)
        self.table(names)


if __name__ == "__main__":
    Search(arguments()).run()
