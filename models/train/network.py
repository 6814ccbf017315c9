# SPDX-License-Identifier: LGPL-2.1-or-later
"""MobileNetV2 (Sandler et al., 2018): cut at 14x14x64 with a lesion map that guides the pooling, and whole as teacher.

Weights start from a batch-norm-folded ImageNet network, or from an earlier file of the small network. Batch normalisation
is put back with the statistics of real pictures and the gain and offset that leave the function as it was, and folded away
again for export.
"""
import copy

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

BLOCKS = [  # (expansion, output channels, stride)
    (1, 16, 1), (6, 24, 2), (6, 24, 1), (6, 32, 2), (6, 32, 1), (6, 32, 1), (6, 64, 2), (6, 64, 1), (6, 64, 1),
    (6, 64, 1), (6, 96, 1), (6, 96, 1), (6, 96, 1), (6, 160, 2), (6, 160, 1), (6, 160, 1), (6, 320, 1),
]
CUT = 10  # blocks of the small network
NARROWED = {7: 256, 8: 256, 9: 256}  # hidden channels of its blocks that have fewer than MobileNetV2's
TRUNK = 3  # first blocks that teacher and student may share unchanged: edges and colours, 56x56x24
HEAD_CHANNELS = 192
TEACHER_CHANNELS = 1280
DIRECTIONS = 16  # of typicality
NEWCOMER = 0.25  # share that a residual block has at first where an earlier network had none
MAP_FLOOR = 0.25  # what skin outside the lesion still counts in the pooling


def relu6(x):
    return F.hardtanh(x, 0.0, 6.0)  # exported as one Clip


class Conv(nn.Module):
    """Convolution and batch normalisation."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, momentum=0.02)
        nn.init.kaiming_normal_(self.conv.weight)
        self.start_bias = None  # of the folded start, until the first pictures give the statistics

    def load(self, weight, bias):
        with torch.no_grad():
            self.conv.weight.copy_(weight)
        self.start_bias = bias

    @torch.no_grad()
    def shrink(self, share):
        self.conv.weight.mul_(share)
        if self.start_bias is not None:
            self.start_bias = self.start_bias * share

    @torch.no_grad()
    def _normalise(self, mean, variance):
        """Takes these statistics and the gain and offset with which normalising changes nothing."""
        norm = self.norm
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_(torch.sqrt(norm.running_var + norm.eps))
        norm.bias.copy_(norm.running_mean + self.start_bias)
        self.start_bias = None

    def together(self):
        """Weight and bias of the one convolution that computes the same where the statistics are not the batch's own."""
        gain = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
        return self.conv.weight * gain[:, None, None, None], self.norm.bias - self.norm.running_mean * gain

    def forward(self, x):
        c = self.conv
        if self.start_bias is None and not self.norm.training:
            return F.conv2d(x, *self.together(), c.stride, c.padding, c.dilation, c.groups)
        y = c(x)
        if self.start_bias is not None:
            self._normalise(y.mean((0, 2, 3)), y.var((0, 2, 3)))
        return self.norm(y)

    def settle(self):
        """Does without the statistics of pictures."""
        if self.start_bias is not None:
            self._normalise(torch.zeros_like(self.start_bias), torch.ones_like(self.start_bias))

    @torch.no_grad()
    def folded(self):
        """nn.Conv2d that computes the same in evaluation."""
        c = self.conv
        out = nn.Conv2d(c.in_channels, c.out_channels, c.kernel_size, c.stride, c.padding, groups=c.groups)
        for mine, found in zip((out.weight, out.bias), self.together()):
            mine.copy_(found)
        return out


