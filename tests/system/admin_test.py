"""The admin pages tell the truth: alive, ready, and metrics that promtool accepts."""

import json
import re
import subprocess
import time
import unittest

import kafka_case
import paths
import topics

TRANSACTIONS = paths.size("admin_transactions", 5_000)
ACCOUNTS = paths.size("admin_accounts", 500)
SETTLE_SECONDS_MAX = 60
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


def samples(text, name):
    """{labels: value} of a metric."""
    found = (SAMPLE.match(line) for line in text.splitlines() if not line.startswith("#"))
    return {match[2] or "": float(match[3]) for match in found if match and match[1] == name}


class AdminTest(kafka_case.KafkaCase):

    def test_pages_of_a_running_engine(self):
        lines = self.w1_stream(TRANSACTIONS, ACCOUNTS)
        self.make_topics()
        topics.produce(self.broker.address, "transactions", lines, kafka_case.by_debtor)
        vigla = self.engine()
        vigla.start()
        vigla.wait_until_ready()
        self.assertEqual(vigla.get("/livez")[0], 200)
        self.assertEqual(vigla.get("/nowhere")[0], 404)

        metrics = self.metrics_when_settled(vigla)
        self.check_metrics(metrics)
        self.wait_for_alerts(vigla)
        # All is judged and committed: so many legs and records took some time until then.
        metrics = vigla.get("/metrics")[1]
        self.assertEqual(samples(metrics, "vigla_judge_seconds_count")[""],
                         samples(metrics, "vigla_legs_total")[""])
        self.assertGreater(samples(metrics, "vigla_judge_seconds_sum")[""], 0)
        self.assertEqual(samples(metrics, "vigla_end_to_end_seconds_count")[""], TRANSACTIONS)
        buckets = list(samples(metrics, "vigla_end_to_end_seconds_bucket").values())
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual(buckets[-1], TRANSACTIONS)

        status, body = vigla.get("/status")
        self.assertEqual(status, 200)
        self.assertRegex(json.dumps(json.loads(body)), "sha256:[0-9a-f]+")

        self.assertEqual(vigla.stop(), 0, vigla.tail())

    def metrics_when_settled(self, vigla):
        deadline = time.monotonic() + SETTLE_SECONDS_MAX
        while True:
            status, metrics = vigla.get("/metrics")
            self.assertEqual(status, 200)
            if sum(samples(metrics, "vigla_transactions_total").values()) >= TRANSACTIONS:
                return metrics
            self.assertLess(time.monotonic(), deadline, metrics)
            time.sleep(0.1)

    def wait_for_alerts(self, vigla):
        """The metric counts what the topic holds, once the last epoch is committed."""
        deadline = time.monotonic() + SETTLE_SECONDS_MAX
        while True:
            alerts = len(topics.dump(self.broker.address, "vigla.alerts"))
            counted = sum(samples(vigla.get("/metrics")[1], "vigla_alerts_total").values())
            if counted == alerts > 0:
                return
            self.assertLess(time.monotonic(), deadline, f"{counted} counted, {alerts} published")
            time.sleep(0.2)

    def check_metrics(self, metrics):
        checked = subprocess.run(["promtool", "check", "metrics"], input=metrics, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertEqual(sum(samples(metrics, "vigla_transactions_total").values()), TRANSACTIONS)
        for name in ("vigla_epoch_commit_seconds_count", "vigla_rule_set_info",
                     "vigla_lag_records", "vigla_rejects_total", "vigla_audit_frames_total"):
            self.assertIn(name, metrics)
        # Labels never hold an account: the stream's accounts occur nowhere.
        accounts = {json.loads(line).get("debtor", {}).get("account", "no debtor")
                    for line in (self.folder / "stream.ndjson").read_text().splitlines()[:200]}
        for account in accounts:
            self.assertNotIn(f'"{account}"', metrics)


if __name__ == "__main__":
    unittest.main()
