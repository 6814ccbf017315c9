# SPDX-License-Identifier: LGPL-2.1-or-later
"""A set of painted lesions to train on, and the training's commands, which the test has on its path."""
import csv
import os
import subprocess

import cv2
import numpy as np
import recipe
from dataset import LABELS

COLOURS = [(90, 60, 50), (200, 120, 110), (120, 90, 40), (180, 140, 90), (40, 30, 30), (140, 80, 50), (150, 20, 30)]
TRAIN = os.path.dirname(recipe.__file__)


def write_pictures(folder):
    """A labelled set of discs on skin, one colour a class, in three splits."""
    rng = np.random.default_rng(5)
    os.makedirs(os.path.join(folder, "p"))
    with open(os.path.join(folder, "index.csv"), "w", newline="") as f:
        out = csv.writer(f)
        out.writerow("path,image_id,lesion_id,dx,dataset,split,geometry,dx_isic2019,mask".split(","))
        for i in range(7 * 34):
            label, split = i % 7, ("val" if i >= 7 * 28 else "train") if i % 17 else "test"
            skin = np.clip(np.array([215, 165, 145]) + rng.normal(0, 8, (256, 256, 3)), 0, 255).astype(np.uint8)
            mask = np.zeros((256, 256), np.uint8)
            cv2.circle(mask, tuple(map(int, rng.integers(90, 166, 2))), int(rng.integers(40, 80)), 255, -1)
            skin[mask > 0] = np.clip(np.array(COLOURS[label]) + rng.normal(0, 8, ((mask > 0).sum(), 3)), 0, 255)
            cv2.imwrite(os.path.join(folder, f"p/{i}.png"), skin[..., ::-1])
            cv2.imwrite(os.path.join(folder, f"p/{i}-mask.png"), mask)
            out.writerow([f"p/{i}.png", i, i, LABELS[label], "ham10000", split, "crop", LABELS[label], f"p/{i}-mask.png"])


def python(script, *arguments):
    return subprocess.run(["/usr/bin/python3", os.path.join(TRAIN, script), *arguments], capture_output=True, text=True,
                          timeout=900)
