#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-fixtures.py [FOLDER]: writes tiny ONNX files and what PyTorch computes for them (python3-torch).

NAME.onnx, and NAME.f32: all outputs, one after the other, float32, for the golden input of derma_golden_fill().
"""
import os
import sys
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from networks import conv, randomise, Ghost, SqueezeExcite

OPSETS = (9, 13, 17)
SIZE = (6, 8)


class Function(nn.Module):
    """A network around a function of some layers and the input."""

    def __init__(self, function, *layers):
        super().__init__()
        self.layers, self.function = nn.ModuleList(layers), function

    def forward(self, x):
        return self.function(x, *self.layers)


def shuffle(x):
    n, c, h, w = x.shape
    return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


def fake_quantize(x, weight, bias):
    scale = weight.detach().flatten(1).abs().max(1)[0] / 127
    weight = torch.fake_quantize_per_channel_affine(weight, scale, torch.zeros_like(scale).int(), 0, -128, 127)
    x = torch.fake_quantize_per_tensor_affine(x, 1 / 64, 0, -128, 127)
    return torch.fake_quantize_per_tensor_affine(F.relu(F.conv2d(x, weight, bias)), 1 / 32, -128, -128, 127)


def get_fixtures():
    """name, network, opsets"""
    every, late = OPSETS, (13, 17)
    return [
        ("block", Function(lambda x, a, b, c: x + c(b(a(x))), conv(3, 8, 1), conv(8, 8, groups=8), nn.Conv2d(8, 3, 1)),
         every),
        ("stride", Function(lambda x, a, b: b(a(F.pad(x, (0, 1, 0, 1)))), nn.Conv2d(3, 4, 3, 2), nn.Conv2d(4, 4, 2, 1, groups=2)),
         every),
        ("squeeze", Function(lambda x, a: a(x), SqueezeExcite(3)), every),
        ("hardswish", Function(lambda x: F.hardswish(x * 3.0)), every),
        ("activations", Function(lambda x, a, b: torch.cat([a(x), b(x), F.elu(x), F.leaky_relu(x, 0.2), F.silu(x)], 1).mean((2, 3)),
                                 nn.PReLU(3), nn.PReLU()), every),
        ("clip", Function(lambda x: torch.clamp(x, -0.3, 0.6) + torch.clamp(x, min=0.1) - F.relu6(x)), every),
        ("broadcast", Function(lambda x, a: (x * torch.sigmoid(a(x)) / 3.0 - x.mean((2, 3), keepdim=True)).mean((2, 3)),
                               nn.Conv2d(3, 1, 1)), every),
        ("pools", Function(lambda x: torch.cat([F.max_pool2d(x, 3, 2, 1), F.avg_pool2d(x, 3, 2, 1),
                                                F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)], 1)), (10, 11, 13)),
        ("ceil", Function(lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True).flatten(1)), (10, 13)),
        ("flatten", Function(lambda x, a: a(F.max_pool2d(x, 2).view(1, -1)), nn.Linear(36, 5)), every),
        ("shuffle", Function(lambda x, a: shuffle(a(x))[:, 1:3, 1:], nn.Conv2d(3, 4, 1)), every),
        ("ghost", Function(lambda x, a: a(x).mean((2, 3)), Ghost(3, 5)), (13,)),
        ("norm", Function(lambda x, a, b: b(F.relu(a(x))).mean([2, 3]), nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3, dilation=2)),
         (9, 13, 17)),
        ("softmax", Function(lambda x, a: F.softmax(a(x.mean((2, 3))), 1), nn.Linear(3, 7)), every),
        ("two-outputs", Function(lambda x, a: (a(x).mean((2, 3)), torch.sigmoid(a(x))), nn.Conv2d(3, 2, 1)), every),
        ("permute", Function(lambda x: F.softmax(x.permute(0, 2, 3, 1), 2)), late),
        ("quantized", Function(lambda x, a: fake_quantize(x, a.weight, a.bias), nn.Conv2d(3, 4, 1)), late),
    ]


def golden(n):
    """As derma_golden_fill()."""
    i = np.arange(n, dtype=np.uint64)
    return (((i * 2654435761) % 2**32 >> 8).astype(np.float64) / 2**24 * 2 - 1).astype(np.float32)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")
    x = torch.from_numpy(golden(3 * SIZE[0] * SIZE[1])).reshape(1, 3, *SIZE)
    for seed, (name, model, opsets) in enumerate(get_fixtures()):
        randomise(model, seed)
        outputs = model(x)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        np.concatenate([o.numpy().ravel() for o in outputs]).tofile(os.path.join(folder, f"{name}.f32"))
        for opset in opsets:
            torch.onnx.export(model, x, os.path.join(folder, f"{name}-{opset}.onnx"), opset_version=opset,
                              training=torch.onnx.TrainingMode.PRESERVE if opset % 4 == 1 else torch.onnx.TrainingMode.EVAL)


if __name__ == "__main__":
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        main()
