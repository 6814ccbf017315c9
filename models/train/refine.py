#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Teaches the last blocks of a finished network the labels once more, without a teacher. Resumes where it stopped.

  models/train/refine.py --data DIR --work DIR --earlier ONNX [--recipe refine]

DIR holds index.csv (see dataset.py). Some runs, each with changed copies of its own: what the first blocks, which stay as
they are, give for each training picture as it is and lightly changed is computed once and kept in the work folder, with the
pixel cache, a checkpoint after every epoch, log.csv and refined-N.pt, the mean of the weights before and after run N, from
which the next goes on. The last is best.pt, from which export.py makes the ONNX file. Choices are made on the `val` split
alone.
"""
import argparse
import copy
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

import augment
from dataset import LABELS, MASK_SIDE, Pictures
from network import earlier
from recipe import RECIPES
import train
from train import MAP_WEIGHT, Average, log_epoch, predict, rarity, write_state

BATCH = 128
EMA = 0.99
PART = 32  # pictures that go through the first blocks at once
NO_MASK = np.zeros((MASK_SIDE, MASK_SIDE), np.uint8)


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with index.csv")
    p.add_argument("--work", required=True, help="folder for the caches, checkpoints and log")
    p.add_argument("--earlier", required=True, metavar="ONNX", help="the network's file, in float")
    p.add_argument("--recipe", default="refine", choices=sorted(r for r in RECIPES if RECIPES[r].refinement))
    p.add_argument("--seed", type=int, default=1)
    p.set_defaults(device="cpu")
    return p.parse_args()


class Maps:
    """What the first `first` blocks of a network give for pictures, in float16, one file for each view of them: 0 is the
    picture as it is, the others hang on the seed."""

    def __init__(self, network, pictures, indices, refinement, folder, seed):
        self.network, self.pictures, self.indices, self.refinement = network, pictures, indices, refinement
        self.seed, self.pool = seed, ThreadPoolExecutor(len(os.sched_getaffinity(0)))
        self.views = [self._open(os.path.join(folder, f"maps-{seed if view else 0}-{view}.npy"), view) for view in range(refinement.views)]

    def _open(self, path, view):
        if not os.path.exists(path):
            self._fill(path + ".new", view)
            os.replace(path + ".new", path)
        found = np.load(path, mmap_mode="r")
        if len(found) != len(self.indices):
            raise SystemExit(f"{path}: of {len(found)} pictures, not {len(self.indices)}")
        return found

    def _picture(self, index, view):
        r, pixels = self.refinement, np.asarray(self.pictures.pixels[index])
        rng = np.random.default_rng([self.seed, view, int(index)])
        return augment.training_picture(pixels, NO_MASK, r.side, r.strength, rng, r.wear)[0]

    def _batch(self, part, view):
        if view == 0:
            return augment.evaluation_batch(np.asarray(self.pictures.pixels[part]), self.refinement.side)
        return augment.to_network(np.stack(list(self.pool.map(lambda i: self._picture(i, view), part))))

    @torch.no_grad()
    def _fill(self, path, view):
        kept = None
        for i in tqdm(range(0, len(self.indices), PART), desc=f"view {view + 1} of {self.refinement.views}", mininterval=5):
            part = self.indices[i:i + PART]
            found = self.network.body.trunk(self._batch(part, view), self.refinement.first).numpy().astype(np.float16)
            if kept is None:
                kept = np.lib.format.open_memmap(path, "w+", np.float16, (len(self.indices), *found.shape[1:]))
            kept[i:i + PART] = found
        kept.flush()

    def read(self, view, places):
        found = torch.from_numpy(self.views[view][places].astype(np.float32))
        return found.contiguous(memory_format=torch.channels_last)


class Leg(train.Leg):
    """One run, from a network to the mean of its weights and of their average after so many epochs."""

    def __init__(self, owner, number, plan):
        super().__init__(owner, f"refined-{number + 1}", None, ())
        self.refinement, self.plan = owner.refinement, plan
        self.seed = owner.args.seed + 1000 * number

    def prepare(self, start):
        """Convolutions of the last blocks learn with their normalisation, which stays as it was, folded into them."""
        self.network = copy.deepcopy(start)
        learning = [*self.network.body.blocks[self.refinement.first:], self.network.map, self.network.head]
        parameters = []
        for module in (m for part in learning for m in part.modules()):
            if isinstance(module, nn.Conv2d):
                parameters += [p for p in (module.weight, module.bias) if p is not None]
            elif isinstance(module, nn.BatchNorm2d):
                parameters.append(module.bias)
        last = list(self.network.classifier.parameters())
        for p in parameters + last:
            p.requires_grad_(True)
        self.optimiser = torch.optim.AdamW([{"params": parameters, "factor": 1.0},
                                            {"params": last, "factor": self.refinement.classifier_factor}], weight_decay=0.0)
        self.average = Average(self.network, EMA)
        self.resume()

    def loss(self, x, chosen, rng):
        first, o = self.refinement.first, self.owner
        labels, weights = F.one_hot(o.labels[chosen], len(LABELS)).float(), o.weights[chosen]
        if rng.random() < self.plan.blended:
            order, share = torch.from_numpy(rng.permutation(len(x))), rng.beta(0.4, 0.4)
            x, labels, weights = (y * share + y[order] * (1 - share) for y in (x, labels, weights))
        with torch.no_grad():
            lesion = torch.sigmoid(o.start.finish(x, first)[1])
        scores, predicted = self.network.finish(x, first)
        loss = -((labels * F.log_softmax(scores, 1)).sum(1) * weights).mean()
        return loss + MAP_WEIGHT * F.binary_cross_entropy_with_logits(predicted, lesion)

    def run_epoch(self, maps):
        """One epoch, each batch of one view; the rate falls along a cosine over all of them."""
        rng = np.random.default_rng([self.seed, self.epoch])
        torch.manual_seed(self.seed * 1000 + self.epoch)  # of dropout, so that a run that resumes is the same
        n, batch = len(self.owner.train), min(BATCH, len(self.owner.train))
        batches = n // batch
        order = rng.permutation(n)[:batches * batch].reshape(batches, -1)
        self.network.dropout.train()
        total, bar = 0.0, tqdm(order, mininterval=5, desc=f"{self.name} epoch {self.epoch + 1}")
        for i, chosen in enumerate(bar):
            rate = self.plan.rate * 0.5 * (1 + np.cos(np.pi * (self.epoch + i / batches) / self.plan.epochs))
            for group in self.optimiser.param_groups:
                group["lr"] = float(rate * group["factor"])
            chosen = np.sort(chosen)
            loss = self.loss(maps.read(int(rng.integers(self.refinement.views)), chosen), chosen, rng)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            self.optimiser.step()
            self.average.update(self.network)
            total += loss.item()
            bar.set_postfix(loss=f"{total / (i + 1):.3f}")
        return total / batches

    def run(self, start):
        o = self.owner
        self.prepare(start)
        maps = Maps(o.start, o.pictures, o.train, self.refinement, o.args.work, self.seed)
        while self.epoch < self.plan.epochs:
            loss = self.run_epoch(maps)
            self.epoch += 1
            scores = predict(self.average.network, o.pictures, o.val, self.refinement.side, "cpu")
            log_epoch(o.args.work, self.name, self.epoch, self.refinement.side, loss, o.pictures.labels[o.val], scores)
            self.save()
        write_state(mean(start.state_dict(), self.average.network.state_dict()), self.path)


class Refining:
    def __init__(self, args):
        self.args, self.recipe = args, RECIPES[args.recipe]
        self.refinement = self.recipe.refinement
        torch.set_num_threads(len(os.sched_getaffinity(0)))
        self.start = earlier(args.earlier).to(memory_format=torch.channels_last)
        if self.start.classifier.out_features != len(LABELS):
            raise SystemExit(f"{args.earlier}: has {self.start.classifier.out_features} classes, not {len(LABELS)}")
        self.pictures = Pictures(args.data, args.work, self.recipe.pictures)
        indices = self.pictures.where("train")
        self.train = indices[np.isin(self.pictures.sources[indices], list(self.recipe.sources))]
        self.val = self.pictures.where("val", self.recipe.validate_on)
        weights = rarity(self.pictures, self.train, self.recipe.sources)
        self.weights = torch.from_numpy(weights / weights.mean()).float()
        self.labels = torch.from_numpy(self.pictures.labels[self.train])

    def run(self):
        path = os.path.join(self.args.work, "best.pt")
        if os.path.exists(path):
            return
        current = copy.deepcopy(self.start)
        for leg in (Leg(self, i, plan) for i, plan in enumerate(self.refinement.runs)):
            if not leg.done:
                leg.run(current)
            current.load_state_dict(torch.load(leg.path, map_location="cpu"))
        write_state(current.state_dict(), path)


def mean(before, after):
    """Of the weights."""
    return {k: (v + after[k]) / 2 if v.is_floating_point() else v for k, v in before.items()}


if __name__ == "__main__":
    Refining(arguments()).run()
