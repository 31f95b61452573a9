#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""docs/rfc-coverage.md: every row of what is here names a file and a test, and each that it names is there. Prints each that is not.

A test is `dir/test_file` under tests/unit, `system/file.py`, `conformance/group`, a vector of tests/vectors or a path from the top
of the tree. The first and the third may be followed by `.case`, the second by `:part`.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/rfc-coverage.md"
NAME = re.compile(r"`([^`]+)`")


def has(path, pattern):
    return path.is_file() and re.search(pattern, path.read_text(), re.M) is not None


def unit_is_there(name):
    program, _, case = name.partition(".")
    paths = [path for path in (ROOT / "tests/unit").rglob(program.rpartition("/")[2] + ".c")
             if str(path).endswith(f"/{program}.c")]
    return len(paths) == 1 and (not case or has(paths[0], rf"UNIT\({case}\)"))


def system_is_there(name):
    program, _, part = name.partition(":")
    return has(ROOT / "tests" / program, rf"^def {part}\(" if part else "")


def conformance_is_there(name):
    group, _, case = name.partition(".")
    return has(ROOT / "tests" / f"{group}.py", rf"^@case.*\ndef {case}\(" if case else r"^@case")


def test_is_there(name):
    if name.startswith("conformance/"):
        return conformance_is_there(name)
    if name.startswith("system/"):
        return system_is_there(name)
    if name.rpartition("/")[2].startswith("test_"):
        return unit_is_there(name)
    return (ROOT / name).exists() or any((ROOT / "tests/vectors").glob(name + ".hex"))


def check_row(row):
    cells = [cell.strip() for cell in row.strip().strip("|").split(" | ")]
    if len(cells) != 5:
        return [f"has {len(cells)} columns in place of 5"]
    files, tests = NAME.findall(cells[3]), NAME.findall(cells[4])
    found = [f"names the file {name}, which is not there" for name in files if not (ROOT / name).is_file()]
    found += [f"names the test {name}, which is not there" for name in tests if not test_is_there(name)]
    if not files and cells[3] != "–":
        found.append("names no file")
    if not tests:
        found.append("names no test; what has none belongs under \"Left out\", with the reason")
    return found


def main():
    rules = DOCUMENT.read_text().partition("\n## Left out")[0]
    found = [f"{DOCUMENT.relative_to(ROOT)}:{number}: {problem}"
             for number, line in enumerate(rules.splitlines(), 1) if re.match(r"\| [0-9]", line)
             for problem in check_row(line)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
