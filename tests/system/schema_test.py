"""Reader and schema say the same of 300 packs; published schemas are what the binary prints.

The schema can say what keys, shapes and plain values a pack may have. What it finds wrong the
reader finds wrong with a code of STRUCTURAL; names, types of expressions and whatever else hangs
on more than one value is beyond a schema, and no case here is about it.
"""

import copy
import json
import random
import re
import subprocess
import tempfile
import unittest
import pathlib

import jsonschema
import yaml

import paths

# Keys, shapes, plain values, words, support, names; and rates, whose keys are currencies.
STRUCTURAL = {"VG1011", "VG1101", "VG1102", "VG1103", "VG1104", "VG1105", "VG1106", "VG1107",
              "VG2306"}
CASES = 300
SHIPPED = sorted(path for path in paths.PACKS.glob("**/*.yaml")
                 if not path.name.endswith(".test.yaml"))


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core types, as editors read files: `no` and `2027-06-30` are texts."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("bool", r"^(true|false)$", "tf"), ("null", r"^$", [""]),
        ("int", r"^-?(0|[1-9][0-9]*)$", "-0123456789"),
        ("float", r"^-?(0|[1-9][0-9]*)\.[0-9]+$", "-0123456789")):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def schema(name):
    """What the binary prints."""
    return subprocess.run([paths.BINARY, "schema", name], check=True,
                          stdout=subprocess.PIPE).stdout.decode()


def maps_of(node, found=None):
    """Every map of a pack but its tests, which `check` does not read."""
    found = [] if found is None else found
    if isinstance(node, dict):
        found.append(node)
        for key, value in node.items():
            if key != "tests":
                maps_of(value, found)
    elif isinstance(node, list):
        for value in node:
            maps_of(value, found)
    return found


WRONG = {
    "version": ["one", -1, 1.5, "", [1], {"a": 1}, 1000001, None],
    "pack": ["with blank", "", "-a", ["a"], "ä"],
    "rule": ["with blank", "", ".a", {"a": "b"}],
    "score": ["high", -5, [1], None],
    "severity": ["urgent", 3, ["low"], ""],
    "state": ["on", True, "LIVE"],
    "subject": ["both sides", {"a": 1}, None],
    "kind": ["risky", 1],
    "on": ["person", 2],
    "until": ["2027-02-30", "soon", "2027-6-3", 2027],
    "reviewed": ["yesterday", "2026-13-01"],
    "review_by": ["2026/01/01", ["2026-01-01"]],
    "prior": ["yes", 1, [True]],
    "type": ["number", 5],
    "of": [{"a": 1}, ["x"]],
    "over": [{"a": 1}, [1], None, ""],
    "tags": ["typology.x", {"a": 1}],
    "unless": ["x", {"id": "a"}, [5]],
    "once_per": ["account", [], 5],
    "evidence": [[], "x"],
    "features": [[], "x", 5],
    "parameters": ["x", [1]],
    "lists": ["x"],
    "macros": ["x", {"1a": "amount > 1"}, {"true": "amount > 1"}, {"a": {"b": 1}}],
    "rules": [{"rule": "a"}, "x", ["x"]],
    "rates": ["EUR", {"USD": 1}, {"base": "eur"}, {"base": "EUR", "USD": "cheap"},
              {"base": "EUR", "usd": 1}, {"base": "EUR", "USD": 0}, {"base": "EUR", "USD": [1]}],
    "when": ["", ["a"], {"a": 1}, None],
    "reason": ["", ["a"], None],
    "title": ["", ["a"], "  "],
    "owner": ["", [], {"a": 1}],
    "min": [{"a": 1}, [1], None],
    "items": ["a", {"a": 1}],
    "max_items": ["many", -1],
    "typologies": [[], True, "x"],
    "net": [True, "x"],
}
HARMLESS = {
    "version": ["7", 12], "score": ["40", 0], "state": ["shadow"], "owner": ["team", 5, True],
    "about": ["text"], "officer": ["look"], "rationale": ["because"], "risk": ["some"],
    "severity": ["low", "critical"], "tags": [["a", "b"], []], "title": ["Title", 12],
    "prior": ["false", False], "net": [False, "false"],
}


