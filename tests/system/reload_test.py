"""Reloads in mid-stream: a rule set every second, sound and broken ones in turn, under kills.

Each sound set differs from the others by rules that are absent or in shadow and by limits. The
journal says which set judged from which sequence on; the oracle follows it, and alerts must be
its, once each. A set that was refused judges nothing (reliability.md, 4.3: S41).
"""

import json
import random
import re
import signal
import statistics
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request

import engine
import feeder
import kafka_case
import outputs
import paths
import topics

sys.path.insert(0, str(paths.ORACLE))
import formats  # noqa: E402

SECONDS = paths.size("reload_seconds", 20)
TRANSACTIONS = paths.size("reload_transactions", 30_000)
ACCOUNTS = paths.size("reload_accounts", 2_000)
KILL_SECONDS = paths.size("reload_kill_seconds", 6)  # about so long between two kills
RULES = ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "A1", "C1", "C2", "C3",
         "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"]
VARIANTS = 8
WAIT_SECONDS = 60

# The texts of reference-w1.yaml that hold each limit, with a gap for another one.
LIMIT_TEXTS = {
    "D1": ("when: debits_10m >= {}", 20, (12, 15, 25)),
    "D2": ('when: debited_1h >= money("{} EUR")', 50_000, (20_000, 70_000)),
    "D5": ("when: creditors_1h >= {}", 10, (6, 8, 12)),
    "C1": ("when: credits_10m >= {}", 20, (12, 25)),
    "S1": ('when: amount >= money("{} EUR")', 100_000, (40_000, 60_000)),
    "S3": ('when: is_round(amount.original, 1000) && amount >= money("{} EUR")', 10_000,
           (5_000, 15_000)),
}
BROKEN = [
    lambda text: text.replace("debits_10m >=", "debits_10n >=", 1),          # unknown name
    lambda text: text[:text.rindex("when: ") + 5],                           # half written
    lambda text: text.replace("severity: medium", "severity: mild", 1),      # unknown word
    lambda text: text.replace("pack: reference-w1", "pack: [", 1),           # no YAML
    lambda text: text.replace("  - rule: D2", "  - rule: D1", 1),            # same id twice
    lambda text: text.replace("base: EUR", "base: USD", 1),                  # another base
]


class Variant:
    """One rule set: its pack's text, and what the oracle needs to know of it."""

    def __init__(self, dice, text):
        shuffled = dice.sample(RULES, len(RULES))
        absent, shadow = shuffled[:dice.randint(0, 3)], shuffled[3:3 + dice.randint(0, 5)]
        self.limits = {}
        for rule, (pattern, standard, others) in LIMIT_TEXTS.items():
            limit = dice.choice([standard, *others])
            assert text.count(pattern.format(standard) + "\n") == 1, rule
            text = text.replace(pattern.format(standard) + "\n", pattern.format(limit) + "\n")
            self.limits[rule] = limit
        text = re.sub(r"\ntests:\n.*", "\n", text, flags=re.DOTALL)
        for rule in absent:
            text = add_line(text, rule, "state: off")
        for rule in shadow:
            text = add_line(text, rule, "state: shadow")
        self.text = text
        self.live = sorted(set(RULES) - set(absent) - set(shadow))
        self.shadow = sorted(shadow)
        self.fingerprint = None


def add_line(text, rule, line):
    head = f"  - rule: {rule}\n"
    assert text.count(head) == 1, rule
    return text.replace(head, f"{head}    {line}\n")


