#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares versions of the network on `val`, to choose between them.

  models/train/compare.py --data DIR --work DIR [--recipe full] FILE.onnx...

WORK holds or gets the pixel cache (dataset.py). Files are such as export.py writes in float. Log-loss is that of one half of
the pictures after an offset of each class and a temperature were fitted on the other half, so that neither counts; the other
figures are of the file as it is. "Disturbed" are the same pictures as a training of middling strength would change them.
"""
import argparse
import os

import numpy as np
import torch

import augment
import export
import metrics
from dataset import LABELS, Pictures
from network import earlier
from recipe import RECIPES
from train import predict

SIDE = 224
STRENGTH = 0.5


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with index.csv")
    p.add_argument("--work", required=True, help="folder for the cache")
    p.add_argument("--recipe", default="full", choices=sorted(RECIPES))
    p.add_argument("files", nargs="+", metavar="FILE.onnx")
    return p.parse_args()


def load(path):
    network = earlier(path)
    if network.classifier.out_features != len(LABELS):
        raise SystemExit(f"{path}: has {network.classifier.out_features} classes, not {len(LABELS)}")
    return network


def log_loss(scores, truth):
    """Of each half after what is fitted on the other."""
    total, first = 0.0, np.arange(len(truth)) % 2 == 0
    for here in (first, ~first):
        offsets = export.class_offsets(scores[~here], truth[~here])
        temperature = export.fit_temperature(scores[~here] + offsets, truth[~here])
        total += metrics.negative_log_likelihood(scores[here] + offsets, truth[here], temperature) * here.sum()
    return total / len(truth)


def disturb(pixels, index):
    """The same changes of the same picture for every network."""
    mask = np.zeros((SIDE // 4, SIDE // 4), np.uint8)
    return augment.training_picture(pixels, mask, SIDE, STRENGTH, np.random.default_rng([7, int(index)]))[0]


@torch.no_grad()
def predict_disturbed(networks, pictures, indices):
    """Scores of each network for the same pictures."""
    out = {name: [] for name in networks}
    for i in range(0, len(indices), 64):
        x = augment.to_network(np.stack([disturb(np.asarray(pictures.pixels[j]), j) for j in indices[i:i + 64]]))
        for name, network in networks.items():
            out[name].append(network(x)[0])
    return {name: torch.cat(scores).numpy() for name, scores in out.items()}


def row(name, what, scores, truth):
    kept = [c for c in range(len(LABELS)) if (truth == c).any()]
    scores, truth = scores[:, kept], np.searchsorted(kept, truth)
    found, p = scores.argmax(1), metrics.softmax(scores)
    mel = kept.index(LABELS.index("mel")) if LABELS.index("mel") in kept else None
    return (f"| {os.path.basename(name)} | {what} | {len(truth)} | {log_loss(scores, truth):.3f} | {(found == truth).mean():.3f} "
            f"| {metrics.balanced_accuracy(truth, found, len(kept)):.3f} | {metrics.mean_auc(truth, scores):.3f} "
            f"| {'' if mel is None else format(metrics.auc(p[:, mel], truth == mel), '.3f')} |")


def main():
    args = arguments()
    networks = {path: load(path) for path in args.files}
    pictures = Pictures(args.data, args.work, RECIPES[args.recipe].pictures)
    print("| file | `val` of | n | log-loss | accuracy | balanced accuracy | macro AUC | melanoma AUC |\n|---|---|---|---|---|---|---|---|")
    for source in RECIPES[args.recipe].sources:
        indices = pictures.where("val", source)
        if len(indices) < 2:
            continue
        truth = pictures.labels[indices]
        for name, network in networks.items():
            print(row(name, source, predict(network, pictures, indices, SIDE, "cpu"), truth), flush=True)
        for name, scores in predict_disturbed(networks, pictures, indices).items():
            print(row(name, source + ", disturbed", scores, truth), flush=True)


if __name__ == "__main__":
    main()
