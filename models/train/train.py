#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Trains the dermoscopic network; resumes where it stopped.

  models/train/train.py --data DIR --start IMAGENET.npz --work DIR [--quick]

DIR holds index.csv (see dataset.py). The work folder gets the pixel cache, checkpoint.pt after every epoch and
log.csv; export.py turns its best.pt into the ONNX file. Choices are made on the HAM10000 `val` split alone.
"""
import argparse
import copy
import csv
import os
import random

import numpy as np
import torch
from torch.nn import functional as F
from tqdm import tqdm

import augment
from dataset import LABELS, Pictures
from metrics import balanced_accuracy
from network import DermaNet

# (side, epochs, peak learning rate, strength of the augmentation): growing pictures, twice over, as warm restarts;
# then pictures nearer to real ones
STAGES = [
    (128, 10, 2e-3, 1.0), (160, 5, 1e-3, 1.0), (224, 4, 6e-4, 1.0),
    (128, 10, 1.5e-3, 1.0), (160, 6, 1e-3, 1.0), (224, 5, 6e-4, 1.0), (224, 4, 5e-4, 0.5),
]
QUICK = [(64, 2, 2e-3, 1.0)]
BATCH = 64
PICTURES_AN_EPOCH = 11264
EMA = 0.998
MAP_WEIGHT = 0.3
SMOOTHING = 0.05
SOURCE_WEIGHT = {"ham10000": 1.0, "isic2017": 0.7, "milk10k": 0.6}


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with index.csv")
    p.add_argument("--start", help="ImageNet weights (.npz); random without")
    p.add_argument("--work", required=True, help="folder for the cache, checkpoints and log")
    p.add_argument("--quick", action="store_true", help="a few minutes on a small sample, to see that it runs")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return p.parse_args()


def sampling_weights(pictures, indices):
    """Rarer classes more often (inverse square root of their count), other data sets than HAM10000 less often."""
    counts = np.bincount(pictures.labels[indices], minlength=len(LABELS)).clip(1)
    weights = counts[pictures.labels[indices]] ** -0.5
    weights *= [SOURCE_WEIGHT.get(s, 0.7) for s in pictures.sources[indices]]
    return weights / weights.sum()


class Average:
    """Exponential moving average of the parameters."""

    def __init__(self, network):
        self.network = copy.deepcopy(network).eval()
        self.steps = 0

    @torch.no_grad()
    def update(self, network):
        self.steps += 1
        decay = min(EMA, self.steps / (self.steps + 10))
        for a, p in zip(self.network.parameters(), network.parameters()):
            a.lerp_(p, 1 - decay)


@torch.no_grad()
def predict(network, pictures, indices, side, device):
    """Scores (n, classes), float32, for pictures without augmentation."""
    out = []
    for i in range(0, len(indices), 64):
        x = augment.evaluation_batch(np.asarray(pictures.pixels[indices[i:i + 64]]), side)
        out.append(network(x.to(device))[0].float().cpu())
    return torch.cat(out).numpy()


def losses(network, pictures, chosen, stage, generator, device):
    x, lesion = augment.training_batch(np.asarray(pictures.pixels[chosen]), np.asarray(pictures.masks[chosen]),
                                       *stage, generator)
    scores, predicted = network(x.to(device))
    loss = F.cross_entropy(scores, torch.from_numpy(pictures.labels[chosen]).to(device), label_smoothing=SMOOTHING)
    masked = torch.from_numpy(pictures.has_mask[chosen])
    if masked.any():
        loss = loss + MAP_WEIGHT * F.binary_cross_entropy(predicted[masked].float(), lesion[masked].to(device))
    return loss


class Training:
    def __init__(self, args):
        self.args = args
        self.stages = QUICK if args.quick else STAGES
        random.seed(args.seed)
        torch.manual_seed(args.seed)
        torch.set_num_threads(os.cpu_count())
        self.pictures = Pictures(args.data, args.work, 600 if args.quick else None)
        self.train = self.pictures.where("train")
        self.val = self.pictures.where("val", "ham10000")
        if len(self.val) == 0:
            self.val = self.pictures.where("val")
        self.weights = sampling_weights(self.pictures, self.train)
        self.per_epoch = min(PICTURES_AN_EPOCH, len(self.train)) // BATCH * BATCH
        self.network = DermaNet(len(LABELS))
        if args.start:
            self.network.load_imagenet(args.start)
            sample = np.random.default_rng(args.seed).choice(self.train, 64, replace=False)
            self.network.calibrate_scales(augment.evaluation_batch(np.asarray(self.pictures.pixels[sorted(sample)]), 128))
        self.network.to(args.device, memory_format=torch.channels_last)
        self.average = Average(self.network)
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0}])
        self.epoch, self.best = 0, 0.0
        self.resume()

    @property
    def checkpoint(self):
        return os.path.join(self.args.work, "checkpoint.pt")

    def resume(self):
        if not os.path.exists(self.checkpoint):
            return
        state = torch.load(self.checkpoint, map_location=self.args.device)
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.average.steps = state["steps"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.best = state["epoch"], state["best"]
        print(f"resumed after epoch {self.epoch}")

    def save(self):
        state = {"network": self.network.state_dict(), "average": self.average.network.state_dict(),
                 "steps": self.average.steps, "optimiser": self.optimiser.state_dict(), "epoch": self.epoch,
                 "best": self.best}
        torch.save(state, self.checkpoint + ".new")
        os.replace(self.checkpoint + ".new", self.checkpoint)

    def run_epoch(self, stage, first, last):
        """One epoch; the rate warms up over the stage's first tenth and falls along a cosine over the stage."""
        side, _, peak, strength = stage
        generator = torch.Generator().manual_seed(self.args.seed * 1000 + self.epoch)
        order = np.random.default_rng(self.args.seed * 1000 + self.epoch).choice(self.train, self.per_epoch, p=self.weights)
        total, batches = 0.0, self.per_epoch // BATCH
        bar = tqdm(range(batches), desc=f"epoch {self.epoch + 1} at {side}", mininterval=5)
        for i in bar:
            place = (self.epoch - first + i / batches) / (last - first)
            rate = peak * min(1, place * 10 + 0.02) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * place)))
            for group in self.optimiser.param_groups:
                group["lr"] = rate
            loss = losses(self.network, self.pictures, np.sort(order[i * BATCH:(i + 1) * BATCH]), (side, strength), generator,
                          self.args.device)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
            self.optimiser.step()
            self.average.update(self.network)
            total += loss.item()
            bar.set_postfix(loss=f"{total / (i + 1):.3f}")
        return total / batches

    def validate(self, side):
        scores = predict(self.average.network, self.pictures, self.val, side, self.args.device)
        truth = self.pictures.labels[self.val]
        found = scores.argmax(1)
        return float((found == truth).mean()), balanced_accuracy(truth, found, len(LABELS))

    def log(self, side, loss, accuracy, balanced):
        path = os.path.join(self.args.work, "log.csv")
        new = not os.path.exists(path)
        with open(path, "a", newline="") as f:
            out = csv.writer(f)
            if new:
                out.writerow(["epoch", "side", "loss", "val_accuracy", "val_balanced_accuracy"])
            out.writerow([self.epoch, side, f"{loss:.4f}", f"{accuracy:.4f}", f"{balanced:.4f}"])
        print(f"epoch {self.epoch}: loss {loss:.3f}, val accuracy {accuracy:.3f}, balanced {balanced:.3f}", flush=True)

    def run(self):
        first = 0
        for stage in self.stages:
            side, last = stage[0], first + stage[1]
            while first <= self.epoch < last:
                loss = self.run_epoch(stage, first, last)
                self.epoch += 1
                accuracy, balanced = self.validate(side)
                self.log(side, loss, accuracy, balanced)
                score = accuracy + balanced
                if side == self.stages[-1][0] and score > self.best:
                    self.best = score
                    torch.save(self.average.network.state_dict(), os.path.join(self.args.work, "best.pt"))
                self.save()
            first = last


if __name__ == "__main__":
    Training(arguments()).run()
