#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""onnx-backend.py [--update] [-v] DERMA [SOURCES]: the ONNX project's own tests of the operators that libderma knows.

Each goes through `derma model run`: it passes or is refused in one line that names the file; none is computed wrongly
and none crashes. All inputs but the first become constants, which is what they are in a network. A first input that is
no picture is tried once more as one that is reshaped, and operators that are
computed when a file is read are tried once more with nothing but constants. What came of each is written in
onnx-backend-VERSION.md beside this file, for a release of ONNX each; a difference is a failure, and --update takes it
over. With SOURCES, the folder src/model, it fails if an operator that is found there is not tried. Exit 77, which is to
skip, without python3-onnx.
"""
import collections
import os
import re
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnx
    from onnx import helper, numpy_helper
    np.float, np.bool, np.object = float, bool, object  # names that the tests of onnx 1.12 still use
    from onnx.backend.test.case.node import collect_testcases
except ImportError as error:
    print(f"skipped: {error} (python3-onnx)")
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
# Known, or no longer or not yet: what is refused must be refused clearly.
OPERATORS = {
    "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Constant", "Conv", "DequantizeLinear", "Div",
    "Dropout", "Elu", "Flatten", "Gather", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid", "HardSwish",
    "Identity", "LeakyRelu", "MatMul", "Max", "MaxPool", "Min", "Mul", "PRelu", "Pad", "QuantizeLinear", "ReduceMean",
    "Relu", "Reshape", "Shape", "Sigmoid", "Slice", "Softmax", "Split", "Squeeze", "Sub", "Sum", "Tanh", "Transpose",
    "Unsqueeze",
}
FOLDED = {
    "Abs", "Add", "Cast", "Ceil", "Concat", "ConstantOfShape", "Div", "Expand", "Flatten", "Floor", "Gather", "Identity",
    "Mul", "Neg", "Range", "ReduceMax", "Reshape", "Shape", "Slice", "Sqrt", "Squeeze", "Sub", "Transpose", "Unsqueeze",
}
# An operator as the sources list it.
LISTED = re.compile(r'^  \{ "([A-Z]\w+)", (?:derma_convert|evaluate)_\w+ \},$', re.MULTILINE)
# What may be said of an operator beside a crash or wrong values.
FINE = ("pass", "refused")


def collect():
    with np.errstate(all="ignore"):
        try:
            return collect_testcases()
        except TypeError:
            return collect_testcases(None)


def to_array(value):
    """Newer releases give values of types that NumPy lacks as TensorProto."""
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else np.asarray(value)


def make_constants(model, values):
    """Initialisers in place of those inputs."""
    for value, array in values:
        tensor = array if isinstance(array, onnx.TensorProto) else numpy_helper.from_array(np.asarray(array), value.name)
        model.graph.initializer.append(tensor)
        model.graph.initializer[-1].name = value.name
        model.graph.input.remove(value)


def prepare_run(case):
    """The model with constants in place of all inputs but the first, that input, and what comes out."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    inputs, outputs = case.data_sets[0]
    make_constants(model, list(zip(model.graph.input, inputs))[1:])
    names = [output.name for output in model.graph.output]
    return model, to_array(inputs[0]), dict(zip(names, outputs))


def prepare_reshaped(case):
    """The same for an input of another shape than that of a picture: a picture of one row, reshaped to it first."""
    model, first, outputs = prepare_run(case)
    name = model.graph.input[0].name
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info("derma_row", onnx.TensorProto.FLOAT, [1, 1, 1, first.size]))
    model.graph.initializer.append(numpy_helper.from_array(np.array(first.shape, np.int64), "derma_shape"))
    model.graph.node.insert(0, helper.make_node("Reshape", ["derma_row", "derma_shape"], [name]))
    return model, first.reshape(1, 1, 1, -1), outputs


def is_picture(array):
    return array.ndim == 4 and array.shape[0] == 1 and array.shape[1] in (1, 3)


