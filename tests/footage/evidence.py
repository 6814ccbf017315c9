#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""evidence.py READINGS VIDEO TRUTH.jsonl [--window S] [--json OUT]: what evidence over time does to an examination.

Plays the video twice, with single frames and with evidence over S seconds, and compares both with the truth: label flips
a second while a lesion is in view, time from coming into view to a stable reading, accuracy and balanced accuracy (of all
single frames in view, and of the reading that stood last), lesions that never settle, and wrong counts of lesions.
READINGS is the program built from readings.c.
"""
import argparse
import collections
import json
import subprocess
import sys


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("readings")
    parser.add_argument("video")
    parser.add_argument("truth")
    parser.add_argument("--window", type=float, default=3.0)
    parser.add_argument("--model")
    parser.add_argument("--json")
    return parser.parse_args()


def play(options, window):
    command = [options.readings, options.video, f"evidence-window={window}"]
    if options.model:
        command.append(f"model={options.model}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{options.video}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def spans(truth):
    """Of each lesion: its diagnosis and its frames in view, by pts."""
    found = collections.OrderedDict()
    for row in truth:
        if row["lesion"]:
            found.setdefault(row["lesion"], (row["dx"], []))[1].append(row["pts"])
    return found


def recalls(pairs):
    """Accuracy and balanced accuracy of (truth, label) pairs; a label of None is wrong."""
    by_class = collections.defaultdict(list)
    for truth, label in pairs:
        by_class[truth].append(truth == label)
    hits = [h for one in by_class.values() for h in one]
    mean = sum(sum(h) / len(h) for h in by_class.values()) / max(1, len(by_class))
    return sum(hits) / max(1, len(hits)), mean


def flips(readings):
    """Changes of the label, and the seconds they were counted over."""
    changes = sum(a["label"] != b["label"] for a, b in zip(readings, readings[1:]))
    return changes, (readings[-1]["pts"] - readings[0]["pts"]) * 1e-9 if len(readings) > 1 else 0.0


def measure(readings, lesions):
    frames, settled, waits, counts = [], [], [], []
    changes = seconds = 0.0
    for dx, times in lesions.values():
        mine = [r for r in readings if times[0] <= r["pts"] <= times[-1] and r["state"] != "no-lesion"]
        frames += [(dx, r["label"]) for r in mine]
        stable = [r for r in mine if r["state"] == "stable"]
        settled.append((dx, stable[-1]["label"] if stable else None))
        if stable:
            waits.append((stable[0]["pts"] - times[0]) * 1e-9)
        c, s = flips([r for r in mine if r["state"] in ("stable", "uncertain")])
        changes, seconds = changes + c, seconds + s
        counts.append({r["lesion"] for r in mine if r["state"] in ("stable", "uncertain")})
    frame = recalls(frames)
    stood = recalls([p for p in settled if p[1]])
    return {"lesions": len(lesions), "frame_accuracy": frame[0], "frame_balanced_accuracy": frame[1],
            "stable_accuracy": stood[0], "stable_balanced_accuracy": stood[1],
            "never_stable": sum(p[1] is None for p in settled) / max(1, len(settled)),
            "flips_per_second": changes / seconds if seconds else None,
            "seconds_to_stable": sorted(waits)[len(waits) // 2] if waits else None,
            "wrong_counts": wrong_counts(counts)}


def wrong_counts(counts):
    """Share of lesions that were split, or that share their number with the one before."""
    wrong = 0
    for i, numbers in enumerate(counts):
        wrong += len(numbers) != 1 or (i > 0 and bool(numbers & counts[i - 1]))
    return wrong / max(1, len(counts))


def main():
    options = parse()
    with open(options.truth, encoding="utf-8") as file:
        lesions = spans([json.loads(line) for line in file])
    single, evidence = measure(play(options, 0), lesions), measure(play(options, options.window), lesions)
    print(f"{'':28}{'single frames':>14}{'evidence':>14}")
    for key in single:
        a, b = (("" if m[key] is None else f"{m[key]:.3f}") for m in (single, evidence))
        print(f"{key.replace('_', ' '):28}{a:>14}{b:>14}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"window": options.window, "single": single, "evidence": evidence}, file, indent=1)


if __name__ == "__main__":
    main()
