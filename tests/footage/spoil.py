# SPDX-License-Identifier: LGPL-2.1-or-later
"""What spoils a picture: defocus, exposure, glare, sensor noise, JPEG."""
import sys

import cv2
import numpy as np

TO_LINEAR = (np.where(np.arange(256) <= 10, np.arange(256) / 255 / 12.92,
                      ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4)).astype(np.float32)


def read_picture(path):
    """The picture's bytes as BGR; ends the program where there are none."""
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}")
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    if picture is None:
        sys.exit(f"{path}: cannot be read as a picture")
    return picture


def to_linear(picture):
    """sRGB bytes as light, 0..1 (IEC 61966-2-1)."""
    return TO_LINEAR[picture]


def to_srgb(light):
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.power(light, 1 / 2.4) - 0.055) * 255


def as_bytes(picture):
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def defocus(picture, sigma):
    return cv2.GaussianBlur(picture, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101) if sigma > 0.05 else picture


def expose(picture, stops):
    return as_bytes(to_srgb(to_linear(picture) * 2.0 ** stops))


def glare_mask(shape, rng, spots, size):
    """How much of each pixel is a reflection of the lamp, 0..1: soft ellipses of about `size` of the shorter side."""
    mask = np.zeros(shape[:2], np.float32)
    side = min(shape[:2])
    for _ in range(spots):
        angle, radius = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.42) * side
        centre = (int(shape[1] / 2 + radius * np.cos(angle)), int(shape[0] / 2 + radius * np.sin(angle)))
        axes = tuple(max(1, int(side * size * rng.uniform(0.4, 1.0))) for _ in range(2))
        cv2.ellipse(mask, centre, axes, rng.uniform(0, 180), 0, 360, float(rng.uniform(0.85, 1.0)), -1)
    return cv2.GaussianBlur(mask, (0, 0), max(0.6, side * size / 8))


def add_glare(picture, mask):
    return as_bytes(picture + (255.0 - picture) * np.clip(mask * 1.1, 0, 1)[..., None])


def camera(picture, rng, noise, jpeg):
    """Sensor noise, half of it in blotches as demosaicing leaves it, and motion JPEG."""
    grain = rng.normal(0, noise, picture.shape).astype(np.float32)
    noisy = as_bytes(picture + 0.7 * grain + 0.7 * 2.0 * cv2.GaussianBlur(grain, (0, 0), 0.8))
    return cv2.imdecode(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, jpeg])[1], cv2.IMREAD_COLOR)
