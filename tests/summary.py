# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts what Meson's test log (testlog.json, one JSON object a line) says: summary.py LOG...

Prints the names of what failed and, last, "N passed, N failed, N skipped"; exits with 1 if anything failed or nothing
was run. A test that speaks TAP counts as its cases, any other as one.
"""
import json
import re
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}
CASE = re.compile(r"^(not )?ok\b(?: +\d+)?(?: +(?:- )?([^#]*))?(?:#\s*(\w+)?.*)?$", re.IGNORECASE)
PLAN = re.compile(r"^1\.\.(\d+)")


def tap_cases(text):
    """The outcome and name of each top-level case, or None if this is not TAP."""
    cases, plan = [], None
    for line in text.splitlines():
        found = PLAN.match(line)
        if found:
            plan = int(found.group(1))
        found = CASE.match(line)
        if not found:
            continue
        directive = (found.group(3) or "").upper()
        if directive.startswith("SKIP"):
            outcome = "skipped"
        elif directive == "TODO" or not found.group(1):
            outcome = "passed"
        else:
            outcome = "failed"
        cases.append((outcome, (found.group(2) or "").strip()))
    return cases if plan is not None and cases else None


def test_cases(test):
    """The outcome and name of each case of one test of the log."""
    name, result = test["name"], test["result"]
    whole = "passed" if result in PASSED else "skipped" if result in SKIPPED else "failed"
    cases = tap_cases(test.get("stdout") or "")
    if not cases:
        return [(whole, name)]
    cases = [(outcome, f"{name} {case}".strip()) for outcome, case in cases]
    # A program that dies, or that ends with a failure of its own, has failed even if each case it got to passed.
    if whole == "failed" and not any(outcome == "failed" for outcome, _ in cases):
        cases.append(("failed", f"{name} ({result.lower()})"))
    return cases


def read_cases(lines):
    """The cases of all tests in the lines of a log; raises ValueError if it is not one."""
    cases = []
    for line in lines:
        if not line.strip():
            continue
        test = json.loads(line)
        if not isinstance(test, dict) or not isinstance(test.get("name"), str) or not isinstance(test.get("result"), str):
            raise ValueError("not a test log: a line without a name or a result")
        cases.extend(test_cases(test))
    return cases


def main(paths):
    cases = []
    for path in paths:
        try:
            with open(path, encoding="utf-8", errors="replace") as log:
                cases.extend(read_cases(log))
        except (OSError, ValueError) as error:
            print(f"summary: {path}: {error}", file=sys.stderr)
            cases.append(("failed", path))
    for outcome, name in cases:
        if outcome == "failed":
            print(f"failed: {name}")
    count = {outcome: sum(case[0] == outcome for case in cases) for outcome in ("passed", "failed", "skipped")}
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