def prepare_fold(case):
    """The model with constants in place of all inputs, added as floats to an input of one zero."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    inputs, outputs = case.data_sets[0]
    make_constants(model, list(zip(model.graph.input, inputs)))
    name = model.graph.output[0].name
    del model.graph.output[:]
    model.graph.input.append(helper.make_tensor_value_info("derma_zero", onnx.TensorProto.FLOAT, [1, 1, 1, 1]))
    model.graph.node.append(helper.make_node("Cast", [name], ["derma_floats"], to=onnx.TensorProto.FLOAT))
    model.graph.node.append(helper.make_node("Add", ["derma_zero", "derma_floats"], ["derma_sum"]))
    model.graph.output.append(helper.make_tensor_value_info("derma_sum", onnx.TensorProto.FLOAT, None))
    return model, np.zeros((1, 1, 1, 1), np.float32), {"derma_sum": outputs[0]}


def judge(found, expected):
    if found.size != expected.size:
        return f"wrong: {found.size} values, not {expected.size}"
    if np.allclose(found.ravel().astype(np.float64), expected.ravel(), rtol=1e-3, atol=1e-4, equal_nan=True):
        return "pass"
    return "wrong: other values"


def check(derma, folder, prepared):
    """What becomes of it: "pass", "refused: CAUSE", "wrong: ...", "message: ..." or "crash: ..."."""
    model, first, outputs = prepared
    path, given, written = (os.path.join(folder, name) for name in ("model.onnx", "in.npy", "out.npy"))
    with open(path, "wb") as f:
        f.write(model.SerializeToString())
    np.save(given, first.astype(np.float32))
    for name, wanted in outputs.items():
        result = subprocess.run([derma, "model", "run", path, "--input", given, "--output", written, "--output-name", name],
                                capture_output=True, text=True, errors="replace")
        message = result.stderr.strip()
        if result.returncode == 1:
            cause = re.match(r"(?:derma[^:]*: )?(?:%s|%s): (.*)$" % (re.escape(path), re.escape(given)), message)
            return f"refused: {cause[1]}" if cause else f"message: {message[-300:]}"
        if result.returncode:
            return f"crash: exit {result.returncode}: {message[-300:]}"
        verdict = judge(np.load(written), to_array(wanted).astype(np.float64))
        if verdict != "pass":
            return verdict
    return "pass"


def try_all(derma):
    """(operator, case, verdict) of all that ONNX has for our operators."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for case in sorted(collect(), key=lambda case: case.name):
            nodes = case.model.graph.node if case.model else []
            if len(nodes) != 1 or nodes[0].domain not in ("", "ai.onnx"):
                continue
            operator, inputs = nodes[0].op_type, case.data_sets[0][0]
            if operator in OPERATORS and inputs:
                rows.append((operator, case.name, check(derma, folder, prepare_run(case))))
                first = to_array(inputs[0])
                if first.dtype == np.float32 and first.size and not is_picture(first):
                    rows.append((operator, case.name + " (reshaped)", check(derma, folder, prepare_reshaped(case))))
            if operator in FOLDED or operator == "Constant":
                rows.append((operator, case.name + " (constants)", check(derma, folder, prepare_fold(case))))
    return rows


def clean(verdict):
    """A verdict as a cell of the table."""
    return verdict.replace("|", "\\|").replace("\n", " ")


def table(rows):
    counts = collections.Counter(verdict.split(":")[0] for _, _, verdict in rows)
    lines = [f"# ONNX {onnx.__version__}: its own tests of the operators", "",
             "Written by `tests/conformance/onnx-backend.py --update`; the test of that name fails if it is not current.", "",
             "result | cases", "---|---"]
    lines += [f"{name} | {counts.get(name, 0)}" for name in ("pass", "refused", "wrong", "crash", "message")]
    lines += ["", "operator | case | result", "---|---|---"]
    lines += [f"{operator} | {name} | {clean(verdict)}" for operator, name, verdict in sorted(rows)]
    return "\n".join(lines) + "\n"


def compare(text, path):
    """Whether the table that is kept is this one; says what differs."""
    if not os.path.exists(path):
        print(f"there is no {os.path.basename(path)} to compare with (--update writes it)")
        return True
    with open(path, encoding="utf-8") as f:
        kept = set(f.read().splitlines())
    found = set(text.splitlines())
    for line in sorted(kept - found):
        print(f"FAILED no longer: {line}")
    for line in sorted(found - kept):
        print(f"FAILED now: {line}")
    return kept == found


def find_untried(sources, rows):
    """Operators that the sources list, and no test of ONNX tries."""
    listed = set()
    for name in ("convert.c", "fold.c"):
        with open(os.path.join(sources, name), encoding="utf-8") as f:
            found = set(LISTED.findall(f.read()))
        if len(found) < 10:
            sys.exit(f"{name}: the list of operators is not found")
        listed |= found
    return sorted(listed - {operator for operator, _, _ in rows})


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("-")]
    rows = try_all(os.path.abspath(arguments[0]))
    text = table(rows)
    bad = [row for row in rows if row[2].split(":")[0] not in FINE]
    for operator, name, verdict in rows if "-v" in sys.argv else bad:
        print(f"{'FAILED ' if (operator, name, verdict) in bad else ''}{operator} {name}: {verdict}")
    path = os.path.join(HERE, f"onnx-backend-{onnx.__version__}.md")
    if "--update" in sys.argv:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    current = compare(text, path)
    untried = find_untried(arguments[1], rows) if len(arguments) > 1 else []
    for operator in untried:
        print(f"FAILED {operator}: no test tries it")
    passed = sum(verdict == "pass" for _, _, verdict in rows)
    print(f"{passed} passed, {len(rows) - passed - len(bad)} refused, {len(bad)} failed")
    sys.exit(bool(bad or untried or not current or not passed))


if __name__ == "__main__":
    main()
