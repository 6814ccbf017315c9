# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks of the MobileNet family and of its neighbours, with random weights, to compare with PyTorch."""
import os
import sys

import torch
from torch import nn
from torch.nn import functional as F


def randomise(model, seed):
    """Weights of a usual size, and batch-norm statistics that are not those of a fresh network."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            n = module.num_features
            module.running_mean.copy_(torch.randn(n, generator=generator) * 0.2)
            module.running_var.copy_(torch.rand(n, generator=generator) + 0.5)
            module.weight.data.copy_(torch.rand(n, generator=generator) + 0.5)
            module.bias.data.copy_(torch.randn(n, generator=generator) * 0.2)
        elif isinstance(module, (nn.Conv2d, nn.Linear)):
            fan_in = module.weight[0].numel()
            module.weight.data.copy_(torch.randn(module.weight.shape, generator=generator) * (2.0 / fan_in) ** 0.5)
            if module.bias is not None:
                module.bias.data.copy_(torch.randn(module.bias.shape, generator=generator) * 0.1)
    return model.eval()


def conv(inputs, outputs, kernel=3, stride=1, groups=1, activation=nn.ReLU6):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
                         nn.BatchNorm2d(outputs), activation())


class MobileNetV1(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [conv(3, 16, stride=2)], 16
        for outputs, stride in ((32, 1), (64, 2), (64, 1), (128, 2), (128, 1)):
            layers += [conv(channels, channels, stride=stride, groups=channels), conv(channels, outputs, 1)]
            channels = outputs
        self.layers = nn.Sequential(*layers)
        self.pool = nn.AvgPool2d(28)
        self.classifier = nn.Linear(channels, 7)

    def forward(self, x):
        x = self.pool(self.layers(x))
        return F.softmax(self.classifier(x.view(x.size(0), -1)), dim=1)


class Ghost(nn.Module):
    """GhostNet's module: half of the channels are cheap copies; cut to an odd number at the end."""

    def __init__(self, inputs, outputs):
        super().__init__()
        half = (outputs + 1) // 2
        self.outputs = outputs
        self.primary = conv(inputs, half, 1, activation=nn.ReLU)
        self.cheap = conv(half, half, 3, groups=half, activation=nn.ReLU)

    def forward(self, x):
        x = self.primary(x)
        return torch.cat([x, self.cheap(x)], 1)[:, :self.outputs]


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.reduce, self.expand = nn.Conv2d(channels, 8, 1), nn.Conv2d(8, channels, 1)

    def forward(self, x):
        y = x.mean((2, 3), keepdim=True)
        return x * F.hardsigmoid(self.expand(F.relu(self.reduce(y))))


class GhostNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv(3, 16, stride=2, activation=nn.ReLU)
        self.layers = nn.Sequential(Ghost(16, 21), SqueezeExcite(21), conv(21, 21, 3, 2, 21, nn.Hardswish),
                                    Ghost(21, 40), SqueezeExcite(40))
        self.classifier = nn.Linear(40, 5)

    def forward(self, x):
        return self.classifier(self.layers(self.stem(x)).mean([2, 3]))


class Activations(nn.Module):
    def __init__(self):
        super().__init__()
        kinds = (nn.PReLU(8), nn.PReLU(), nn.ELU(0.7), nn.LeakyReLU(0.1), nn.SiLU(), nn.Hardswish(), nn.Hardsigmoid(),
                 nn.Sigmoid(), nn.ReLU(), nn.Hardtanh(-0.5, 0.8))
        self.layers = nn.ModuleList(nn.Sequential(nn.Conv2d(3 if i == 0 else 8, 8, 3, padding=1), kind)
                                    for i, kind in enumerate(kinds))

    def forward(self, x):
        outputs = []
        for layer in self.layers:
            x = layer(x)
            outputs.append(x.mean((2, 3)))
        return torch.cat(outputs, 1)


class Padded(nn.Module):
    """TensorFlow's SAME padding, padding with a value, and pools of every kind."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(3, 8, 3, 2), nn.Conv2d(8, 8, 5, 2, groups=8), nn.Conv2d(8, 12, 3)

    def forward(self, x):
        x = F.relu6(self.a(F.pad(x, (0, 1, 0, 1))))
        x = self.b(F.pad(x, (1, 2, 1, 2)))
        x = F.max_pool2d(F.pad(x, (1, 0, 0, 1), value=0.5), 3, 2, 1)
        x = F.avg_pool2d(x, 3, 1, 1) + F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        x = F.max_pool2d(self.c(x), 2, 2, ceil_mode=True)
        return F.adaptive_avg_pool2d(x, 1).flatten(1)


class MultiOutput(nn.Module):
    """Scores, a map and features, with numpy's broadcasting between them."""

    def __init__(self):
        super().__init__()
        self.stem, self.map, self.head = conv(3, 12, stride=2), nn.Conv2d(12, 1, 1), nn.Linear(12, 4)
        self.register_buffer("scale", torch.linspace(0.5, 2.0, 12).view(12, 1, 1))

    def forward(self, x):
        x = self.stem(x) * self.scale - 0.25
        lesion = torch.sigmoid(self.map(x))
        features = (x * (lesion + 0.25)) / 3.0
        return self.head(features.mean((2, 3))), lesion, features


