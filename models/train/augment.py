# SPDX-License-Identifier: LGPL-2.1-or-later
"""Augmentation of a picture: what a hand-held dermatoscope and its camera do to it."""
import cv2
import numpy as np
import torch

cv2.setNumThreads(1)
_LUMA = np.array([0.299, 0.587, 0.114])
_NOISE = np.random.default_rng(7).normal(0, 1, (1 << 20,)).astype(np.float32)


def _warp_matrix(side, source, strength, rng):
    """Output to source pixels: any angle, mirror; at full strength scale 0.8 to 1.25, slight stretch, shift 10 %."""
    angle = rng.uniform(-np.pi, np.pi)
    scale = np.exp(strength * rng.uniform(np.log(0.8), np.log(1.25)))
    stretch = np.exp(rng.uniform(-0.06, 0.06))
    mirror = rng.choice((-1, 1))
    shift = strength * rng.uniform(-0.1, 0.1, 2) * source
    a = source / side / scale * np.array([[np.cos(angle) * mirror * stretch, -np.sin(angle)],
                                          [np.sin(angle) * mirror * stretch, np.cos(angle)]])
    middle = (source - 1) / 2 + shift - a @ np.full(2, (side - 1) / 2)
    return np.hstack([a, middle[:, None]])


def _warp(image, matrix, side):
    return cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                          borderMode=cv2.BORDER_REFLECT_101)


def _colour(x, strength, rng):
    """Illuminant, exposure, saturation and contrast as one matrix; a tint of a few levels; gamma by table."""
    gain = np.exp(strength * (rng.uniform(-0.1, 0.1, 3) + rng.uniform(-0.2, 0.2)))
    saturation = np.exp(strength * rng.uniform(-0.25, 0.25))
    contrast = np.exp(strength * rng.uniform(-0.2, 0.2))
    m = saturation * np.eye(3) + (1 - saturation) * np.tile(_LUMA, (3, 1))
    m = contrast * m * gain[None, :]
    offset = (1 - contrast) * np.full(3, 150.0) + rng.uniform(-3, 3, 3)
    x = cv2.transform(x, np.hstack([m, offset[:, None]]))
    gamma = np.exp(strength * rng.uniform(-0.15, 0.15))
    return cv2.LUT(x, np.clip((np.arange(256) / 255) ** gamma * 255 + 0.5, 0, 255).astype(np.uint8))


def _hair(x, rng):
    side = x.shape[0]
    for _ in range(rng.integers(1, 7)):
        ends = rng.uniform(-0.1, 1.1, (3, 2)) * side
        t = np.linspace(0, 1, 12)[:, None]
        curve = (1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * ends[1] + t ** 2 * ends[2]
        colour = rng.uniform(10, 90) * np.array([1.0, 0.8, 0.65])
        cv2.polylines(x, [np.int32(curve * 8)], False, tuple(map(float, colour)), 1, cv2.LINE_AA, 3)
    return x


def _blur(x, rng):
    """Defocus or the smear of a moving hand."""
    if rng.random() < 0.7:
        return cv2.GaussianBlur(x, (0, 0), rng.uniform(0.3, 1.6) * x.shape[0] / 224 + 0.05)
    n = int(rng.integers(3, 8))
    kernel = np.zeros((n, n), np.float32)
    angle = rng.uniform(0, np.pi)
    end = np.array([np.cos(angle), np.sin(angle)]) * (n - 1) / 2
    middle = (n - 1) / 2
    cv2.line(kernel, tuple(np.int32(middle - end + 0.5)), tuple(np.int32(middle + end + 0.5)), 1.0)
    return cv2.filter2D(x, -1, kernel / kernel.sum())


def _dark_corners(x, rng):
    """The dark ring of a dermatoscope's tube."""
    axis = np.linspace(-1, 1, x.shape[0], dtype=np.float32)
    radius = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    ring = 1 / (1 + np.exp((radius - rng.uniform(1.0, 1.35)) * 40))
    return (x * (0.08 + 0.92 * ring)[..., None]).astype(np.uint8)


def _noise(x, rng):
    start = rng.integers(0, len(_NOISE) - x.size)
    noise = _NOISE[start:start + x.size]
    return np.clip(x + noise.reshape(x.shape) * rng.uniform(0, 7), 0, 255).astype(np.uint8)


def _jpeg(x, rng):
    ok, data = cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))])
    return cv2.imdecode(data, cv2.IMREAD_COLOR) if ok else x


def training_picture(pixels, mask, side, strength, rng, wear=1.0):
    """Pixels S,S,3 and mask M,M, uint8 -> picture side,side,3 uint8; lesion map side/16,side/16 float32 in 0..1; the picture
    turned and scaled alone. wear scales how often blur, noise, JPEG and dark corners come."""
    source = min(pixels.shape[0], side * 5 // 4)
    x = cv2.resize(pixels, (source, source), interpolation=cv2.INTER_AREA) if source < pixels.shape[0] else pixels
    matrix = _warp_matrix(side, source, strength, rng)
    x = _warp(x, matrix, side)
    plain = x.copy()
    if rng.random() < 0.12 * strength:
        x = _hair(x, rng)
    if rng.random() < 0.25 * wear:
        x = _blur(x, rng)
    x = _colour(x, strength, rng)
    if rng.random() < 0.15 * wear:
        x = _dark_corners(x, rng)
    if rng.random() < 0.4 * wear:
        x = _noise(x, rng)
    if rng.random() < 0.25 * wear:
        x = _jpeg(x, rng)
    scale = mask.shape[0] / source
    matrix = matrix * scale
    matrix[:, :2] *= side / (side // 4)
    m = _warp(mask, matrix, side // 4)
    lesion = cv2.resize(m, (side // 16, side // 16), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return x, lesion, plain


def to_network(x):
    """N,S,S,3 uint8 to the network's -1..1, N,3,S,S in the memory layout that convolves fastest."""
    return torch.from_numpy(x).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def evaluation_batch(pixels, side):
    """Pixels N,S,S,3 uint8 -> network input, antialiased."""
    if pixels.shape[1] == side:
        return to_network(pixels)
    return to_network(np.stack([cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA) for p in pixels]))
