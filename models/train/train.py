#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Trains the dermoscopic network: first teachers, then the small network on their answers. Resumes where it stopped.

  models/train/train.py --data DIR --start IMAGENET.npz --work DIR [--recipe full|again|cc0|quick] [--earlier ONNX]

DIR holds index.csv (see dataset.py). The work folder gets the pixel cache, a checkpoint after every epoch, log.csv,
teacher-N.pt and last best.pt, from which export.py makes the ONNX file. Choices are made on the `val` split alone.
"""
import argparse
import copy
import csv
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch.nn import functional as F
from tqdm import tqdm

import augment
from dataset import LABELS, Pictures
from metrics import balanced_accuracy, mean_auc
from network import DermaNet, Teacher, earlier
from recipe import RECIPES

BATCH = 64
EMA = 0.998
SMOOTHING = 0.05
MAP_WEIGHT = 0.3
SOFTEN = 2.0  # temperature of distillation
HARD = 0.4  # weight of the labels beside the teachers' answers


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with index.csv")
    p.add_argument("--start", help="ImageNet weights (.npz); random without")
    p.add_argument("--earlier", metavar="ONNX", help="an earlier file of the network: its weights to start from, its answers to "
                   "learn from beside the teachers'")
    p.add_argument("--work", required=True, help="folder for the cache, checkpoints and log")
    p.add_argument("--recipe", default="full", choices=sorted(r for r in RECIPES if not RECIPES[r].refinement))
    p.add_argument("--quick", action="store_const", dest="recipe", const="quick", help="a few minutes on a small sample")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = p.parse_args()
    if RECIPES[args.recipe].goes_on and not args.earlier:
        p.error(f"--recipe {args.recipe}: needs --earlier")
    return args


def rarity(pictures, indices, source_weight):
    """What a picture counts: more in rarer classes (inverse square root of their count), in each data set its weight."""
    counts = np.bincount(pictures.labels[indices], minlength=len(LABELS)).clip(1)
    return counts[pictures.labels[indices]] ** -0.5 * [source_weight.get(s, 0.7) for s in pictures.sources[indices]]


def write_state(state, path):
    """Whole or not at all."""
    torch.save(state, path + ".new")
    os.replace(path + ".new", path)


class Average:
    """Exponential moving average of the parameters; buffers are taken as they are."""

    def __init__(self, network, decay=EMA):
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def update(self, network):
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        for a, p in zip(self.network.parameters(), network.parameters()):
            a.lerp_(p, 1 - decay)
        for a, b in zip(self.network.buffers(), network.buffers()):
            a.copy_(b)


@torch.no_grad()
def predict(network, pictures, indices, side, device):
    """Scores (n, classes), float32, for pictures without augmentation."""
    out = []
    for i in range(0, len(indices), 64):
        x = augment.evaluation_batch(np.asarray(pictures.pixels[indices[i:i + 64]]), side)
        out.append(network(x.to(device))[0].float().cpu())
    return torch.cat(out).numpy()


def log_epoch(work, network, epoch, side, loss, truth, scores):
    """A line of log.csv, and on standard output."""
    found = scores.argmax(1)
    row = {"network": network, "epoch": epoch, "side": side, "loss": loss, "val_accuracy": float((found == truth).mean()),
           "val_balanced_accuracy": balanced_accuracy(truth, found, len(LABELS)), "val_macro_auc": mean_auc(truth, scores)}
    path = os.path.join(work, "log.csv")
    new = not os.path.exists(path)
    with open(path, "a", newline="") as f:
        out = csv.DictWriter(f, row)
        if new:
            out.writeheader()
        out.writerow({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()})
    print({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}, flush=True)


def mixture(n, rng):
    """How to blend the second half of n pictures with itself: order of the others, share of each picture."""
    order, share = torch.arange(n), torch.ones(n)
    order[n // 2:] = torch.from_numpy(rng.permutation(np.arange(n // 2, n)))
    share[n // 2:] = torch.from_numpy(rng.beta(0.4, 0.4, n - n // 2).astype(np.float32))
    return order, share


def blend(x, order, share):
    s = share[:, None, None, None]
    return (x * s + x[order] * (1 - s)).contiguous(memory_format=torch.channels_last)


class Leg:
    """One network's training: teacher or small network."""

    def __init__(self, owner, name, network, stages, teachers=()):
        self.owner, self.name, self.network, self.stages, self.teachers = owner, name, network, stages, teachers
        self.path = os.path.join(owner.args.work, f"{name}.pt")
        self.seed = owner.args.seed + sum(map(ord, name))
        self.epoch = 0

    @property
    def done(self):
        return os.path.exists(self.path)

    @property
    def shares_trunk(self):
        """Whether the teachers' first layers give for the same pictures what this network's give, as long as they are frozen."""
        return not self.owner.args.earlier and not self.owner.recipe.plain_answers

    def prepare(self):
        """Starts from ImageNet with the statistics of real pictures."""
        o = self.owner
        if o.args.start:
            self.network.load_imagenet(o.args.start)
        if o.args.earlier and not isinstance(self.network, Teacher):
            self.network.load_earlier(o.args.earlier)
        if o.args.start or o.args.earlier:
            sample = np.sort(np.random.default_rng(self.seed).choice(o.train, 64, replace=False))
            with torch.no_grad():
                self.network.eval()(augment.evaluation_batch(np.asarray(o.pictures.pixels[sample]), 128))
        self.network.to(o.args.device, memory_format=torch.channels_last)
        self.average = Average(self.network)
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0}])
        self.resume()

    @property
    def checkpoint(self):
        return os.path.join(self.owner.args.work, f"checkpoint-{self.name}.pt")

    def resume(self):
        if not os.path.exists(self.checkpoint):
            return
        state = torch.load(self.checkpoint, map_location=self.owner.args.device)
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.average.steps = state["steps"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch = state["epoch"]
        print(f"{self.name}: resumed after epoch {self.epoch}", flush=True)

    def save(self):
        state = {"network": self.network.state_dict(), "average": self.average.network.state_dict(),
                 "steps": self.average.steps, "optimiser": self.optimiser.state_dict(), "epoch": self.epoch}
        write_state(state, self.checkpoint)

    def set_mode(self, frozen):
        self.network.train()
        for module in self.network.body.trunk_modules():
            module.train(not frozen)
            module.requires_grad_(not frozen)

    def scores(self, x, plain, stage):
        """(scores, map) of this network for x, and a teacher's probabilities, for plain where it is given. Each teacher in
        turn: in the mean over batches the gradient is that of their mean."""
        with torch.no_grad():
            shared, answers = self.network.body.trunk(x) if stage.frozen else None, None
            if self.teachers:
                teacher = self.teachers[self.average.steps % min(stage.teachers, len(self.teachers))]
                start = shared if self.shares_trunk and stage.frozen else teacher.body.trunk(x if plain is None else plain)
                answers = F.softmax(teacher.finish(start)[0] / SOFTEN, 1)
        return self.network.finish(shared) if stage.frozen else self.network(x), answers

    def loss(self, x, plain, lesion, chosen, stage, rng):
        o = self.owner
        order, share = torch.arange(len(x)), torch.ones(len(x))
        if stage.mixed:
            order, share = mixture(len(x), rng)
            x, plain = (None if y is None else blend(y, order, share) for y in (x, plain))
        plain = None if plain is None else plain.to(o.args.device)
        (scores, predicted), answers = self.scores(x.to(o.args.device), plain, stage)
        labels = F.one_hot(torch.from_numpy(o.pictures.labels[chosen]), len(LABELS)).float()
        wanted = labels * share[:, None] + labels[order] * (1 - share[:, None])
        wanted = (wanted * (1 - SMOOTHING) + SMOOTHING / len(LABELS)).to(scores.device)
        loss = -(wanted * F.log_softmax(scores, 1)).sum(1).mean()
        if answers is not None:
            soft = F.kl_div(F.log_softmax(scores / SOFTEN, 1), answers, reduction="batchmean") * SOFTEN ** 2
            loss = HARD * loss + (1 - HARD) * soft
        clean = torch.from_numpy(o.pictures.has_mask[chosen] & (share.numpy() == 1))
        if predicted is not None and clean.any():
            loss = loss + MAP_WEIGHT * F.binary_cross_entropy_with_logits(predicted[clean], lesion[clean].to(scores.device))
        return loss

    def run_epoch(self, stage, first, last):
        """One epoch; the rate warms up over the stage's first tenth and falls along a cosine over the stage."""
        o, total = self.owner, 0.0
        rng = np.random.default_rng([self.seed, self.epoch])
        torch.manual_seed(self.seed * 1000 + self.epoch)  # of dropout, so that a run that resumes is the same
        order = rng.choice(o.train, o.per_epoch, p=o.weights).reshape(-1, BATCH)
        self.set_mode(stage.frozen)
        plain = bool(self.teachers) and o.recipe.plain_answers
        bar = tqdm(o.batches(order, stage, [self.seed, self.epoch], plain), total=len(order), mininterval=5,
                   desc=f"{self.name} epoch {self.epoch + 1} at {stage.side}")
        for i, (chosen, x, lesion, plain) in enumerate(bar):
            place = (self.epoch - first + i / len(order)) / (last - first)
            rate = stage.rate * min(1, place * 10 + 0.02) * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * place)))
            for group in self.optimiser.param_groups:
                group["lr"] = float(rate)
            loss = self.loss(x, plain, lesion, chosen, stage, rng)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
            self.optimiser.step()
            self.average.update(self.network)
            total += loss.item()
            bar.set_postfix(loss=f"{total / (i + 1):.3f}")
        return total / len(order)

    def run(self):
        first = 0
        for stage in self.stages:
            last = first + stage.epochs
            while first <= self.epoch < last:
                loss = self.run_epoch(stage, first, last)
                self.epoch += 1
                self.owner.validate(self, stage, loss)
                self.save()
            first = last
        write_state(self.average.network.state_dict(), self.path)