class Flattened(nn.Module):
    """The spatial positions reach the classifier, in PyTorch's order."""

    def __init__(self):
        super().__init__()
        self.stem, self.norm = conv(3, 6, 5, 4), nn.BatchNorm1d(6 * 24 * 16)
        self.head = nn.Linear(6 * 24 * 16, 9)

    def forward(self, x):
        x = self.stem(x)
        return self.head(F.relu(self.norm(x.view(x.size(0), -1))))


class Shuffled(nn.Module):
    """chunk, channel shuffle, transpose and slices."""

    def __init__(self):
        super().__init__()
        self.stem, self.left, self.right = conv(3, 16, stride=2), conv(8, 8, groups=8), nn.Conv2d(8, 8, 1)

    def forward(self, x):
        a, b = self.stem(x).chunk(2, 1)
        x = torch.cat([self.left(a), self.right(b), a], 1)
        n, c, h, w = x.shape
        x = x.view(n, 3, c // 3, h, w).transpose(1, 2).reshape(n, c, h, w)
        x = x[:, 2:20, 1:-1, ::1]
        return x.permute(0, 2, 3, 1).flatten(1)


class PreActivation(nn.Module):
    """Batch normalisation before convolution, as in DenseNet."""

    def __init__(self):
        super().__init__()
        self.stem, self.norms, self.convs = nn.Conv2d(3, 8, 3, 2), nn.ModuleList(), nn.ModuleList()
        for i in range(3):
            self.norms.append(nn.BatchNorm2d(8 + 4 * i))
            self.convs.append(nn.Conv2d(8 + 4 * i, 4, 3, padding=1, dilation=1, bias=False))

    def forward(self, x):
        x = self.stem(x)
        for norm, layer in zip(self.norms, self.convs):
            x = torch.cat([x, layer(F.relu(norm(x)))], 1)
        return x.mean((2, 3))


class FakeQuantized(nn.Module):
    """What quantisation-aware training exports: QDQ around activations and weights."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.head = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 1, 1, groups=8), nn.Linear(8, 5)

    @staticmethod
    def quantize(x, scale, low=-128, high=127):
        return torch.fake_quantize_per_tensor_affine(x, scale, 0, low, high)

    @staticmethod
    def quantize_weight(weight):
        scale = weight.detach().flatten(1).abs().max(1)[0] / 127
        return torch.fake_quantize_per_channel_affine(weight, scale, torch.zeros_like(scale).int(), 0, -128, 127)

    def forward(self, x):
        x = self.quantize(x, 0.02)
        x = F.relu(F.conv2d(x, self.quantize_weight(self.a.weight), self.a.bias, 2, 1))
        x = self.quantize(x, 0.04)
        x = x + self.quantize(F.conv2d(x, self.quantize_weight(self.b.weight), self.b.bias, 1, 1, 1, 8), 0.04)
        x = self.quantize(x, 0.05).mean((2, 3))
        return F.linear(self.quantize(x, 0.02), self.quantize_weight(self.head.weight), self.head.bias)


def derma_net():
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "models", "train"))
    from network import DermaNet
    return DermaNet()


def get_networks():
    """name, maker, height, width, opsets, tolerance"""
    from torchvision import models
    exact = 1e-4
    return [
        ("mobilenet_v2", models.mobilenet_v2, 224, 224, (9, 17), exact),
        ("mobilenet_v3_small", models.mobilenet_v3_small, 224, 224, (11, 15), exact),
        ("mobilenet_v3_large", models.mobilenet_v3_large, 192, 192, (13,), exact),
        ("mnasnet1_0", models.mnasnet1_0, 160, 160, (11,), exact),
        ("efficientnet_b0", models.efficientnet_b0, 224, 224, (13,), exact),
        ("resnet18", models.resnet18, 128, 128, (9,), exact),
        ("squeezenet1_1", models.squeezenet1_1, 127, 127, (11,), exact),
        ("shufflenet_v2_x0_5", models.shufflenet_v2_x0_5, 96, 96, (9, 13), exact),
        ("regnet_y_400mf", models.regnet_y_400mf, 112, 112, (15,), exact),
        ("derma_net", derma_net, 224, 224, (13, 17), exact),
        ("mobilenet_v1", MobileNetV1, 224, 224, (9, 13), exact),
        ("ghostnet", GhostNet, 96, 128, (11, 17), exact),
        ("activations", Activations, 24, 20, (9, 14, 17), exact),
        ("padded", Padded, 97, 96, (10, 11, 13), exact),
        ("multi_output", MultiOutput, 64, 48, (9, 13), exact),
        ("flattened", Flattened, 96, 64, (9, 15), exact),
        ("shuffled", Shuffled, 40, 36, (11, 13), exact),
        ("pre_activation", PreActivation, 33, 35, (9, 13), exact),
        ("fake_quantized", FakeQuantized, 64, 64, (13, 17), 0.02),
    ]
