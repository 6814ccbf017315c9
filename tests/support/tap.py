# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the unittest cases of a script and tells of them in TAP on standard output."""
import sys
import unittest


class Result(unittest.TextTestResult):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.seen = 0

    def line(self, verdict, test, remark=""):
        self.seen += 1
        # What a class needs has no method.
        name = getattr(test, "_testMethodName", test)
        print(f"{verdict} {self.seen} - {name}{remark}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line("ok", test)

    def addFailure(self, test, problem):
        super().addFailure(test, problem)
        self.line("not ok", test)

    def addError(self, test, problem):
        super().addError(test, problem)
        self.line("not ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line("ok", test, f" # SKIP {reason}")


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    print(f"1..{suite.countTestCases()}", flush=True)
    outcome = unittest.TextTestRunner(stream=sys.stderr, verbosity=0, resultclass=Result).run(suite)
    sys.exit(not outcome.wasSuccessful())
