#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-footage.py LIBRARY HEADER DATA: the generator of examinations and the measuring of quality, as TAP."""
import contextlib
import hashlib
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

try:
    import cv2
    import numpy as np
except ImportError as error:
    print(f"1..0 # SKIP {error.name}: not installed (python3-opencv, python3-numpy)")
    sys.exit(0)

import course
import examination
import sensor
import skin
import spoil
from derma_quality import POOR, Meter

LIBRARY, HEADER, DATA = sys.argv[1:4]
SIDE = 128
scratch = pathlib.Path(tempfile.mkdtemp())


class Skip(Exception):
    """What a case needs is not there."""


def draw_lesion(seed, side=SIDE):
    """A brown spot with a network on pale skin."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1:1:side * 1j, -1:1:side * 1j]
    inside = 1 / (1 + np.exp(25 * (np.hypot(x, y) - 0.5)))
    net = 0.15 * np.sin(160 * x) * np.sin(160 * y)
    grain = rng.normal(0, 2, (side, side, 1))
    return spoil.as_bytes(np.array([150, 165, 215]) * (1 - inside * (0.55 + net))[..., None] + grain)


def make_data():
    lines = ["path,image_id,lesion_id,dx,dataset,split"]
    for i, dx in enumerate(("nv", "nv", "mel")):
        cv2.imwrite(str(scratch / f"{i}.png"), draw_lesion(i))
        lines.append(f"{i}.png,picture-{i},lesion-{i // 2 * 2},{dx},made,{'val' if i < 2 else 'train'}")
    lines.append("nothing.png,nothing,nothing,nv,broken,broken")
    (scratch / "index.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(name, *arguments):
    """Frames as luma and truths of a small examination."""
    output = scratch / name
    if not output.exists():
        examination.main(["--labels", str(scratch / "index.csv"), "--size", "160x120", "--fps", "5", "--lesions", "2",
                          "--dataset", "made", "--format", "i420", "--output", str(output), *arguments])
    frames = np.fromfile(output / "examination.i420", np.uint8).reshape(-1, 180, 160)[:, :120]
    truths = [json.loads(line) for line in (output / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    return frames, truths


def digest(name):
    return hashlib.sha256((scratch / name / "examination.i420").read_bytes()).hexdigest()


def refused(*arguments):
    """What a command line that must not work says."""
    text = io.StringIO()
    with contextlib.redirect_stderr(text):
        try:
            examination.main(["--labels", str(scratch / "index.csv"), "--output", str(scratch / "refused"), *arguments])
        except SystemExit as end:
            assert end.code not in (0, None)
            return f"{text.getvalue()}{end.code}"
    raise AssertionError(f"{arguments} were taken")


def one_truth_a_frame():
    frames, truths = run("one")
    assert len(frames) == len(truths) > 50
    assert [truth["frame"] for truth in truths] == list(range(len(frames)))
    assert [truth["pts"] for truth in truths[:3]] == [0, 200000000, 400000000]


def same_seed_same_frames():
    run("one")
    run("again")
    run("other", "--seed", "2")
    assert digest("one") == digest("again")
    assert digest("one") != digest("other")


def lesions_come_one_after_the_other():
    truths = run("one")[1]
    seen = [truth["lesion"] for truth in truths if truth["lesion"]]
    assert seen == sorted(seen) and set(seen) == {1, 2}
    for truth in truths:
        assert (truth["phase"] == course.GAP) == (truth["lesion"] == 0) == (truth["dx"] is None)


def phases_have_an_order():
    rng = np.random.default_rng(3)
    for _ in range(50):
        phases = [phase for phase, seconds in course.timeline(rng) if seconds > 0]
        assert phases[:4] == [course.GAP, course.APPROACH, course.HUNT, course.HOLD]
        assert phases[-2:] == [course.HOLD, course.LIFT]
        assert phases.count(course.PRESSURE) <= 1 and phases.count(course.GLARE) <= 1


def hand_comes_near_and_leaves():
    states = [state for state, _ in course.examine(1, 15, np.random.default_rng(4))]
    near = [state.zoom for state in states if state.phase == course.APPROACH]
    away = [state for state in states if state.phase == course.LIFT]
    held = [state for state in states if state.phase == course.HOLD]
    assert near == sorted(near) and near[-1] > 1.5 * near[0]
    assert away[-1].blur > 0.02 and away[-1].light < 0.5
    assert max(abs(state.x) + abs(state.y) for state in held) < 0.25
    assert max(state.blur for state in held) < 0.002
    assert len({(state.x, state.y) for state in held}) == len(held)


def classes_in_turn():
    options = examination.parse(["--labels", str(scratch / "index.csv"), "--even", "--lesions", "5", "--output", "x"])
    rows = examination.choose(examination.read_rows(options), options, np.random.default_rng(1))
    assert [row["dx"] for row in rows] == ["mel", "nv", "mel", "nv", "mel"]


def one_picture_a_lesion():
    options = examination.parse(["--labels", str(scratch / "index.csv"), "--split", "val", "--output", "x"])
    assert [row["image_id"] for row in examination.read_rows(options)] == ["picture-0"]


def skin_goes_on_without_the_lesion():
    whole, bare = skin.extend(draw_lesion(5), np.random.default_rng(5))
    middle = slice(SIDE + SIDE // 3, SIDE + 2 * SIDE // 3)
    corner = whole[SIDE + 4:SIDE + 12, SIDE + 4:SIDE + 12].mean(axis=(0, 1))
    assert whole.shape == bare.shape == (3 * SIDE, 3 * SIDE, 3)
    assert np.abs(bare[middle, middle].mean(axis=(0, 1)) - corner).max() < 0.05
    assert whole[middle, middle].mean() < 0.7 * bare[middle, middle].mean()
    assert bare.min() > 0 and bare.max() <= 1


def no_seam_at_the_edge():
    whole, _ = skin.extend(draw_lesion(6), np.random.default_rng(6))
    inside, outside = whole[SIDE + 1:SIDE + 5, SIDE:2 * SIDE].mean(), whole[SIDE - 5:SIDE - 1, SIDE:2 * SIDE].mean()
    assert abs(inside - outside) < 0.03


def odd_pictures_are_continued():
    for picture in (np.zeros((40, 40, 3), np.uint8), np.full((31, 57, 3), 255, np.uint8), draw_lesion(7)[:, :50]):
        whole, bare = skin.extend(picture, np.random.default_rng(7))
        assert np.isfinite(whole).all() and np.isfinite(bare).all()


def glare_is_white():
    picture = np.full((100, 120, 3), 120, np.uint8)
    mask = spoil.glare_mask(picture.shape, np.random.default_rng(8), 4, 0.06)
    spoiled = spoil.add_glare(picture, mask)
    assert 0.002 < (spoiled == 255).all(axis=2).mean() < 0.2
    assert (spoiled[mask == 0] == 120).all()


def stops_are_light():
    grey = np.full((4, 4, 3), 100, np.uint8)
    assert (spoil.expose(grey, 0) == 100).all()
    assert abs(int(spoil.expose(grey, 1)[0, 0, 0]) - 138) <= 1
    assert (spoil.expose(grey, 9) == 255).all()


def exposure_settles():
    camera = sensor.Sensor(15, np.random.default_rng(9))
    means = [camera.take(np.full((40, 40, 3), 0.1, np.float32)).mean() for _ in range(90)]
    assert means[20:60] != sorted(means[20:60])
    assert means[-1] > means[0] + 20 and np.ptp(means[-20:]) < 6


def field_is_dark_outside():
    frames = run("field", "--field", "1.0")[0]
    assert frames[:, :8, :8].max() < 45 and frames[:, 50:70, 70:90].mean() > 60


def avi_plays():
    if shutil.which("gst-launch-1.0") is None:
        raise Skip("gst-launch-1.0 is not installed")
    output = scratch / "avi"
    examination.main(["--labels", str(scratch / "index.csv"), "--size", "160x120", "--fps", "5", "--lesions", "1",
                      "--output", str(output)])
    reader = cv2.VideoCapture(str(output / "examination.avi"))
    count = sum(1 for _ in iter(lambda: reader.read()[0], False))
    assert count == len((output / "truth.jsonl").read_text(encoding="utf-8").splitlines())


def refuses_nonsense():
    assert "--size: 12: not WIDTHxHEIGHT" in refused("--size", "12")
    assert "--size: 0x0: sides" in refused("--size", "0x0")
    assert "--size: 161x120: sides" in refused("--size", "161x120")
    assert "--lesions: 0: not within" in refused("--lesions", "0")
    assert "--fps: -1: not within" in refused("--fps", "-1")
    assert "cannot be piped" in refused("--video", "-", "--split", "val")


def refuses_missing_data():
    assert "no-such.csv: No such file" in refused("--labels", str(scratch / "no-such.csv"))
    assert "no row of split test" in refused("--split", "test")
    assert "nothing.png: No such file" in refused("--split", "broken", "--format", "i420")
    (scratch / "nothing.png").write_bytes(b"no picture")
    assert "nothing.png: cannot be read as a picture" in refused("--split", "broken", "--format", "i420")
    (scratch / "nothing.png").unlink()
    (scratch / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "no rows with columns path and dx" in refused("--labels", str(scratch / "other.csv"))


def thresholds_are_the_header_s():
    text = pathlib.Path(HEADER).read_text(encoding="utf-8")
    values = re.findall(r"#define DERMA_QUALITY_\w+_POOR ([0-9.]+)f", text)
    assert len(values) == 4 and all(float(value) == POOR for value in values)


def meter_sees_what_was_spoiled():
    meter, picture = Meter(LIBRARY), draw_lesion(10, 512)
    good = meter.measure(picture)[0]
    meter.reset()
    assert good["focus"] >= POOR > meter.measure(spoil.defocus(picture, 8))[0]["focus"]
    assert meter.measure(spoil.expose(picture, -4))[0]["exposure"] == 0
    assert meter.measure(spoil.add_glare(picture, spoil.glare_mask(picture.shape, np.random.default_rng(1), 6, 0.06)))[
        0]["glare"] < 0.5


def meter_refuses_an_empty_picture():
    try:
        Meter(LIBRARY).measure(np.zeros((0, 10, 3), np.uint8))
    except ValueError:
        return
    raise AssertionError("an empty picture was measured")


def measures_real_pictures():
    if not (pathlib.Path(DATA) / "index.csv").exists():
        raise Skip(f"no pictures: {DATA}/index.csv is not there")
    script = pathlib.Path(__file__).with_name("measure-quality.py")
    lines = subprocess.run([sys.executable, script, LIBRARY, "--data", DATA, "--pictures", "12"], check=True, text=True,
                           capture_output=True).stdout.splitlines()
    areas = [float(re.search(r" +12 +([01]\.\d{3}) ", line).group(1)) for line in lines[1:] if " 12 " in line]
    assert len(areas) >= 7 and min(areas) > 0.85, lines


CASES = (one_truth_a_frame, same_seed_same_frames, lesions_come_one_after_the_other, phases_have_an_order,
         hand_comes_near_and_leaves, classes_in_turn, one_picture_a_lesion, skin_goes_on_without_the_lesion,
         no_seam_at_the_edge, odd_pictures_are_continued, glare_is_white, stops_are_light, exposure_settles,
         field_is_dark_outside, avi_plays, refuses_nonsense, refuses_missing_data, thresholds_are_the_header_s,
         meter_sees_what_was_spoiled, meter_refuses_an_empty_picture, measures_real_pictures)


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    make_data()
    for number, case in enumerate(CASES, 1):
        name = case.__name__.replace("_", " ")
        try:
            case()
            print(f"ok {number} {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} {name} # SKIP {reason}", flush=True)
        except (Exception, SystemExit):  # pylint: disable=broad-except
            failed += 1
            print(traceback.format_exc().rstrip().replace("\n", "\n# ").join(("# ", "")))
            print(f"not ok {number} {name}", flush=True)
    shutil.rmtree(scratch)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
