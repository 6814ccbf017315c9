# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of what tests/mutation/run changes, and of what it leaves alone."""
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import mutants  # noqa: E402


def found(line, kind=None):
    """(before, after) of the changes of a line inside a function."""
    text = "int\nf (void)\n{\n  g ();\n" + line + "\n}\n"
    return [(m.before, m.after) for m in mutants.find("f.c", text) if m.number == 5 and kind in (None, m.kind)]


def run(*arguments):
    return subprocess.run([sys.executable, os.path.join(HERE, "run"), *arguments], capture_output=True, text=True, timeout=60)


class Changes(unittest.TestCase):
    def test_comparisons(self):
        for before, after in (("==", "!="), ("!=", "=="), ("<", "<="), ("<=", "<"), (">", ">="), (">=", ">")):
            self.assertEqual(found(f"  if (a {before} b)", "comparison"), [(before, after)])

    def test_logic(self):
        self.assertEqual(found("  return a && b || c;", "logic"), [("&&", "||"), ("||", "&&")])

    def test_operator_at_the_end_of_a_line(self):
        self.assertEqual(found("  return a &&", "logic"), [("&&", "||")])

    def test_constants(self):
        self.assertEqual(found("  a = 3;", "constant"), [("3", "4"), ("3", "2")])
        self.assertEqual(found("  a = 0u;", "constant"), [("0u", "1u")])

    def test_condition(self):
        self.assertEqual(found('  if (f (a, "x) y"))', "condition"), [('(f (a, "x) y"))', '(!(f (a, "x) y")))')])

    def test_answer(self):
        self.assertEqual(found("  return TRUE;", "answer"), [("TRUE", "FALSE")])

    def test_statement(self):
        for statement in ("f (a, b);", "a->b = c;", "*a = c;", "a[i] += b;", "a++;", 'f ("x;");'):
            self.assertEqual(found(f"  {statement}", "statement"), [(statement, ";")])


class LeftAlone(unittest.TestCase):
    def test_comments_and_texts(self):
        self.assertEqual(found('  f ("a == 1 && b"); /* c < 2 */', "comparison"), [])
        self.assertEqual(found("  f ('1');", "constant"), [])
        self.assertEqual(found("  /* a\n  1 == 2 */ f (a);"), [])

    def test_numbers_that_are_no_constants(self):
        for line in ("  g_autofree gchar *a1 = b;", "  a = 1.5;", "  a = 0x1f;", "  a32 (b);"):
            self.assertEqual(found(line, "constant"), [])

    def test_arrows_and_shifts(self):
        self.assertEqual(found("  a->b = c << d;", "comparison"), [])

    def test_no_declaration_is_removed(self):
        for line in ("  gint a = b;", "  g_autofree gchar *a = b ();", "  const gchar *a = b;", "  return f (a);", "  if (a) b ();"):
            self.assertEqual(found(line, "statement"), [])

    def test_no_part_of_a_statement_is_removed(self):
        text = "int\nf (void)\n{\n  g (a,\n  h (b));\n  x = y\n  (z);\n}\n"
        self.assertEqual([m for m in mutants.find("f.c", text) if m.kind == "statement"], [])

    def test_no_release_is_removed(self):
        for line in ("  g_free (a);", "  g_clear_pointer (&a, g_free);", "  g_object_unref (a);", "  writer_free (a);"):
            self.assertEqual(found(line, "statement"), [])

    def test_nothing_outside_functions(self):
        self.assertEqual(list(mutants.find("f.c", "#define A 1 == 2\nenum { B = 1 };\nstatic int c = 3;\n")), [])

    def test_no_directive_inside(self):
        self.assertEqual(found("#define A (1 && \\\n  2)"), [])


class Applied(unittest.TestCase):
    def test_only_the_place_changes(self):
        text = 'int\nf (void)\n{\n  return g ("a < b") < h;\n}\n'
        mutant, = (m for m in mutants.find("f.c", text) if m.kind == "comparison")
        self.assertEqual(mutants.apply(mutant, text), text.replace(") < h", ") <= h"))

    def test_another_text_is_refused(self):
        text = "int\nf (void)\n{\n  return a < b;\n}\n"
        mutant = next(mutants.find("f.c", text))
        for other in ("int\nf (void)\n{\n  return aa < b;\n}\n", "", "int\n"):
            with self.assertRaises(ValueError):
                mutants.apply(mutant, other)

    def test_every_change_of_the_product_can_be_made(self):
        for room in ("evidence", "model"):
            folder = os.path.join(ROOT, "src", room)
            for name in os.listdir(folder):
                if name.endswith(".c"):
                    with open(os.path.join(folder, name), encoding="utf-8") as f:
                        text = f.read()
                    for mutant in mutants.find(name, text):
                        self.assertNotEqual(mutants.apply(mutant, text), text)


class Command(unittest.TestCase):
    def test_a_seed_chooses(self):
        first, again, other = run("--sample", "9", "--list"), run("--sample", "9", "--list"), run("--sample", "9", "--seed", "2", "--list")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(len(first.stdout.splitlines()), 9)
        self.assertEqual(first.stdout, again.stdout)
        self.assertNotEqual(first.stdout, other.stdout)

    def test_one_file(self):
        result = run("--file", "src/evidence/tracker.c", "--list")
        self.assertTrue(result.stdout)
        self.assertTrue(all(line.startswith("src/evidence/tracker.c:") for line in result.stdout.splitlines()))

    def test_another_file_is_refused(self):
        for file in ("src/tools/eval.c", "missing.c", "../x.c"):
            result = run("--file", file, "--list")
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertEqual(result.stderr.count("\n"), 1)

    def test_no_sample_is_refused(self):
        for number in ("0", "-1", "x"):
            self.assertEqual(run("--sample", number, "--list").returncode, 2)

    def test_folder_that_cannot_be_made(self):
        with tempfile.NamedTemporaryFile() as file:
            result = run("--folder", os.path.join(file.name, "sub"), "--sample", "1")
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)


if __name__ == "__main__":
    unittest.main()
