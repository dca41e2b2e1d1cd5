"""`--tuning` means the same to every command that judges by packs: they, as the site has them."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import paths

PACK = """\
pack: cards
version: 1
owner: tests@vigla.example
parameters:
  limit: {type: money, value: 300 EUR, min: 1 EUR, max: 2000 EUR}
rules:
  - rule: cards.large
    title: A large payment
    subject: debtor
    severity: medium
    score: 30
    when: amount > limit
    reason: "{amount}, more than {limit}."
tests:
  - name: a payment under the limit
    transactions: |
      id | time                 | debtor | creditor | amount
      p  | 2026-03-02T09:00:00Z | ANNA   | SHOP     | 250.00 EUR
    expect: []
"""
OTHER = PACK.replace("pack: cards", "pack: transfers").replace("cards.large", "transfers.large")
# Names both packs; `test` loads them one at a time.
TUNING = """\
tuning: our-site
owner: tests@vigla.example
about: A lower limit.
packs:
  cards: {parameters: {limit: 200 EUR}}
  transfers: {parameters: {limit: 200 EUR}}
"""
AMOUNTS = ["100.00", "250.00", "250.00", "400.00"]


class TuningOptionTest(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-tuning-option-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.packs = self.folder / "packs"
        self.packs.mkdir()
        self.pack = self.packs / "cards.yaml"
        self.pack.write_text(PACK, encoding="utf-8")
        (self.packs / "transfers.yaml").write_text(OTHER, encoding="utf-8")
        self.tuning = self.folder / "tuning"
        self.tuning.mkdir()
        (self.tuning / "site.yaml").write_text(TUNING, encoding="utf-8")
        self.stream = self.folder / "payments.ndjson"
        self.stream.write_text("".join(
            json.dumps({"id": f"t{i}", "time": f"2026-03-02T1{i}:00:00Z", "amount": amount,
                        "currency": "EUR", "debtor": {"account": "ANNA"},
                        "creditor": {"account": "SHOP"}}) + "\n"
            for i, amount in enumerate(AMOUNTS)), encoding="utf-8")

    def vigla(self, *arguments, code=0):
        done = subprocess.run([paths.BINARY, *map(str, arguments)], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def json(self, *arguments):
        return json.loads(self.vigla(*arguments, "--format", "json"))

    def test_backtest(self):
        def alerts(*more):
            return self.json("backtest", "--rules", self.packs, "--input", self.stream,
                             *more)["rules"][0]["alerts"]
        self.assertEqual(alerts(), 1)
        self.assertEqual(alerts("--tuning", self.tuning), 3)

    def test_tune_begins_at_the_tuned_value(self):
        def present(*more):
            return self.json("tune", "cards.large", "--parameter", "limit", "--rules", self.packs,
                             "--input", self.stream, *more)["present"]
        self.assertEqual(present(), "300")
        self.assertEqual(present("--tuning", self.tuning), "200")

    def test_explain(self):
        def limits(*more):
            return self.vigla("explain", "--transaction", "t1", "--rule", "cards.large", "--rules",
                              self.packs, "--from", self.stream, *more)
        self.assertIn("300.00 EUR", limits())
        self.assertIn("200.00 EUR", limits("--tuning", self.tuning))
        self.assertNotIn("300.00 EUR", limits("--tuning", self.tuning))

    def compare(self, *more):
        report = self.json("compare", self.packs, self.packs, "--input", self.stream, *more)
        return report["alerts"]["appeared"], report["alerts"]["vanished"]

    def test_compare_tunes_both_sides_unless_one_is_named(self):
        self.assertEqual(self.compare("--tuning", self.tuning), (0, 0))
        self.assertEqual(self.compare("--tuning-new", self.tuning), (2, 0))
        self.assertEqual(self.compare("--tuning-old", self.tuning), (0, 2))
        self.assertEqual(self.compare("--tuning", self.tuning, "--tuning-old", ""), (2, 0))

    def test_tests_run_on_tuned_packs(self):
        self.vigla("test", self.packs)
        report = self.vigla("test", self.packs, "--tuning", self.tuning, code=1)
        self.assertEqual(report.count("cards.large"), report.count("transfers.large"))
        self.assertIn(f"--tuning {self.tuning}", report)
        # Expectations in a pack are about the pack; nothing is written.
        self.vigla("test", self.packs, "--tuning", self.tuning, "--update", code=64)
        self.assertEqual(self.pack.read_text(encoding="utf-8"), PACK)

    def test_mutants_of_a_tuned_pack_need_its_tests_to_hold(self):
        self.vigla("test", self.pack, "--mutate", "--min-mutation", "0", "--search", "0")
        self.vigla("test", self.pack, "--mutate", "--min-mutation", "0", "--search", "0",
                   "--tuning", self.tuning, code=1)


if __name__ == "__main__":
    unittest.main()
