# SPDX-License-Identifier: LGPL-2.1-or-later
"""Int8 weights that change least what a layer gives.

Rounding each weight to its nearest level is not best: the errors of weights that see the same thing add up, and those of a
kernel that takes the difference of two bright pixels are large beside the difference. As in GPTQ (Frantar et al., 2023) the
weights of an output are rounded one after another, and what one is wrong by is made up for by those that are still to come,
by the covariance of what they see; then each is moved on its own as long as that helps. The mean of what is left goes into
the bias.
"""
import numpy as np
import torch
from torch.nn import functional as F
from tqdm import tqdm

LEVELS = 127  # of a weight on each side of 0
SHRUNK = (1, 0.95, 0.9, 0.85, 0.8)  # scales to try, as shares of that which the largest weight asks for
DAMPING = 1e-4  # added to the covariance's diagonal, as a share of its mean
POSITIONS = 6000  # of a layer's input, to take the covariance from
SWEEPS = 6


def round_in_turn(targets, covariance):
    """Levels for `targets` (outputs, inputs; in levels, not whole), the input that varies most first."""
    order = np.argsort(-np.diag(covariance))
    inverse = np.linalg.cholesky(np.linalg.inv(covariance[np.ix_(order, order)])).T
    rest, found = targets[:, order], np.empty_like(targets)
    for i, place in enumerate(order):
        found[:, place] = np.clip(np.round(rest[:, i]), -LEVELS, LEVELS)
        rest[:, i:] -= ((rest[:, i] - found[:, place]) / inverse[i, i])[:, None] * inverse[i, i:]
    return found


def descend(levels, targets, covariance):
    """Moves single weights to the level that is best beside the others, until none moves."""
    for _ in range(SWEEPS):
        slope, moved = (levels - targets) @ covariance, False
        for i in range(levels.shape[1]):
            step = np.clip(levels[:, i] - np.round(slope[:, i] / covariance[i, i]), -LEVELS, LEVELS) - levels[:, i]
            if step.any():
                levels[:, i] += step
                slope += step[:, None] * covariance[i]
                moved = True
        if not moved:
            break
    return levels


def error(difference, covariance):
    """Variance of each output's error for this difference of its weights."""
    return np.einsum("oi,ij,oj->o", difference, covariance, difference)


def rounded(weights, covariance):
    """(levels, scales) for `weights` (outputs, inputs): weights are about levels * scales."""
    n = len(covariance)
    damped = covariance + np.eye(n) * (DAMPING * np.trace(covariance) / n + 1e-12)
    widest = np.maximum(np.abs(weights).max(1), 1e-8) / LEVELS
    best = None
    for share in SHRUNK:
        scales = widest * share
        targets = weights / scales[:, None]
        levels = descend(round_in_turn(targets, damped), targets, damped)
        left = error((levels - targets) * scales[:, None], damped)
        if best is None:
            best = levels, scales, left
        better = left < best[2]
        best = tuple(np.where(better.reshape(-1, *[1] * (b.ndim - 1)), a, b) for a, b in zip((levels, scales, left), best))
    return best[:2]


def seen(conv, x, rng):
    """What each output sums up, at some positions of x: (positions, inputs), or (positions, channels, inputs) where every
    channel has a kernel of its own."""
    windows = F.unfold(x, conv.kernel_size, padding=conv.padding, stride=conv.stride).permute(0, 2, 1)
    windows = windows.reshape(-1, windows.shape[2])
    chosen = torch.from_numpy(rng.choice(len(windows), min(POSITIONS, len(windows)), False))
    windows = windows[chosen].double().numpy()
    return windows.reshape(len(windows), x.shape[1], -1) if conv.groups > 1 else windows


def covariance(rows):
    return np.atleast_2d(np.cov(rows, rowvar=False, bias=True))


@torch.no_grad()
def round_conv(conv, x, rng):
    """Rounds a convolution's weights for the input x. Returns the scale of each output."""
    weights, rows = conv.weight.double().flatten(1).numpy(), seen(conv, x, rng)
    if conv.groups > 1:
        found = [rounded(weights[c:c + 1], covariance(rows[:, c])) for c in range(len(weights))]
        levels, scales = (np.concatenate(part) for part in zip(*found))
    else:
        levels, scales = rounded(weights, covariance(rows))
    conv.weight.copy_(torch.from_numpy(levels * scales[:, None]).reshape(conv.weight.shape))
    return torch.from_numpy(scales).float()


class Reached(Exception):
    """The layer that was waited for is about to run."""


@torch.no_grad()
def inputs_of(network, layer, batches):
    """What `layer` is given when `network` runs on the batches."""
    found = []

    def keep(module, given):
        found.append(given[0])
        raise Reached
    hook = layer.register_forward_pre_hook(keep)
    for x in batches:
        try:
            network(x)
        except Reached:
            pass
    hook.remove()
    return torch.cat(found)


@torch.no_grad()
def means_of(network, layers, batches):
    """The mean of each channel of what each of the layers gives."""
    sums, total = [0] * len(layers), sum(map(len, batches))

    def note(i):
        def add(module, given, result):
            sums[i] = sums[i] + result.mean([0, *range(2, result.ndim)]) * (len(result) / total)
        return add
    hooks = [layer.register_forward_hook(note(i)) for i, layer in enumerate(layers)]
    for x in batches:
        network(x)
    for hook in hooks:
        hook.remove()
    return sums


def round_layers(network, layers, wanted, batches, rng):
    """Rounds `layers` (with a `conv` and a method `settle(scales)`) in the order in which they run, each for what those
    before it give by then, and moves their biases so that the means of their channels are those that are wanted."""
    for layer, mean in zip(tqdm(layers, desc="rounding", mininterval=5), wanted):
        x = inputs_of(network, layer, batches)
        layer.settle(round_conv(layer.conv, x, rng))
        with torch.no_grad():
            layer.conv.bias += mean - layer(x).mean((0, 2, 3))
