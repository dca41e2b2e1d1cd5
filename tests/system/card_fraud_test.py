"""A known truth: of the simulated card payments exactly 1,098 are over 220, scenario 1's fraud."""

import decimal
import json
import pathlib
import shutil
import tempfile
import unittest

import datasets
import engine

OVER_220 = 1_098
PACK = """\
pack: card-fraud
version: 1
owner: tests@vigla.example
about: The one rule whose truth the data set states.
rules:
  - rule: card.over_220
    title: Card payment over 220
    subject: debtor
    severity: medium
    score: 30
    when: amount > money("220 EUR")
    reason: "{amount}, more than 220 EUR."
"""


class CardFraudTest(unittest.TestCase):

    def test_amounts_over_220(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-card-fraud-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        stream = folder / "payments.ndjson"
        lines = datasets.card_fraud(stream)
        (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
        vigla = engine.Engine(folder, engine.file_config(
            folder, stream, rules={"paths": [str(folder / "pack.yaml")]}))
        self.addCleanup(vigla.kill)
        vigla.run_to_end()

        alerted = [json.loads(line)["transaction"]["id"]
                   for line in (folder / "out/alerts.ndjson").read_bytes().splitlines()]
        expected = [record["id"] for record in map(json.loads, lines)
                    if decimal.Decimal(record["amount"]) > 220]
        self.assertEqual(len(expected), OVER_220)
        self.assertEqual(alerted, expected)
        self.assertEqual((folder / "out/rejects.ndjson").read_bytes(), b"")


if __name__ == "__main__":
    unittest.main()
