# SPDX-License-Identifier: LGPL-2.1-or-later
"""A still of a lesion continued by skin made of its own border, as light in 0..1."""
import cv2
import numpy as np

import spoil

AROUND = 1.0  # how far the skin goes on beyond the picture, in its sides
BORDER = 0.12  # what counts as border, in sides
FEATHER = 0.10


def border_mask(side):
    mask = np.ones((side, side), bool)
    edge = max(2, int(side * BORDER))
    mask[edge:-edge, edge:-edge] = False
    return mask


def plain(picture, mask):
    """The border's pixels that are skin: neither much darker nor lighter than most, so neither hair nor lesion."""
    grey = picture.mean(axis=2)
    middle = np.median(grey[mask])
    spread = np.median(np.abs(grey[mask] - middle)) + 1e-3
    return mask & (np.abs(grey - middle) < 3 * spread)


def terms(x, y):
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)


def fit_shade(picture, mask):
    """Weights of a smooth shade of skin: quadratic across the picture."""
    y, x = np.nonzero(mask)
    step = max(1, len(x) // 4000)
    x, y = x[::step], y[::step]
    side = picture.shape[0]
    known = terms(x / side - 0.5, y / side - 0.5)
    ridge = np.diag([0, 1, 1, 4, 4, 4]) * len(x) * 0.02
    return np.linalg.solve(known.T @ known + ridge, known.T @ picture[y, x])


def shade(weights, side, around):
    """The fitted shade over the picture and `around` pixels on each side; flat from a tenth of a side beyond it on."""
    along = np.clip((np.arange(-around, side + around) / side) - 0.5, -0.6, 0.6)
    x, y = np.meshgrid(along, along)
    return (terms(x, y) @ weights).astype(np.float32)


def texture(residual, mask, size, rng):
    """Grain of the border scattered over `size` x `size` in soft overlapping patches of unchanged contrast."""
    side = residual.shape[0]
    patch = max(8, int(side * BORDER))
    window = np.outer(np.hanning(patch + 2)[1:-1], np.hanning(patch + 2)[1:-1]).astype(np.float32)[..., None]
    places = [(y, x) for y in range(0, side - patch, 3) for x in range(0, side - patch, 3)
              if mask[y:y + patch, x:x + patch].mean() > 0.8]
    total = np.zeros((size + patch, size + patch, 3), np.float32)
    weight = np.full((size + patch, size + patch, 1), 1e-6, np.float32)
    if not places:
        return total[:size, :size]
    step = patch // 2
    for top in range(0, size, step):
        for left in range(0, size, step):
            y, x = places[rng.integers(len(places))]
            piece = residual[y:y + patch, x:x + patch][:: rng.choice((-1, 1)), :: rng.choice((-1, 1))]
            total[top:top + patch, left:left + patch] += window * piece
            weight[top:top + patch, left:left + patch] += window ** 2
    return (total / np.sqrt(weight))[:size, :size]


def feather(side):
    """1 inside the picture, falling to 0 at its edge."""
    ramp = np.minimum(np.arange(side) + 0.5, side - np.arange(side) - 0.5) / (side * FEATHER)
    ramp = np.clip(ramp, 0, 1)
    ramp = ramp * ramp * (3 - 2 * ramp)
    return np.outer(ramp, ramp).astype(np.float32)[..., None]


def central_square(picture):
    side = min(picture.shape[:2])
    top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    return picture[top:top + side, left:left + side]


def extend(picture, rng):
    """Light of the picture's central square in the middle of skin, and of that skin alone; both of 3 x 3 sides."""
    light = spoil.to_linear(central_square(picture))
    side = light.shape[0]
    around = int(side * AROUND)
    mask = plain(light, border_mask(side))
    weights = fit_shade(light, mask)
    bare = shade(weights, side, around)
    inside = slice(around, around + side)
    residual = light - cv2.GaussianBlur(light, (0, 0), side * BORDER / 4)
    bare = np.clip(bare + texture(residual, mask, bare.shape[0], rng), 0.002, 1)
    whole = bare.copy()
    soft = feather(side)
    whole[inside, inside] = soft * light + (1 - soft) * bare[inside, inside]
    return whole, bare
