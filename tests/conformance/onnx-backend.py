#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""onnx-backend.py RUN-MODEL: the ONNX project's own tests of the operators that libderma knows.

Each passes or is refused in one line that names the file; none is computed wrongly and none crashes. All inputs but the
first become constants, which is what they are in a network. Exit 77, which is to skip, without python3-onnx.
"""
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper
    np.float, np.bool, np.object = float, bool, object  # names that the tests of onnx 1.12 still use
    from onnx.backend.test.case.node import collect_testcases
except ImportError as error:
    print(f"skipped: {error} (python3-onnx)")
    sys.exit(77)

OPERATORS = {
    "Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Conv", "DequantizeLinear", "Div", "Elu", "Flatten",
    "Gemm", "GlobalAveragePool", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "MatMul", "MaxPool", "Mul", "PRelu",
    "Pad", "QuantizeLinear", "ReduceMean", "Relu", "Reshape", "Sigmoid", "Slice", "Softmax", "Split", "Squeeze", "Sub",
    "Transpose", "Unsqueeze", "Dropout", "Constant", "Shape", "Gather", "Cast", "Tanh", "Sum", "Max",
}


def collect():
    with np.errstate(all="ignore"):
        try:
            return collect_testcases()
        except TypeError:
            return collect_testcases(None)


def to_array(value):
    """Newer releases give values of types that NumPy lacks as TensorProto."""
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else np.asarray(value)


def prepare(case):
    """The model with constants in place of all inputs but the first."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    inputs, outputs = case.data_sets[0]
    for value, array in list(zip(model.graph.input, inputs))[1:]:
        model.graph.initializer.append(array if isinstance(array, onnx.TensorProto)
                                       else numpy_helper.from_array(np.asarray(array), value.name))
        model.graph.initializer[-1].name = value.name
        model.graph.input.remove(value)
    return model, inputs[0], outputs


def check(program, folder, case):
    """pass, refused, or what is wrong"""
    model, first, outputs = prepare(case)
    path, given, written = (os.path.join(folder, name) for name in ("model.onnx", "in.f32", "out.f32"))
    onnx.save(model, path)
    to_array(first).astype(np.float32).tofile(given)
    result = subprocess.run([program, path, given, written], capture_output=True, text=True)
    message = result.stderr.strip()
    if result.returncode == 1:
        return "refused" if message.startswith(path + ": ") and "\n" not in message else f"message: {message}"
    if result.returncode:
        return f"exit {result.returncode}: {message[-300:]}"
    found = np.fromfile(written, np.float32)
    expected = np.concatenate([to_array(o).astype(np.float64).ravel() for o in outputs])
    if found.shape != expected.shape:
        return f"{found.size} values, not {expected.size}"
    return "pass" if np.allclose(found, expected, rtol=1e-3, atol=1e-4) else "wrong values"


def main():
    counts, bad = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for case in collect():
            nodes = case.model.graph.node if case.model else []
            if len(nodes) != 1 or nodes[0].op_type not in OPERATORS or not case.data_sets[0][0]:
                continue
            verdict = check(sys.argv[1], folder, case)
            counts[verdict] = counts.get(verdict, 0) + 1
            if verdict not in ("pass", "refused"):
                bad += 1
                print(f"FAILED {case.name}: {verdict}", flush=True)
            elif verdict == "pass" or "-v" in sys.argv:
                print(f"{verdict:7} {case.name}", flush=True)
    print(f"{counts.get('pass', 0)} passed, {counts.get('refused', 0)} refused, {bad} failed")
    sys.exit(bad != 0 or not counts.get("pass"))


if __name__ == "__main__":
    main()
