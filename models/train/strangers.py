#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Folders of pictures that the network has to refuse, for `derma eval --outliers`. Of these kinds only plain
skin is trained on (from the `train` split), and evenly coloured pictures like some of the patterns.

  models/train/strangers.py --output DIR --photographs DIR --objects DIR --icons DIR --data DIR [--count 200]

photographs: square parts of photographs (Debian: mate-backgrounds, gnome-backgrounds, lomiri-wallpapers-16.04)
objects:     cut-out things on a plain ground (Debian: tuxpaint-stamps-default)
icons:       icons on a plain ground (Debian: oxygen-icon-theme)
text:        pages of the licences in /usr/share/common-licenses
patterns:    the test pictures of GStreamer's videotestsrc
plain-skin:  skin beside the lesions of the `test` split (needs --data; near, not far)
"""
import argparse
import glob
import os
import subprocess

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import dataset
from outliers import plain_skin

SIDE = 256
PATTERNS = 25


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--output", required=True)
    for name in ("photographs", "objects", "icons"):
        p.add_argument(f"--{name}", action="append", default=[], help="folder to take them from")
    p.add_argument("--data", help="folder with index.csv")
    p.add_argument("--count", type=int, default=200)
    p.add_argument("--seed", type=int, default=1)
    return p.parse_args()


def find(folders, least):
    """Pictures of at least so many pixels a side."""
    found = []
    for folder in folders:
        for path in sorted(glob.glob(os.path.join(folder, "**", "*"), recursive=True)):
            if path.lower().endswith((".jpg", ".jpeg", ".png")) and not os.path.islink(path):
                with Image.open(path) as im:
                    if min(im.size) >= least:
                        found.append(path)
    return found


def save(folder, name, pixels):
    os.makedirs(folder, exist_ok=True)
    Image.fromarray(pixels).save(os.path.join(folder, f"{name}.png"))


def photographs(paths, count, rng):
    """Parts of a quarter of the picture's height or more; parts with nothing in them are left out."""
    while count:
        with Image.open(paths[rng.integers(len(paths))]) as im:
            side = int(rng.uniform(0.25, 1) * min(im.size))
            x, y = rng.integers(0, im.width - side + 1), rng.integers(0, im.height - side + 1)
            part = np.asarray(im.convert("RGB").crop((x, y, x + side, y + side)).resize((SIDE, SIDE), Image.LANCZOS))
        if part.std() > 12:
            count -= 1
            yield part


def on_ground(paths, count, rng):
    for path in rng.permutation(paths)[:count]:
        with Image.open(path) as im:
            image = im.convert("RGBA")
        image.thumbnail((int(SIDE * rng.uniform(0.5, 1)),) * 2)
        ground = Image.new("RGB", (SIDE, SIDE), tuple(rng.integers(0, 256, 3)) if rng.random() < 0.7 else (255, 255, 255))
        ground.paste(image, tuple(rng.integers(0, SIDE - np.array(image.size) + 1)), image)
        yield np.asarray(ground)


def text(count, rng):
    pages = [open(p, encoding="utf-8", errors="replace").read() for p in sorted(glob.glob("/usr/share/common-licenses/*"))
             if not os.path.islink(p)]
    faces = sorted(glob.glob("/usr/share/fonts/truetype/dejavu/*.ttf"))
    for _ in range(count):
        page = pages[rng.integers(len(pages))]
        start = rng.integers(0, max(1, len(page) - 2000))
        dark, bright = rng.integers(0, 90, 3), rng.integers(170, 256, 3)
        ink, paper = (dark, bright) if rng.random() < 0.8 else (bright, dark)
        image = Image.new("RGB", (SIDE, SIDE), tuple(paper))
        font = ImageFont.truetype(faces[rng.integers(len(faces))], int(rng.integers(8, 34))) if faces else None
        ImageDraw.Draw(image).multiline_text((rng.integers(-30, 10), -4), page[start:start + 2000], tuple(ink), font)
        yield np.asarray(image)


def patterns(folder):
    for i in range(PATTERNS):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", f"pattern={i}", "num-buffers=1", "!",
                        f"video/x-raw,format=RGB,width={SIDE},height={SIDE}", "!", "pngenc", "!", "filesink",
                        f"location={folder}/{i:02d}.png"], check=True)


def skin(data, count, rng):
    rows = [r for r in dataset.read_index(data) if r["split"] == "test" and r["mask"]]
    for i in rng.permutation(len(rows)):
        pixels, mask = dataset.load(data, rows[i])
        part = plain_skin(rng, pixels, mask)
        if part is not None and count:
            count -= 1
            yield part


def main():
    args = arguments()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(args.seed)
    kinds = {"text": text(args.count, rng)}
    if args.photographs:
        kinds["photographs"] = photographs(find(args.photographs, 512), args.count, rng)
    if args.objects:
        kinds["objects"] = on_ground(find(args.objects, 64), args.count, rng)
    if args.icons:
        kinds["icons"] = on_ground(find(args.icons, 128), args.count, rng)
    if args.data:
        kinds["plain-skin"] = skin(args.data, args.count, rng)
    for name, pictures in kinds.items():
        n = 0
        for n, pixels in enumerate(pictures, 1):
            save(os.path.join(args.output, name), f"{n:04d}", pixels)
        print(f"{name}: {n}")
    patterns(os.path.join(args.output, "patterns"))
    print(f"patterns: {PATTERNS}")


if __name__ == "__main__":
    main()
