#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Teaches the trained network to say how much a picture is like those it can read.

  models/train/typicality.py --data DIR --work DIR [--recipe full]

A distance in a space of the network's own features: typicality = sigmoid(c - sum_j u_j (w_j f + b_j)^2), u_j >= 0, where f
are the averages of the last blocks' features. Whatever lies far from the training pictures in any of these directions is
refused; the directions and their weights are learned by telling dermoscopic pictures from made ones (outliers.py).
Writes typicality.pt into the work folder.
"""
import argparse
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

import augment
import metrics
from dataset import LABELS, Pictures
from network import DermaNet, Typicality
from outliers import outlier
from recipe import RECIPES

SIDE = 224
REFUSED = 0.02  # of the validation pictures


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with index.csv")
    p.add_argument("--work", required=True, help="the training's work folder")
    p.add_argument("--recipe", default="full", choices=sorted(RECIPES))
    p.add_argument("--seed", type=int, default=1)
    return p.parse_args()


@torch.no_grad()
def features(network, pictures, side, what):
    out = []
    for i in tqdm(range(0, len(pictures), 64), desc=what, mininterval=5):
        x = augment.evaluation_batch(np.stack(pictures[i:i + 64]), side)
        out.append(network.features(network.body.trunk(x))[0])
    return torch.cat(out)


def make_sets(pictures, train, count, seed):
    """Lists of real pictures, some as they are and some as a hand-held camera shows them, and of made ones."""
    rng = np.random.default_rng(seed)
    real, made = [], []
    for i in tqdm(rng.choice(train, count), desc="pictures", mininterval=5):
        pixels, mask = np.asarray(pictures.pixels[i]), np.asarray(pictures.masks[i]) if pictures.has_mask[i] else None
        full_mask = mask if mask is not None else np.zeros((64, 64), np.uint8)
        real.append(pixels if rng.random() < 0.4 else augment.training_picture(pixels, full_mask, 256, 0.8, rng)[0])
        fake = outlier(rng, pixels, mask)
        made.append(fake if rng.random() < 0.6 else augment.training_picture(fake, full_mask, 256, 0.5, rng)[0])
    return real, made


def fit(real, made, seed):
    torch.manual_seed(seed)
    x = torch.cat([real, made])
    wanted = torch.cat([torch.ones(len(real)), torch.zeros(len(made))])
    typicality = Typicality(x.shape[1])
    typicality.start(real)
    optimiser = torch.optim.AdamW(typicality.parameters(), 3e-3, weight_decay=1e-3)
    steps = 3000
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, steps)
    for _ in tqdm(range(steps), desc="typicality", mininterval=5):
        chosen = torch.randint(len(x), (512,))
        noisy = x[chosen] * (1 + 0.05 * torch.randn(512, x.shape[1]))
        loss = F.binary_cross_entropy_with_logits(typicality.logit(noisy)[:, 0], wanted[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return typicality.eval()


def main():
    args = arguments()
    recipe = RECIPES[args.recipe]
    torch.set_num_threads(os.cpu_count())
    pictures = Pictures(args.data, args.work, recipe.pictures)
    network = DermaNet(len(LABELS))
    network.load_state_dict(torch.load(os.path.join(args.work, "best.pt"), map_location="cpu"))
    network.ready()
    allowed = np.isin(pictures.sources, list(recipe.sources))
    train, val = (i[allowed[i]] for i in (pictures.where("train"), pictures.where("val")))
    side = min(SIDE, recipe.side)
    sets = {}
    for name, indices, count, seed in (("train", train, recipe.typicality_pictures, 1), ("val", val, recipe.typicality_pictures // 4, 2)):
        real, made = make_sets(pictures, indices, count, args.seed * 10 + seed)
        sets[name] = features(network, real, side, name), features(network, made, side, name + " made")
    clean = features(network, [np.asarray(pictures.pixels[i]) for i in val], side, "val as it is")
    typicality = fit(*sets["train"], args.seed)
    with torch.no_grad():
        typical, real, made = (torch.sigmoid(typicality.logit(f))[:, 0].numpy() for f in (clean, *sets["val"]))
    threshold = float(np.quantile(typical, REFUSED))
    values = np.concatenate([typical, made])
    area = metrics.auc(values, np.arange(len(values)) < len(typical))
    torch.save({"state": typicality.state_dict(), "threshold": threshold}, os.path.join(args.work, "typicality.pt"))
    print(f"val: AUROC against made pictures {area:.4f}, threshold {threshold:.4f}; below it {np.mean(made < threshold):.4f} of "
          f"the made ones, {np.mean(real < threshold):.4f} of real ones with a camera's disturbances")


if __name__ == "__main__":
    main()
