# SPDX-License-Identifier: LGPL-2.1-or-later
"""MobileNetV2 (Sandler et al., 2018) cut at 14x14x64, with a lesion map that guides the pooling.

Weights start from a batch-norm-folded ImageNet network. Each convolution keeps its kernel divided by a fixed
per-channel scale, the standard deviation of its output on real pictures, so that one learning rate suits every
channel as batch normalisation would make it, at no cost in the forward pass.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

BLOCKS = [  # (expansion, output channels, stride), up to 14x14x64
    (1, 16, 1), (6, 24, 2), (6, 24, 1), (6, 32, 2), (6, 32, 1), (6, 32, 1), (6, 64, 2), (6, 64, 1), (6, 64, 1),
]
HEAD_CHANNELS = 192
MAP_FLOOR = 0.25  # what skin outside the lesion still counts in the pooling


def relu6(x):
    return F.hardtanh(x, 0.0, 6.0)  # exported as one Clip


class ScaledConv(nn.Module):
    """Convolution whose weight and bias are stored divided by a per-channel scale."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1):
        super().__init__()
        self.stride, self.groups, self.kernel = stride, groups, kernel
        self.v = nn.Parameter(torch.empty(outputs, inputs // groups, kernel, kernel))
        self.b = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("scale", torch.ones(outputs))
        nn.init.kaiming_normal_(self.v)

    def load(self, weight, bias):
        with torch.no_grad():
            self.v.copy_(weight / self.scale[:, None, None, None])
            self.b.copy_(bias / self.scale)

    def rescale(self, scale):
        """Changes the scale, leaving the function as it is."""
        weight, bias = self.weight(), self.bias()
        self.scale.copy_(scale)
        self.load(weight, bias)

    def weight(self):
        return self.v * self.scale[:, None, None, None]

    def bias(self):
        return self.b * self.scale

    def forward(self, x):
        return F.conv2d(x, self.weight(), self.bias(), self.stride, self.kernel // 2, 1, self.groups)


class Block(nn.Module):
    def __init__(self, inputs, expansion, outputs, stride):
        super().__init__()
        hidden = inputs * expansion
        self.expand = ScaledConv(inputs, hidden, 1) if expansion != 1 else None
        self.depthwise = ScaledConv(hidden, hidden, 3, stride, hidden)
        self.project = ScaledConv(hidden, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        y = relu6(self.expand(x)) if self.expand is not None else x
        y = self.project(relu6(self.depthwise(y)))
        return x + y if self.residual else y


class DermaNet(nn.Module):
    """forward(images: N,3,H,W in -1..1) -> scores N,classes (logits), map N,1,H/16,W/16 (0..1)."""

    def __init__(self, classes=7):
        super().__init__()
        self.stem = ScaledConv(3, 32, 3, 2)
        self.blocks = nn.ModuleList()
        channels = 32
        for expansion, outputs, stride in BLOCKS:
            self.blocks.append(Block(channels, expansion, outputs, stride))
            channels = outputs
        self.map = ScaledConv(channels, 1, 1)
        self.head = ScaledConv(channels, HEAD_CHANNELS, 1)
        self.classifier = nn.Linear(HEAD_CHANNELS, classes)

    def forward(self, x):
        x = relu6(self.stem(x))
        for block in self.blocks:
            x = block(x)
        lesion = torch.sigmoid(self.map(x))
        features = relu6(self.head(x)) * (lesion + MAP_FLOOR)
        pooled = F.adaptive_avg_pool2d(features, 1).flatten(1)
        return self.classifier(pooled), lesion

    def convolutions(self):
        return [m for m in self.modules() if isinstance(m, ScaledConv)]

    def load_imagenet(self, path):
        """Takes the folded ImageNet weights (NN.conv|dwconv.weight as O,H,W,I or 1,H,W,C; NN in graph order).

        They were trained with padding at the bottom and right alone where the stride is 2; padding on all sides
        moves the sampling grid by a pixel and leaves the features as they are.
        """
        weights = np.load(path)
        convolutions = [self.stem] + [c for b in self.blocks for c in (b.expand, b.depthwise, b.project) if c is not None]
        for i, conv in enumerate(convolutions):
            depthwise = conv.groups > 1
            key = f"{i:02d}.{'dwconv' if depthwise else 'conv'}"
            order = (3, 0, 1, 2) if depthwise else (0, 3, 1, 2)
            conv.load(torch.from_numpy(weights[key + ".weight"]).permute(*order),
                      torch.from_numpy(weights[key + ".bias"]))

    @torch.no_grad()
    def calibrate_scales(self, images):
        """Sets each convolution's scale from its output on these images."""
        hooks, scales = [], {}
        for conv in self.convolutions():
            hooks.append(conv.register_forward_hook(
                lambda m, _, y: scales.__setitem__(m, y.transpose(0, 1).flatten(1).std(1).clamp_min(1e-2))))
        self(images)
        for hook in hooks:
            hook.remove()
        for conv, scale in scales.items():
            conv.rescale(scale)
