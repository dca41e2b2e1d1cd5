"""The reference workload through a real Kafka: every expected alert once, and its trail.

Held against tests/oracle, which shares no code with the engine.
"""

import shutil
import unittest

import engine
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
        # Epochs by records, not by time alone: the trail has many frames on a quick machine, too.
        vigla = self.engine()
        vigla.run_to_end([f"engine.epoch_records_max={TRANSACTIONS // 20}"])

        published = outputs.KafkaOutputs(self.folder / "outputs", self.broker.address)
        expected = outputs.check_kafka_run(self, published)
        self.assertGreater(expected, TRANSACTIONS // 1000)
        self.assertEqual(published.records["rejects"], [])

        self.check_tampering_is_found(published)

        # Started again over the same input, it finds nothing to do and publishes nothing new.
        before = {name: len(records) for name, records in published.records.items()}
        vigla.run_to_end()
        again = outputs.KafkaOutputs(self.folder / "again", self.broker.address)
        for name in ("alerts", "rejects"):
            self.assertEqual(len(again.records[name]), before[name], name)
        outputs.check_trail(self, again)

    def check_tampering_is_found(self, published):
        """One record edited, dropped, doubled or moved: Vigla's verifier must say so (S50)."""
        for name in ("journal", "audit", "alerts"):
            lines = (published.proof / f"{name}.ndjson").read_bytes().splitlines(keepends=True)
            middle = len(lines) // 2
            self.assertGreater(middle, 1)
            before, line, after = lines[:middle], lines[middle], lines[middle + 1:]
            tampered = {
                "edited": [*before, edited(line), *after],
                "dropped": before + after,
                "doubled": [*before, line, line, *after],
                "moved": [*before[:-1], line, before[-1], *after],
            }
            if name == "alerts":
                # A topic's alerts may stand in several partitions: across them order is free.
                del tampered["moved"]
            for how, logs in tampered.items():
                with self.subTest(log=name, how=how):
                    copy = self.folder / f"{name}-{how}"
                    shutil.copytree(published.proof, copy)
                    (copy / f"{name}.ndjson").write_bytes(b"".join(logs))
                    verified = outputs.verify_audit(copy)
                    self.assertEqual(verified.returncode, engine.EXIT_PROOF_FAILED,
                                     verified.stdout + verified.stderr)


def edited(line):
    """The line with its last digit changed."""
    index = max(index for index, byte in enumerate(line) if chr(byte).isdigit())
    digit = b"1" if line[index:index + 1] != b"1" else b"2"
    return line[:index] + digit + line[index + 1:]


if __name__ == "__main__":
    unittest.main()
