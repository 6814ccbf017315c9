# SPDX-License-Identifier: LGPL-2.1-or-later
"""Augmentation of a batch: what a hand-held dermatoscope and its camera do to a picture."""
import math

import torch
from torch.nn import functional as F


def _uniform(n, low, high, generator):
    return low + (high - low) * torch.rand(n, generator=generator)


def _affine(n, strength, generator):
    """Rotation by any angle, mirror; at full strength scale 0.8 to 1.25 with slight stretch and shift up to 10 %."""
    angle = _uniform(n, -math.pi, math.pi, generator)
    scale = torch.exp(strength * _uniform(n, math.log(0.8), math.log(1.25), generator))
    stretch = torch.exp(_uniform(n, -0.08, 0.08, generator))
    mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = cos * mirror * stretch, -sin
    theta[:, 1, 0], theta[:, 1, 1] = sin * mirror * stretch, cos
    theta[:, :, 2] = strength * _uniform((n, 2), -0.2, 0.2, generator)
    return theta


def _sample(batch, theta, side):
    grid = F.affine_grid(theta, (batch.shape[0], batch.shape[1], side, side), align_corners=False)
    return F.grid_sample(batch, grid, "bilinear", "reflection", align_corners=False)


def _colour(x, strength, generator):
    """Illuminant, exposure, contrast, saturation and gamma."""
    n = x.shape[0]
    gain = torch.exp(strength * _uniform((n, 3, 1, 1), -0.09, 0.09, generator)) * torch.exp(strength * _uniform((n, 1, 1, 1), -0.2, 0.2, generator))
    x = x * gain
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * torch.exp(strength * _uniform((n, 1, 1, 1), -0.25, 0.25, generator))
    mean = x.mean((1, 2, 3), keepdim=True)
    x = mean + (x - mean) * torch.exp(strength * _uniform((n, 1, 1, 1), -0.2, 0.2, generator))
    return x.clamp(1e-4, 1) ** torch.exp(strength * _uniform((n, 1, 1, 1), -0.15, 0.15, generator))


def _blur(x, generator):
    """A separable Gaussian of one random width over a random quarter of the batch."""
    chosen = torch.rand(x.shape[0], generator=generator) < 0.25
    if not chosen.any():
        return x
    sigma = float(_uniform(1, 0.4, 1.6, generator)) * x.shape[-1] / 224
    taps = torch.arange(-4, 5, dtype=torch.float32)
    kernel = torch.exp(-taps**2 / (2 * sigma**2 + 1e-6))
    kernel = (kernel / kernel.sum()).repeat(3, 1, 1, 1)
    part = F.pad(x[chosen], (4, 4, 4, 4), "reflect")
    part = F.conv2d(F.conv2d(part, kernel, groups=3), kernel.transpose(2, 3), groups=3)
    x = x.clone()
    x[chosen] = part
    return x


def _dark_corners(x, generator):
    """The dark ring of a dermatoscope's tube on one picture in six."""
    n, side = x.shape[0], x.shape[-1]
    axis = torch.linspace(-1, 1, side)
    radius = torch.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    edge = _uniform((n, 1, 1, 1), 1.02, 1.35, generator)
    ring = torch.sigmoid((edge - radius[None, None]) * 40)
    chosen = (torch.rand(n, 1, 1, 1, generator=generator) < 0.16).float()
    return x * (1 - chosen * (1 - ring) * 0.9)


def _noise(x, generator):
    sigma = _uniform((x.shape[0], 1, 1, 1), 0, 0.025, generator)
    return x + torch.randn(x.shape, generator=generator) * sigma


def to_network(x):
    """0..1 to the network's -1..1, in the memory layout that convolves fastest."""
    return (x.clamp(0, 1) * 2 - 1).contiguous(memory_format=torch.channels_last)


def training_batch(pixels, masks, side, strength, generator):
    """pixels N,S,S,3 uint8 and masks N,M,M uint8 -> network input N,3,side,side and lesion map N,1,side/16,side/16."""
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    m = torch.from_numpy(masks)[:, None].float() / 255
    theta = _affine(x.shape[0], strength, generator)
    x = _sample(x, theta, side)
    x = _noise(_dark_corners(_blur(_colour(x, strength, generator), generator), generator), generator)
    m = F.adaptive_avg_pool2d(_sample(m, theta, side // 4), side // 16)
    return to_network(x), m


def evaluation_batch(pixels, side):
    """Pixels N,S,S,3 uint8 -> network input, antialiased."""
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    return to_network(F.interpolate(x, (side, side), mode="bilinear", antialias=True, align_corners=False))
