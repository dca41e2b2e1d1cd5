"""The tests inside rules/packs/reference-w1.yaml, which state W1 by example, against the oracle.

So the pack's tests hold for the pack (run by the engine) and for the oracle (run here).
"""

import datetime
import decimal
import json
import os
import re
import unittest

import formats
import w1

PACK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "rules", "packs",
                    "reference-w1.yaml")


def read_tests(path):
    """[(name, [row], [(id, rule, {feature: text})])] of the layout that this one pack keeps to."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\ntests:\n")[1].splitlines()
    tests = []
    columns = None
    for line in lines:
        if line.startswith("  - name: "):
            tests.append((line.removeprefix("  - name: "), [], []))
            columns = None
        elif line.startswith("      - {at: "):
            match = re.fullmatch(
                r" +- \{at: (\w+), rule: (\w+)(?:, values: \{(.*)\})?\}", line)
            values = dict(pair.split(": ") for pair in match[3].split(", ")) if match[3] else {}
            tests[-1][2].append((match[1], match[2], values))
        elif "|" in line and not line.endswith("transactions: |"):
            cells = [cell.strip() for cell in line.split("|")]
            if columns is None:
                columns = cells
            else:
                cells += [""] * (len(columns) - len(cells))
                row = {c: v for c, v in zip(columns, cells, strict=True) if v}
                tests[-1][1].extend(expand(row))
    return tests


UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def expand(row):
    """The rows that one stands for: `a2..a6`, a time and an amount with a step, `P{2..9}`."""
    series = re.fullmatch(r"([a-z]+)(\d+)\.\.\1(\d+)", row["id"])
    if not series:
        return [row]
    prefix, first, last = series.groups()
    return [{column: nth(value, prefix, number - int(first), len(first))
             for column, value in row.items()}
            for number in range(int(first), int(last) + 1)]


def nth(value, prefix, index, digits):
    """The value of a series' row `index`, counted from 0."""
    series = re.fullmatch(prefix + r"(\d+)\.\..*", value)
    if series:
        return f"{prefix}{int(series[1]) + index:0{digits}}"
    step = re.fullmatch(r"(\S+Z) \+(\d+)([smhd])", value)
    if step:
        start = datetime.datetime.fromisoformat(step[1].replace("Z", "+00:00"))
        later = start + index * datetime.timedelta(**{UNITS[step[3]]: int(step[2])})
        return later.isoformat().replace("+00:00", "Z")
    more = re.fullmatch(r"(\S+) ([A-Z]{3}) \+(\S+)", value)
    if more:
        return f"{decimal.Decimal(more[1]) + index * decimal.Decimal(more[3])} {more[2]}"
    return re.sub(r"\{(\d+)\.\.\d+\}", lambda found: str(int(found[1]) + index), value)


def as_record(offset, row):
    body = {}
    for column, value in row.items():
        if column == "amount":
            body["amount"], body["currency"] = value.split()
        elif column in ("debtor", "creditor"):
            body.setdefault(column, {})["account"] = value
        elif "." in column:
            side, member = column.split(".")
            body.setdefault(side, {})[member] = value
        else:
            body[column] = value
    return formats.Record("test", 0, offset, json.dumps(body).encode(), None)


class ReferencePack(unittest.TestCase):
    def test_every_example_holds(self):
        for name, rows, expect in read_tests(PACK):
            with self.subTest(name):
                self.assertGreater(len(rows), 1)
                found = {}
                for leg in w1.expected_alerts(as_record(i, row) for i, row in enumerate(rows)):
                    for rule, values in leg["values"].items():
                        found[(leg["id"], rule)] = values
                self.assertEqual(sorted(found), sorted((at, rule) for at, rule, _ in expect))
                for at, rule, values in expect:
                    for feature, text in values.items():
                        self.assertEqual(formats.number_of(found[(at, rule)][feature]),
                                         formats.number_of(text), (at, rule, feature))

    def test_every_rule_is_matched_by_an_example(self):
        matched = {rule for _, _, expect in read_tests(PACK) for _, rule, _ in expect}
        self.assertEqual(matched, {f"D{i}" for i in range(1, 9)} | {f"S{i}" for i in range(1, 9)}
                         | {"A1", "C1", "C2", "C3"})

    def test_feature_names_are_the_packs(self):
        with open(PACK, encoding="utf-8") as file:
            declared = set(re.findall(r"^  (\w+): *(?:\{|$)", file.read(), re.MULTILINE))
        for _, rows, _ in read_tests(PACK):
            for leg in w1.expected_alerts(as_record(i, row) for i, row in enumerate(rows)):
                for values in leg["values"].values():
                    self.assertLessEqual(set(values), declared)


if __name__ == "__main__":
    unittest.main()
