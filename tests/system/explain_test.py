"""`vigla explain` from recorded input and from an instance's state, stopped, killed or running, by
files or by Kafka, says one thing: what the engine said.
"""

import datetime
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import engine
import feeder
import kafka_case
import paths
import topics

RULES = paths.W1_PACK
EVIDENCE_MOST = 50  # listed in an alert, if its pack does not say otherwise
KAFKA_TRANSACTIONS = paths.size("explain_transactions", 40_000)
PER_SECOND = 1_000  # so that payments still come when the last of them is explained

DAILY = """
pack: daily
version: 1
owner: rules@bank.example
about: One rule that looks back, and one that does not.
features:
  debits_1d: {count: debits, over: 1d}
rules:
  - rule: daily
    title: Many in a day
    subject: debtor
    severity: low
    score: 10
    when: debits_1d >= 24
    reason: "{debits_1d} debits in a day, 24 or more."
    rationale: A window for the test.
    risk: None.
    reviewed: 2026-01-01
    review_by: 2099-01-01
  - rule: single
    title: One over five
    subject: debtor
    severity: low
    score: 10
    when: amount >= money("5 EUR")
    reason: "{amount} is 5 EUR or more."
    rationale: No window for the test.
    risk: None.
    reviewed: 2026-01-01
    review_by: 2099-01-01
"""


def explain(*arguments):
    return subprocess.run([paths.BINARY, "explain", *map(str, arguments)], capture_output=True,
                          text=True)


def nodes(node):
    """The node and all below it."""
    yield node
    for operand in node.get("operands", ()):
        yield from nodes(operand)


def moved(line, transaction, **by):
    """The transaction under another id, earlier by a timedelta, and large enough for an alert."""
    value = json.loads(line)
    then = datetime.datetime.fromisoformat(value["time"].replace("Z", "+00:00"))
    value["id"], value["amount"], value["currency"] = transaction, "250000.00", "EUR"
    value["time"] = (then - datetime.timedelta(**by)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return json.dumps(value, separators=(",", ":")).encode()


class Explained(unittest.TestCase):
    """What an explanation must have in common with an alert."""

    def assert_says_what_the_alert_said(self, alert, *source):
        transaction = alert["transaction"]["id"]
        text = explain("--transaction", transaction, "--sequence", alert["sequence"], *source)
        self.assertEqual(text.returncode, 0, text.stderr)
        self.assertIn(alert["alert_id"], text.stdout)
        done = explain("--transaction", transaction, "--sequence", alert["sequence"], "--format",
                       "json", "--entries", 10_000, *source)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["sequence"], alert["sequence"])
        self.assertTrue(told["certain"])
        by_rule = {rule["rule"]: rule for rule in told["rules"]
                   if rule["outcome"] == "alert"
                   and rule["subject"]["role"] == alert["subject"]["role"]}
        for match in alert["matches"]:
            self.assert_same_match(match, by_rule.pop(match["rule"]))
        self.assertEqual(by_rule, {})
        return text.stdout

    def assert_same_match(self, match, explained):
        self.assertEqual(explained["reason"], match["reason"])
        self.assertEqual(explained["when"]["result"], "pass")
        margins = {node["text"]: str(node["distance"]) for node in nodes(explained["when"])
                   if "distance" in node}
        for condition in match["conditions"]:
            if "margin" in condition:
                self.assertEqual(margins[condition["text"]], str(condition["margin"]))
        listed = {}
        for feature, shown in zip(match["features"], explained["features"], strict=True):
            for member in ("entries", "window"):
                self.assertEqual(feature.get(member), shown.get(member))
            unit = f" {feature['unit']}" if "unit" in feature else ""
            self.assertEqual(f"{feature['value']}{unit}", str(shown["value"]))
            listed.update({entry["source"]: entry for entry in shown.get("listed", ())})
        evidence = {entry["source"]: entry for entry in match["evidence"]}
        if len(evidence) < EVIDENCE_MOST:
            self.assertEqual(set(evidence), set(listed))
        for source, entry in evidence.items():
            self.assertEqual({**listed[source], **entry}, listed[source])