class Training:
    def __init__(self, args):
        self.args, self.recipe = args, RECIPES[args.recipe]
        torch.set_num_threads(len(os.sched_getaffinity(0)))
        self.pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
        self.pictures = Pictures(args.data, args.work, self.recipe.pictures)
        allowed = np.isin(self.pictures.sources, list(self.recipe.sources))
        self.train = self.pictures.where("train")
        self.train = self.train[allowed[self.train]]
        self.val = self.pictures.where("val", self.recipe.validate_on)
        weights = rarity(self.pictures, self.train, self.recipe.sources)
        self.weights = weights / weights.sum()
        self.per_epoch = min(self.recipe.epoch_pictures, len(self.train)) // BATCH * BATCH

    def batches(self, order, stage, seed, plain):
        """Yields (indices, pictures, lesion maps, pictures as they were before light and wear or None), made on other threads
        one batch ahead."""
        def make(item):
            place, index = item
            rng = np.random.default_rng([*seed, place])
            return augment.training_picture(np.asarray(self.pictures.pixels[index]), np.asarray(self.pictures.masks[index]),
                                            stage.side, stage.strength, rng, stage.wear)

        def submit(i):
            return [self.pool.submit(make, (i * BATCH + j, index)) for j, index in enumerate(order[i])]
        ahead = submit(0)
        for i in range(len(order)):
            made, ahead = [f.result() for f in ahead], submit(i + 1) if i + 1 < len(order) else None
            x, lesion = augment.to_network(np.stack([m[0] for m in made])), torch.from_numpy(np.stack([m[1] for m in made]))[:, None]
            yield order[i], x, lesion, augment.to_network(np.stack([m[2] for m in made])) if plain else None

    def validate(self, leg, stage, loss):
        scores = predict(leg.average.network, self.pictures, self.val, stage.side, self.args.device)
        log_epoch(self.args.work, leg.name, leg.epoch, stage.side, loss, self.pictures.labels[self.val], scores)

    @torch.no_grad()
    def earlier(self):
        """The earlier network, its scores shifted to how often each class is drawn in training."""
        network = earlier(self.args.earlier)
        sample = np.random.default_rng(self.args.seed).choice(self.train, min(2048, len(self.train)), p=self.weights)
        scores = torch.from_numpy(predict(network, self.pictures, sample, self.recipe.side, "cpu"))
        counts = np.bincount(self.pictures.labels[sample], minlength=len(LABELS)).clip(1)
        wanted, shift = torch.from_numpy(counts / counts.sum()).float(), torch.zeros(len(LABELS))
        for _ in range(100):
            shift += wanted.log() - F.softmax(scores + shift, 1).mean(0).log()
        network.classifier.bias += shift
        return network.to(self.args.device, memory_format=torch.channels_last)

    def run(self):
        teachers = [self.earlier()] if self.args.earlier else []
        for i, stages in enumerate(self.recipe.teachers):
            torch.manual_seed(self.args.seed + i + 1)
            leg = Leg(self, f"teacher-{i + 1}", Teacher(len(LABELS)), stages)
            if not leg.done:
                leg.prepare()
                leg.run()
            network = Teacher(len(LABELS))
            network.load_state_dict(torch.load(leg.path, map_location="cpu"))
            for conv in (m for m in network.modules() if hasattr(m, "start_bias")):
                conv.start_bias = None
            teachers.append(network.eval().requires_grad_(False).to(self.args.device, memory_format=torch.channels_last))
        torch.manual_seed(self.args.seed)
        leg = Leg(self, "best", DermaNet(len(LABELS)), self.recipe.stages, teachers)
        if not leg.done:
            leg.prepare()
            leg.run()


if __name__ == "__main__":
    Training(arguments()).run()
