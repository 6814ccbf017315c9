#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examination.py --labels FILE.csv --output FOLDER [options]: an examination made of stills, with its ground truth.

A dermatoscope goes from lesion to lesion: it comes near, hunts for focus, holds with a hand's tremor, presses, meets
glare, lifts off. Writes FOLDER/examination.avi (or .y4m, .i420) and FOLDER/truth.jsonl, one object a frame: frame, pts
(ns), lesion (from 1; 0 where none is in view), image, dx, phase, zoom, x, y, angle, blur, light, pressure, glare. The
same seed gives the same frames.
"""
import argparse
import contextlib
import csv
import dataclasses
import json
import pathlib
import subprocess
import sys

import cv2
import numpy as np

import course
import sensor
import skin
import spoil


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--labels", type=pathlib.Path, required=True, help="CSV with columns path and dx")
    parser.add_argument("--root", type=pathlib.Path, help="what paths are relative to (the folder of the labels)")
    parser.add_argument("--split", help="only rows with this split")
    parser.add_argument("--dataset", help="only rows of this dataset")
    parser.add_argument("--lesions", type=int, default=10)
    parser.add_argument("--even", action="store_true", help="take the classes in turn, not as often as they come")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--fps", type=int, default=15)
    parser.add_argument("--field", type=float, default=0.0,
                        help="diameter of a round field over the frame's shorter side (0: none)")
    parser.add_argument("--jpeg", type=int, default=85, help="quality of the camera's JPEG, 1 to 100")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=("avi", "y4m", "i420"), default="avi", help="avi: motion JPEG")
    parser.add_argument("--video", help="where to, instead of the folder; - is standard output")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder")
    options = parser.parse_args(arguments)
    try:
        options.width, options.height = (int(part) for part in options.size.split("x"))
    except ValueError:
        parser.error(f"--size: {options.size}: not WIDTHxHEIGHT")
    if not (16 <= options.width <= 4096 and 16 <= options.height <= 4096) or options.width % 2 or options.height % 2:
        parser.error(f"--size: {options.size}: sides must be even and within 16 to 4096")
    for name, most in (("lesions", 100000), ("fps", 240), ("jpeg", 100)):
        if not 1 <= getattr(options, name) <= most:
            parser.error(f"--{name}: {getattr(options, name)}: not within 1 to {most}")
    options.root = options.root or options.labels.parent
    return options


def read_rows(options):
    """One picture a lesion, of the wanted split and data set."""
    try:
        with open(options.labels, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        sys.exit(f"{options.labels}: {error.strerror}")
    if not rows or "path" not in rows[0] or "dx" not in rows[0]:
        sys.exit(f"{options.labels}: no rows with columns path and dx")
    lesions = {}
    for row in rows:
        if options.split in (None, row.get("split")) and options.dataset in (None, row.get("dataset")):
            lesions.setdefault(row.get("lesion_id") or row["path"], row)
    if not lesions:
        sys.exit(f"{options.labels}: no row of split {options.split}, data set {options.dataset}")
    return list(lesions.values())


def choose(rows, options, rng):
    """That many rows at random; classes in turn if asked. Starts over where there are too few."""
    order = [rows[i] for i in rng.permutation(len(rows))]
    if options.even:
        kinds = {}
        for row in order:
            kinds.setdefault(row["dx"], []).append(row)
        names = sorted(kinds)
        return [kinds[names[i % len(names)]][i // len(names) % len(kinds[names[i % len(names)]])]
                for i in range(options.lesions)]
    return [order[i % len(order)] for i in range(options.lesions)]


def view(canvas, state, size):
    """The canvas through the lens: shifted, turned, scaled."""
    width, height = size
    side = canvas.shape[0] / (1 + 2 * skin.AROUND)
    scale = side / (state.zoom * min(width, height))  # canvas pixels a frame pixel
    turn = np.deg2rad(state.angle)
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    centre = canvas.shape[0] / 2 + side * np.array([state.x, state.y])
    matrix = np.float32([[cos, -sin, centre[0] - cos * width / 2 + sin * height / 2],
                         [sin, cos, centre[1] - sin * width / 2 - cos * height / 2]])
    return cv2.warpAffine(canvas, matrix, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                          borderMode=cv2.BORDER_REFLECT_101)


def smear(light, moved):
    """Motion blur: what moves during half a frame's time."""
    length = float(np.hypot(*moved)) / 2
    if length < 1:
        return light
    taps = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((taps, taps), np.float32)
    middle, along = taps // 2, np.array(moved) / np.hypot(*moved) * length / 2
    cv2.line(kernel, tuple(int(round(middle - a)) for a in along), tuple(int(round(middle + a)) for a in along), 1.0)
    return cv2.filter2D(light, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101)


