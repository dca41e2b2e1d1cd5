#!/usr/bin/env python3
"""Reads the tree's text and reports what breaks the house rules on layers, sizes and names.

    tests/tidy/tidy.py          prints path:line: finding, exits 1 if there is one

Checks are functions of (path, lines), so that the test beside this can plant a fault for each.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What each layer may include besides itself; design.md, 11. Connectors sit on pipeline's ports.
BELOW = {
    "engine/base": [],
    "engine/model": ["engine/base"],
    "engine/rule": ["engine/base", "engine/model"],
    "engine/lsp": ["engine/base", "engine/model", "engine/rule"],
    "engine/ledger": ["engine/base", "engine/model", "engine/rule"],
    "engine/audit": ["engine/base", "engine/model"],
    "engine/pipeline": ["engine/base", "engine/model", "engine/rule", "engine/ledger",
                        "engine/audit"],
    "engine/lab": ["engine/base", "engine/model", "engine/rule", "engine/ledger", "engine/audit",
                   "engine/pipeline"],
    "connectors/file": ["engine/base", "engine/model", "engine/rule", "engine/ledger",
                        "engine/audit", "engine/pipeline"],
    "connectors/kafka": ["engine/base", "engine/model", "engine/rule", "engine/ledger",
                         "engine/audit", "engine/pipeline"],
    "engine/app": ["engine/base", "engine/model", "engine/rule", "engine/ledger", "engine/audit",
                   "engine/pipeline", "engine/lab", "engine/lsp", "connectors/file",
                   "connectors/kafka"],
}
CPP = (".h", ".cc")
CODE = (".h", ".cc", ".py", ".sh")
HEADER_LINES_MAX = 200
SOURCE_LINES_MAX = 600
COLUMNS_MAX = 100
VAGUE_NAMES = {"common", "util", "utils", "helper", "helpers", "misc"}
INCLUDE = re.compile(r'\s*#\s*include\s*"([^"]+)"')
UNFINISHED = re.compile(r"\b(TODO|FIXME|HACK)\b")  # not XXX: ISO 4217 lists it
THIRD_PARTY_WITHOUT_FOLDER = {"simdjson.h", "yaml.h", "zstd.h", "CivetServer.h", "civetweb.h"}
# Not in C++: Debian's absl::string_view is another type than the standard's; std::regex is slow.
BANNED = {
    r"\babsl::string_view\b": "absl::string_view; use std::string_view",
    r"\bstd::regex\b": "std::regex; use RE2",
}


def layer_of(path):
    return "/".join(path.split("/")[:2])


def include_direction(path, lines):
    """A layer includes itself and what lies below it, by full path."""
    if not path.endswith(CPP):
        return
    allowed = BELOW.get(layer_of(path))
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        target = found[1]
        if target in THIRD_PARTY_WITHOUT_FOLDER:
            continue
        if "/" not in target or target.startswith("."):
            yield number, f'include "{target}": not a full path from the root'
        elif (allowed is not None and layer_of(target) in BELOW
              and layer_of(target) not in (layer_of(path), *allowed)):
            yield number, f"upward include: {layer_of(path)} must not know {layer_of(target)}"


def length(path, lines):
    limit = HEADER_LINES_MAX if path.endswith(".h") else SOURCE_LINES_MAX
    if is_code(path, lines) and len(lines) > limit:
        yield limit + 1, f"{len(lines)} lines; at most {limit}: probably two things under one name"


def width(path, lines):
    if not is_code(path, lines):
        return
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns; at most {COLUMNS_MAX}"


def job_comment(path, lines):
    """A file begins by saying its one job; the engine's also how hot it is."""
    if not is_code(path, lines):
        return
    start = 1 if lines and lines[0].startswith("#!") else 0
    if path.endswith(CPP):
        comment = []
        for line in lines:
            if not line.startswith("//"):
                break
            comment.append(line)
        text = " ".join(comment)
        if not comment:
            yield 1, "the first line does not say what the file's one job is"
        elif layer_of(path) in BELOW and not re.search(r"\b(hot|warm|cold)\b", text, re.I):
            yield 1, "the first comment does not say whether the file is hot, warm or cold"
    elif len(lines) <= start or not lines[start].startswith(('"""', "#", "'''")):
        yield start + 1, "the first line does not say what the file's one job is"


def names(path, _):
    for part in pathlib.PurePosixPath(path).parts:
        if set(re.split(r"[._-]", part.lower())) & VAGUE_NAMES:
            yield 1, f"'{part}' says nothing; name a file for the one noun it defines"
    if path.endswith(CPP) and not re.fullmatch(r"[a-z0-9_]+\.(h|cc)", path.rpartition("/")[2]):
        yield 1, "C++ files are named in snake_case"


def pragma_once(path, lines):
    if path.endswith(".h") and "#pragma once" not in lines:
        yield 1, "a header without #pragma once"


def words(path, lines):
    if not is_code(path, lines):
        return
    for number, line in enumerate(lines, 1):
        found = UNFINISHED.search(line)
        if found:
            yield number, f"{found[0]}: finish it or leave it out"
        if path.endswith(CPP) and path != "engine/base/status.h":  # it converts between the two
            for pattern, advice in BANNED.items():
                if re.search(pattern, line.partition("//")[0]):
                    yield number, advice


def is_code(path, lines):
    """Program text: by its ending, or by its first line where it has none."""
    if path.endswith(CODE):
        return True
    return "." not in path.rpartition("/")[2] and bool(lines) and lines[0].startswith("#!")


CHECKS = (include_direction, length, width, job_comment, names, pragma_once, words)


def findings(path, text):
    """(line number, what is wrong) for one file; `path` is relative to the root."""
    lines = text.splitlines()
    return [finding for check in CHECKS for finding in check(path, lines)]


def tree():
    """Every file that is or will be in the project: tracked or new, but not ignored."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, stdout=subprocess.PIPE).stdout.decode()
    return sorted(path for path in set(listed.split("\0")) if path and (ROOT / path).is_file())


def tree_findings():
    """All findings as text, and the number of files read."""
    report = []
    paths = [path for path in tree() if not path.startswith("tests/tidy/")]
    for path in paths:
        text = (ROOT / path).read_bytes().decode("utf-8", errors="replace")
        report += [f"{path}:{number}: {what}" for number, what in findings(path, text)]
    return report, len(paths)


def main():
    report, files = tree_findings()
    print("\n".join(report + [f"{files} files, {len(report)} findings"]))
    return 1 if report else 0


if __name__ == "__main__":
    sys.exit(main())