class ReloadTest(kafka_case.KafkaCase):

    def test_a_reload_every_second_under_kills(self):
        self.dice = random.Random(paths.seed())
        print(f"VIGLA_SIZE_SEED={paths.seed()}", flush=True)
        lines = self.w1_stream(TRANSACTIONS, ACCOUNTS)
        self.make_topics()
        self.make_variants()
        self.write(self.variants[0].text)
        self.vigla = self.engine(rules={"paths": [str(self.pack)]})
        self.answers, self.kills, self.restarts = [], 0, 0
        with feeder.Feeder(self.broker.address, "transactions", lines, kafka_case.by_debtor,
                           max(200, TRANSACTIONS / SECONDS)) as stream:
            self.start()
            self.write(self.variants[1].text)
            self.reload(self.variants[1], broken=False, how="wait")
            self.reload_until(time.monotonic() + SECONDS)
            stream.finish()
        # What is on disk may be a broken set; an instance would not start with it.
        self.write(self.variants[0].text)
        if self.vigla.running():
            self.assertIn(self.vigla.stop(), (0, engine.EXIT_TRY_AGAIN), self.vigla.tail())
        self.vigla.run_to_end()
        published = outputs.KafkaOutputs(self.folder / "outputs", self.broker.address)
        self.assertEqual(sum(1 for _ in published.input), TRANSACTIONS)
        activations = self.check_activations(published)
        self.check_alerts(published, activations, "alerts", lambda variant: variant.live)
        self.check_alerts(published, activations, "alerts.shadow", lambda variant: variant.shadow)
        outputs.check_trail(self, published)
        outputs.check_alert_records(self, published.records["alerts"])
        self.check_answers(activations)
        self.print_pauses(published)

    def make_variants(self):
        self.pack = self.folder / "rules" / paths.W1_PACK.name
        self.pack.parent.mkdir()
        text = paths.W1_PACK.read_text(encoding="utf-8")
        self.variants = [Variant(self.dice, text) for _ in range(VARIANTS)]
        for variant in self.variants:
            self.write(variant.text)
            done = engine.command("check", self.pack, "--format", "json", check=False)
            variant.fingerprint = json.loads(done.stdout)["rule_set"]
        self.assertEqual(len({variant.fingerprint for variant in self.variants}), VARIANTS)

    def write(self, text):
        """As a deployment has to: beside the old one, then in its place."""
        partial = self.pack.with_suffix(".partial")
        partial.write_text(text, encoding="utf-8")
        partial.rename(self.pack)

    # --- The disturbance -----------------------------------------------------------------------

    def start(self):
        """Starts on a sound set; exit 75 is started again, as a supervisor would."""
        self.vigla.start()
        for _ in range(10):
            try:
                self.vigla.wait_until_ready()
                return
            except RuntimeError:
                if self.vigla.running() or self.vigla.process.returncode != engine.EXIT_TRY_AGAIN:
                    raise
                self.restarts += 1
                self.vigla.start()
        self.fail(f"never ready\n{self.vigla.tail()}")

    def reload_until(self, end):
        kill_at = time.monotonic() + self.dice.uniform(0.5, 1.5) * KILL_SECONDS
        turn = 0
        while time.monotonic() < end:
            next_turn = time.monotonic() + 1
            turn += 1
            kill_now = time.monotonic() >= kill_at
            self.turn(turn, kill_now)
            if kill_now:
                kill_at = time.monotonic() + self.dice.uniform(0.5, 1.5) * KILL_SECONDS
            time.sleep(max(0, next_turn - time.monotonic()))

    def turn(self, turn, kill_now):
        broken = turn % 2 == 0
        variant = self.dice.choice(self.variants)
        self.write(self.dice.choice(BROKEN)(variant.text) if broken else variant.text)
        if not kill_now:
            self.reload(variant, broken, self.dice.choice(["wait", "http", "signal"]))
            return
        # Killed around the reload: before it is read, while it activates, after.
        killer = threading.Timer(self.dice.uniform(0, 0.3), self.vigla.kill)
        killer.start()
        if self.vigla.running():
            self.vigla.process.send_signal(signal.SIGHUP)
        killer.join()
        self.kills += 1
        if broken:
            self.write(variant.text)
        self.start()

    def reload(self, variant, broken, how):
        try:
            if how == "signal":
                self.vigla.process.send_signal(signal.SIGHUP)
                return
            code, answer = post(self.vigla, f"/-/reload?timeout={WAIT_SECONDS}"
                                + ("&wait=1" if how == "wait" else ""))
        except OSError:
            if self.vigla.running():
                raise
            # It asked for a restart meanwhile (a commit of unknown outcome, say).
            self.assertEqual(self.vigla.process.returncode, engine.EXIT_TRY_AGAIN,
                             self.vigla.tail())
            self.write(variant.text)
            self.restarts += 1
            self.start()
            return
        self.answers.append((how, broken, variant, code, answer))

    # --- What must hold ------------------------------------------------------------------------

    def check_activations(self, published):
        """The sets that judged, by the journal; the audit trail names the same."""
        by_fingerprint = {variant.fingerprint: variant for variant in self.variants}
        found = []
        for record in published.journal():
            if "activation" in record:
                activation = record["activation"]
                self.assertIn(activation["after"], by_fingerprint, "a refused set was activated")
                found.append({"epoch": int(record["epoch"]),
                              "first": int(activation["first_sequence"]),
                              "variant": by_fingerprint[activation["after"]]})
        audited = [(int(entry["seq"]), entry["activation"]["after"])
                   for frame in published.frames() if frame["kind"] == "intake"
                   for entry in frame["entries"] if not formats.is_record_entry(entry)]
        self.assertEqual(audited, [(activation["first"], activation["variant"].fingerprint)
                                   for activation in found])
        print(f"{len(found)} activations, {self.kills} kills, {self.restarts} restarts asked for, "
              f"{len(self.answers)} answers", flush=True)
        self.assertGreater(len(found), 3)
        self.assertGreater(self.kills, 0)
        return found

    def check_alerts(self, published, activations, topic, rules_of):
        path = self.folder / f"{topic}.activations.json"
        path.write_text(json.dumps([
            {"first": activation["first"], "rules": rules_of(activation["variant"]),
             "limits": activation["variant"].limits} for activation in activations]))
        expected = self.folder / f"{topic}.expected.ndjson"
        outputs.oracle(self, "w1", "--dump", published.folder / "input.ndjson", "--journal",
                       published.path("journal"), "--activations", path, "--out", expected)
        bodies = self.folder / f"{topic}.sorted.ndjson"
        bodies.write_bytes((published.proof / f"{topic}.ndjson").read_bytes())
        done = outputs.oracle(self, "compare", "--expected", expected, "--alerts", bodies)
        print(f"{topic}: {done.stdout.strip()}", flush=True)
        self.assertGreater(len(expected.read_bytes().splitlines()), 0)

    def check_answers(self, activations):
        """Each answer is what the journal says happened."""
        by_epoch = {activation["epoch"]: activation for activation in activations}
        named = 0
        for how, broken, variant, code, answer in self.answers:
            if broken:
                self.assertEqual((code, answer["result"]), (422, "refused"), answer)
                self.assertGreater(answer["check"]["errors"], 0)
                continue
            self.assertEqual(answer["after"], variant.fingerprint)
            self.assertIn(answer["result"], ("active", "accepted", "unchanged"), answer)
            if how == "wait" and "epoch" in answer:
                activation = by_epoch[int(answer["epoch"])]
                self.assertIs(activation["variant"], variant)
                self.assertEqual(activation["first"], int(answer["first_sequence"]))
                named += 1
        self.assertGreater(named, 0)

    def print_pauses(self, published):
        """How long between two commits, with and without an activation: for people to read."""
        records = published.records["journal"]
        gaps = {True: [], False: []}
        for before, record in zip(records, records[1:]):
            gap = record.timestamp_ms - before.timestamp_ms
            if gap < 2_000:  # longer ones are kills
                gaps["activation" in record.json()].append(gap)
        for activates, values in gaps.items():
            if values:
                print(f"commit after commit, {'activating' if activates else 'others'}: median "
                      f"{statistics.median(values)} ms, three of four within "
                      f"{sorted(values)[int(len(values) * 0.75)]} ms, {len(values)} commits "
                      "(some starts among the activating ones)", flush=True)


