"""`vigla tune` on card payments: every value in one pass, as runs with each value give them."""

import json
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

import datasets
import paths

PACK = """\
pack: cards
version: 1
parameters:
  limit: {{type: money, value: {value}, min: 1 EUR, max: 2000 EUR}}
features:
  spent_1h: {{sum: amount, of: debits, over: 1h}}
rules:
  - rule: cards.large
    title: Much in an hour
    subject: debtor
    severity: medium
    score: 30
    when: spent_1h > limit
    once_per: {{key: account, for: 24h}}
    reason: "{{spent_1h}} in an hour, more than {{limit}}."
"""
PAYMENTS = paths.size("tune_payments", 40_000)
VALUES = paths.size("tune_values", 4)


class TuneTest(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-tune-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.stream = self.folder / "payments.ndjson"
        self.labels = self.folder / "labels.csv"
        lines = datasets.card_fraud(self.stream)[:PAYMENTS]
        self.stream.write_bytes(b"\n".join(lines) + b"\n")
        self.pack = self.folder / "pack.yaml"

    def run_vigla(self, *arguments):
        done = subprocess.run([paths.BINARY, *map(str, arguments)], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def tune(self, *more):
        self.pack.write_text(PACK.format(value="220 EUR"), encoding="utf-8")
        return self.run_vigla("tune", "cards.large", "--parameter", "limit", "--rules", self.pack,
                              "--input", self.stream, *more)

    def alerts_at(self, value):
        """What an engine publishes whose pack says that value."""
        self.pack.write_text(PACK.format(value=f"{value} EUR"), encoding="utf-8")
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        self.run_vigla("run", "--input", self.stream, "--rules", self.pack, "--output", out,
                       "--state", out / "state", "--until-end")
        alerts = (out / "alerts.ndjson").read_bytes().splitlines()
        return len(alerts)

    def backtest_at(self, value):
        """What a back-test with the labels says of the rule at that value."""
        self.pack.write_text(PACK.format(value=f"{value} EUR"), encoding="utf-8")
        figures = json.loads(self.run_vigla("backtest", "--rules", self.pack, "--input",
                                            self.stream, "--labels", self.labels,
                                            "--format", "json"))
        return figures["rules"][0]["truth"]

    def test_every_value_is_what_a_run_gives(self):
        source = random.Random(paths.seed())
        frauds = {str(number) for number in source.sample(range(PAYMENTS), PAYMENTS // 50)}
        self.labels.write_text(
            "id,fraud\n" + "".join(f"{number},{int(str(number) in frauds)}\n"
                                   for number in range(PAYMENTS)), encoding="ascii")
        page = self.folder / "page.html"
        report = json.loads(self.tune("--labels", self.labels, "--format", "json", "--html", page))
        self.assertTrue(report["every_value"])
        self.assertEqual(int(report["records"]), PAYMENTS)
        self.assertEqual(report["labelled"], len(frauds))
        points = report["curves"][0]["points"]
        self.assertGreater(len(points), 100)
        values = [source.choice(points)["from"] for _ in range(VALUES - 1)]
        values.append(f"{source.randrange(10_000, 8_000_000) / 10_000:.4f}")
        for value in values:
            point = [point for point in points if float(point["from"]) <= float(value)][-1]
            self.assertEqual(point["alerts"], self.alerts_at(value), value)
            truth = self.backtest_at(value)
            self.assertEqual(point["caught"], truth["transactions_found"], value)
            self.assertEqual(point["true_alerts"], truth["alerts_right"], value)
            for share in ("precision", "recall"):
                self.assertEqual(point.get(share), truth.get(share), value)
        self.assertIn("<svg", page.read_text(encoding="utf-8"))
        for side in ("above", "below"):
            self.assertEqual(len(report["curves"][0][side]), 5)

    def test_windows_stand_beside_each_other(self):
        report = json.loads(self.tune("--window", "spent_1h=10m,6h", "--format", "json"))
        self.assertEqual([curve["windows"]["spent_1h"] for curve in report["curves"]],
                         ["1h", "10m", "6h"])
        at_least = [curve["points"][0]["matches"] for curve in report["curves"]]
        self.assertLessEqual(at_least[1], at_least[0])
        self.assertLessEqual(at_least[0], at_least[2])

    def test_csv_has_a_row_a_point(self):
        rows = self.tune("--format", "csv").decode().splitlines()
        self.assertEqual(rows[0], "windows,from,unit,matches,alerts,folded,excepted")
        self.assertTrue(rows[1].startswith(",1,EUR,"))
        self.assertGreater(len(rows), 100)


if __name__ == "__main__":
    unittest.main()
