#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-report.py DERMA MODEL PHANTOM: drives `derma report` and `derma dicom`. TAP on standard output."""
import base64
import csv
import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import tap  # noqa: E402
import sessions  # noqa: E402

DERMA, MODEL, PHANTOM = map(os.path.abspath, sys.argv[1:4])
SCRATCH = tempfile.TemporaryDirectory()
VOID = {"meta", "img", "br", "line", "rect", "path", "circle"}
HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onclick='alert(1)", "a\u202eb\u2066c\u200f",
           "\u0000\u0001\u001b[31m", "]]>--><!--", "&lt;b&gt;&amp;", "</title></style></svg>", "=1+1",
           "javascript:alert(1)", "\u05d0\u05d1 \u0627"]


def run(*arguments, **options):
    return subprocess.run([DERMA, *arguments], capture_output=True, timeout=120, **options)


class Page(html.parser.HTMLParser):
    """What is in a page: elements that are closed in order, their attributes, and the texts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts, self.problems, self.style = [], [], [], [], ""
        self.feed(text)
        self.close()
        if self.open:
            self.problems.append(f"left open: {self.open}")

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        if len(set(names)) != len(names):
            self.problems.append(f"<{tag}> has an attribute twice")
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes what is not open")

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.texts.append(data)

    def all(self, tag, **attributes):
        return [found for name, found in self.elements
                if name == tag and all(found.get(key) == value for key, value in attributes.items())]

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recording = os.path.join(SCRATCH.name, "recording.mkv")
        if not os.path.exists(cls.recording):
            sessions.paint(PHANTOM, cls.recording)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def session(self, lines=None, name="visit.mkv", **others):
        """A recording with its sidecar; returns its path."""
        shutil.copy(self.recording, self.path(name))
        model = {"name": "dermaclassify", "version": "1", "sha256": sessions.digest(MODEL)}
        sessions.write(self.path(os.path.splitext(name)[0] + ".jsonl"), lines or sessions.ordinary(name, model, **others))
        return self.path(name)

    def report(self, *arguments):
        output = self.path("report.html")
        result = run("report", *arguments, "-o", output)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        with open(output, encoding="utf-8") as file:
            return file.read()

    def page(self, *arguments):
        text = self.report(*arguments)
        page = Page(text)
        self.assertEqual(page.problems, [])
        self.assert_harmless(text, page)
        return page

    def assert_harmless(self, text, page):
        """No script, nothing from outside, no event handlers, unique ids, links that lead somewhere."""
        for tag, attributes in page.elements:
            self.assertNotIn(tag, ("script", "iframe", "object", "embed", "link", "base", "form"))
            for name, value in attributes.items():
                self.assertFalse(name.startswith("on"), (tag, name))
                self.assertNotIn("javascript:", (value or "") if name in ("href", "src", "style") else "")
        for image in page.all("img"):
            self.assertTrue(image["src"].startswith("data:image/jpeg;base64,"))
            self.assertEqual(base64.b64decode(image["src"].split(",", 1)[1])[:2], b"\xff\xd8")
            self.assertTrue(image["alt"])
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        self.assertEqual(len(ids), len(set(ids)))
        for link in page.all("a"):
            self.assertIn(link["href"][1:], ids)
        self.assertNotRegex(text, r"https?://")
        self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

    def assert_fails(self, result, code, *words):
        text = result.stderr.decode()
        self.assertEqual(result.returncode, code, text)
        self.assertEqual(text.count("\n"), 1, text)
        for word in words:
            self.assertIn(word, text)


class Html(Case):
    def test_page(self):
        page = self.page(self.session(tags="follow-up"))
        for words in ("Research use only. Not a diagnosis.", "24 November 2026, 14:00 UTC", "2 lesions, 1 of them flagged",
                      "visit.mkv", "0:06.0", "follow-up", "dermaclassify 0.3.0", "left arm", "melanoma", "0.70",
                      "melanocytic nevus", "flagged", "not flagged", "Time in each state", "stable 65 %", "acquiring 35 %",
                      "CC-BY-NC-4.0", sessions.digest(MODEL), "sensitivity", "specificity", "Time to stable 0.8 s"):
            self.assertIn(words, page.text)
        self.assertEqual(len(page.all("section", **{"class": "lesion"})), 2)
        self.assertEqual(len(page.all("svg", **{"class": "course"})), 2)
        self.assertNotIn("not at hand: classes", page.text)

    def test_is_for_everybody(self):
        page = self.page(self.session())
        self.assertEqual(page.all("html")[0]["lang"], "en")
        self.assertIn("width=device-width", page.all("meta", name="viewport")[0]["content"])
        self.assertIn("default-src 'none'", page.all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"])
        self.assertEqual(len(page.all("h1")), 1)
        self.assertEqual(len(page.all("table")), len(page.all("caption")))
        for picture in page.all("svg"):
            self.assertTrue(picture.get("aria-hidden") == "true" or picture.get("role") == "img" or "viewbox" in picture)
        self.assertIn("malignant score up to", page.all("svg", **{"class": "course"})[1]["aria-label"])
        for words in ("prefers-color-scheme: dark", "@media print", "size: A4", "break-before: page", ":focus-visible"):
            self.assertIn(words, page.style)

    def test_outline_of_the_lesion_map(self):
        page = self.page(self.session())
        self.assertIn("as the network sees it", page.text)
        paths = [p["d"] for p in page.all("path", **{"class": "over"})]
        self.assertEqual(len(paths), 2)
        for path in paths:
            self.assertRegex(path, r"^(M[-0-9. ]+(Q[-0-9. ]+)+Z)+$")

    def test_region_without_the_network(self):
        page = self.page(self.session(sessions.ordinary("visit.mkv")))
        self.assertIn("not at hand", page.text)
        self.assertIn("the region of the lesion as it was recorded", page.text)
        self.assertEqual(page.all("path", **{"class": "over box"})[0]["d"], "M96.0 48.0h128.0v144.0h-128.0Z")
        self.assertIn("mel", page.text)

    def kinds(self, page):
        """What the bars of the last lesion are drawn as, the most probable class first."""
        rows = [found["class"] for found in page.all("tr") if re.match("(malignant|benign|unknown)", found.get("class", ""))]
        return rows[-len(sessions.LABELS):]

    def test_colours_of_classes(self):
        """Which classes are malignant is the network's to say; without it none is called benign."""
        kinds = self.kinds(self.page(self.session()))
        self.assertEqual(kinds[0], "malignant top")
        self.assertEqual((kinds.count("malignant"), kinds.count("benign")), (2, 4))
        page = self.page(self.session(sessions.ordinary("visit.mkv")))
        self.assertEqual(self.kinds(page), ["unknown top"] + ["unknown"] * 6)
        self.assertIn("which of them are malignant is not known", page.text)
        self.assertIn(".bars .unknown .fill", page.style)

    def test_network_of_the_user(self):
        other = self.path("other.onnx")
        with open(MODEL, "rb") as file:
            data = file.read()
        # One more byte in a field that nobody knows.
        with open(other, "wb") as file:
            file.write(data + b"\xfa\x06\x00")
        model = {"name": "mine", "version": "2", "sha256": sessions.digest(other)}
        recording = self.session(sessions.ordinary("visit.mkv", model))
        self.assertIn("not at hand", self.page(recording).text)
        self.assertNotIn("The network mine is not at hand", self.page(recording, "--model", other).text)

    def test_labels_that_are_not_the_networks(self):
        """A digest alone is no proof: a sidecar can say anything."""
        model = {"name": "x", "version": "1", "sha256": sessions.digest(MODEL)}
        labels = ["a", "b"]
        lines = [sessions.first_line("visit.mkv"), sessions.reading(0, top="a", labels=labels, model=model)]
        self.assertIn("not at hand", self.page(self.session(lines)).text)

    def test_hostile_texts(self):
        for text in HOSTILE:
            labels = [text, "nv"]
            model = {"name": text, "version": text, "sha256": text}
            lines = [sessions.first_line("visit.mkv", tags=text, program=text, created=text, notice=text),
                     sessions.event("tag", 5, text=text), sessions.event(text, 5),
                     sessions.event("snapshot", 5, lesion=1, file=text),
                     sessions.reading(0, top=text, labels=labels, model=model)]
            with self.subTest(text=text):
                page = self.page(self.session(lines))
                self.assertIn("1 lesion", page.text)
                result = run("report", self.path("visit.mkv"), "--csv")
                self.assertEqual(len(list(csv.DictReader(io.StringIO(result.stdout.decode())))), 1)
                self.assertNotRegex(result.stdout.decode(), r"(^|,)[=+@-][^,]*1\+1")
                json.loads(run("report", self.path("visit.mkv"), "--json").stdout)

    def test_hostile_file_name(self):
        name = "<b>\u202e\"x'&.mkv"
        page = self.page(self.session(sessions.ordinary(name), name=name))
        self.assertIn("<b>\ufffd\"x'&.mkv", page.text)

    def test_file_name_that_is_not_text(self):
        recording = self.session()
        odd = os.path.join(self.folder.encode(), b"a\xff.mkv")
        os.rename(recording, odd)
        os.rename(self.path("visit.jsonl"), odd[:-4] + b".jsonl")
        page = self.page(odd)
        self.assertIn("a\ufffd.mkv", page.text)

    def test_snapshots(self):
        recording = self.session()
        subprocess.run(["ffmpeg", "-v", "error", "-i", recording, "-frames:v", "1", self.path("snap.jpg")], check=True,
                       stdin=subprocess.DEVNULL)
        page = self.page(recording)
        self.assertEqual([image["alt"] for image in page.all("img") if image["alt"].startswith("Snapshot")],
                         ["Snapshot of lesion 1 at 0:02.0"])
        os.unlink(self.path("snap.jpg"))
        self.assertIn("(not at hand)", self.page(recording).text)

    def test_snapshot_elsewhere_is_not_shown(self):
        """A sidecar from anybody must not put other pictures of this machine into a report."""
        other = tempfile.TemporaryDirectory()
        self.addCleanup(other.cleanup)
        secret = os.path.join(other.name, "secret.jpg")
        subprocess.run(["ffmpeg", "-v", "error", "-i", self.recording, "-frames:v", "1", secret], check=True,
                       stdin=subprocess.DEVNULL)
        os.mkfifo(self.path("pipe.jpg"))
        lines = [sessions.first_line("visit.mkv"), *sessions.course(1, 0, 1, "nv", 0.9)]
        lines += [sessions.event("snapshot", 1, lesion=1, file=name)
                  for name in (secret, os.path.relpath(secret, self.folder), "/", "..", "", "pipe.jpg")]
        page = self.page(self.session(lines))
        self.assertEqual([image for image in page.all("img") if image["alt"].startswith("Snapshot")], [])

    def test_no_lesion(self):
        lines = [sessions.first_line("visit.mkv"), sessions.reading(0, state="no-lesion"), sessions.end(5)]
        self.assertIn("No lesion was seen.", self.page(self.session(lines)).text)
        self.assertIn("No lesion was seen.", self.page(self.session([sessions.first_line("visit.mkv")])).text)

    def test_reading_of_one_moment(self):
        lines = [sessions.first_line("visit.mkv"), sessions.reading(sessions.SECOND, quality=None, typicality=None,
                                                                    region=None)]
        page = self.page(self.session(lines))
        self.assertIn("not measured", page.text)

    def test_cut_off(self):
        lines = sessions.ordinary("visit.mkv")[:-1] + [b'{"type":"rea']
        page = self.page(self.session(lines))
        self.assertIn("was not ended in order", page.text)
        self.assertNotIn("no picture", page.text)
        self.assertIn(f"line {len(lines)} of its sidecar, which is torn", page.text)
        self.assertIn("2 lesions", page.text)

    def test_recording_that_was_cut_off(self):
        recording = self.session()
        with open(recording, "r+b") as file:
            file.truncate(os.path.getsize(recording) * 2 // 3)
        self.assertEqual(len(self.page(recording).all("img")), 2)

    def test_part_without_a_picture(self):
        """A film that was cut off before its first picture, after one that is whole."""
        names = ["visit-00000.mkv", "visit-00001.mkv"]
        for part, name in enumerate(names):
            last = [] if part else [sessions.end(6 * sessions.SECOND)]
            self.session([sessions.first_line(name, part=part), *sessions.course(part + 1, 0, 2, "nv", 0.9), *last], name=name)
        for size in (400, 20, 0):
            with self.subTest(size=size):
                os.truncate(self.path(names[1]), size)
                page = self.page(*map(self.path, names))
                self.assertEqual(len(page.all("img")), 1)
                self.assertEqual(page.text.count("No picture of this lesion was recorded."), 1)
                self.assertIn("visit-00001.mkv was not ended in order: what was written until then is here. Its film has no "
                              "picture to show.", page.text)
        with open(self.path("visit-00001.jsonl"), "ab") as file:
            file.write(json.dumps(sessions.end(2 * sessions.SECOND)).encode() + b"\n")
        self.assert_fails(run("report", *map(self.path, names), "-o", self.path("r.html")), 1, names[1])

    def test_parts(self):
        names = ["visit-00000.mkv", "visit-00001.mkv"]
        for part, name in enumerate(names):
            self.session([sessions.first_line(name, part=part), *sessions.course(part + 1, 0, 2, "nv", 0.9),
                          *sessions.course(3, 2, 1, "mel", 0.8), sessions.end(6 * sessions.SECOND)], name=name)
        page = self.page(self.path(names[0]), self.path(names[1]))
        self.assertIn("3 lesions", page.text)
        self.assertIn("2 files", page.text)
        self.assertIn("0:12.0", page.text)
        found = json.loads(run("report", *map(self.path, names), "--json").stdout)
        self.assertEqual(len(found["sessions"]), 1)
        self.assertEqual([lesion["lesion"] for lesion in found["sessions"][0]["lesions"]], [1, 3, 2])
        self.assertEqual([lesion["readings"] for lesion in found["sessions"][0]["lesions"]], [20, 20, 20])
        self.assertEqual(found["sessions"][0]["lesions"][2]["start"], 6)

    def test_parts_that_do_not_follow(self):
        for name, part in (("visit-00000.mkv", 0), ("visit-00002.mkv", 2)):
            self.session([sessions.first_line(name, part=part), *sessions.course(1, 0, 1, "nv", 0.9)], name=name)
        found = json.loads(run("report", self.path("visit-00000.mkv"), self.path("visit-00002.mkv"), "--json").stdout)
        self.assertEqual(len(found["sessions"]), 2)

    def test_several_sessions(self):
        one, two = self.session(name="one.mkv"), self.session(name="two.mkv")
        page = self.page(one, two, one)
        self.assertIn("6 lesions", page.text)
        self.assertIn("Recording two.mkv", page.text)
        self.assertEqual(page.text.count("The network What gave these readings"), 1)

    def test_many_readings_make_a_small_plot(self):
        lines = [sessions.first_line("visit.mkv")]
        lines += [sessions.reading(i * 1000000, confidence=0.5 + i % 100 / 250) for i in range(6000)]
        page = self.page(self.session(lines))
        path = page.all("path", **{"class": "score"})[0]["d"]
        self.assertLess(len(path), 20000)
        heights = [float(pair.split()[1]) for pair in re.split("[ML]", path)[1:]]
        self.assertEqual(len(heights), len(re.findall("[ML]", path)))
        self.assertGreater(max(heights) - min(heights), 15)

    def test_other_codecs(self):
        for codec in (("-c:v", "libx264"), ("-c:v", "libvpx"), ("-c:v", "ffv1"), ("-c:v", "libvpx-vp9")):
            with self.subTest(codec=codec[1]):
                recording = self.session()
                try:
                    sessions.paint(PHANTOM, recording, codec=codec)
                except subprocess.CalledProcessError:
                    continue
                self.assertEqual(len(self.page(recording).all("img")), 2)

    def test_shows_the_picture_of_the_time(self):
        """The picture that is embedded is the one at the time of the best reading, to within the encoding."""
        lines = [sessions.first_line("visit.mkv"), sessions.reading(int(4.5 * sessions.SECOND))]
        image = self.page(self.session(lines)).all("img")[0]
        with open(self.path("shown.jpg"), "wb") as file:
            file.write(base64.b64decode(image["src"].split(",", 1)[1]))
        shown, wanted, other = (subprocess.run(
            ["ffmpeg", "-v", "error", *place, "-frames:v", "1", "-vf", "scale=32:24", "-pix_fmt", "gray", "-f", "rawvideo",
             "-"], capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout
            for place in (["-i", self.path("shown.jpg")], ["-ss", "4.5", "-i", self.recording], ["-i", self.recording]))
        self.assertLess(sum(abs(a - b) for a, b in zip(shown, wanted)) / len(shown), 3)
        self.assertGreater(sum(abs(a - b) for a, b in zip(shown, other)) / len(shown), 5)

    def test_in_another_language(self):
        recording = self.session()
        output = self.path("report.html")
        result = run("report", recording, "-o", output, env={**os.environ, "LC_ALL": "de_DE.UTF-8"})
        self.assertEqual(result.returncode, 0)
        with open(output, encoding="utf-8") as file:
            self.assertNotRegex(file.read(), r"[xy]\d?=\"[\d]+,\d")


class Machines(Case):
    def test_json(self):
        found = json.loads(run("report", self.session(), "--json").stdout)
        self.assertEqual((found["schema"], found["version"]), ("derma-report", 1))
        self.assertEqual(found["notice"], "Research use only. Not a diagnosis.")
        session = found["sessions"][0]
        self.assertEqual(set(session), {"created", "program", "tags", "duration", "readings", "recordings", "models",
                                        "lesions", "snapshots", "marks"})
        self.assertEqual((session["duration"], session["readings"], session["tags"]), (6, 48, None))
        self.assertEqual(session["models"][0]["sha256"], sessions.digest(MODEL))
        self.assertTrue(session["models"][0]["at_hand"])
        lesion = session["lesions"][1]
        self.assertEqual((lesion["lesion"], lesion["start"], lesion["readings"]), (2, 3.2, 24))
        self.assertEqual(lesion["title"], "melanoma")
        self.assertAlmostEqual(lesion["time_to_stable"], 0.8)
        self.assertAlmostEqual(sum(lesion["states"].values()), 1)
        self.assertEqual(lesion["final"]["reading"]["label"], "mel")
        self.assertEqual(lesion["best_picture"]["time"], 3.2)
        self.assertEqual(session["snapshots"], [{"time": 2, "lesion": 1, "file": "snap.jpg"}])
        self.assertEqual(session["marks"][0]["text"], "left arm")

    def test_json_without_the_recording(self):
        """What is counted needs no picture."""
        recording = self.session()
        os.unlink(recording)
        self.assertEqual(run("report", recording, "--json").returncode, 0)
        self.assert_fails(run("report", recording, "-o", self.path("r.html")), 1, "visit.mkv", "does not exist")

    def test_csv(self):
        rows = list(csv.DictReader(io.StringIO(run("report", self.session(), "--csv").stdout.decode())))
        self.assertEqual([row["label"] for row in rows], ["nv", "mel"])
        self.assertEqual([row["flagged"] for row in rows], ["false", "true"])
        self.assertEqual([row["snapshots"] for row in rows], ["1", "0"])
        self.assertEqual(rows[1]["share_stable"], "0.6522")
        for row in rows:
            self.assertNotIn(None, row)
            self.assertNotIn(None, row.values())

    def test_to_standard_output(self):
        recording = self.session()
        self.assertTrue(run("report", recording, "-o", "-").stdout.startswith(b"<!DOCTYPE html>"))
        with open("/dev/full", "wb") as full:
            result = subprocess.run([DERMA, "report", recording, "-o", "-"], stdout=full, stderr=subprocess.PIPE)
        self.assert_fails(result, 1, "standard output")


class Errors(Case):
    def test_no_sidecar(self):
        recording = self.session()
        os.rename(self.path("visit.jsonl"), self.path("elsewhere"))
        self.assert_fails(run("report", recording, "-o", self.path("r.html")), 1, "visit.mkv", "visit.jsonl", "--sidecar")
        result = run("report", recording, "--sidecar", self.path("elsewhere"), "-o", self.path("r.html"))
        self.assertEqual(result.returncode, 0)
        self.assert_fails(run("report", recording, "--sidecar", self.path("nowhere"), "-o", self.path("r.html")), 1,
                          "nowhere")

    def test_bad_sidecar(self):
        for lines, words in (([b"nonsense\n"], "line 1"), ([b""], "line 1"),
                             ([sessions.first_line("x", version=2)], "version 2"),
                             ([sessions.first_line("x", schema="other")], "line 1"),
                             ([sessions.first_line("x"), b"{]\n", sessions.end(1)], "line 2"),
                             ([sessions.first_line("x"), sessions.reading(2**62)], "a year"),
                             ([sessions.first_line("x"), b'{"type":"event","event":"\xff"}\n'], "UTF-8"),
                             ([sessions.first_line("x", tags="\ud83d")], "line 1"),
                             ([sessions.first_line("x"), *(sessions.reading(i, lesion=i) for i in range(2001))], "lesions")):
            with self.subTest(words=words):
                result = run("report", self.session(lines), "-o", self.path("r.html"))
                self.assert_fails(result, 1, "visit.jsonl", words)
                self.assertEqual(sorted(os.listdir(self.folder)), ["visit.jsonl", "visit.mkv"])

    def test_bad_recording(self):
        recording = self.session()
        for content in (b"", b"nonsense" * 1000, b"\x1a\x45\xdf\xa3" + bytes(5000), open(MODEL, "rb").read()[:60000]):
            with open(recording, "wb") as file:
                file.write(content)
            self.assert_fails(run("report", recording, "-o", self.path("r.html")), 1, "visit.mkv")
            self.assertFalse(os.path.exists(self.path("r.html")))

    def test_not_only_matroska_is_refused_but_playlists_are(self):
        """What names other files or addresses is not followed."""
        recording = self.session()
        for content in (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n", b"ffconcat version 1.0\nfile /etc/hostname\n"):
            with open(recording, "wb") as file:
                file.write(content)
            self.assert_fails(run("report", recording, "-o", self.path("r.html")), 1, "visit.mkv", "Matroska")

    def test_damaged_recording(self):
        """A report or an error, never more than that."""
        recording = self.session()
        with open(recording, "rb") as file:
            good = file.read()
        for i in range(12):
            data = bytearray(good)
            for k in range(20):
                data[(i * 9973 + k * k * 3571 + k * 17) % len(data)] ^= 1 << (i + k) % 8
            with open(recording, "wb") as file:
                file.write(data)
            self.assertIn(run("report", recording, "-o", self.path("r.html")).returncode, (0, 1))

    def test_recording_that_is_no_file(self):
        recording = self.session()
        os.unlink(recording)
        os.mkfifo(recording)
        self.assert_fails(run("report", recording, "-o", self.path("r.html")), 1, "is not a file")

    def test_sound_alone(self):
        recording = self.session()
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "pcm_s16le",
                        recording], check=True, stdin=subprocess.DEVNULL)
        self.assert_fails(run("report", recording, "-o", self.path("r.html")), 1, "no video")

    def test_output(self):
        recording = self.session()
        os.mkdir(self.path("folder"))
        os.symlink("visit.mkv", self.path("link"))
        for output, words in ((self.path("no/where.html"), "cannot be written"), (self.path("folder"), "not a file"),
                              (recording, "is the input too"), (self.path("visit.jsonl"), "is the input too"),
                              (self.path("./visit.mkv"), "is the input too"), (self.path("link"), "is the input too"),
                              (self.path("folder/../visit.jsonl"), "is the input too")):
            before = os.path.getsize(recording)
            self.assert_fails(run("report", recording, "-o", output), 1, words)
            self.assertEqual(os.path.getsize(recording), before)

    def test_model_and_snapshot_are_not_replaced(self):
        recording = self.session()
        snapshot = shutil.copy(MODEL, self.path("snap.jpg"))
        self.assert_fails(run("report", recording, "-o", snapshot), 1, "snap.jpg", "is the input too")
        self.assertEqual(sessions.digest(snapshot), sessions.digest(MODEL))
        model = shutil.copy(MODEL, self.path("m.onnx"))
        self.assert_fails(run("report", self.session(), "--model", model, "-o", model), 1, "m.onnx", "is the input too")
        self.assertEqual(sessions.digest(model), sessions.digest(MODEL))

    def test_old_report_stays_on_failure(self):
        recording = self.session()
        with open(self.path("r.html"), "w", encoding="utf-8") as file:
            file.write("old")
        os.unlink(recording)
        self.assertEqual(run("report", recording, "-o", self.path("r.html")).returncode, 1)
        with open(self.path("r.html"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "old")

    def test_usage(self):
        recording = self.session()
        for arguments in ([], [recording], ["-o", "x"], [recording, "--json", "--csv"], [recording, "--nonsense"],
                          [recording, recording, "--sidecar", "x", "-o", "y"], [recording, "--dermoscopic", "-o", "y"],
                          [recording, "--attribute", "model=x", "-o", "y"]):
            self.assert_fails(run("report", *arguments), 2, "derma report")
        for arguments in ([], ["a.jpg"], ["a.jpg", "b.jpg", "-o", "x"], ["-o", "x"]):
            self.assert_fails(run("dicom", *arguments), 2, "derma dicom")

    def test_bad_model(self):
        self.assert_fails(run("report", self.session(), "--model", self.recording, "--json"), 1, "recording.mkv")

    def test_help(self):
        for command, words in (("report", ("Exit codes", "--sidecar", "research")), ("dicom", ("polarization", "YES, NO"))):
            result = run(command, "--help")
            self.assertEqual((result.returncode, result.stderr), (0, b""))
            for word in words:
                self.assertIn(word, result.stdout.decode())


class Converter(Case):
    """Another program in the place of DCMTK's."""

    def convert(self, script, *arguments, recordings=None):
        os.makedirs(self.path("bin"), exist_ok=True)
        os.makedirs(self.path("tmp"), exist_ok=True)
        with open(self.path("bin/img2dcm"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\n" + script)
        os.chmod(self.path("bin/img2dcm"), 0o755)
        environment = {**os.environ, "PATH": self.path("bin") + ":/usr/bin:/bin", "TMPDIR": self.path("tmp")}
        return run("report", *(recordings or [self.session()]), "--dicom", self.path("out"), *arguments, env=environment)

    def left(self):
        return os.listdir(self.path("tmp")) + os.listdir(self.path("out"))

    def test_nobody_else_sees_the_picture(self):
        result = self.convert(f"stat -L -c %a $1 >>{self.path('seen')}; ls -A {self.path('tmp')} >>{self.path('seen')}\n"
                              "cat $1 >$2")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        with open(self.path("seen"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "600\n600\n")
        self.assertEqual(sorted(self.left()), ["visit-lesion-1.dcm", "visit-lesion-2.dcm"])

    def test_names_do_not_mix_with_the_report(self):
        names = [self.path(f"out/visit-lesion-{i}.dcm") for i in (1, 2)]
        copy = "cat $1 >$2"
        result = self.convert(copy, "--json")
        self.assertEqual(len(json.loads(result.stdout)["sessions"]), 1)
        self.assertEqual(result.stderr.decode().splitlines(), names)
        result = self.convert(copy, "--csv")
        self.assertEqual(len(list(csv.DictReader(io.StringIO(result.stdout.decode())))), 2)
        result = self.convert(copy, "-o", "-")
        self.assertEqual(Page(result.stdout.decode()).problems, [])
        self.assertTrue(result.stdout.endswith(b"</html>\n"))
        self.assertEqual(result.stderr.decode().splitlines(), names)
        result = self.convert(copy, "--json", "-o", self.path("r.json"))
        self.assertEqual((result.stdout.decode().splitlines(), result.stderr), (names, b""))

    def test_lesion_without_a_time_is_told(self):
        """Nobody knows where its picture is; the others have theirs."""
        lines = sessions.ordinary("visit.mkv")[:-1] + [sessions.reading(None, 3), sessions.end(6 * sessions.SECOND)]
        recording = self.session(lines, name="a\nb.mkv")
        result = self.convert("cat $1 >$2", recordings=[recording])
        told = self.path("a b.mkv") + ": lesion 3 is left out: no picture of it was recorded"
        self.assertEqual((result.returncode, result.stderr.decode().splitlines()), (0, [told]))
        self.assertEqual(sorted(self.left()), ["a\nb-lesion-1.dcm", "a\nb-lesion-2.dcm"])

    def test_lesion_of_a_film_that_was_cut_off_is_told(self):
        names = ["visit-00000.mkv", "visit-00001.mkv"]
        for part, name in enumerate(names):
            last = [] if part else [sessions.end(6 * sessions.SECOND)]
            self.session([sessions.first_line(name, part=part), *sessions.course(part + 1, 0, 2, "nv", 0.9), *last], name=name)
        os.truncate(self.path(names[1]), 400)
        result = self.convert("cat $1 >$2", recordings=list(map(self.path, names)))
        told = self.path(names[1]) + ": lesion 2 is left out: no picture of it was recorded"
        self.assertEqual((result.returncode, result.stderr.decode().splitlines()), (0, [told]))
        self.assertEqual(self.left(), ["visit-00000-lesion-1.dcm"])

    def test_bad_converter_is_told_with_the_file(self):
        result = self.convert("echo 'E: no such thing' >&2; exit 1")
        self.assert_fails(result, 1, self.path("out/visit-lesion-1.dcm") + ": img2dcm: E: no such thing")
        self.assertEqual(self.left(), [])

    def test_no_picture_is_left_when_killed(self):
        for name in ("INT", "TERM", "KILL"):
            with self.subTest(name=name):
                result = self.convert(f"cat $1 >$2; kill -{name} $PPID; sleep 0.2")
                self.assertLess(result.returncode, 0)
                self.assertEqual(self.left(), [])


@unittest.skipUnless(shutil.which("img2dcm") and shutil.which("dcmdump"), "DCMTK is not installed")
class Dicom(Case):
    KNOWN = ["--attribute", "manufacturer=Ä & Co", "--attribute", "model=x", "--attribute", "serial=1", "--attribute",
             "recognizable=NO"]

    def dump(self, path):
        text = subprocess.run(["dcmdump", "+P", "0000,0000", path], capture_output=True, check=False)
        text = subprocess.run(["dcmdump", path], capture_output=True, check=True).stdout.decode("utf-8", "replace")
        found = dict(re.findall(r"^\(([0-9a-f]{4},[0-9a-f]{4})\) \w\w (?:\[(?:.*?)\]|=\S+|\(no value available\)|\S+).*#.* (\w+)$",
                                text, re.M))
        values = {name: re.search(rf"^\({tag}\) \w\w (.*?) +#", text, re.M).group(1).strip() for tag, name in found.items()}
        return values

    def assert_valid(self, path):
        if not shutil.which("dciodvfy"):
            return
        result = subprocess.run(["dciodvfy", path], capture_output=True, check=False)
        problems = [line for line in result.stderr.decode("utf-8", "replace").splitlines() if line.startswith("Error")]
        self.assertEqual(problems, [])

    def picture(self, name):
        subprocess.run(["ffmpeg", "-v", "error", "-i", self.recording, "-frames:v", "1", self.path(name)], check=True,
                       stdin=subprocess.DEVNULL)
        return self.path(name)

    def assert_nobody(self, values):
        for name in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "ReferringPhysicianName",
                     "AccessionNumber", "StudyID"):
            self.assertEqual(values[name], "(no value available)")

    def test_photograph(self):
        for name in ("a.jpg", "a.png"):
            result = run("dicom", self.picture(name), "-o", self.path("a.dcm"))
            self.assertEqual((result.returncode, result.stderr), (0, b""))
            values = self.dump(self.path("a.dcm"))
            self.assertEqual(values["SOPClassUID"], "=VLPhotographicImageStorage")
            self.assertEqual((values["Rows"], values["Columns"]), ("240", "320"))
            self.assertEqual(values["Manufacturer"], "(no value available)")
            self.assertNotIn("RecognizableVisualFeatures", values)
            self.assert_nobody(values)
            self.assert_valid(self.path("a.dcm"))

    def test_jpeg_keeps_its_bits(self):
        picture = self.picture("a.jpg")
        run("dicom", picture, "-o", self.path("a.dcm"))
        with open(picture, "rb") as jpeg, open(self.path("a.dcm"), "rb") as dicom:
            scan = jpeg.read()
            self.assertIn(scan[scan.index(b"\xff\xda"):-2], dicom.read())

    def test_dermoscopic(self):
        picture = self.picture("a.jpg")
        result = run("dicom", picture, "-o", self.path("a.dcm"), "--dermoscopic", *self.KNOWN, "--attribute",
                     "polarization=POLARIZED")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        values = self.dump(self.path("a.dcm"))
        self.assertEqual(values["SOPClassUID"], "=DermoscopicPhotographyImageStorage")
        self.assertEqual(values["Modality"], "[DMS]")
        self.assertEqual(values["RecognizableVisualFeatures"], "[NO]")
        self.assertEqual(values["LightSourcePolarization"], "[POLARIZED]")
        self.assertEqual(values["Manufacturer"], "[Ä & Co]")
        for name in ("EmitterColorTemperature", "ContactMethod", "OpticalMagnificationFactor"):
            self.assertEqual(values[name], "(no value available)")
        self.assert_nobody(values)
        self.assert_valid(self.path("a.dcm"))

    def test_dermoscopic_needs_what_is_not_known(self):
        self.assert_fails(run("dicom", self.picture("a.jpg"), "-o", self.path("a.dcm"), "--dermoscopic", *self.KNOWN[2:]),
                          2, "manufacturer")
        self.assertFalse(os.path.exists(self.path("a.dcm")))

    def test_report(self):
        recording = self.session()
        result = run("report", recording, "--dicom", self.path("out/pictures"))
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual(sorted(os.listdir(self.path("out/pictures"))), ["visit-lesion-1.dcm", "visit-lesion-2.dcm"])
        first, second = (self.dump(self.path(f"out/pictures/visit-lesion-{i}.dcm")) for i in (1, 2))
        self.assertEqual(first["StudyInstanceUID"], second["StudyInstanceUID"])
        self.assertEqual(first["SeriesInstanceUID"], second["SeriesInstanceUID"])
        self.assertNotEqual(first["SOPInstanceUID"], second["SOPInstanceUID"])
        self.assertEqual((first["StudyDate"], second["AcquisitionDateTime"]), ("[20261124]", "[20261124140003]"))
        self.assertEqual(first["ImageType"], "[DERIVED\\PRIMARY]")
        self.assert_nobody(first)
        for i in (1, 2):
            self.assert_valid(self.path(f"out/pictures/visit-lesion-{i}.dcm"))

    def test_sessions_of_one_name(self):
        os.mkdir(self.path("b"))
        recordings = [self.session(), self.session(name="b/visit.mkv"), self.session(name="visit-2.mkv")]
        result = run("report", *recordings, "--dicom", self.path("out"))
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        names = [f"{stem}-lesion-{i}.dcm" for stem in ("visit", "visit-2", "visit-2-2") for i in (1, 2)]
        self.assertEqual(sorted(os.listdir(self.path("out"))), sorted(names))
        self.assertEqual(result.stdout.decode().splitlines(), [self.path("out/" + name) for name in names])

    def test_files_beside_stay(self):
        recording = self.session()
        os.mkdir(self.path("out"))
        with open(self.path("out/visit-lesion-1.dcm.jpg"), "wb") as file:
            file.write(b"mine")
        self.assertEqual(run("report", recording, "--dicom", self.path("out")).returncode, 0)
        with open(self.path("out/visit-lesion-1.dcm.jpg"), "rb") as file:
            self.assertEqual(file.read(), b"mine")

    def test_bad_attributes_of_a_report(self):
        recording = self.session()
        for arguments, word in ((["--attribute", "nonsense=1"], "nonsense"), (["--dermoscopic"], "manufacturer")):
            self.assert_fails(run("report", recording, "-o", self.path("r.html"), "--dicom", self.path("out"), *arguments), 2, word)
            self.assertFalse(os.path.exists(self.path("r.html")) or os.path.exists(self.path("out")))

    def test_report_without_a_date(self):
        recording = self.session(sessions.ordinary("visit.mkv", created="once\\upon=a time"))
        self.assertEqual(run("report", recording, "--dicom", self.path("out")).returncode, 0)
        self.assertEqual(self.dump(self.path("out/visit-lesion-1.dcm"))["StudyDate"], "(no value available)")

    def test_names_like_options(self):
        os.rename(self.picture("a.jpg"), self.path("-k.jpg"))
        result = run("dicom", "-o", "--o.dcm", "--", "-k.jpg", cwd=self.folder)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertTrue(os.path.exists(self.path("--o.dcm")))

    def test_bad_pictures(self):
        cut = self.picture("a.jpg")
        with open(cut, "r+b") as file:
            file.truncate(os.path.getsize(cut) // 2)
        for picture in (cut, self.recording, self.path("missing.jpg"), self.folder):
            self.assert_fails(run("dicom", picture, "-o", self.path("a.dcm")), 1, picture)
        self.assertEqual(os.listdir(self.folder), ["a.jpg"])

    def test_output(self):
        picture = self.picture("a.jpg")
        os.mkdir(self.path("folder"))
        self.assert_fails(run("dicom", picture, "-o", self.path("no/where.dcm")), 1, "cannot be written")
        self.assert_fails(run("dicom", picture, "-o", self.path("folder")), 1, "not a file")
        self.assert_fails(run("report", self.session(), "--dicom", picture), 1, "cannot be made")
        before = sessions.digest(picture)
        os.link(picture, self.path("link.jpg"))
        for output in (picture, self.path("folder/../a.jpg"), self.path("link.jpg")):
            self.assert_fails(run("dicom", picture, "-o", output), 1, output, "is the input too")
            self.assertEqual(sessions.digest(picture), before)
        self.assertEqual(os.listdir(self.path("folder")), [])

    def test_without_dcmtk(self):
        picture = self.picture("a.jpg")
        result = run("dicom", picture, "-o", self.path("a.dcm"), env={**os.environ, "PATH": self.folder})
        self.assert_fails(result, 1, "img2dcm", "dcmtk")
        self.assertEqual(os.listdir(self.folder), ["a.jpg"])


if __name__ == "__main__":
    tap.main()
