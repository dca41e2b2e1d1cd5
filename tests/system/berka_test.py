"""Real bank accounts through Kafka: each account's record equals what its bookings add up to."""

import concurrent.futures
import json
import os
import subprocess
import sys
import unittest
from fractions import Fraction

import datasets
import engine
import kafka_case
import outputs
import paths
import topics

ACCOUNTS = 1_229
BOOKINGS = 49_102
COUNTERPARTIES_LOOKED_AT = paths.size("berka_counterparties", 100)
PACK = """\
pack: berka
version: 1
owner: tests@vigla.example
about: One rule over a window of months, so that ledgers are kept and evidence is listed.
rates: {base: CZK}
features:
  withdrawn_30d: {sum: amount, of: debits, over: 30d, where: kind == cash_withdrawal}
rules:
  - rule: berka.cash_out
    title: Much cash withdrawn within a month
    subject: debtor
    severity: medium
    score: 30
    when: kind == cash_withdrawal && withdrawn_30d >= money("60000 CZK")
    reason: "{withdrawn_30d} withdrawn in cash in 30 days, 60,000 CZK or more."
"""


class BerkaTest(kafka_case.KafkaCase):

    def test_every_account(self):
        stream = self.folder / "berka.ndjson"
        lines = datasets.berka(stream)
        self.assertEqual(len(lines), BOOKINGS + 1)
        self.make_topics()
        topics.produce(self.broker.address, "transactions", lines, topics.round_robin(1))
        pack = self.folder / "berka.yaml"
        pack.write_text(PACK, encoding="utf-8")
        vigla = self.engine(rules={"paths": [str(pack)]}, rates={"base": "CZK"})
        vigla.run_to_end()

        published = outputs.KafkaOutputs(self.folder / "outputs", self.broker.address)
        outputs.check_trail(self, published)
        self.assertGreater(len(published.records["alerts"]), 0)
        self.assertEqual([reject.value for reject in published.records["rejects"]], [lines[-1]])
        self.assertEqual(published.reject_positions(), {(0, BOOKINGS): 1})
        self.check_accounts(vigla, stream)

    def check_accounts(self, vigla, stream):
        expected = self.recomputed(stream)
        own = {json.loads(line).get(side, {}).get("account")
               for line in stream.read_bytes().splitlines()[:-1] for side in ("debtor", "creditor")
               if "balance_after" in json.loads(line).get(side, {})}
        self.assertEqual(len(own), ACCOUNTS)
        others = sorted(set(expected) - own)[:COUNTERPARTIES_LOOKED_AT]
        looked_at = sorted(own) + others
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            found = dict(zip(looked_at, pool.map(lambda name: self.inspect(vigla, name),
                                                 looked_at)))
        for name in looked_at:
            for which in ("settled", "all"):
                for direction in ("debits", "credits"):
                    self.assertEqual(exact(found[name][which][direction]),
                                     exact(expected[name][which][direction]),
                                     f"account {name}, {which} {direction}")

    def recomputed(self, stream):
        done = subprocess.run(
            [sys.executable, str(paths.ORACLE / "recompute.py"), "--input", str(stream),
             "--base", "CZK"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return {body["account"]: body for body in map(json.loads, done.stdout.splitlines())}

    def inspect(self, vigla, name):
        return json.loads(engine.command("inspect", "account", name, "-c", vigla.config,
                                         "--format", "json").stdout)


def exact(totals):
    """Figures as numbers, so that 10.0 is 10.00; times as text."""
    return {key: value if key in ("first", "last") else Fraction(str(value))
            for key, value in totals.items()}


if __name__ == "__main__":
    unittest.main()
