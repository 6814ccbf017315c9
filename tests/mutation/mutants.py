# SPDX-License-Identifier: LGPL-2.1-or-later
"""Finds the places of a C source where one small change should make a test fail.

Works on lines as clang-format leaves them. Comments, texts, directives and declarations without a value stay as they are.
"""
import collections
import hashlib
import re

# One change: `before` at `column` of line `number` (from 1) becomes `after`; `kind` says what sort of change.
Mutant = collections.namedtuple("Mutant", "file digest number column before after kind")

OPPOSITE = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&"}
OPERATOR = re.compile(r"(?<= )(==|!=|<=|>=|<|>|&&|\|\|)(?= |$)")
NUMBER = re.compile(r"(?<![\w.])(\d+)([uUlL]*)(?![\w.])")
CONDITION = re.compile(r"\b(?:if|while) (?=\()")
ANSWER = re.compile(r"\breturn (TRUE|FALSE);")
STATEMENT = re.compile(r"^\s+(?!return\b|break\b|continue\b|goto\b|g_auto|case\b|default\b|else\b|if\b|for\b|while\b|do\b|const\b|static\b)"
                       r"(?:\*?[\w.>\[\]-]+(?:\[[^;]*\])? (?:[-+*/|&]|<<|>>)?= .*;|[\w.>-]+ \(.*\);|\*?[\w.>\[\]-]+(?:\+\+|--);)\s*$")
# Without these nothing computes differently: memory stays, which the sanitizers' and valgrind's setups see.
RELEASE = re.compile(r"\s*(?:g_free|free|g_clear_\w+|\w+_(?:unref|free|clear)) \(")
MASKED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)+\'|/\*.*?\*/', re.DOTALL)


def mask(text):
    """The text with blanks in place of comments and what stands in quotes, directives too; each place keeps its column."""
    text = MASKED.sub(lambda found: re.sub(r"[^\n]", "_" if found[0][0] in "\"'" else " ", found[0]), text)
    return re.sub(r"^#(?:.*\\\n)*.*$", lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.MULTILINE)


def closing(line, start):
    """Where the parenthesis at start closes, or -1 if not on this line."""
    depth = 0
    for i in range(start, len(line)):
        depth += {"(": 1, ")": -1}.get(line[i], 0)
        if depth == 0:
            return i
    return -1


def changes_of(line, whole):
    """(column, before, after, kind) of each change of one masked line; whole says that it is a statement of its own."""
    for found in OPERATOR.finditer(line):
        kind = "logic" if found[1] in ("&&", "||") else "comparison"
        yield found.start(1), found[1], OPPOSITE[found[1]], kind
    for found in NUMBER.finditer(line):
        value = int(found[1], 8 if len(found[1]) > 1 and found[1][0] == "0" else 10)
        yield found.start(), found[0], f"{value + 1}{found[2]}", "constant"
        if value > 0:
            yield found.start(), found[0], f"{value - 1}{found[2]}", "constant"
    for found in CONDITION.finditer(line):
        end = closing(line, found.end())
        if end >= 0:
            condition = line[found.end():end + 1]
            yield found.end(), condition, f"(!{condition})", "condition"
    for found in ANSWER.finditer(line):
        yield found.start(1), found[1], "FALSE" if found[1] == "TRUE" else "TRUE", "answer"
    if whole and STATEMENT.match(line) and not RELEASE.match(line):
        start = len(line) - len(line.lstrip())
        yield start, line[start:].rstrip(), ";", "statement"


def find(file, text):
    """All mutants of the text of a file, in the order of their places."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    lines, masked = text.split("\n"), mask(text).split("\n")
    inside = False
    for number, line in enumerate(masked, 1):
        before = masked[number - 2].rstrip() if number > 1 else ""
        if line.startswith("{"):
            inside = True
        elif line.startswith("}"):
            inside = False
        elif inside:
            starts = not before or before[-1] in ";{}:" or before.strip() == "else" or bool(re.search(r"\)$", before))
            for column, old, new, kind in changes_of(line, starts and balanced(line)):
                text_of_old = lines[number - 1][column:column + len(old)]
                yield Mutant(file, digest, number, column, text_of_old, new.replace(old, text_of_old), kind)


def balanced(line):
    return line.count("(") == line.count(")")


def apply(mutant, text):
    """The text with that change; raises ValueError if the text is another one."""
    lines = text.split("\n")
    line = lines[mutant.number - 1] if mutant.number <= len(lines) else ""
    end = mutant.column + len(mutant.before)
    if line[mutant.column:end] != mutant.before:
        raise ValueError(f"{mutant.file}:{mutant.number}: does not read {mutant.before}")
    lines[mutant.number - 1] = line[:mutant.column] + mutant.after + line[end:]
    return "\n".join(lines)
