"""The reference workload through a real Kafka: every expected alert once, and its trail.

Held against tests/oracle, which shares no code with the engine.
"""

import unittest

import kafka_case
import outputs
import paths
import topics

TRANSACTIONS = paths.size("w1_transactions", 50_000)
ACCOUNTS = paths.size("w1_accounts", 5_000)


class W1KafkaTest(kafka_case.KafkaCase):

    def test_alerts_equal_the_oracles(self):
        lines = self.w1_stream(TRANSACTIONS, ACCOUNTS)
        self.assertEqual(len(lines), TRANSACTIONS)
        self.make_topics()
        topics.produce(self.broker.address, "transactions", lines, kafka_case.by_debtor)
        vigla = self.engine()
        vigla.run_to_end()

        published = outputs.KafkaOutputs(self.folder / "outputs", self.broker.address)
        expected = outputs.check_kafka_run(self, published)
        self.assertGreater(expected, TRANSACTIONS // 1000)
        self.assertEqual(published.records["rejects"], [])

        # Started again over the same input, it finds nothing to do and publishes nothing new.
        before = {name: len(records) for name, records in published.records.items()}
        vigla.run_to_end()
        again = outputs.KafkaOutputs(self.folder / "again", self.broker.address)
        for name in ("alerts", "rejects"):
            self.assertEqual(len(again.records[name]), before[name], name)
        outputs.check_trail(self, again)


if __name__ == "__main__":
    unittest.main()
