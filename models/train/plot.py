#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plots the curves of a training: plot.py WORK/log.csv models/curves.svg"""
import csv
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "dermaclassify"
from matplotlib import pyplot as plt  # noqa: E402

MEASURES = [("loss", "training loss"), ("val_accuracy", "accuracy on val"),
            ("val_balanced_accuracy", "balanced accuracy on val"), ("val_macro_auc", "macro AUC on val")]


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    with open(sys.argv[1], newline="") as f:
        rows = list(csv.DictReader(f))
    figure, axes = plt.subplots(2, 2, figsize=(9, 6), constrained_layout=True)
    for axis, (column, title) in zip(axes.flat, MEASURES):
        for name in dict.fromkeys(r["network"] for r in rows):
            mine = [r for r in rows if r["network"] == name]
            label = "small network" if name == "best" else name.replace("-", " ")
            axis.plot([int(r["epoch"]) for r in mine], [float(r[column]) for r in mine], marker=".", label=label)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("epoch")
        axis.grid(alpha=0.3)
    axes.flat[0].legend()
    figure.savefig(sys.argv[2], metadata={"Date": None})


if __name__ == "__main__":
    main()
