#!/usr/bin/env python3
"""Picks the cases of google/cel-spec's tests/simple that use only what rules have of CEL.

    python3 import.py PATH_TO_CEL_SPEC_GIT [REVISION]

writes beside itself cases.txt (what is in, with what must come of it), left_out.txt (what is
not, with the reason) and the table of engine/docs/cel-conformance.md. What is in is decided by
the words of a case, never by what comes of it here.
"""
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parents[2] / "engine" / "docs" / "cel-conformance.md"
FOLDER = "tests/simple/testdata"

# Every reason for leaving a case out, in the order in which they are looked for.
REASONS = {
    "extension": "a function of an extension library, or of optional values",
    "proto": "messages, enums, containers and wrappers of Protocol Buffers",
    "double": "binary floating point; numbers with a point are exact decimals here",
    "uint": "unsigned integers; there is one type of whole numbers",
    "bytes": "bytes; texts are UTF-8",
    "null": "null; known() asks whether there is a value",
    "map": "maps",
    "dyn": "values without a static type, type() and type values; all is typed at load",
    "conversion": "conversions between types; a literal takes the type of what it stands beside",
    "time": "time literals and their parts; times are fields and parameters",
    "duration": "durations of more than one number and unit, finer than a millisecond, or over "
                "10,000 years, where CEL's end and ours go on",
    "list value": "lists as values; they stand right of `in`, and in size, exists, all and [ ]",
    "text sum": "texts joined by +",
    "macro": "has, map, filter, exists_one and macros of two names; exists and all are in",
    "bool order": "an order of bools",
    "name": "namespaces, leading dots and quoted names; names are those that a pack declares",
    "index": "a place outside a list that is written out: refused at load, not an error later",
    "depth": "32 levels inside the outermost; an expression has 32 with it",
    "NUL": "the NUL character in a text",
    "function": "functions of user and host",
}

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
      | (?P<string>[bB]?[rR]?(?:'{3}.*?(?<!\\)'{3}|"{3}.*?(?<!\\)"{3}
                             |'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
                  |[bB]?[rR]["'].*?["'])
      | (?P<number>0[xX][0-9a-fA-F]+[uU]?|\d*\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?)
      | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
      | (?P<quoted>`[^`]*`)
      | (?P<symbol>&&|\|\||==|!=|<=|>=|.)""", re.VERBOSE | re.DOTALL)

FUNCTIONS = {"size", "startsWith", "endsWith", "contains", "matches", "exists", "all", "duration"}
CONVERSIONS = {"int", "string", "bool"}
TIME_PARTS = re.compile(r"^get[A-Z]|^timestamp$")
ONE_DURATION = re.compile(r"""^(["'])\d+(ms|s|m|h)\1$""")


class TextProto:
    """Reads the text form of Protocol Buffers into {name: [values]}."""

    LEXEME = re.compile(r'\s+|#[^\n]*|(?P<t>"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[\w.+\-/]+|.)',
                        re.DOTALL)

    def __init__(self, text):
        self.tokens = [m["t"] for m in self.LEXEME.finditer(text) if m["t"]]
        self.at = 0

    def message(self, end=None):
        fields = {}
        while self.at < len(self.tokens) and self.tokens[self.at] != end:
            name = self.tokens[self.at]
            if name == "[":  # the name of an extension or of an Any's type
                close = self.tokens.index("]", self.at)
                name = "".join(self.tokens[self.at:close + 1])
                self.at = close
            self.at += 1
            if self.tokens[self.at] == ":":
                self.at += 1
            for value in self.values():
                fields.setdefault(name, []).append(value)
            if self.at < len(self.tokens) and self.tokens[self.at] in ",;":
                self.at += 1
        self.at += 1
        return fields

    def values(self):
        if self.tokens[self.at] == "[":
            self.at += 1
            values = []
            while self.tokens[self.at] != "]":
                values += self.values()
                if self.tokens[self.at] == ",":
                    self.at += 1
            self.at += 1
            return values
        if self.tokens[self.at] in "{<":
            self.at += 1
            return [self.message("}" if self.tokens[self.at - 1] == "{" else ">")]
        token = self.tokens[self.at]
        self.at += 1
        if token[0] not in "\"'":
            return [token]
        text = unquoted(token)
        while self.at < len(self.tokens) and self.tokens[self.at][0] in "\"'":
            text += unquoted(self.tokens[self.at])
            self.at += 1
        return [text]


def unquoted(token):
    def one(match):
        escape = match[1]
        if escape[0] in "01234567":
            return bytes([int(escape, 8)])
        if escape[0] in "xX":
            return bytes([int(escape[1:], 16)])
        if escape[0] in "uU":
            return chr(int(escape[1:], 16)).encode()
        return {"n": b"\n", "t": b"\t", "r": b"\r", "a": b"\a", "b": b"\b", "f": b"\f",
                "v": b"\v"}.get(escape, escape.encode())
    out, at = b"", 1
    for match in re.finditer(r"\\([0-7]{1,3}|[xX][0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|"
                             r"U[0-9a-fA-F]{8}|.)", token[:-1], re.DOTALL):
        out += token[at:match.start()].encode() + one(match)
        at = match.end()
    return (out + token[at:-1].encode()).decode("utf-8", "surrogateescape")


def tokens_of(text):
    found = []
    for match in TOKEN.finditer(text):
        if match.lastgroup != "space":
            found.append((match.lastgroup, match[0]))
    return found


def expected_of(case):
    """What must come of a case: (type, text), or None if it is no bool, int or string."""
    if "eval_error" in case or "any_eval_errors" in case:
        return ("unknown", "")
    value = case["value"][0] if "value" in case else None
    if "typed_result" in case:
        value = case["typed_result"][0].get("result", [None])[0]
    if value is None:
        return ("bool", "true") if "typed_result" not in case else None
    for field, kind in (("bool_value", "bool"), ("int64_value", "int"),
                        ("string_value", "string")):
        if field in value:
            return (kind, value[field][0])
    return None


def variables_of(case):
    """The names that a case is given: [(name, type, text)], or None if one is of another type."""
    variables = []
    for binding in case.get("bindings", []):
        value = binding["value"][0].get("value", [{}])[0]
        for field, kind in (("bool_value", "bool"), ("int64_value", "int"),
                            ("string_value", "string")):
            if field in value:
                variables.append((binding["key"][0], kind, value[field][0]))
                break
        else:
            return None
    return variables


def reason_for(source, case):
    """Why a case is left out, or None."""
    text = case["expr"][0]
    tokens = tokens_of(text)
    names = [word for kind, word in tokens if kind == "name"]
    whole = repr(case)
    spaced = " ".join(word for _, word in tokens)
    calls = {word for (kind, word), (_, after) in zip(tokens, tokens[1:])
             if kind == "name" and after == "("}
    result = expected_of(case)
    value = repr(case.get("value", "")) + repr(case.get("typed_result", ""))

    if source.endswith("_ext") or source == "optionals" or {"cel", "optional"} & set(names):
        return "extension"
    if "container" in case or "google" in names or "TestAllTypes" in whole or \
            "object_value" in whole or "message_type" in whole or "enum_value" in whole:
        return "proto"
    if any(kind == "number" and re.search(r"[.]|(?<![xX0-9a-fA-F])[eE]|^\d+[eE]", word)
           for kind, word in tokens) or "double" in names or "double_value" in value or \
            "DOUBLE" in whole:
        return "double"
    if any(kind == "number" and word[-1] in "uU" for kind, word in tokens) or "uint" in names or \
            "uint64_value" in value or "UINT64" in whole:
        return "uint"
    if any(kind == "string" and word[0] in "bB" for kind, word in tokens) or "bytes" in names:
        return "bytes"
    if "null" in names or "null_value" in value:
        return "null"
    if any(word == "{" for _, word in tokens) or "map_value" in whole or "map_type" in whole:
        return "map"
    if TIME_PARTS.search(" ".join(sorted(calls))) or any(TIME_PARTS.search(c) for c in calls):
        return "time"
    if {"dyn", "type"} & set(names) or "type_value" in value or "disable_check" in case or \
            "dyn {" in whole or "'dyn'" in whole or "check_only" in case:
        return "dyn"
    mixed = re.search(r"\[[^\[\]]*\]", spaced)
    if mixed and len({kind for kind, word in tokens_of(mixed[0])
                      if kind in ("string", "number")}) > 1:
        return "dyn"
    if CONVERSIONS & calls:
        return "conversion"
    if "map" in calls or "filter" in calls or "exists_one" in calls or "existsOne" in calls or \
            "has" in calls or {"transformList", "transformMap"} & calls or \
            source == "macros2" and re.search(r"\. (exists|all) \( \w+ , \w+ ,", spaced):
        return "macro"
    for (_, word), (_, _), (kind, argument) in zip(tokens, tokens[1:], tokens[2:]):
        if word == "duration" and not (kind == "string" and ONE_DURATION.match(argument)):
            return "duration"
    if "duration" in calls and (result is None or result[0] == "unknown"):
        return "duration"
    if "list_value" in whole or "list_type" in whole or \
            re.search(r"\] (==|!=|\+|\?|:)|(==|!=|\+|\?|:) \[|^\[ [^\]]*\]$|\[ \[|^\[\]$", spaced):
        return "list value"
    if re.search(r"\S*['\"] \+ \S*['\"]", spaced) or \
            result and result[0] == "string" and " + " in spaced:
        return "text sum"
    orders = re.search(r" (<|>|<=|>=) ", f" {spaced} ")
    if orders and ({"true", "false"} & set(names) and len(tokens) == 3 or
                   any(kind == "bool" for _, kind, _ in variables_of(case) or [])):
        return "bool order"
    if any(kind == "quoted" for kind, _ in tokens) or text.startswith(".") or \
            "." in "".join(key for key, _, _ in variables_of(case) or []):
        return "name"
    variables = variables_of(case)
    if variables is None or result is None:
        return "proto"
    known = {name for name, _, _ in variables}
    if not calls <= FUNCTIONS:
        return "function"
    bound = {word for (before, word), (_, after) in zip(tokens, tokens[1:]) if after == ","}
    for kind, word in tokens:
        if kind == "name" and word not in known | FUNCTIONS | bound | {"true", "false", "in"}:
            return "name"
    if result[0] == "unknown" and re.search(r"\] \[ \d+ \]", spaced):
        return "index"
    if re.search(r"[(]{32}|!{32}|-{32}", text):
        return "depth"
    if "\0" in text or re.search(r"(?<!\\)\\(\\\\)*(x00|X00|000|u0000|U00000000)", text) or \
            "\0" in str(result[1]):
        return "NUL"
    return None


def escaped(text):
    return re.sub(r"[\\\x00-\x1f\x7f]",
                  lambda m: "\\\\" if m[0] == "\\" else "\\x%02x" % ord(m[0]), text)


def main():
    git = sys.argv[1]
    revision = sys.argv[2] if len(sys.argv) > 2 else "HEAD"

    def run(*arguments):
        return subprocess.run(["git", "-C", git, *arguments], check=True, text=True,
                              capture_output=True).stdout
    commit = run("rev-parse", revision).strip()
    cases, left_out, rows = [], [], []
    for path in run("ls-tree", "--name-only", f"{revision}:{FOLDER}").split():
        if not path.endswith(".textproto"):
            continue
        source = path[:-len(".textproto")]
        parsed = TextProto(run("show", f"{revision}:{FOLDER}/{path}")).message()
        for section in parsed.get("section", []):
            name = section["name"][0]
            into, unknown, out = 0, 0, {}
            for case in section.get("test", []):
                title = f"{source}/{name}/{case['name'][0]}"
                reason = reason_for(source, case)
                if reason:
                    out[reason] = out.get(reason, 0) + 1
                    left_out.append(f"{title}\t{reason}")
                    continue
                kind, value = expected_of(case)
                into += kind != "unknown"
                unknown += kind == "unknown"
                cases.append(f"case {title}")
                for variable in variables_of(case):
                    cases.append(f"  given {variable[0]} {variable[1]} {escaped(variable[2])}")
                cases.append(f"  expression {escaped(case['expr'][0])}")
                cases.append(f"  gives {kind} {escaped(value)}".rstrip(" ") if kind != "string"
                             else f"  gives string {escaped(value)}")
            why = ", ".join(f"{reason} {count}" for reason, count in sorted(out.items()))
            rows.append(f"| {source} | {name} | {into + unknown + sum(out.values())} | {into} | "
                        f"{unknown} | {sum(out.values())} | {why} |")
    head = (f"# Of github.com/google/cel-spec at {commit}, tests/simple; see README.md.\n")
    (HERE / "cases.txt").write_text(head + "\n".join(cases) + "\n")
    (HERE / "left_out.txt").write_text(head + "\n".join(left_out) + "\n")
    document = DOCUMENT.read_text()
    table = ["| file | section | cases | in | in, as unknown | out | why out |",
             "|---|---|---|---|---|---|---|", *rows]
    reasons = ["| reason | what is left out, and why |", "|---|---|",
               *(f"| {name} | {text} |" for name, text in REASONS.items())]
    for mark, lines in (("cases", table), ("reasons", reasons)):
        document = re.sub(rf"(<!-- {mark} -->\n).*?(<!-- end of {mark} -->)",
                          lambda m: m[1] + "\n".join(lines) + "\n" + m[2], document,
                          flags=re.DOTALL)
    DOCUMENT.write_text(document)


if __name__ == "__main__":
    main()
