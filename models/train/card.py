#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the figures of a model card from what `derma eval --json` has measured.

  models/train/card.py CARD.md NAME=FILE.json...
  models/train/card.py MODEL.onnx "WHAT"=FILE.json

Replaces, in CARD.md, what stands between <!-- figures NAME --> and <!-- end --> by the tables of FILE.json; or writes into
MODEL.onnx, as its `derma.evaluation`, how it does at its operating points on WHAT.
"""
import json
import re
import sys


def number(value, digits=3):
    return "" if value is None else f"{value:.{digits}f}"


def interval(figures, name):
    found = figures.get("intervals", {}).get(name)
    return f"{found[0]:.3f} to {found[1]:.3f}" if found else ""


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(map(str, r)) + " |" for r in rows] + [""]


def overall(f):
    base = f["majority_baseline"]
    plain = {"accuracy": base["accuracy"], "balanced_accuracy": base["balanced_accuracy"]}
    titles = [("accuracy", "accuracy"), ("balanced_accuracy", "balanced accuracy"), ("macro_f1", "macro F1"),
              ("macro_auc", "macro AUC"), ("ece", "expected calibration error")]
    rows = [[title, number(f[key]), interval(f, key), number(plain.get(key))] for key, title in titles]
    for name in ("malignant", "melanoma"):
        point = f"{f[name]['operating_point']:.4f}" if name in f else ""
        for key in ("auc", "sensitivity", "specificity"):
            title = f"{name}, AUC" if key == "auc" else f"{name} at {point}: {key}"
            rows.append([title, number(f[name][key]), interval(f, f"{name}_{key}"), ""])
    return table([f"n = {f['n']}", "figure", "95 % interval", f"always `{base.get('label', '')}`"], rows)


def per_class(f):
    return table(["class", "recall", "precision", "AUC", "n"],
                 [[c, number(v["recall"]), number(v["precision"]), number(v["auc"]), v["n"]]
                  for c, v in f["per_class"].items() if v["n"]])


def robustness(f):
    return table(["disturbance", "accuracy", "drop", "balanced accuracy", "drop", "label flips"],
                 [[r["name"], number(r["accuracy"]), number(r["accuracy_drop"]), number(r["balanced_accuracy"]),
                   number(r["balanced_accuracy_drop"]), f"{100 * r['flips']:.1f} %"] for r in f["robustness"]])


def groups(f):
    out = []
    for column, rows in f["groups"].items():
        out += table([column, "n", "accuracy", "balanced accuracy", "melanoma AUC", "malignant sensitivity", "specificity"],
                     [[r["value"], r["n"], number(r["accuracy"]), number(r["balanced_accuracy"]), number(r["melanoma_auc"]),
                       number(r["malignant_sensitivity"]), number(r["malignant_specificity"])] for r in rows])
    return out


def outliers(f):
    out = table(["pictures", "n", "AUROC", "refused"],
                [[r["name"], r["n"], number(r["auroc"]), f"{100 * r['refused']:.1f} %"] for r in f["outliers"]])
    return out + [f"Refused of the labelled pictures: {100 * f['refused']:.1f} %.", ""]


def lesion_map(f):
    m = f["map_iou"]
    return [f"Lesion map against the masks of {m['n']} pictures: mean IoU {m['mean']:.3f}, median {m['median']:.3f}, below 0.5 on "
            f"{100 * m['below_half']:.1f} %.", ""]


def figures(path):
    with open(path) as file:
        f = json.load(file)
    lines = overall(f) + per_class(f)
    for key, part in (("map_iou", lesion_map), ("outliers", outliers), ("robustness", robustness), ("groups", groups)):
        if f.get(key):
            lines += part(f)
    return "\n".join(lines)


def evaluation(what, f):
    """One line for the file itself."""
    parts = []
    for name in ("malignant", "melanoma"):
        at = [f"{key} {number(f[name][key])} ({interval(f, f'{name}_{key}')})" for key in ("sensitivity", "specificity")]
        parts.append(f"{name} at {f[name]['operating_point']:.4f}: {', '.join(at)}")
    return (f"{what}, {f['n']} pictures: {'; '.join(parts)}; accuracy {number(f['accuracy'])}, balanced accuracy "
            f"{number(f['balanced_accuracy'])}")


def write_evaluation(path, text):
    import onnx
    model = onnx.load(path)
    kept = [p for p in model.metadata_props if p.key != "derma.evaluation"]
    del model.metadata_props[:]
    model.metadata_props.extend([*kept, onnx.StringStringEntryProto(key="derma.evaluation", value=text)])
    onnx.save(model, path)


def main():
    if len(sys.argv) < 3 or any("=" not in a for a in sys.argv[2:]):
        raise SystemExit(__doc__)
    if sys.argv[1].endswith(".onnx"):
        what, path = sys.argv[2].split("=", 1)
        with open(path) as file:
            write_evaluation(sys.argv[1], evaluation(what, json.load(file)))
        return
    with open(sys.argv[1]) as file:
        card = file.read()
    for argument in sys.argv[2:]:
        name, path = argument.split("=", 1)
        pattern = re.compile(rf"(<!-- figures {re.escape(name)} -->\n).*?(<!-- end -->)", re.S)
        if not pattern.search(card):
            raise SystemExit(f"{sys.argv[1]}: has no place for the figures '{name}'")
        card = pattern.sub(lambda m: m.group(1) + figures(path) + "\n" + m.group(2), card)
    with open(sys.argv[1], "w") as file:
        file.write(card)


if __name__ == "__main__":
    main()
