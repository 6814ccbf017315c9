#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""compare-with-torch.py RUN-MODEL [NAME...]: exports networks to ONNX and compares libderma with PyTorch.

Exit 77, which is to skip, where PyTorch or torchvision is not installed.
"""
import os
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy as np
    import torch
    import torchvision  # noqa: F401
except ImportError as error:
    print(f"skipped: {error} (python3-torch and python3-torchvision)")
    sys.exit(77)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import networks


def export(model, example, path, opset):
    """Every other opset keeps batch normalisation as a node of its own instead of folding it."""
    training = torch.onnx.TrainingMode.PRESERVE if opset % 4 == 1 else torch.onnx.TrainingMode.EVAL
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model, example, path, opset_version=opset, training=training)


def run(program, folder, path, example):
    given, written = os.path.join(folder, "in.f32"), os.path.join(folder, "out.f32")
    example.numpy().astype(np.float32).tofile(given)
    result = subprocess.run([program, path, given, written], capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(result.stderr.strip() or f"exit {result.returncode}")
    return np.fromfile(written, np.float32)


def compare(found, outputs):
    """The largest difference of any output, relative to its largest value."""
    at, worst = 0, 0.0
    for output in outputs:
        expected = output.numpy().ravel()
        part = found[at:at + expected.size]
        at += expected.size
        worst = max(worst, float(np.abs(part - expected).max() / np.abs(expected).max()))
    if at != found.size or not np.isfinite(found).all():
        raise RuntimeError(f"{found.size} values, not {at} finite ones")
    return worst


def check(program, folder, network, opset, seed):
    name, make, height, width, _, tolerance = network
    torch.manual_seed(seed)
    model = networks.randomise(make(), seed)
    example = torch.randn(1, 3, height, width)
    with torch.no_grad():
        outputs = model(example)
    path = os.path.join(folder, f"{name}-{opset}.onnx")
    export(model, example, path, opset)
    worst = compare(run(program, folder, path, example), outputs if isinstance(outputs, tuple) else (outputs,))
    os.remove(path)
    return worst, worst <= tolerance


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    failures = 0
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        for seed, network in enumerate(networks.get_networks()):
            if wanted and network[0] not in wanted:
                continue
            for opset in network[4]:
                try:
                    worst, good = check(program, folder, network, opset, seed)
                    text = f"{worst:.1e}"
                except RuntimeError as error:
                    text, good = str(error), False
                failures += not good
                print(f"{'ok' if good else 'FAILED':6} {network[0]} opset {opset}: {text}", flush=True)
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
