# SPDX-License-Identifier: LGPL-2.1-or-later
"""The labelled dermoscopic pictures, as index.csv lists them, cached as one array of pixels.

index.csv has the columns path, lesion_id, dx, dataset, split, mask (others are ignored). Pictures are squares of
SIDE x SIDE pixels; masks are squares with the lesion white.
"""
import csv
import hashlib
import os

import numpy as np
from PIL import Image
from tqdm import tqdm

LABELS = ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"]
TITLES = ["actinic keratosis", "basal cell carcinoma", "benign keratosis", "dermatofibroma", "melanoma",
          "melanocytic nevus", "vascular lesion"]
MALIGNANT = ["akiec", "bcc", "mel"]
SIDE = 256
MASK_SIDE = 64
_ALIASES = {"scc": "akiec"}


def read_index(root, limit=None, seed=0):
    """Rows of index.csv whose diagnosis is one of the seven classes; limit draws that many at random."""
    with open(os.path.join(root, "index.csv"), newline="") as f:
        rows = [r for r in csv.DictReader(f) if r["split"] != "drop"]
    for r in rows:
        r["dx"] = _ALIASES.get(r["dx"], r["dx"])
    rows = [r for r in rows if r["dx"] in LABELS]
    if limit and limit < len(rows):
        picked = np.random.default_rng(seed).permutation(len(rows))[:limit]
        rows = [rows[i] for i in sorted(picked)]
    return rows


def load(root, row):
    with Image.open(os.path.join(root, row["path"])) as im:
        picture = np.asarray(im.convert("RGB").resize((SIDE, SIDE), Image.LANCZOS)
                             if im.size != (SIDE, SIDE) else im.convert("RGB"))
    if not row["mask"]:
        return picture, None
    with Image.open(os.path.join(root, row["mask"])) as im:
        return picture, np.asarray(im.convert("L").resize((MASK_SIDE, MASK_SIDE), Image.BOX))


class Pictures:
    """Pixels (n, SIDE, SIDE, 3) uint8, masks (n, MASK_SIDE, MASK_SIDE) uint8, has_mask, label index, split."""

    def __init__(self, root, cache, limit=None):
        self.rows = read_index(root, limit)
        n = len(self.rows)
        if n == 0:
            raise SystemExit(f"{root}/index.csv: no usable rows")
        os.makedirs(cache, exist_ok=True)
        names = hashlib.sha256("\n".join(r["path"] + " " + r["mask"] for r in self.rows).encode()).hexdigest()[:12]
        stem = os.path.join(cache, f"pictures-{n}-{names}")
        fresh = not os.path.exists(stem + ".done")
        mode = "w+" if fresh else "r"
        self.pixels = np.memmap(stem + ".rgb", np.uint8, mode, shape=(n, SIDE, SIDE, 3))
        self.masks = np.memmap(stem + ".mask", np.uint8, mode, shape=(n, MASK_SIDE, MASK_SIDE))
        self.has_mask = np.array([bool(r["mask"]) for r in self.rows])
        if fresh:
            self._fill(root, stem)
        self.labels = np.array([LABELS.index(r["dx"]) for r in self.rows])
        self.splits = np.array([r["split"] for r in self.rows])
        self.sources = np.array([r["dataset"] for r in self.rows])

    def _fill(self, root, stem):
        for i, row in enumerate(tqdm(self.rows, desc="reading pictures", mininterval=2)):
            self.pixels[i], mask = load(root, row)
            if mask is not None:
                self.masks[i] = mask
        self.pixels.flush()
        self.masks.flush()
        open(stem + ".done", "w").close()

    def where(self, split, source=None):
        """Indices of a split, of one data set or of all."""
        chosen = self.splits == split
        if source:
            chosen &= self.sources == source
        return np.flatnonzero(chosen)
