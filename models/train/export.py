#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Turns trained weights into the self-describing ONNX file that the plugin loads.

  models/train/export.py --data DIR --work DIR --output models/dermaclassify.onnx

Fits, on the HAM10000 `val` split alone: the shift of the class scores towards the classes' frequencies, the
temperature, and the operating point of the malignant score.
"""
import argparse
import hashlib
import os

import numpy as np
import onnx
import torch

import metrics
from dataset import LABELS, MALIGNANT, TITLES, Pictures
from network import DermaNet
from train import predict, sampling_weights

SIDE = 224
SENSITIVITY = 0.90
ACCURACY = 0.79
VERSION = "0.1.0"
PROVENANCE = ("trained on HAM10000 (Tschandl et al., CC BY-NC 4.0), ISIC 2017 task 3 (CC0), ISIC 2018 tasks 1-2 and "
              "MILK10k (CC BY-NC), training splits only; started from MobileNetV2 ImageNet weights (Apache-2.0)")


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with index.csv")
    p.add_argument("--work", required=True, help="the training's work folder")
    p.add_argument("--output", required=True, help="ONNX file to write")
    return p.parse_args()


def golden_input(shape):
    """The input that derma_golden_fill() writes: a multiplicative hash of the element's index, in -1..1."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    hashed = ((index * 2654435761) % (1 << 32)) >> 8
    return (hashed.astype(np.float32) / np.float32(1 << 24) * 2 - 1).reshape(shape)


def prior_shift(scores, truth, sampled, wanted):
    """The shift tau * log(wanted / sampled) with the best balanced accuracy of those that keep ACCURACY, if any does;
    else with the best accuracy plus balanced accuracy."""
    direction = np.log(np.maximum(wanted, 1e-4) / np.maximum(sampled, 1e-4))
    def quality(tau):
        found = (scores + tau * direction).argmax(1)
        accuracy, balanced = (found == truth).mean(), metrics.balanced_accuracy(truth, found, len(LABELS))
        return (accuracy >= ACCURACY, balanced + (accuracy if accuracy < ACCURACY else 0))
    tau = max(np.linspace(-0.5, 1.0, 31), key=quality)
    return tau, (tau * direction).astype(np.float32)


def fit_temperature(scores, truth):
    return float(min(np.geomspace(0.3, 3, 400), key=lambda t: metrics.negative_log_likelihood(scores, truth, t)))


def describe(path, entries):
    """Writes the derma.* entries into the file."""
    model = onnx.load(path)
    model.producer_name = "dermaclassify"
    for key, value in sorted(entries.items()):
        model.metadata_props.add(key="derma." + key, value=value)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main():
    args = arguments()
    pictures = Pictures(args.data, args.work)
    network = DermaNet(len(LABELS)).eval()
    network.load_state_dict(torch.load(os.path.join(args.work, "best.pt"), map_location="cpu"))
    val, train = pictures.where("val", "ham10000"), pictures.where("train")
    truth = pictures.labels[val]
    scores = predict(network, pictures, val, SIDE, "cpu")
    sampled = np.bincount(pictures.labels[train], sampling_weights(pictures, train), minlength=len(LABELS))
    wanted = np.bincount(pictures.labels[pictures.where("train", "ham10000")], minlength=len(LABELS))
    tau, shift = prior_shift(scores, truth, sampled, wanted / wanted.sum())
    with torch.no_grad():
        network.classifier.bias += torch.from_numpy(shift)
    scores = scores + shift
    temperature = fit_temperature(scores, truth)
    probabilities = metrics.softmax(scores, temperature)
    malignant = probabilities[:, [LABELS.index(m) for m in MALIGNANT]].sum(1)
    threshold, sensitivity, specificity = metrics.operating_point(
        malignant, np.isin(truth, [LABELS.index(m) for m in MALIGNANT]), SENSITIVITY)
    golden = golden_input((1, 3, SIDE, SIDE))
    with torch.no_grad():
        golden_output = network(torch.from_numpy(golden))[0][0].numpy()
    torch.onnx.export(network, torch.zeros(1, 3, SIDE, SIDE), args.output, opset_version=13, input_names=["image"],
                      output_names=["scores", "lesion_map"])
    describe(args.output, {
        "name": "dermaclassify", "version": VERSION, "licence": "CC-BY-NC-4.0", "provenance": PROVENANCE,
        "labels": ",".join(LABELS), "titles": ";".join(TITLES), "malignant": ",".join(MALIGNANT),
        "normalisation.mean": "0.5,0.5,0.5", "normalisation.std": "0.5,0.5,0.5", "region": "center-square",
        "scores": "logits", "temperature": f"{temperature:.4f}", "output.scores": "scores",
        "output.map": "lesion_map", "operating-point": f"{threshold:.4f}",
        "operating-point.sensitivity": f"{sensitivity:.4f}", "operating-point.specificity": f"{specificity:.4f}",
        "golden.input": hashlib.sha256(golden.tobytes()).hexdigest(),
        "golden.output": ",".join(f"{v:.6g}" for v in golden_output),
    })
    found = scores.argmax(1)
    print(f"val: accuracy {(found == truth).mean():.4f}, balanced accuracy "
          f"{metrics.balanced_accuracy(truth, found, len(LABELS)):.4f}, shift {tau:.2f}, temperature {temperature:.3f}, "
          f"operating point {threshold:.4f} (sensitivity {sensitivity:.3f}, specificity {specificity:.3f})")


if __name__ == "__main__":
    main()