class IdleReloadTest(kafka_case.KafkaCase):

    def test_an_idle_instance_reloads_at_once(self):
        """No record comes, and the reload is in the journal all the same; restarts keep it."""
        self.make_topics()
        pack = self.folder / "idle.yaml"
        text = re.sub(r"\ntests:\n.*", "\n", paths.W1_PACK.read_text(encoding="utf-8"),
                      flags=re.DOTALL)
        pack.write_text(text, encoding="utf-8")
        vigla = self.engine(rules={"paths": [str(pack)]})
        vigla.start()
        vigla.wait_until_ready()
        pack.write_text(add_line(text, "D1", "state: shadow"), encoding="utf-8")
        code, first = post(vigla, "/-/reload?wait=1")
        self.assertEqual((code, first["result"], first["epoch"]), (200, "active", "1"), first)
        self.assertEqual(first["changes"]["states"],
                         [{"rule": "D1", "before": "live", "after": "shadow"}])
        code, again = post(vigla, "/-/reload?wait=1")
        self.assertEqual((code, again["result"]), (200, "unchanged"), again)
        pack.write_text("pack: [", encoding="utf-8")
        code, refused = post(vigla, "/-/reload")
        self.assertEqual((code, refused["result"]), (422, "refused"), refused)
        status = json.loads(vigla.get("/status")[1])
        self.assertEqual(status["rule_set"], first["after"])
        self.assertEqual(status["activation_epoch"], "1")
        self.assertEqual(status["last_reload"]["result"], "refused")
        metrics = vigla.get("/metrics")[1]
        self.assertIn("vigla_reload_success 0", metrics)
        self.assertIn(first["after"], metrics)
        url = f"http://{vigla.sections['admin']['listen']}"
        done = engine.command("reload", "--url", url, "--wait", check=False)
        self.assertEqual(done.returncode, engine.EXIT_INVALID, done.stdout + done.stderr)
        self.assertIn("VG1002", done.stderr)
        pack.write_text(text, encoding="utf-8")
        done = engine.command("reload", "--url", url, "--wait")
        self.assertIn("active since epoch 2", done.stdout)
        self.assertIn("state", engine.command("status", "--url", url).stdout)
        # A stop that comes with a reload is a stop.
        vigla.process.send_signal(signal.SIGHUP)
        self.assertEqual(vigla.stop(), 0, vigla.tail())
        journal = [record.json() for record in topics.dump(self.broker.address, "vigla.journal")]
        self.assertEqual([record["epoch"] for record in journal], ["1", "2"])
        self.assertTrue(all("activation" in record for record in journal))
        vigla.run_to_end()


def post(vigla, page):
    """(HTTP status, answer)"""
    request = urllib.request.Request(f"http://{vigla.sections['admin']['listen']}{page}",
                                     method="POST", data=b"")
    try:
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS + 30) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


if __name__ == "__main__":
    unittest.main()
