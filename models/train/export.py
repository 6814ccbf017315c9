#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Turns trained weights into the self-describing ONNX file that the plugin loads.

  models/train/export.py --data DIR --work DIR --output models/dermaclassify.onnx [--recipe full] [--evaluation TEXT]

Fits, on the `val` split alone: offsets of the classes' scores and a shift that trades accuracy for balanced accuracy, the
temperature, and the operating points of the malignant score and of melanoma.
"""
import argparse
import hashlib
import os

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

import metrics
from dataset import LABELS, MALIGNANT, TITLES, Pictures
from network import HEAD_CHANNELS, MAP_FLOOR, DermaNet, Typicality, earlier, folded, relu6
from recipe import RECIPES
from train import predict

SIDE = 224
SENSITIVITY = 0.90
OFFSET_DECAY = 2e-3


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with index.csv")
    p.add_argument("--work", required=True, help="the training's work folder")
    p.add_argument("--output", required=True, help="ONNX file to write")
    p.add_argument("--recipe", default="full", choices=sorted(RECIPES))
    p.add_argument("--evaluation", help="figures to keep in the file, as text")
    return p.parse_args()


def golden_input(shape):
    """The input that derma_golden_fill() writes: a multiplicative hash of the element's index, in -1..1."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    hashed = ((index * 2654435761) % (1 << 32)) >> 8
    return (hashed.astype(np.float32) / np.float32(1 << 24) * 2 - 1).reshape(shape)


class Exported(nn.Module):
    """The network as it runs: normalisation folded away, of `kept` classes alone, map and typicality as 0..1."""

    def __init__(self, network, typicality, kept, shift):
        super().__init__()
        self.network = folded(network)
        self.project, self.last = typicality.project, typicality.last()
        self.classifier = nn.Linear(HEAD_CHANNELS, len(kept))
        with torch.no_grad():
            self.classifier.weight.copy_(network.classifier.weight[kept])
            self.classifier.bias.copy_(network.classifier.bias[kept] + torch.from_numpy(shift))

    @staticmethod
    def load(path):
        """From a file that was written here."""
        network, typicality = earlier(path), Typicality()
        typicality.load_earlier(path)
        classes = network.classifier.out_features
        return Exported(network, typicality, list(range(classes)), np.zeros(classes, np.float32))

    def forward(self, x):
        x = self.network.body.rest(self.network.body.trunk(x))
        lesion = torch.sigmoid(self.network.map(x))
        head = F.adaptive_avg_pool2d(relu6(self.network.head(x)) * (lesion + MAP_FLOOR), 1).flatten(1)
        features = torch.cat([head, F.adaptive_avg_pool2d(x, 1).flatten(1)], 1)
        distance = self.project(features)
        return self.classifier(head), lesion, torch.sigmoid(self.last(distance * distance))


