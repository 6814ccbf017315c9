# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes recorded sessions for tests: a Matroska file of painted lesions, and a sidecar that says what was read."""
import hashlib
import json
import os
import subprocess

LABELS = ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"]
MALIGNANT = {"akiec", "bcc", "mel"}
SECOND = 1000000000


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def paint(phantom, path, seconds=6, size=(320, 240), codec=("-c:v", "mjpeg", "-q:v", "3")):
    """A recording at ten pictures a second: a painted lesion, another from half of it on."""
    folder = os.path.dirname(path)
    pictures = [os.path.join(folder, f"picture-{i}.png") for i in range(2)]
    for i, picture in enumerate(pictures):
        subprocess.run([phantom, picture, str(size[0]), str(size[1]), str(i + 2)], check=True, capture_output=True)
    inputs = []
    for picture in pictures:
        inputs += ["-loop", "1", "-framerate", "10", "-t", str(seconds / 2), "-i", picture]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", "[0:v][1:v]concat=n=2", *codec, path],
                   check=True, stdin=subprocess.DEVNULL)
    for picture in pictures:
        os.unlink(picture)


def reading(pts, lesion=1, top="nv", confidence=0.9, state="stable", model=None, **others):
    """A reading as the library writes it."""
    labels = others.pop("labels", LABELS)
    rest = (1 - confidence) / (len(labels) - 1)
    probabilities = [confidence if label == top else rest for label in labels]
    malignant = sum(p for label, p in zip(labels, probabilities) if label in MALIGNANT)
    line = {"type": "reading", "pts": pts, "age": 0, "label": top, "confidence": confidence, "labels": labels,
            "probabilities": probabilities, "malignant": malignant, "operating-point": 0.25,
            "flagged": malignant >= 0.25, "state": state,
            "quality": {"focus": 0.8, "exposure": 0.9, "glare": 1, "motion": 0.95}, "typicality": 0.9,
            "region": {"x": 0.3, "y": 0.2, "width": 0.4, "height": 0.6}, "lesion": lesion, "latency": 2000000,
            "model": model or {"name": "dermaclassify", "version": "9.9", "sha256": "00" * 32}}
    line.update(others)
    return line


def first_line(name, **others):
    line = {"type": "session", "schema": "derma-session", "version": 1, "created": "2026-11-24T14:00:00Z",
            "program": "dermaclassify 0.3.0", "recording": name, "part": 0, "tags": None,
            "notice": "Research use only. Not a diagnosis."}
    line.update(others)
    return line


def event(kind, pts, **others):
    return {"type": "event", "event": kind, "pts": pts, **others}


def end(pts, readings=0, events=0):
    return {"type": "end", "pts": pts, "readings": readings, "events": events}


def course(lesion, start, seconds, top, confidence, **others):
    """Readings ten times a second: acquiring, then stable."""
    n = int(seconds * 10)
    return [reading(int((start + i / 10) * SECOND), lesion, top, confidence,
                    "acquiring" if i < n // 3 else "stable", **others) for i in range(n)]


def write(path, lines):
    with open(path, "wb") as file:
        for line in lines:
            file.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")


def ordinary(name, model=None, **others):
    """The sidecar of a session of two lesions, the second of them flagged, with a snapshot and a tag."""
    return [first_line(name, **others), event("lesion", 0, lesion=1), *course(1, 0.2, 2.4, "nv", 0.9, model=model),
            event("snapshot", 2 * SECOND, lesion=1, file="snap.jpg"), event("tag", 2 * SECOND, text="left arm"),
            event("lesion", 3 * SECOND, lesion=2), *course(2, 3.2, 2.4, "mel", 0.7, model=model), end(6 * SECOND)]