class Block(nn.Module):
    def __init__(self, inputs, hidden, outputs, stride):
        super().__init__()
        self.expand = Conv(inputs, hidden, 1) if hidden != inputs else None
        self.depthwise = Conv(hidden, hidden, 3, stride, hidden)
        self.project = Conv(hidden, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def layers(self):
        return [c for c in (self.expand, self.depthwise, self.project) if c is not None]

    def load(self, folded):
        """Takes (weight, bias) of each layer; where they have more hidden channels than here, those that matter most."""
        (expand, depthwise, project), hidden = ([None, *folded][-3:]), self.depthwise.conv.out_channels
        gain = depthwise[0].flatten(1).norm(dim=1) * project[0].flatten(1).norm(dim=0)
        kept = gain.argsort(descending=True)[:hidden].sort().values
        if self.expand is not None:
            self.expand.load(expand[0][kept], expand[1][kept])
        self.depthwise.load(depthwise[0][kept], depthwise[1][kept])
        self.project.load(project[0][:, kept], project[1])

    def forward(self, x):
        y = relu6(self.expand(x)) if self.expand is not None else x
        y = self.project(relu6(self.depthwise(y)))
        return x + y if self.residual else y


class Body(nn.Module):
    """Stem and the first `depth` blocks, some with fewer hidden channels."""

    def __init__(self, depth, narrowed=None):
        super().__init__()
        self.stem = Conv(3, 32, 3, 2)
        self.blocks = nn.ModuleList()
        self.channels = 32
        for i, (expansion, outputs, stride) in enumerate(BLOCKS[:depth]):
            self.blocks.append(Block(self.channels, (narrowed or {}).get(i, self.channels * expansion), outputs, stride))
            self.channels = outputs

    def trunk(self, x, blocks=TRUNK):
        x = relu6(self.stem(x))
        for block in self.blocks[:blocks]:
            x = block(x)
        return x

    def rest(self, x, first=TRUNK):
        for block in self.blocks[first:]:
            x = block(x)
        return x

    def trunk_modules(self):
        return [self.stem, *self.blocks[:TRUNK]]

    def load_imagenet(self, weights, extra=()):
        """Folded ImageNet weights (NN.conv|dwconv.weight as O,H,W,I or 1,H,W,C; NN in graph order).

        They were trained with padding at the bottom and right alone where the stride is 2; padding on all sides
        moves the sampling grid by a pixel and leaves the features as they are.
        """
        found = iter(range(len(weights.files) // 2))

        def take(conv):
            depthwise = conv.conv.groups > 1
            key = f"{next(found):02d}.{'dwconv' if depthwise else 'conv'}"
            order = (3, 0, 1, 2) if depthwise else (0, 3, 1, 2)
            return torch.from_numpy(weights[key + ".weight"]).permute(*order), torch.from_numpy(weights[key + ".bias"])

        self.stem.load(*take(self.stem))
        for block in self.blocks:
            block.load([take(conv) for conv in block.layers()])
        for conv in extra:
            conv.load(*take(conv))


def read_onnx(path, first="network.body.stem.weight"):
    """The tensors by name of an ONNX file that has one of the name `first`, as those have that export.py wrote in float."""
    try:
        found = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in onnx.load(path).graph.initializer}
    except Exception as problem:  # protobuf's own classes, OSError
        raise SystemExit(f"{path}: {problem}") from problem
    if first not in found:
        raise SystemExit(f"{path}: not a network that was written here: it has no {first}")
    return found


class DermaNet(nn.Module):
    """forward(images: N,3,H,W in -1..1) -> scores N,classes (logits), map N,1,H/16,W/16 (logits)."""

    def __init__(self, classes=7, depth=CUT, narrowed=None):
        super().__init__()
        self.body = Body(depth, NARROWED if narrowed is None else narrowed)
        self.map = nn.Conv2d(self.body.channels, 1, 1)
        self.head = Conv(self.body.channels, HEAD_CHANNELS, 1)
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(HEAD_CHANNELS, classes)

    def features(self, x, first=TRUNK):
        """From the output of the first blocks: averages N,FEATURES (of the head under the map, then of the body), map logits."""
        x = self.body.rest(x, first)
        lesion = self.map(x)
        head = relu6(self.head(x)) * (torch.sigmoid(lesion) + MAP_FLOOR)
        averages = [F.adaptive_avg_pool2d(y, 1).flatten(1) for y in (head, x)]
        return torch.cat(averages, 1), lesion

    def forward(self, x):
        return self.finish(self.body.trunk(x))

    def finish(self, x, first=TRUNK):
        features, lesion = self.features(x, first)
        return self.classifier(self.dropout(features[:, :HEAD_CHANNELS])), lesion

    def load_imagenet(self, path):
        self.body.load_imagenet(np.load(path))

    def load_earlier(self, path):
        """Weights of an ONNX file of this network; residual blocks that it lacks add little at first."""
        found = read_onnx(path)

        def take(name):
            return found[name + ".weight"], found[name + ".bias"]

        self.body.stem.load(*take("network.body.stem"))
        for i, block in enumerate(self.body.blocks):
            name = f"network.body.blocks.{i}."
            if name + "project.weight" in found:
                block.load([take(name + n) for n in ("expand", "depthwise", "project") if name + n + ".weight" in found])
            else:
                block.project.shrink(NEWCOMER)
        self.head.load(*take("network.head"))
        for layer, name in ((self.map, "network.map"), (self.classifier, "classifier")):
            layer.load_state_dict(dict(zip(("weight", "bias"), take(name))))

    def ready(self):
        """For use, not training."""
        for conv in (m for m in self.modules() if isinstance(m, Conv)):
            conv.settle()
        return self.eval().requires_grad_(False)


def earlier(path):
    """The network of an ONNX file that export.py wrote, whatever its blocks, for use."""
    found = read_onnx(path)
    hidden = {int(k.split(".")[3]): len(v) for k, v in found.items() if k.endswith("depthwise.weight")}
    network = DermaNet(len(found["classifier.bias"]), len(hidden), hidden)
    network.load_earlier(path)
    return network.ready()


class Typicality(nn.Module):
    """sigmoid(c - sum_j u_j (w_j f + b_j)^2), u_j >= 0, of the network's features f."""

    def __init__(self, features=HEAD_CHANNELS + BLOCKS[CUT - 1][1]):
        super().__init__()
        self.project = nn.Linear(features, DIRECTIONS)
        self.weight = nn.Parameter(torch.full((DIRECTIONS,), -2.0))
        self.offset = nn.Parameter(torch.tensor(3.0))

    @torch.no_grad()
    def start(self, features):
        """Directions of features N,F with unit variance and mean 0 over the real pictures."""
        mean, std = features.mean(0), features.std(0) + 1e-3
        self.project.weight.copy_(torch.randn(DIRECTIONS, features.shape[1]) / features.shape[1] ** 0.5 / std)
        self.project.bias.copy_(-self.project.weight @ mean)

    @torch.no_grad()
    def load_earlier(self, path):
        """What an ONNX file of the network has of it."""
        found = read_onnx(path)
        self.project.weight.copy_(found["project.weight"])
        self.project.bias.copy_(found["project.bias"])
        self.weight.copy_(torch.log(torch.expm1(-found["last.weight"][0])))
        self.offset.copy_(found["last.bias"][0])

    def logit(self, features):
        distance = self.project(features)
        return F.linear(distance * distance, -F.softplus(self.weight)[None], self.offset[None])

    @torch.no_grad()
    def last(self):
        """The last layer, from squared distances, as nn.Linear."""
        out = nn.Linear(DIRECTIONS, 1)
        out.weight.copy_(-F.softplus(self.weight)[None])
        out.bias.copy_(self.offset[None])
        return out


class Teacher(nn.Module):
    """The whole MobileNetV2; same interface as DermaNet, without a map."""

    def __init__(self, classes=7):
        super().__init__()
        self.body = Body(len(BLOCKS))
        self.head = Conv(self.body.channels, TEACHER_CHANNELS, 1)
        self.dropout = nn.Dropout(0.3)
        self.classifier = nn.Linear(TEACHER_CHANNELS, classes)

    def forward(self, x):
        return self.finish(self.body.trunk(x))

    def finish(self, x):
        features = relu6(self.head(self.body.rest(x)))
        return self.classifier(self.dropout(F.adaptive_avg_pool2d(features, 1).flatten(1))), None

    def load_imagenet(self, path):
        self.body.load_imagenet(np.load(path), [self.head])


def folded(network):
    """A copy with each convolution and its normalisation as one convolution."""
    copied = copy.deepcopy(network)
    for module in list(copied.modules()):
        for name, child in module.named_children():
            if isinstance(child, Conv):
                setattr(module, name, child.folded())
    return copied