def defocus(light, sigma):
    """Gaussian blur; a wide one on a smaller picture."""
    if sigma < 4:
        return spoil.defocus(light, sigma)
    small = cv2.resize(light, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    return cv2.resize(spoil.defocus(small, sigma / 4), light.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def field_mask(size, diameter):
    """Light that a round field of view lets through."""
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
    side = min(size)
    inside = diameter * side / 2 - np.hypot(x + 0.5 - size[0] / 2, y + 0.5 - size[1] / 2)
    return (0.003 + 0.997 * np.clip(inside / (0.02 * side) + 0.5, 0, 1))[..., None].astype(np.float32)


class Examination:
    """Frames and their truth."""

    def __init__(self, options):
        self.options, self.rng = options, np.random.default_rng(options.seed)
        self.size = (options.width, options.height)
        self.rows = choose(read_rows(options), options, self.rng)
        self.sensor = sensor.Sensor(options.fps, self.rng)
        self.field = field_mask(self.size, options.field) if options.field > 0 else None
        y, x = np.mgrid[-1:1:options.height * 1j, -1:1:options.width * 1j].astype(np.float32)
        self.lamp = (1.04 - 0.12 * (x * x + y * y) / 2)[..., None]  # the lamps light the middle better
        self.visit = self.whole = self.bare = self.spots = self.before = None

    def enter(self, visit):
        """The next lesion."""
        self.visit = visit
        picture = spoil.read_picture(self.options.root / self.rows[visit.lesion - 1]["path"])
        self.whole, self.bare = skin.extend(picture, self.rng)
        self.spots = spoil.glare_mask((self.size[1], self.size[0]), self.rng, int(self.rng.integers(3, 8)),
                                      self.rng.uniform(0.02, 0.05))[..., None]

    def moved(self, state):
        """Pixels since the frame before."""
        here = np.array([state.x, state.y]) * state.zoom * min(self.size)
        before, self.before = self.before, here
        return np.zeros(2) if before is None else np.clip(here - before, -60, 60)

    def render(self, state):
        light = view(self.bare if state.phase == course.GAP else self.whole, state, self.size)
        light = smear(light, self.moved(state))
        light = defocus(light, state.blur * min(self.size))
        light = light * (state.light * self.lamp)
        if state.pressure > 0:  # blood is pressed out: less green and blue are absorbed
            light = light * (1 + state.pressure * np.float32([0.16, 0.14, 0.02]))
        if state.glare > 0:
            light = light + state.glare * self.spots * 1.6
        if self.field is not None:
            light = light * self.field
        return self.sensor.take(np.maximum(light, 0))

    def frames(self):
        """(picture, truth) one after the other."""
        for i, (state, visit) in enumerate(course.examine(self.options.lesions, self.options.fps, self.rng)):
            if visit is not self.visit:
                self.enter(visit)
            row = self.rows[visit.lesion - 1]
            truth = {"frame": i, "pts": i * 10 ** 9 // self.options.fps, "lesion": state.lesion,
                     "image": row.get("image_id") or row["path"] if state.lesion else None,
                     "dx": row["dx"] if state.lesion else None}
            rest = {name: round(float(value), 5) if not isinstance(value, str) else value
                    for name, value in dataclasses.asdict(state).items() if name != "lesion"}
            yield self.render(state), truth | rest


def recode(picture, quality):
    """What motion JPEG leaves of a picture."""
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


@contextlib.contextmanager
def writer(options):
    """A function that takes one BGR picture after the other."""
    name = options.video or str(options.output / f"examination.{options.format}")
    if options.format == "avi":
        if name == "-":
            sys.exit("--video: -: AVI cannot be piped; use --format y4m or i420")
        command = ["gst-launch-1.0", "-q", "fdsrc", "!", "rawvideoparse", "format=bgr", f"width={options.width}",
                   f"height={options.height}", f"framerate={options.fps}/1", "!", "videoconvert", "!",
                   "video/x-raw,format=I420", "!", "jpegenc", f"quality={options.jpeg}", "!", "avimux", "!", "filesink",
                   f"location={name}"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
        yield lambda picture: process.stdin.write(picture.tobytes())
        process.stdin.close()
        if process.wait() != 0:
            sys.exit(f"{name}: gst-launch-1.0 ended with {process.returncode}")
        return
    with contextlib.nullcontext(sys.stdout.buffer) if name == "-" else open(name, "wb") as file:
        if options.format == "y4m":
            file.write(f"YUV4MPEG2 W{options.width} H{options.height} F{options.fps}:1 Ip A1:1 C420jpeg\n".encode())

        def write(picture):
            if options.format == "y4m":
                file.write(b"FRAME\n")
            file.write(cv2.cvtColor(recode(picture, options.jpeg), cv2.COLOR_BGR2YUV_I420).tobytes())

        yield write


def main(arguments=None):
    options = parse(arguments)
    cv2.setNumThreads(1)
    examination = Examination(options)
    options.output.mkdir(parents=True, exist_ok=True)
    with open(options.output / "truth.jsonl", "w", encoding="utf-8") as truths, writer(options) as write:
        for picture, truth in examination.frames():
            write(picture)
            truths.write(json.dumps(truth) + "\n")


if __name__ == "__main__":
    main()