def mutate(pack, source):
    """One change of structure, as (pack, what was done)."""
    pack = copy.deepcopy(pack)
    node = source.choice(maps_of(pack))
    kind = source.choice((0, 1, 2, 2, 3, 4))
    known = [key for key in node if key in WRONG]
    if kind == 0:
        key = source.choice(["descripton", "Rule", "when_", "x"])
        node[key] = "text"
        return pack, f"added {key}" if not is_named(pack, node) else None
    if kind == 1:
        key = source.choice(sorted(set(node) - {"tests"}) or [None])
        if key is None or is_named(pack, node):
            return pack, None
        # Only what is required by itself: else what is left out may be missed by a name.
        if key not in ("pack", "version", "title", "subject", "severity", "score", "reason", "when",
                       "because", "id", "if", "rule", "over", "for", "key"):
            return pack, None
        del node[key]
        return pack, f"dropped {key}"
    if kind == 2 and not is_named(pack, node):
        for key in source.sample(sorted(HARMLESS), len(HARMLESS)):
            if key in node:
                node[key] = source.choice(HARMLESS[key])
                return pack, f"harmless {key}"
        return pack, None
    if known and not is_named(pack, node):
        key = source.choice(known)
        node[key] = source.choice(WRONG[key])
        return pack, f"wrong {key}: {node[key]!r}"
    if node is pack:
        key = source.choice(["rates", "macros", "typologies"])
        node[key] = source.choice(WRONG[key])
        return pack, f"wrong {key}: {node[key]!r}"
    return pack, None


def is_named(pack, node):
    """Whether the map's keys are names that the pack chose."""
    return any(node is pack.get(key) for key in ("features", "parameters", "lists", "macros",
                                                 "rates"))


class SchemaTest(unittest.TestCase):
    maxDiff = None

    def test_files_are_what_the_binary_prints(self):
        files = sorted((paths.ROOT / "schema").glob("*.v1.json"))
        self.assertGreaterEqual(len(files), 8)
        for file in files:
            with self.subTest(file.name):
                name = file.name.split(".")[0]
                self.assertEqual(file.read_text(encoding="utf-8"), schema(name))
                jsonschema.Draft202012Validator.check_schema(json.loads(schema(name)))

    def test_shipped_packs_say_their_schema_and_are_valid(self):
        validator = jsonschema.Draft202012Validator(json.loads(schema("pack")))
        tests = jsonschema.Draft202012Validator(json.loads(schema("tests")))
        self.assertGreaterEqual(len(SHIPPED), 12)
        for path in paths.PACKS.glob("**/*.yaml"):
            with self.subTest(path.name):
                text = path.read_text(encoding="utf-8")
                is_pack = not path.name.endswith(".test.yaml")
                if is_pack:
                    line = text.splitlines()[0]
                    self.assertTrue(line.startswith("# yaml-language-server: $schema="), line)
                    named = path.parent / line.split("=", 1)[1]
                    self.assertEqual(named.resolve(), paths.ROOT / "schema/pack.v1.json")
                document = yaml.load(text, CoreLoader)
                found = [error.message for error in
                         (validator if is_pack else tests).iter_errors(document)]
                self.assertEqual(found, [])

    def test_reader_and_schema_agree(self):
        validator = jsonschema.Draft202012Validator(
            json.loads(schema("pack")), format_checker=jsonschema.FormatChecker(["date"]))
        source = random.Random(paths.seed())
        folder = tempfile.TemporaryDirectory(prefix="vigla-schema-")
        self.addCleanup(folder.cleanup)
        shipped = [yaml.load(path.read_text(encoding="utf-8"), CoreLoader) for path in SHIPPED]
        accepted = refused = 0
        while accepted + refused < CASES:
            pack, change = mutate(source.choice(shipped), source)
            if change is None:
                continue
            pack.pop("tests", None)
            file = pathlib.Path(folder.name) / "pack.yaml"
            text = yaml.safe_dump(pack, allow_unicode=True, sort_keys=False)
            file.write_text(text, encoding="utf-8")
            answer = subprocess.run([paths.BINARY, "check", "--format", "json", str(file)],
                                    stdout=subprocess.PIPE, check=False).stdout
            codes = {finding["code"] for finding in json.loads(answer)["findings"]}
            by_reader = not codes & STRUCTURAL
            errors = [error.message for error in
                      validator.iter_errors(yaml.load(text, CoreLoader))]
            self.assertEqual(by_reader, not errors, f"{change}\n{codes}\n{errors}\n{text}")
            accepted += by_reader
            refused += not by_reader
        self.assertGreater(accepted, CASES // 10)
        self.assertGreater(refused, CASES // 2)


if __name__ == "__main__":
    unittest.main()
