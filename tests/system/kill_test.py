"""Exactly once, whatever is killed: the engine, the broker, a twin, the state, the rules on disk.

A stream runs into Kafka while the engine is killed at random moments (VIGLA_SIZE_SEED repeats
them) and worse. Nothing of that may show: each expected alert is there once, in order, and the
trail proves it (reliability.md, 2: K0-K8, K12, K14-K16, K19, K22).
"""

import random
import shutil
import sys
import time
import unittest

import engine
import feeder
import kafka_case
import outputs
import paths
import topics

sys.path.insert(0, str(paths.ORACLE))
import formats  # noqa: E402
import native  # noqa: E402
import w1  # noqa: E402

TRANSACTIONS = paths.size("kill_transactions", 40_000)
ACCOUNTS = paths.size("kill_accounts", 2_000)
KILLS = paths.size("kills", 20)
ROUND_SECONDS = 3.0
FENCED_SECONDS_MAX = 60
W1_RULES = ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "A1", "C1", "C2", "C3",
            "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"]
ADDED_RULE = """\
  - rule: X1
    title: Added while the engine was down
    subject: transaction
    severity: low
    score: 5
    when: amount >= money("{limit} EUR")
    reason: "{{amount}}, {limit} EUR or more."
"""
ADDED_LIMIT_EUR = 30_000
SMALLEST_CACHE_BYTES = 65_536


