#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""measure-quality.py LIBRARY [options]: how well libderma's quality measures tell good pictures from spoiled ones.

Prints for each measure and way of spoiling the area under the ROC curve (the chance that a good picture scores above a
spoiled one), the shares of good and spoiled pictures that fall on the wrong side of the threshold, and the scores.
"""
import argparse
import csv
import pathlib

import cv2
import numpy as np

import spoil
from derma_quality import POOR, Meter


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("library", help="libderma.so")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder that holds index.csv")
    parser.add_argument("--split", default="val")
    parser.add_argument("--hires", action="store_true", help="the larger copies listed in hires/index.csv")
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--side", type=int, default=0, help="scale the shorter side to this first (0: as it is)")
    parser.add_argument("--noise", type=float, default=0.0, help="of the sensor, in levels")
    parser.add_argument("--jpeg", type=int, default=100, help="quality of the camera's JPEG")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def pick(options):
    index = options.data / ("hires/index.csv" if options.hires else "index.csv")
    with open(index, encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file)
                if row["split"] == options.split and row.get("dataset", "ham10000") == "ham10000"]
    order = np.random.default_rng(options.seed).permutation(len(rows))[: options.pictures]
    return [options.data / rows[i]["path"] for i in sorted(order)]


def read(path, side):
    picture = spoil.read_picture(path)
    if side:
        factor = side / min(picture.shape[:2])
        picture = cv2.resize(picture, None, fx=factor, fy=factor,
                             interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    return picture


def shifted(picture, pixels, rng):
    angle = rng.uniform(0, 2 * np.pi)
    matrix = np.float32([[1, 0, pixels * np.cos(angle)], [0, 1, pixels * np.sin(angle)]])
    return cv2.warpAffine(picture, matrix, picture.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def variants(picture, rng):
    """(measure, kind, first frame or None, frame) of the picture as it is and spoiled."""
    scale = min(picture.shape[:2]) / 512
    spots = int(rng.integers(2, 7))
    yield "focus", "good", None, picture
    yield "focus", "defocus, sigma 2", None, spoil.defocus(picture, 2 * scale)
    yield "focus", "defocus, sigma 4", None, spoil.defocus(picture, 4 * scale)
    yield "exposure", "good", None, picture
    for stops in (-3, -2, 2, 3):
        yield "exposure", f"{stops:+d} EV", None, spoil.expose(picture, stops)
    yield "glare", "good", None, picture
    yield "glare", "2 to 6 spots of 3 %", None, spoil.add_glare(picture, spoil.glare_mask(picture.shape, rng, spots, .03))
    yield "glare", "2 to 6 spots of 6 %", None, spoil.add_glare(picture, spoil.glare_mask(picture.shape, rng, spots, .06))
    yield "motion", "good", picture, picture
    yield "motion", "good", picture, spoil.expose(picture, rng.uniform(-0.3, 0.15))
    yield "motion", "good", picture, shifted(picture, 1.5 * scale, rng)
    yield "motion", "moved by 3 %", picture, shifted(picture, 15 * scale, rng)
    yield "motion", "moved by 6 %", picture, shifted(picture, 30 * scale, rng)


def collect(options):
    meter, rng, scores = Meter(options.library), np.random.default_rng(options.seed), {}
    for path in pick(options):
        for measure, kind, first, frame in variants(read(path, options.side), rng):
            meter.reset()
            if first is not None:
                meter.measure(spoil.camera(first, rng, options.noise, options.jpeg))
            quality = meter.measure(spoil.camera(frame, rng, options.noise, options.jpeg))[0]
            scores.setdefault(measure, {}).setdefault(kind, []).append(quality[measure])
    return scores


def area(good, poor):
    good, poor = np.array(good)[:, None], np.array(poor)[None]
    return float(np.mean(good > poor) + np.mean(good == poor) / 2)


def quantiles(values):
    return " ".join(f"{value:.2f}" for value in np.quantile(values, (0.05, 0.5, 0.95)))


def main():
    scores = collect(parse())
    print(f"{'measure':9} {'spoiled by':22} {'n':>5} {'AUC':>6} {'good below':>11} {'spoiled above':>14}"
          f"   5, 50, 95 % of good and of spoiled")
    for measure, kinds in scores.items():
        good = kinds.pop("good")
        for kind, poor in kinds.items():
            wrong = np.mean(np.array(good) < POOR), np.mean(np.array(poor) >= POOR)
            print(f"{measure:9} {kind:22} {len(poor):5} {area(good, poor):6.3f} {wrong[0]:10.1%} {wrong[1]:13.1%}"
                  f"   {quantiles(good)}   {quantiles(poor)}")


if __name__ == "__main__":
    main()