class ExplainTest(Explained):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-explain-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.stream = self.folder / "stream.ndjson"
        self.output = self.folder / "out"
        engine.generate(self.stream, 5_000, 100, paths.seed())
        subprocess.run([paths.BINARY, "run", "--input", self.stream, "--rules", RULES, "--output",
                        self.output, "--until-end"], check=True, capture_output=True)
        lines = (self.output / "alerts.ndjson").read_text().splitlines()
        self.alerts = [json.loads(line) for line in lines]
        self.state = ("--output", self.output, "--input", self.stream)
        self.file = ("--from", self.stream, "--rules", RULES)

    def test_the_state_of_then_and_the_file_say_what_the_alert_said(self):
        for alert in self.alerts[::max(1, len(self.alerts) // 8)]:
            text = self.assert_says_what_the_alert_said(alert, *self.state)
            from_file = explain("--transaction", alert["transaction"]["id"], *self.file)
            self.assertEqual(text, from_file.stdout)

    def test_a_transaction_of_ones_own_comes_after_all_others(self):
        new = self.folder / "new.json"
        new.write_text(json.dumps({
            "id": "new", "time": "2030-01-01T00:00:00Z", "amount": "250000.00",
            "currency": "EUR", "debtor": {"account": "NEW1"}, "creditor": {"account": "NEW2"}}))
        for source in (self.state, self.file):
            told = explain("--transaction", f"@{new}", "--rule", "S1", *source)
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertIn("ALERT", told.stdout)
            self.assertIn("250000.00 EUR against 100000.00 EUR; 150000.00 EUR over", told.stdout)

    def test_what_is_not_there_is_said(self):
        for source in (self.state, self.file):
            told = explain("--transaction", "nobody", *source)
            self.assertEqual((told.returncode, told.stdout), (66, ""))
            self.assertIn("no transaction 'nobody'", told.stderr)
            told = explain("--transaction", "t7", "--rule", "D77", *source)
            self.assertEqual(told.returncode, 64)
            self.assertIn("did you mean 'D7'?", told.stderr)

    def test_what_the_rule_saw_and_retention_took_is_said(self):
        pack = self.folder / "daily.yaml"
        pack.write_text(DAILY)
        stream = self.folder / "daily.ndjson"
        start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
        with open(stream, "w", encoding="utf-8") as out:
            for number in range(2_000):
                then = start + number * datetime.timedelta(hours=1)
                print(json.dumps({
                    "id": f"p{number}", "time": then.isoformat(), "amount": "10.00",
                    "currency": "EUR", "debtor": {"account": "BUSY"},
                    "creditor": {"account": "SHOP"}}), file=out)
        output = self.folder / "daily"
        short = ("--set", "engine.retention_days=10")
        # As long as legs are in the log nothing is dropped: images, and many of them.
        images = ("--set", "engine.leg_log_bytes=1", "--set", "engine.epoch_records_max=100",
                  "--set", "engine.batch_records_max=100")
        subprocess.run([paths.BINARY, "run", "--input", stream, "--rules", pack, "--output", output,
                        "--until-end", *short, *images], check=True, capture_output=True)
        state = ("--output", output, "--input", stream, *short)
        told = explain("--transaction", "p1999", "--rule", "daily", *state)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("24 entries", told.stdout)
        told = explain("--transaction", "p30", "--rule", "daily", *state)
        self.assertEqual((told.returncode, told.stdout), (66, ""))
        self.assertIn("have left retention", told.stderr)
        # What looks at the payment alone needs none of them.
        told = explain("--transaction", "p30", "--rule", "single", *state)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("10.00 EUR against 5.00 EUR; 5.00 EUR over", told.stdout)
        # Of all rules it says so, once.
        told = explain("--transaction", "p30", *state)
        self.assertEqual(told.returncode, 1, told.stderr)
        self.assertEqual(told.stderr.count("have left retention"), 1)
        told = explain("--transaction", "p30", "--rule", "daily", "--from", stream, "--rules", pack)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("24 entries", told.stdout)


class ExplainBesideFilesTest(Explained):
    """An instance in the midst of its work, halted there so that nothing moves but we."""

    def test_a_running_instance_is_explained_and_not_touched(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-explain-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        stream = folder / "stream.ndjson"
        engine.generate(stream, paths.size("explain_lines", 300_000), 3_000, paths.seed())
        # Many epochs, and most of them still to come when the twentieth is there, on any machine.
        vigla = engine.Engine(folder, engine.file_config(
            folder, stream, engine={"lanes": 1, "epoch_records_max": 3_000}))
        self.addCleanup(vigla.kill)
        vigla.start()
        journal = folder / "out/journal.ndjson"
        while not journal.exists() or journal.read_bytes().count(b"\n") < 20:
            self.assertTrue(vigla.running(), vigla.tail())
            time.sleep(0.01)
        vigla.pause()
        epoch = json.loads(journal.read_bytes().rpartition(b"\n")[0].splitlines()[-1])
        committed = next(int(each["bytes"]) for each in epoch["file_lengths"]
                         if each["name"] == "alerts.ndjson")
        published = (folder / "out/alerts.ndjson").read_bytes()[:committed]
        alerts = [json.loads(line) for line in published.splitlines()]
        before = self.look(folder)
        halted = {}
        for alert in [alerts[0], alerts[len(alerts) // 2], *alerts[-4:-1]]:
            halted[alert["alert_id"]] = self.assert_says_what_the_alert_said(
                alert, "-c", vigla.config)
        self.assertEqual(self.look(folder), before)
        vigla.resume()
        # Beside the writer at full speed, too.
        self.assert_says_what_the_alert_said(alerts[-2], "-c", vigla.config)
        self.assertEqual(vigla.wait(), 0, vigla.tail())
        for alert in alerts:
            if alert["alert_id"] in halted:
                self.assertEqual(halted[alert["alert_id"]], self.assert_says_what_the_alert_said(
                    alert, "-c", vigla.config))

    @staticmethod
    def look(folder):
        """Every file's name, size and time of change."""
        return {path: (path.stat().st_size, path.stat().st_mtime_ns)
                for path in sorted(folder.rglob("*")) if path.is_file()}


class ExplainKafkaTest(Explained, kafka_case.KafkaCase):

    def test_an_instance_under_load_stopped_and_killed(self):
        lines = self.w1_stream(KAFKA_TRANSACTIONS, 2_000)
        quarter = len(lines) // 4
        lines.insert(quarter, moved(lines[quarter - 1], "late", days=2))
        lines.insert(quarter + 1, moved(lines[quarter - 1], "twice", seconds=0))
        lines.insert(quarter + 2, moved(lines[quarter - 1], "twice", seconds=0))
        self.make_topics()
        vigla = self.engine(engine={"lanes": 2, "commit_interval_ms": 100})
        vigla.start()
        vigla.wait_until_ready()
        self.source = ("-c", vigla.config)
        self.texts = {}
        with topics.Follower(self.broker.address, "vigla.alerts") as follower, \
                feeder.Feeder(self.broker.address, "transactions", lines, kafka_case.by_debtor,
                              PER_SECOND) as upstream:
            late = self.wait_for_alert(follower, "late")
            alerts = [record.json() for record in follower.seen()]
            # Old ones, the late leg's, and what was published a moment ago.
            for alert in [alerts[0], alerts[len(alerts) // 2], late]:
                self.explain_and_remember(alert)
            for _ in range(4):
                self.explain_and_remember(follower.seen()[-1].json())
            self.quiet = self.quiet_transaction(lines[:quarter // 2], alerts)
            quiet_text = self.explain_quiet()
            self.explain_what_is_not_there()
            upstream.finish()
        twice = [record.json() for record in topics.dump(self.broker.address, "vigla.alerts")
                 if b'"id":"twice"' in record.value]
        self.assertEqual(vigla.get("/readyz")[0], 200)

        # Killed: the state is behind the journal, and nobody is there to bring it on.
        vigla.kill()
        last = max(topics.dump(self.broker.address, "vigla.alerts"),
                   key=lambda record: int(record.json()["sequence"]))
        self.explain_and_remember(last.json())
        self.assert_as_before(quiet_text)
        vigla.start()
        vigla.wait_until_ready()
        self.assertEqual(vigla.stop(), 0, vigla.tail())
        self.assert_as_before(quiet_text)
        self.assertEqual(len({alert["sequence"] for alert in twice}), 2)
        for alert in twice:
            self.explain_and_remember(alert)
        told = explain("--transaction", "twice", *self.source)
        self.assertIn("the id stands at 2 sequences", told.stderr)

    def test_the_rules_of_then_answer_after_a_reload(self):
        lines = self.w1_stream(6_000, 300)
        half = len(lines) // 2
        lines[half - 1] = moved(lines[half - 1], "before", seconds=0)
        lines[-1] = moved(lines[-1], "after", seconds=0)
        self.make_topics(topic="reloaded", prefix="reloaded")
        pack = self.folder / "pack.yaml"
        pack.write_text(RULES.read_text().partition("\ntests:")[0] + "\n")
        vigla = self.engine("reloaded", input={"kind": "kafka", "topics": ["reloaded"]},
                            output={"prefix": "reloaded"}, rules={"paths": [str(pack)]})
        vigla.start()
        vigla.wait_until_ready()
        self.source = ("-c", vigla.config)
        with topics.Follower(self.broker.address, "reloaded.alerts") as follower:
            topics.produce(self.broker.address, "reloaded", lines[:half], kafka_case.by_debtor)
            before = self.wait_for_alert(follower, "before")
            pack.write_text(pack.read_text().replace("rule: S1", "rule: S1\n    state: off")
                            .replace("when: debits_10m >= 20", "when: debits_10m >= 5"))
            engine.command("reload", "--url", f"http://{vigla.sections['admin']['listen']}",
                           "--wait")
            topics.produce(self.broker.address, "reloaded", lines[half:], kafka_case.by_debtor)
            after = self.wait_for_alert(follower, "after")
        self.assertNotEqual(before["rule_set"], after["rule_set"])
        for alert in (before, after):
            self.assert_says_what_the_alert_said(alert, *self.source)
        for transaction, code in (("before", 0), ("after", 64)):
            told = explain("--transaction", transaction, "--rule", "S1", *self.source)
            self.assertEqual(told.returncode, code, told.stderr)
        self.assertIn("no rule 'S1' is live or shadow in the rule set", told.stderr)
        # What would the rules on disk have said then?
        told = explain("--transaction", "before", "--rules", pack, *self.source)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertNotIn("S1, ", told.stdout)
        self.assertEqual(vigla.stop(), 0, vigla.tail())

    def wait_for_alert(self, follower, transaction):
        deadline = time.monotonic() + topics.TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            found = [record.json() for record in follower.seen()
                     if b'"id":"%s"' % transaction.encode() in record.value]
            if found:
                return found[0]
            time.sleep(0.05)
        self.fail(f"no alert on {transaction}")

    def explain_and_remember(self, alert):
        self.texts[alert["alert_id"]] = (
            alert, self.assert_says_what_the_alert_said(alert, *self.source))

    def assert_as_before(self, quiet_text):
        for alert, text in self.texts.values():
            self.assertEqual(self.assert_says_what_the_alert_said(alert, *self.source), text)
        self.assertEqual(self.explain_quiet(), quiet_text)

    @staticmethod
    def quiet_transaction(lines, alerts):
        loud = {alert["transaction"]["id"] for alert in alerts}
        ids = [json.loads(line)["id"] for line in lines]
        return next(each for each in reversed(ids) if each not in loud)

    def explain_quiet(self):
        told = explain("--transaction", self.quiet, *self.source)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertNotIn("ALERT", told.stdout)
        self.assertIn("clear: the condition does not hold", told.stdout)
        one = explain("--transaction", self.quiet, "--rule", "S1", *self.source)
        self.assertIn("short", one.stdout)
        return told.stdout + one.stdout

    def explain_what_is_not_there(self):
        told = explain("--transaction", "nobody", *self.source)
        self.assertEqual((told.returncode, told.stdout), (66, ""), told.stderr)
        self.assertIn("no transaction 'nobody'", told.stderr)
        told = explain("--transaction", self.quiet, "--rule", "S11", *self.source)
        self.assertEqual((told.returncode, told.stdout), (64, ""), told.stderr)
        self.assertIn("did you mean 'S1'?", told.stderr)


if __name__ == "__main__":
    unittest.main()