class KillTest(kafka_case.KafkaCase):

    def test_twenty_kills_and_worse_leave_every_alert_once(self):
        self.dice = random.Random(paths.seed())
        print(f"VIGLA_SIZE_SEED={paths.seed()}", flush=True)
        lines = self.w1_stream(TRANSACTIONS, ACCOUNTS)
        self.make_topics()
        rules = self.folder / "rules"
        rules.mkdir()
        self.pack = rules / paths.W1_PACK.name
        shutil.copy(paths.W1_PACK, self.pack)
        self.vigla = self.engine(rules={"paths": [str(self.pack)]})
        self.twin = self.engine("twin", rules={"paths": [str(self.pack)]})

        worse = [self.round_broker_killed, self.round_tiny_cache, self.round_twin_beside,
                 self.round_zombie, self.round_state_lost, self.round_recovery_killed]
        rounds = [self.round_killed] * max(1, KILLS - len(worse)) + worse
        self.dice.shuffle(rounds)
        # The first rule set must have judged something, and the edited one must find something.
        rounds.insert(0, self.round_undisturbed)
        rounds.insert(self.dice.randint(2, len(rounds) // 2), self.round_rules_edited)
        self.kills = 0
        per_second = max(200, TRANSACTIONS / (len(rounds) * ROUND_SECONDS * 1.5))
        with topics.Follower(self.broker.address, "vigla.alerts") as follower, \
                feeder.Feeder(self.broker.address, "transactions", lines, kafka_case.by_debtor,
                              per_second) as stream:
            for number, kind in enumerate(rounds, 1):
                print(f"round {number}: {kind.__name__}", flush=True)
                kind()
            stream.finish()
            self.vigla.run_to_end()
            published = outputs.KafkaOutputs(self.folder / "outputs", self.broker.address)
            follower.wait_for(len(published.records["alerts"]))
        self.assertGreaterEqual(self.kills, KILLS)
        self.assertEqual(sum(1 for _ in published.input), TRANSACTIONS)
        self.check_followed(follower.records, published.records["alerts"])
        outputs.check_kafka_run(self, published, rules=W1_RULES)
        self.check_added_rule(published)

    # --- Rounds: each leaves no engine running --------------------------------------------------

    def kill_after(self, seconds, settings=()):
        """Starts, waits, kills; the engine must have lived until then, or asked for a restart."""
        deadline = time.monotonic() + seconds
        while True:
            self.vigla.start(settings=settings)
            while self.vigla.running() and time.monotonic() < deadline:
                time.sleep(0.005)
            if self.vigla.running():
                break
            self.assertEqual(self.vigla.process.returncode, engine.EXIT_TRY_AGAIN,
                             self.vigla.tail())
            if time.monotonic() >= deadline:
                return
        self.vigla.kill()
        self.kills += 1
        print(f"  killed after {seconds:.3f} s", flush=True)

    def round_undisturbed(self):
        """Live for a while before the first kill."""
        self.vigla.start()
        self.wait_until_live(self.vigla)
        time.sleep(ROUND_SECONDS)
        self.vigla.kill()
        self.kills += 1

    def round_killed(self):
        self.kill_after(self.dice.uniform(0.02, ROUND_SECONDS))

    def round_recovery_killed(self):
        """Again and again while it starts and recovers (K12)."""
        for _ in range(5):
            self.kill_after(self.dice.uniform(0.01, 0.5))

    def round_tiny_cache(self):
        """Every subject leaves the cache again at once."""
        self.kill_after(2 * ROUND_SECONDS, [f"engine.cache_bytes={SMALLEST_CACHE_BYTES}"])

    def round_rules_edited(self):
        """Recovery goes by the rules that judged; the edited ones apply from the next epoch on."""
        text = self.pack.read_text(encoding="utf-8")
        edited = text.replace("\ntests:\n", "\n" + ADDED_RULE.format(limit=ADDED_LIMIT_EUR)
                              + "tests:\n", 1)
        edited = edited.replace("Twenty debits in ten minutes", "Many debits in ten minutes", 1)
        self.assertIn("X1", edited)
        partial = self.pack.with_suffix(".partial")
        partial.write_text(edited, encoding="utf-8")
        partial.rename(self.pack)
        self.kill_after(2 * ROUND_SECONDS)

    def round_broker_killed(self):
        self.vigla.start()
        time.sleep(self.dice.uniform(1, ROUND_SECONDS))
        self.broker.kill()
        time.sleep(self.dice.uniform(0.2, 2))
        self.broker.start()
        time.sleep(self.dice.uniform(0.2, ROUND_SECONDS))
        if self.vigla.running():
            self.vigla.kill()
            self.kills += 1
        else:
            self.assertEqual(self.vigla.process.returncode, engine.EXIT_TRY_AGAIN,
                             self.vigla.tail())

    def round_state_lost(self):
        """The state directory is gone: the whole input is replayed, muted (K15)."""
        shutil.rmtree(self.vigla.sections["state"]["dir"], ignore_errors=True)
        self.kill_after(self.dice.uniform(0.5, 2 * ROUND_SECONDS))

    def round_twin_beside(self):
        """A second instance with a state of its own fences the first, which says so (K22)."""
        self.vigla.start()
        self.wait_until_live(self.vigla)
        self.twin.start()
        self.expect_fenced(self.vigla)
        self.kill_twin()

    def round_zombie(self):
        """Stopped, replaced, woken: it commits nothing more (K14)."""
        self.vigla.start()
        self.wait_until_live(self.vigla)
        self.vigla.pause()
        try:
            self.twin.start()
            self.wait_until_live(self.twin)
        finally:
            self.vigla.resume()
        self.expect_fenced(self.vigla)
        self.kill_twin()

    def wait_until_live(self, vigla):
        """Ready, as a supervisor would see it: exit 75 is started again."""
        for _ in range(5):
            try:
                vigla.wait_until_ready()
                return
            except RuntimeError:
                if vigla.running() or vigla.process.returncode != engine.EXIT_TRY_AGAIN:
                    raise
                vigla.start()
        self.fail(f"never ready\n{vigla.tail()}")

    def expect_fenced(self, vigla):
        code = vigla.wait(FENCED_SECONDS_MAX)
        self.assertNotEqual(code, 0)
        self.assertIn("fenced", vigla.tail().lower())

    def kill_twin(self):
        time.sleep(self.dice.uniform(0.1, 1))
        self.assertTrue(self.twin.running(), self.twin.tail())
        self.twin.kill()
        self.kills += 1

    # --- What must hold ------------------------------------------------------------------------

    def check_followed(self, followed, dumped):
        """A reader that was there all along saw what a reader afterwards sees."""
        for partition in {record.partition for record in dumped}:
            self.assertEqual([record for record in followed if record.partition == partition],
                             [record for record in dumped if record.partition == partition])

    def check_added_rule(self, published):
        """X1 matched every transaction from its activation on, and none before."""
        records = list(formats.in_journal_order(
            formats.read_input_dump(str(published.folder / "input.ndjson")),
            published.journal()))
        activations = [entry for frame in published.frames() if frame["kind"] == "intake"
                       for entry in frame["entries"] if not formats.is_record_entry(entry)]
        self.assertEqual(len(activations), 2, activations)  # the first set, and the edited one
        first = int(activations[1]["seq"])
        self.assertTrue(1 < first < len(records), f"activated at {first} of {len(records)}")
        expected = set()
        for sequence, record in enumerate(records, 1):
            transaction = native.decode(record.value)
            base = w1.base_amount(transaction.amount, transaction.currency)
            if sequence >= first and base is not None and base >= ADDED_LIMIT_EUR * w1.MICRO:
                expected.add(formats.source_text(record.topic, record.partition, record.offset))
        got = {formats.alert_source(body) for body in published.alerts()
               if "X1" in formats.alert_matches(body)}
        self.assertEqual(got, expected)
        self.assertGreater(len(expected), 0)


if __name__ == "__main__":
    unittest.main()
