#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-browser.py DERMA MODEL PHANTOM [FOLDER]: looks at reports in a headless Chromium. TAP on standard output.

With FOLDER the pictures and the printed pages are left there, to be looked at by a person.
"""
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import tap  # noqa: E402
import browser  # noqa: E402
import sessions  # noqa: E402

DERMA, MODEL, PHANTOM = map(os.path.abspath, sys.argv[1:4])
KEEP = sys.argv[4] if len(sys.argv) > 4 else None
WIDTHS = (360, 820, 1400)
LONG = "Donaudampfschifffahrtsgesellschaftskapitaensmuetze" * 3

# The least contrast of texts with what is behind them, of all texts that are seen; [ratio, text].
CONTRAST = """(() => {
  const rgb = text => text.match(/[0-9.]+/g).map(Number);
  const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  let least = [99, ''];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()) || !e.getClientRects().length) continue;
    const style = getComputedStyle(e);
    const a = light(rgb(e instanceof SVGElement ? style.fill : style.color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least[0]) least = [ratio, e.textContent.slice(0, 60)];
  }
  return least;
})()"""

# What sticks out of the window to the side, but for what scrolls by itself.
OVERFLOW = """[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
  && !e.closest('.scroll') && !e.closest('svg')).map(e => e.tagName + ' ' + e.className).slice(0, 5)"""


class Reports:
    """Made once: an ordinary one, and one with all that is long and odd."""

    def __init__(self):
        self.scratch = tempfile.TemporaryDirectory()
        recording = self.path("visit.mkv")
        sessions.paint(PHANTOM, recording, size=(640, 480))
        model = {"name": "dermaclassify", "version": "1", "sha256": sessions.digest(MODEL)}
        sessions.write(self.path("visit.jsonl"), sessions.ordinary("visit.mkv", model, tags="left forearm"))
        subprocess.run(["ffmpeg", "-v", "error", "-i", recording, "-frames:v", "1", self.path("snap.jpg")], check=True,
                       stdin=subprocess.DEVNULL)
        self.ordinary = self.report(recording, "ordinary.html")
        odd = self.path("odd.mkv")
        shutil.copy(recording, odd)
        labels = [LONG, "<script>alert(1)</script>", "\u05d0\u05d1\u05d2", *(f"class {i}" for i in range(20))]
        strange = {"name": LONG, "version": LONG, "sha256": "<img src=x onerror=alert(1)>"}
        lines = [sessions.first_line("odd.mkv", tags=LONG, program=LONG, created=LONG)]
        lines += [sessions.event("tag", 5, text=LONG), sessions.event("snapshot", 6, lesion=1, file=LONG)]
        for lesion in range(1, 4):
            lines += sessions.course(lesion, lesion, 1, LONG, 0.6, labels=labels, model=strange)
        sessions.write(self.path("odd.jsonl"), lines)
        self.odd = self.report(odd, "odd.html")

    def path(self, name):
        return os.path.join(self.scratch.name, name)

    def report(self, recording, name):
        subprocess.run([DERMA, "report", recording, "-o", self.path(name)], check=True)
        return self.path(name)


@unittest.skipUnless(browser.find(), "Chromium is not installed")
class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.reports = Reports()
        cls.browser = browser.Browser(browser.find())

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.reports.scratch.cleanup()

    def setUp(self):
        self.browser.problems.clear()

    def tearDown(self):
        self.assertEqual(self.browser.problems, [])

    def keep(self, name, data):
        if KEEP:
            os.makedirs(KEEP, exist_ok=True)
            with open(os.path.join(KEEP, name), "wb") as file:
                file.write(data)

    def shoot(self, name):
        data = base64.b64decode(self.browser.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"])
        self.assertGreater(len(data), 20000)
        self.keep(name, data)

    def test_widths(self):
        for report in (self.reports.ordinary, self.reports.odd):
            for width in WIDTHS:
                for dark in (False, True):
                    with self.subTest(report=os.path.basename(report), width=width, dark=dark):
                        self.browser.show(report, width, dark=dark)
                        self.assertEqual(self.browser.evaluate("innerWidth"), width)
                        self.assertEqual(self.browser.evaluate(OVERFLOW), [])
                        self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
                        self.shoot(f"{os.path.basename(report)[:-5]}-{width}{'-dark' if dark else ''}.png")

    def test_contrast(self):
        for dark in (False, True):
            with self.subTest(dark=dark):
                self.browser.show(self.reports.ordinary, 820, dark=dark)
                ratio, text = self.browser.evaluate(CONTRAST)
                self.assertGreaterEqual(ratio, 4.5, text)

    def test_dark_is_dark(self):
        shades = []
        for dark in (False, True):
            self.browser.show(self.reports.ordinary, 820, dark=dark)
            shade = self.browser.evaluate("getComputedStyle(document.body).backgroundColor")
            shades.append(sum(int(v) for v in re.findall(r"\d+", shade)[:3]))
        self.assertGreater(shades[0], 700)
        self.assertLess(shades[1], 100)

    def test_pictures_are_shown(self):
        self.browser.show(self.reports.ordinary, 820)
        self.assertEqual(self.browser.evaluate("document.images.length"), 3)
        self.assertTrue(self.browser.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 100)"))

    def test_outline_lies_on_the_picture(self):
        self.browser.show(self.reports.ordinary, 820)
        inside = self.browser.evaluate("""[...document.querySelectorAll('.frame')].map(f => {
          const i = f.querySelector('img').getBoundingClientRect(), p = f.querySelector('path').getBoundingClientRect();
          return p.width > 20 && p.height > 20 && p.left >= i.left - 3 && p.right <= i.right + 3 && p.top >= i.top - 3
            && p.bottom <= i.bottom + 3; })""")
        self.assertEqual(inside, [True, True])

    def test_texts_of_plots_keep_their_size(self):
        for width in WIDTHS:
            self.browser.show(self.reports.ordinary, width)
            size = self.browser.evaluate("document.querySelector('.course text').getBoundingClientRect().height")
            self.assertTrue(10 < size < 24, size)

    def test_keyboard(self):
        self.browser.show(self.reports.ordinary, 820)
        for kind in ("keyDown", "keyUp"):
            self.browser.ask("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        self.assertEqual(self.browser.evaluate("document.activeElement.getAttribute('href')"), "#session-1-lesion-1")
        self.assertIn("solid", self.browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"))

    def test_headings_are_in_order(self):
        self.browser.show(self.reports.ordinary, 820)
        levels = self.browser.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
        self.assertEqual(levels[0], 1)
        self.assertTrue(all(b - a <= 1 for a, b in zip(levels, levels[1:])))

    def test_nothing_runs(self):
        """No script of a hostile text, and nothing is fetched."""
        self.browser.show(self.reports.odd, 820)
        self.assertEqual(self.browser.evaluate("document.scripts.length"), 0)
        self.assertEqual(self.browser.evaluate("performance.getEntriesByType('resource').filter("
                                               "r => !r.name.startsWith('data:')).length"), 0)
        self.assertTrue(self.browser.evaluate("[...document.images].every(i => i.src.startsWith('data:image/jpeg'))"))

    def test_print(self):
        for report, pages in ((self.reports.ordinary, 4), (self.reports.odd, None)):
            self.browser.show(report, 820, dark=True)
            pdf = base64.b64decode(self.browser.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
            self.keep(os.path.basename(report)[:-5] + ".pdf", pdf)
            boxes = re.findall(rb"/MediaBox \[ ?0 0 ([0-9.]+) ([0-9.]+)", pdf)
            self.assertTrue(boxes)
            for width, height in boxes:
                self.assertAlmostEqual(float(width), 595, delta=1)
                self.assertAlmostEqual(float(height), 842, delta=1)
            if pages:
                # An overview, a page a lesion, the network and the notes.
                self.assertEqual(len(boxes), pages)


if __name__ == "__main__":
    tap.main()