def class_offsets(scores, truth):
    """What is added to each class's scores for the best log-likelihood, drawn towards none; mean 0."""
    x, y = torch.from_numpy(scores).float(), torch.from_numpy(truth)
    offsets, sharpness = torch.zeros(scores.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([offsets, sharpness], max_iter=200)

    def loss():
        optimiser.zero_grad()
        value = F.cross_entropy((x + offsets) * sharpness.clamp(-3, 3).exp(), y) + OFFSET_DECAY * (offsets ** 2).sum()
        value.backward()
        return value
    optimiser.step(loss)
    return (offsets - offsets.mean()).detach().numpy()


def utility_shift(scores, truth, frequencies):
    """The shift tau * log(1 + 1 / (classes * frequency)) with the best sum of accuracy and balanced accuracy.

    At tau = 1 the class with the highest score is the one whose naming is worth most where an answer counts 1 in the
    accuracy and 1 / (classes * frequency) in the balanced accuracy.
    """
    direction = np.log(1 + 1 / (len(frequencies) * np.maximum(frequencies, 1e-3)))

    def quality(tau):
        found = (scores + tau * direction).argmax(1)
        return (found == truth).mean() + metrics.balanced_accuracy(truth, found, scores.shape[1])
    grid = np.linspace(0, 1, 21)
    smoothed = np.convolve(np.pad([quality(t) for t in grid], 2, "edge"), np.ones(5) / 5, "valid")
    tau = grid[smoothed.argmax()]
    return tau, (tau * direction).astype(np.float32)


def fit_temperature(scores, truth):
    return float(min(np.geomspace(0.3, 3, 400), key=lambda t: metrics.negative_log_likelihood(scores, truth, t)))


def told(path):
    """What a file says of itself: its derma.* entries, without the prefix."""
    return {p.key.removeprefix("derma."): p.value for p in onnx.load(path).metadata_props if p.key.startswith("derma.")}


def describe(path, entries):
    """Writes the derma.* entries into the file, and a name for each output, without which GStreamer's onnxinference
    takes no model."""
    model = onnx.load(path)
    model.producer_name = "dermaclassify"
    for output in model.graph.output:
        model.metadata_props.add(key=output.name, value=f"dermaclassify-{output.name.replace('_', '-')}")
    for key, value in sorted(entries.items()):
        model.metadata_props.add(key="derma." + key, value=value)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def operating_points(probabilities, truth, labels):
    """The entries for the malignant score and for melanoma alone."""
    entries = {}
    for key, members in (("operating-point", [m for m in MALIGNANT if m in labels]), ("operating-point.melanoma", ["mel"])):
        columns = [labels.index(m) for m in members]
        point, sensitivity, specificity = metrics.operating_point(probabilities[:, columns].sum(1), np.isin(truth, columns),
                                                                  SENSITIVITY)
        entries |= {key: f"{point:.4f}", f"{key}.sensitivity": f"{sensitivity:.4f}", f"{key}.specificity": f"{specificity:.4f}"}
    return entries


def training_pictures(pictures, recipe):
    train = pictures.where("train")
    return train[np.isin(pictures.sources[train], list(recipe.sources))]


def kept_classes(pictures, recipe):
    """Numbers of the classes that there are pictures of to train on."""
    labels = pictures.labels[training_pictures(pictures, recipe)]
    return [c for c in range(len(LABELS)) if (labels == c).any()]


class Calibration:
    """What is fitted on the validation split; `shifted` if the network is of the kept classes alone and shifts its scores."""

    def __init__(self, network, pictures, recipe, shifted=False):
        val = pictures.where("val", recipe.validate_on)
        self.kept = kept_classes(pictures, recipe)
        self.labels = [LABELS[c] for c in self.kept]
        self.truth = np.searchsorted(self.kept, pictures.labels[val])
        scores = predict(network, pictures, val, SIDE, "cpu")
        if shifted:
            self.scores = scores
        else:
            self._shift(scores[:, self.kept], pictures, recipe)
        self.temperature = fit_temperature(self.scores, self.truth)
        self.points = operating_points(metrics.softmax(self.scores, self.temperature), self.truth, self.labels)

    def _shift(self, scores, pictures, recipe):
        counts = np.bincount(pictures.labels[pictures.where("train", recipe.validate_on)], minlength=len(LABELS))[self.kept]
        offsets = class_offsets(scores, self.truth)
        tau, shift = utility_shift(scores + offsets, self.truth, counts / counts.sum())
        print(f"val: shift {tau:.2f}")
        self.shift = (offsets + shift).astype(np.float32)
        self.scores = scores + self.shift

    def entries(self):
        return {"temperature": f"{self.temperature:.4f}", **self.points}

    def report(self):
        found = self.scores.argmax(1)
        print(f"val: accuracy {(found == self.truth).mean():.4f}, balanced accuracy "
              f"{metrics.balanced_accuracy(self.truth, found, len(self.labels)):.4f}, macro AUC "
              f"{metrics.mean_auc(self.truth, self.scores):.4f}, temperature {self.temperature:.3f}, {self.points}")


def load_trained(work):
    """The network, its typicality and the threshold of that."""
    network, typicality = DermaNet(len(LABELS)), Typicality()
    network.load_state_dict(torch.load(os.path.join(work, "best.pt"), map_location="cpu"))
    kept = torch.load(os.path.join(work, "typicality.pt"), map_location="cpu")
    typicality.load_state_dict(kept["state"])
    return network.ready(), typicality.eval(), kept["threshold"]


def entries(fitted, recipe, threshold, evaluation=None):
    """What the file says of itself."""
    return {
        "name": recipe.name, "version": recipe.version, "licence": recipe.licence, "provenance": recipe.provenance,
        "labels": ",".join(fitted.labels), "titles": ";".join(TITLES[c] for c in fitted.kept),
        "malignant": ",".join(m for m in MALIGNANT if m in fitted.labels),
        "normalisation.mean": "0.5,0.5,0.5", "normalisation.std": "0.5,0.5,0.5", "region": "center-square",
        "scores": "logits", "output.scores": "scores", **({"output.map": "lesion_map"} if recipe.has_map else {}),
        "output.typicality": "typicality", "typicality.threshold": f"{threshold:.4f}",
        **fitted.entries(), **({"evaluation": evaluation} if evaluation else {}),
    }


def write(path, exported, said, tolerance=1e-3):
    """The ONNX file with these entries and a golden pair."""
    golden = golden_input((1, 3, SIDE, SIDE))
    with torch.no_grad():
        golden_output = exported(torch.from_numpy(golden))[0][0].numpy()
    torch.onnx.export(exported, torch.zeros(1, 3, SIDE, SIDE), path, opset_version=13, input_names=["image"],
                      output_names=["scores", "lesion_map", "typicality"])
    describe(path, {
        **said, "golden.input": hashlib.sha256(golden.tobytes()).hexdigest(),
        "golden.output": ",".join(f"{v:.6g}" for v in golden_output), "golden.tolerance": f"{tolerance:g}",
    })


def main():
    args = arguments()
    recipe = RECIPES[args.recipe]
    pictures = Pictures(args.data, args.work, recipe.pictures)
    network, typicality, threshold = load_trained(args.work)
    fitted = Calibration(network, pictures, recipe)
    exported = Exported(network, typicality, fitted.kept, fitted.shift).eval()
    write(args.output, exported, entries(fitted, recipe, threshold, args.evaluation))
    fitted.report()


if __name__ == "__main__":
    main()
