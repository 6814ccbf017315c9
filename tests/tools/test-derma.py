#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-derma.py DERMA MODEL [DATA]: drives the `derma` command as a person would, and as a person would not.

TAP on standard output. DATA is a folder with index.csv of labelled pictures; cases that need it are skipped without.
"""
import array
import csv
import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import tap  # noqa: E402

DERMA, MODEL = sys.argv[1], sys.argv[2]
DATA = sys.argv[3] if len(sys.argv) > 3 else ""


def run(*arguments, **options):
    return subprocess.run([DERMA, *arguments], capture_output=True, text=True, timeout=120, **options)


def write_png(path, width, height, colour):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_npy(path, shape, values, descr="<f4", order="False"):
    header = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + array.array("f", values).tobytes())


def read_npy(path):
    with open(path, "rb") as f:
        data = f.read()
    length = struct.unpack("<H", data[8:10])[0]
    return data[10:10 + length].decode(), array.array("f", data[10 + length:])


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "wb") as f:
                f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def assert_fails(self, result, code, *words):
        """The exit code, nothing of a crash, and one line that has all the words."""
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def contents(self):
        """Of all files in the folder."""
        found = {}
        for name in os.listdir(self.folder):
            if os.path.isfile(self.path(name)):
                with open(self.path(name), "rb") as f:
                    found[name] = f.read()
        return found

    def pictures(self, names=("a.png", "b.png", "c.png")):
        for i, name in enumerate(names):
            write_png(self.path(name), 40 + 7 * i, 50, (200 - 40 * i, 120, 100 + 30 * i))


class Usage(Case):
    def test_help_and_version(self):
        for arguments in (["--help"], ["-h"], ["help"], ["eval", "--help"], ["model", "--help"], ["model", "run", "--help"]):
            result = run(*arguments)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn("sage", result.stdout)
        self.assertRegex(run("--version").stdout, r"^derma \d+\.\d+\.\d+\n$")

    def test_usage_errors(self):
        for arguments in ([], ["nonsense"], ["eval"], ["eval", "--nonsense"], ["model"], ["model", "eat", MODEL],
                          ["model", "info"], ["model", "info", MODEL, MODEL], ["model", "run", MODEL],
                          ["eval", "--labels", "x.csv", "--threads", "0"], ["eval", "--labels", "x.csv", "--threads", "x"],
                          ["eval", "--labels", "x.csv", "--bootstrap", "-1"],
                          ["model", "run", MODEL, "--input", "a", "--output", "b", "--threads", "99"]):
            self.assert_fails(run(*arguments), 2, "derma")


    def test_full_standard_output(self):
        self.pictures(["a.png"])
        labels = self.path("labels.csv", "path,dx\na.png,nv\n")
        for arguments in (["--version"], ["--help"], ["model", "info", MODEL], ["model", "info", MODEL, "--json"],
                          ["eval", "--model", MODEL, "--labels", labels, "--bootstrap", "20"], ["camera", "list"],
                          ["bench", "--sizes", "8x8", "--formats", "RGB", "--threads", "1", "--runs", "1", "--json", "-"]):
            with open("/dev/full", "wb") as full:
                result = subprocess.run([DERMA, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
            self.assertEqual(result.returncode, 1, arguments)
            self.assertEqual(result.stderr.splitlines()[-1], b"derma: standard output: cannot be written")


class Model(Case):
    def test_info(self):
        info = json.loads(run("model", "info", MODEL, "--json").stdout)
        self.assertEqual(info["labels"], ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"])
        self.assertLessEqual(info["parameters"], 200000)
        self.assertLessEqual(info["gflops"], 0.30)
        with open(MODEL, "rb") as f:
            self.assertEqual(info["sha256"], hashlib.sha256(f.read()).hexdigest())
        self.assertIn(str(info["parameters"]), run("model", "info", MODEL).stdout)

    def test_check(self):
        result = run("model", "check", MODEL)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("golden", result.stdout)

    def test_check_finds_another_network(self):
        with open(MODEL, "rb") as f:
            data = bytearray(f.read())
        data[len(data) // 2:len(data) // 2 + 4096] = struct.pack("<f", 0.5) * 1024  # a part of the weights
        self.assert_fails(run("model", "check", self.path("m.onnx", bytes(data))), 1, "m.onnx")

    def test_run(self):
        n = 3 * 224 * 224
        values = [((i * 2654435761 % 2**32) >> 8) / 2**24 * 2 - 1 for i in range(n)]
        write_npy(self.path("in.npy"), (1, 3, 224, 224), values)
        for threads in ("1", "2"):
            result = run("model", "run", MODEL, "--input", self.path("in.npy"), "--output", self.path("out.npy"),
                         "--threads", threads)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
        header, scores = read_npy(self.path("out.npy"))
        self.assertIn("(1, 7)", header)
        with open(MODEL, "rb") as f:
            golden = f.read().split(b"derma.golden.output")[1][:200]
        wanted = [float(v) for v in golden[golden.index(b"\x12") + 2:].split(b"r")[0].decode("ascii", "ignore").split(",")[:6]]
        for score, value in zip(scores, wanted):
            self.assertAlmostEqual(score, value, delta=1e-3 * max(1, abs(value)))

    def test_run_another_output(self):
        write_npy(self.path("in.npy"), (1, 3, 224, 224), [0.0] * (3 * 224 * 224))
        result = run("model", "run", MODEL, "--input", self.path("in.npy"), "--output", self.path("out.npy"),
                     "--output-name", "lesion_map")
        self.assertEqual(result.returncode, 0, result.stderr)
        header, values = read_npy(self.path("out.npy"))
        self.assertIn("(1, 1, 14, 14)", header)
        self.assertTrue(all(0 <= v <= 1 for v in values))

    def test_run_refuses(self):
        good = [0.0] * (3 * 224 * 224)
        write_npy(self.path("shape.npy"), (1, 224, 224, 3), good)
        write_npy(self.path("type.npy"), (1, 3, 224, 224), good, descr="<f8")
        write_npy(self.path("order.npy"), (1, 3, 224, 224), good, order="True")
        write_npy(self.path("short.npy"), (1, 3, 224, 224), good[:-1])
        write_npy(self.path("huge.npy"), (1, 2**31, 2**31, 2**31), good)
        self.path("text.npy", "not an array")
        self.path("empty.npy", "")
        for name in ("shape", "type", "order", "short", "huge", "text", "empty", "missing"):
            result = run("model", "run", MODEL, "--input", self.path(name + ".npy"), "--output", self.path("out.npy"))
            self.assert_fails(result, 1, name + ".npy")
            self.assertFalse(os.path.exists(self.path("out.npy")))
        write_npy(self.path("in.npy"), (1, 3, 224, 224), good)
        self.assert_fails(run("model", "run", MODEL, "--input", self.path("in.npy"), "--output", "/nowhere/out.npy"), 1,
                          "/nowhere/out.npy")
        self.assert_fails(run("model", "run", MODEL, "--input", self.path("in.npy"), "--output", self.path("out.npy"),
                              "--output-name", "none"), 1, "none")

    def test_run_does_not_replace_its_inputs(self):
        write_npy(self.path("in.npy"), (1, 3, 224, 224), [0.0] * (3 * 224 * 224))
        with open(MODEL, "rb") as f:
            self.path("m.onnx", f.read())
        os.symlink("in.npy", self.path("link.npy"))
        before = self.contents()
        for name in ("in.npy", "m.onnx", "link.npy"):
            result = run("model", "run", self.path("m.onnx"), "--input", self.path("in.npy"), "--output", self.path(name))
            self.assert_fails(result, 1, name + ": is the input too")
            self.assertEqual(self.contents(), before)

    def test_refuses_files_that_are_no_models(self):
        with open(MODEL, "rb") as f:
            data = f.read()
        self.path("half.onnx", data[:len(data) // 2])
        self.path("empty.onnx", b"")
        self.path("text.onnx", "hello\n")
        write_png(self.path("picture.onnx"), 8, 8, (1, 2, 3))
        os.mkdir(self.path("folder.onnx"))
        for name in ("half", "empty", "text", "picture", "folder", "missing"):
            for command in ("info", "check"):
                self.assert_fails(run("model", command, self.path(name + ".onnx")), 1, name + ".onnx")


class Eval(Case):
    def evaluate(self, labels, *arguments):
        return run("eval", "--model", MODEL, "--labels", self.path("labels.csv", labels), "--bootstrap", "20", *arguments)

    def test_predictions_are_no_formulas(self):
        with open(MODEL, "rb") as f:
            model = self.path("formula.onnx", f.read().replace(b"akiec", b"=1+11"))
        self.pictures(['a b,"c".png'])
        labels = self.path("labels.csv", 'path,dx\n"a b,""c"".png",=1+11\n')
        result = run("eval", "--model", model, "--labels", labels, "--bootstrap", "20", "--predictions", self.path("out.csv"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(self.path("out.csv"), newline="") as f:
            head, row = csv.reader(f)
        self.assertEqual(head[:4], ["path", "truth", "'=1+11", "bcc"])
        self.assertEqual(row[:2], [self.path('a b,"c".png'), "'=1+11"])

    def test_names_that_are_not_ascii(self):
        """Tables are cut and filled up by characters."""
        with open(MODEL, "rb") as f:
            labels = "akiec,bcc,k,aaaaaaé,mel,n,v".encode()
            model = self.path("m.onnx", f.read().replace(b"akiec,bcc,bkl,df,mel,nv,vasc", labels))
        self.pictures()
        self.path("more.csv", "image_id,âge\na,été\nb,ete\n")
        os.mkdir(self.path("été"))
        write_png(self.path("été/a.png"), 64, 48, (0, 0, 255))
        labels = self.path("labels.csv", "path,dx\na.png,aaaaaaé\nb.png,n\n")
        result = subprocess.run([DERMA, "eval", "--model", model, "--labels", labels, "--bootstrap", "0", "--groups",
                                 self.path("more.csv"), "--group-by", "âge", "--outliers", self.path("été")],
                                capture_output=True, timeout=120, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        lines = result.stdout.decode().splitlines()
        self.assertIn("true\\read      akiec     bcc       k aaaaaaé     mel       n       v", lines)
        for start, names in (("class ", ("akiec", "aaaaaaé", "n")), ("true", ("akiec", "aaaaaaé", "n")),
                             ("âge", ("été", "ete")), ("outliers", ("été",))):
            at = next(i for i, line in enumerate(lines) if line.startswith(start))
            rows = [line for line in lines[at + 1:at + 9] if line.split(" ")[0] in names][:len(names)]
            self.assertEqual({len(line) for line in rows}, {len(lines[at])}, (lines[at], rows))

    def test_measures(self):
        self.pictures()
        result = self.evaluate("path,dx\na.png,nv\nb.png,mel\nc.png,nv\n", "--json", self.path("out.json"),
                               "--predictions", self.path("out.csv"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(self.path("out.json")) as f:
            out = json.load(f)
        for key in ("n accuracy balanced_accuracy macro_f1 macro_auc ece per_class melanoma malignant confusion_matrix "
                    "intervals majority_baseline labels model").split():
            self.assertIn(key, out)
        self.assertEqual(out["n"], 3)
        self.assertEqual([sum(row) for row in out["confusion_matrix"]], [0, 0, 0, 0, 1, 2, 0])
        self.assertEqual(out["majority_baseline"]["label"], "nv")
        self.assertAlmostEqual(out["majority_baseline"]["accuracy"], 2 / 3)
        self.assertEqual(out["per_class"]["nv"]["n"], 2)
        with open(self.path("out.csv")) as f:
            lines = f.read().splitlines()
        self.assertEqual(len(lines), 4)
        self.assertEqual([line.split(",")[:2] for line in lines],
                         [["path", "truth"], *([self.path(n + ".png"), dx] for n, dx in zip("abc", ("nv", "mel", "nv")))])
        for target in ("malignant", "melanoma"):
            for measure in ("auc", "sensitivity", "specificity"):
                low, high = out["intervals"][f"{target}_{measure}"]
                self.assertTrue(0 <= low <= out[target][measure] <= high <= 1)
        self.assertRegex(result.stdout, r"melanoma +at a score of 0\.\d+\n  AUC +[01]\.\d+  \([01]\.\d+ to [01]\.\d+\)\n")
        self.assertAlmostEqual(sum(float(v) for v in lines[1].split(",")[2:]), 1, places=4)

    def test_threads_change_nothing(self):
        names = [f"{i}.png" for i in range(12)]
        for i, name in enumerate(names):
            write_png(self.path(name), 30, 30, (20 * i, 120, 255 - 20 * i))
        csv = "path,dx\n" + "".join(f"{n},{'nv' if i % 2 else 'mel'}\n" for i, n in enumerate(names))
        one, two = self.evaluate(csv), self.evaluate(csv, "--threads", "2")
        self.assertEqual(one.stdout, two.stdout)
        self.assertEqual(two.returncode, 0)

    def test_disturbed(self):
        self.pictures()
        csv = "path,dx\na.png,nv\nb.png,mel\nc.png,nv\n"
        result = self.evaluate(csv, "--disturb", "--json", self.path("out.json"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(self.path("out.json")) as f:
            out = json.load(f)
        names = [one["name"] for one in out["robustness"]]
        self.assertEqual(len(names), 13)
        self.assertEqual(len(set(names)), 13)
        for one in out["robustness"]:
            self.assertEqual(one["n"], 3)
            self.assertTrue(0 <= one["flips"] <= 1)
            self.assertAlmostEqual(one["accuracy"] + one["accuracy_drop"], out["accuracy"])
            self.assertAlmostEqual(one["balanced_accuracy"] + one["balanced_accuracy_drop"], out["balanced_accuracy"])
            self.assertIn(one["name"], result.stdout)
        self.assertEqual(self.evaluate(csv, "--disturb", "--threads", "2").stdout, result.stdout)
        self.evaluate(csv, "--json", self.path("plain.json"))
        with open(self.path("plain.json")) as f:
            plain = json.load(f)
        del out["robustness"]
        self.assertEqual(plain, out)

    def watch(self, csv, *arguments):
        """What a terminal shows of standard error."""
        terminal, end = os.openpty()
        self.path("labels.csv", csv)
        with subprocess.Popen([DERMA, "eval", "--model", MODEL, "--labels", self.path("labels.csv"), "--bootstrap", "0",
                               *arguments], stdout=subprocess.DEVNULL, stderr=end) as process:
            os.close(end)
            shown = b""
            try:
                while part := os.read(terminal, 4096):
                    shown += part
            except OSError:  # the other end is closed
                pass
            os.close(terminal)
        return process.returncode, shown.decode().replace("\r\n", "\n")

    def test_progress(self):
        self.pictures()
        csv = "path,dx\na.png,nv\nb.png,mel\nc.png,nv\n"
        code, shown = self.watch(csv)
        self.assertEqual((code, shown), (0, "\r1 of 3 readings\r2 of 3 readings\r3 of 3 readings\n"))
        code, shown = self.watch(csv, "--disturb")
        self.assertEqual((code, shown), (0, "\r14 of 42 readings\r28 of 42 readings\r42 of 42 readings\n"))

    def test_progress_ends_before_an_error(self):
        self.pictures(("a.png", "b.png"))
        for rows in ("a.png,nv\nmissing.png,nv\nb.png,nv\n", "a.png,nv\nmissing.png,nv\n", "missing.png,nv\n"):
            code, shown = self.watch("path,dx\n" + rows)
            self.assertEqual(code, 1)
            self.assertRegex(shown, r"readings\n[^\n]*labels.csv: record \d: [^\n]*missing.png[^\n]*\n$")
            self.assertNotIn("\n\n", shown)

    def test_disturbed_without_bad_pictures(self):
        self.pictures()
        self.path("text.png", "no picture")
        csv = "path,dx\na.png,nv\ntext.png,mel\nb.png,nv\n"
        self.assert_fails(self.evaluate(csv, "--disturb"), 1, "text.png", "record 3")
        result = self.evaluate(csv, "--disturb", "--skip-bad", "--json", self.path("out.json"))
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(self.path("out.json")) as f:
            self.assertEqual({one["n"] for one in json.load(f)["robustness"]}, {2})

    def test_groups(self):
        self.pictures()
        self.path("more.csv", "image_id,age,sex\na,80.0,male\nB,30,\nb,5,female\n")
        csv = "path,dx\na.png,nv\nb.png,mel\nc.png,nv\n"
        result = self.evaluate(csv, "--groups", self.path("more.csv"), "--group-by", "age, sex", "--json",
                               self.path("out.json"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(self.path("out.json")) as f:
            groups = json.load(f)["groups"]
        self.assertEqual([(g["value"], g["n"]) for g in groups["age"]], [("0-19", 1), ("80-99", 1), ("unknown", 1)])
        self.assertEqual([(g["value"], g["n"]) for g in groups["sex"]], [("female", 1), ("male", 1), ("unknown", 1)])
        self.assertEqual(set(groups["sex"][0]), {"value", "n", "accuracy", "balanced_accuracy", "melanoma_auc",
                                                 "malignant_sensitivity", "malignant_specificity"})
        self.assertIsNone(groups["sex"][0]["melanoma_auc"])
        self.assertIsNone(groups["sex"][0]["malignant_specificity"])
        self.assertIsNone(groups["sex"][1]["malignant_sensitivity"])
        self.assertRegex(result.stdout, "\n80-99 +1 ")

    def test_refuses_groups(self):
        self.pictures()
        csv = "path,dx\na.png,nv\n"
        for text, words in (("image_id,age\na,1\n", ["'sex'"]), ("image,sex\na,m\n", ["'image_id'"]),
                            ("image_id,sex\na,m\nb,f\na,m\n", ["record 4", "record 2"]), ("", ["empty"]),
                            ("image_id,sex\na\n", ["record 2"]), (b"image_id,sex\na,\xff\n", ["record 2"])):
            self.path("more.csv", text)
            result = self.evaluate(csv, "--groups", self.path("more.csv"), "--group-by", "sex")
            self.assert_fails(result, 1, "more.csv", *words)
        self.assert_fails(self.evaluate(csv, "--groups", self.path("none.csv"), "--group-by", "sex"), 1, "none.csv")
        for arguments in (["--groups", "more.csv"], ["--group-by", "sex"], ["--groups", "more.csv", "--group-by", "sex,,age"],
                          ["--groups", "more.csv", "--group-by", ""], ["--groups", "more.csv", "--group-by", "sex,SEX"]):
            self.assert_fails(self.evaluate(csv, *arguments), 2, "--group")

    def test_masks(self):
        self.pictures()
        write_png(self.path("white.png"), 20, 25, (255, 255, 255))
        csv = "path,dx,mask\na.png,nv,white.png\nb.png,mel,\nc.png,nv,white.png\n"
        result = self.evaluate(csv, "--masks", "--json", self.path("out.json"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(self.path("out.json")) as f:
            overlap = json.load(f)["map_iou"]
        self.assertEqual(overlap["n"], 2)
        self.assertTrue(0 <= overlap["mean"] <= 1 and 0 <= overlap["below_half"] <= 1)
        self.assertAlmostEqual(overlap["mean"], overlap["median"], places=5)
        self.assertIn("of 2 pictures with a mask", result.stdout)
        self.assertNotIn("lesion map", self.evaluate(csv).stdout)

    def test_refuses_masks(self):
        self.pictures()
        self.path("text.png", "no picture")
        self.assert_fails(self.evaluate("path,dx\na.png,nv\n", "--masks"), 1, "labels.csv", "'mask'")
        for name in ("text.png", "missing.png"):
            csv = f"path,dx,mask\na.png,nv,\nb.png,nv,{name}\n"
            self.assert_fails(self.evaluate(csv, "--masks"), 1, "labels.csv", "record 3", name)
            self.assertIn("1 unreadable", self.evaluate(csv, "--masks", "--skip-bad").stdout)
            self.assertIn("0 unreadable", self.evaluate(csv).stdout)

    def test_outliers(self):
        self.pictures()
        for name in ("tiles", "more", "more/below"):
            os.mkdir(self.path(name))
        for name in ("tiles/a.png", "more/a.PNG", "more/below/b.png"):
            write_png(self.path(name), 64, 48, (0, 0, 255))
        self.path("more/text.txt", "no picture")
        result = self.evaluate("path,dx\na.png,nv\nb.png,mel\n", "--outliers", self.path("tiles"), "--outliers",
                               self.path("more") + "/", "--json", self.path("out.json"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(self.path("out.json")) as f:
            out = json.load(f)
        self.assertEqual([(o["name"], o["n"]) for o in out["outliers"]], [("tiles", 1), ("more", 2)])
        for one in out["outliers"]:
            self.assertIn(one["refused"], (0, 0.5, 1))
            self.assertTrue(one["auroc"] is None or 0 <= one["auroc"] <= 1)
        self.assertIn(out["refused"], (0, 0.5, 1))
        self.assertEqual(out["n"], 2)

    def test_refuses_outliers(self):
        self.pictures()
        for name in ("empty", "bad"):
            os.mkdir(self.path(name))
        self.path("bad/text.png", "no picture")
        csv = "path,dx\na.png,nv\n"
        for name, word in (("empty", "no JPEG or PNG"), ("none", "folder"), ("a.png", "folder"), ("bad", "text.png")):
            self.assert_fails(self.evaluate(csv, "--outliers", self.path(name)), 1, self.path(name), word)
        self.assert_fails(self.evaluate(csv, "--skip-bad", "--outliers", self.path("bad")), 1, "bad", "none of its 1")

    def test_forms_of_tables(self):
        self.pictures()
        for csv, n in (("\ufeffdx,extra,path\r\nnv,\"x, \"\"y\"\"\",a.png\r\nmel,,b.png\r\n", 2),
                       ("image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK\na,1.0,0,0,0,0,0,0,0,0\nb,0,0,0,0,0,0,0,1,0\n"
                        "c,0,0,0,0,0,0,0,0,1\n", 2),
                       ("image_id,melanoma,seborrheic_keratosis\na,0.0,1.0\nb,0.0,0.0\nc,1.0,0.0\n", 3),
                       ("path,dx\na.png,other_ben\nb.png,scc\n", 1)):
            result = self.evaluate(csv, "--json", self.path("out.json"))
            self.assertEqual(result.returncode, 0, result.stderr)
            with open(self.path("out.json")) as f:
                self.assertEqual(json.load(f)["n"], n)

    def test_rows_that_are_left_out(self):
        self.pictures()
        csv = "image,MEL,NV,UNK\na,1,0,0\nb,0,0,1\nc,,,\n"
        result = self.evaluate(csv, "--json", self.path("out.json"))
        self.assertIn("1 of other diagnoses, 1 without one and 0 unreadable", result.stdout)
        with open(self.path("out.json")) as f:
            out = json.load(f)
        self.assertEqual((out["n"], out["skipped_unknown"], out["skipped_unlabelled"], out["skipped_bad"]), (1, 1, 1, 0))
        self.assertIsNone(out["melanoma"]["auc"])
        self.assertEqual(out["intervals"]["melanoma_auc"], [None, None])

    def test_selection(self):
        self.pictures()
        csv = "path,dx,split,dataset\na.png,nv,test,x\nb.png,mel,train,x\nc.png,nv,test,y\n"
        self.assertIn("pictures            2 ", self.evaluate(csv, "--split", "test").stdout)
        self.assertIn("pictures            1 ", self.evaluate(csv, "--split", "test", "--dataset", "y").stdout)
        self.assert_fails(self.evaluate(csv, "--split", "none"), 1, "labels.csv")
        self.assert_fails(self.evaluate("path,dx\na.png,nv\n", "--split", "test"), 1, "labels.csv", "split")

    def test_refuses_tables(self):
        self.pictures()
        for csv in ("", "path\na.png\n", "path,dx\n", "path,dx\na.png\n", "path,dx\n\"a.png,nv\n", b"path,dx\n\xff.png,nv\n",
                    b"path,dx\na\0.png,nv\n", "image,MEL,NV\na,1,1\n", "image,MEL,NV\na,0,0\n", "image,MEL,NV\na,0.5,0.5\n"):
            self.assert_fails(self.evaluate(csv), 1, "labels.csv")
        self.assert_fails(run("eval", "--labels", self.path("missing.csv")), 1, "missing.csv")
        self.assert_fails(run("eval", "--labels", self.folder), 1, self.folder)

    def test_bad_pictures(self):
        self.pictures()
        self.path("text.png", "no picture")
        with open(self.path("a.png"), "rb") as f:
            self.path("half.png", f.read()[:60])
        for name in ("text.png", "half.png", "missing.png"):
            csv = f"path,dx\na.png,nv\n{name},mel\n"
            self.assert_fails(self.evaluate(csv, "--json", self.path("out.json")), 1, name, "labels.csv", "record 3")
            self.assertFalse(os.path.exists(self.path("out.json")))
            result = self.evaluate(csv, "--skip-bad")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("1 unreadable", result.stdout)
        self.assert_fails(self.evaluate("path,dx\nmissing.png,nv\n", "--skip-bad"), 1, "labels.csv")

    def test_does_not_replace_its_inputs(self):
        self.pictures(["a.png", "mask.png"])
        os.mkdir(self.path("out"))
        write_png(self.path("out/b.png"), 20, 20, (1, 2, 3))
        self.path("more.csv", "image_id,sex\na,m\n")
        with open(MODEL, "rb") as f:
            model = self.path("m.onnx", f.read())
        csv = "path,dx,mask\na.png,nv,mask.png\n"
        self.path("labels.csv", csv)
        before = self.contents()
        for name in ("labels.csv", "./labels.csv", "out/../labels.csv", "more.csv", "m.onnx", "a.png", "mask.png", "out/b.png"):
            for option in ("--json", "--predictions"):
                result = self.evaluate(csv, "--model", model, "--masks", "--groups", self.path("more.csv"), "--group-by", "sex",
                                       "--outliers", self.path("out"), option, self.path(name))
                self.assert_fails(result, 1, name + ": is the input too")
                self.assertEqual((result.stdout, self.contents()), ("", before))
        result = self.evaluate(csv, "--json", self.path("x"), "--predictions", self.path("out/../x"))
        self.assert_fails(result, 1, "x: is for both --json and --predictions")
        self.assertEqual((result.stdout, self.contents()), ("", before))

    def test_unwritable(self):
        self.pictures()
        self.assert_fails(self.evaluate("path,dx\na.png,nv\n", "--json", "/nowhere/out.json"), 1, "/nowhere/out.json")

    @unittest.skipUnless(os.path.exists(os.path.join(DATA, "index.csv")), "no labelled pictures here")
    def test_beats_the_baseline(self):
        with open(os.path.join(DATA, "index.csv")) as f:
            header, *rows = f.read().splitlines()
        rows = [r for r in rows if ",ham10000,val," in r][::6]
        result = self.evaluate("\n".join([header, *rows]) + "\n", "--root", DATA, "--json", self.path("out.json"),
                               "--threads", "2")
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(self.path("out.json")) as f:
            out = json.load(f)
        self.assertGreater(out["accuracy"], out["majority_baseline"]["accuracy"] + 0.05)
        self.assertGreater(out["balanced_accuracy"], 0.55)


class Bench(Case):
    def test_measures_every_stage(self):
        out = self.path("bench.json")
        result = run("bench", "--model", MODEL, "--sizes", "64x48,33x31", "--formats", "NV12,GRAY8", "--runs", "2",
                     "--threads", "2", "--json", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(out) as f:
            rows = json.load(f)["timings"]
        self.assertEqual([r["threads"] for r in rows if r["stage"] == "inference"], [1, 2])
        for stage in ("sample", "quality", "reading"):
            self.assertEqual({(r["format"], r["width"], r["height"]) for r in rows if r["stage"] == stage},
                             {(f, w, h) for f in ("NV12", "GRAY8") for w, h in ((64, 48), (33, 31))})
        for row in rows:
            self.assertLessEqual(row["median_ms"], row["p95_ms"])
            self.assertLessEqual(row["p95_ms"], row["p99_ms"])
        self.assertGreater(min(r["median_ms"] for r in rows if r["stage"] == "inference"), 0)
        self.assertIn("inference", result.stdout)

    def test_prints_json_alone(self):
        result = run("bench", "--model", MODEL, "--sizes", "8x8", "--formats", "RGB", "--runs", "1", "--threads", "1",
                     "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["runs"], 1)

    def test_refuses(self):
        for arguments in (["--sizes", "0x3"], ["--sizes", "9"], ["--sizes", "640x480,"], ["--sizes", "99999x9"],
                          ["--sizes", "3x3x3"], ["--formats", "P010"], ["--formats", ""], ["--runs", "0"],
                          ["--runs", "1000000"], ["--threads", "0"], ["--threads", "65"], ["extra"]):
            self.assert_fails(run("bench", "--model", MODEL, *arguments), 2, "derma bench: ")

    def test_does_not_replace_its_models(self):
        with open(MODEL, "rb") as f:
            model = self.path("m.onnx", f.read())
        before = self.contents()
        self.assert_fails(run("bench", "--model", MODEL, "--model", model, "--json", model), 1, "m.onnx: is the input too")
        self.assertEqual(self.contents(), before)

    def test_refuses_files(self):
        self.assert_fails(run("bench", "--model", self.path("none.onnx")), 1, "none.onnx")
        self.assert_fails(run("bench", "--model", self.path("text.onnx", "no model")), 1, "text.onnx")
        self.assert_fails(run("bench", "--model", MODEL, "--sizes", "8x8", "--formats", "RGB", "--runs", "1", "--threads",
                              "1", "--json", "/nowhere/out.json"), 1, "/nowhere/out.json")


if __name__ == "__main__":
    tap.main()
