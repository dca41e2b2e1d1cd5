"""A back-test's figures against a naive count over what `vigla run` published of the same input."""

import collections
import datetime
import json
import pathlib
import re
import shutil
import tempfile
import unittest
import xml.dom.minidom

import engine
import kafka_case
import paths
import topics

TRANSACTIONS = paths.size("backtest_transactions", 20_000)
ACCOUNTS = paths.size("backtest_accounts", 400)


def records(path):
    return [json.loads(line) for line in pathlib.Path(path).read_bytes().splitlines()]


def backtest(*arguments):
    return engine.command("backtest", "--rules", paths.W1_PACK, *arguments).stdout


def week(time):
    year, number, _ = datetime.date.fromisoformat(time[:10]).isocalendar()
    return f"{year}-W{number:02d}"


def working_day(time):
    """Weekends wait for Monday."""
    day = datetime.date.fromisoformat(time[:10])
    return day + datetime.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


class BacktestTest(unittest.TestCase):

    def test_figures_equal_a_naive_count(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-backtest-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        stream = folder / "stream.ndjson"
        lines = engine.generate(stream, TRANSACTIONS, ACCOUNTS, paths.seed())
        vigla = engine.Engine(folder, engine.file_config(folder, stream))
        self.addCleanup(vigla.kill)
        vigla.run_to_end()

        # Every seventh transaction is labelled true, the one after it false, the rest not at all.
        truth = {json.loads(line)["id"]: index % 7 == 0
                 for index, line in enumerate(lines) if index % 7 in (0, 1)}
        (folder / "labels.csv").write_text("id,label\n" + "".join(
            f"{name},{str(label).lower()}\n" for name, label in truth.items()), encoding="utf-8")
        backtest("--input", stream, "--labels", folder / "labels.csv", "--output", folder / "bt")
        figures = json.loads((folder / "bt/backtest.json").read_text(encoding="utf-8"))

        # The very bytes of the alerts.
        self.assertEqual((folder / "bt/alerts.ndjson").read_bytes(),
                         (folder / "out/alerts.ndjson").read_bytes())
        alerts = records(folder / "out/alerts.ndjson")
        self.assertGreater(len(alerts), 50)
        self.assertEqual([alert["alert_id"] for alert in figures["alerts"]],
                         [alert["alert_id"] for alert in alerts])
        self.check_rules(figures, records(folder / "out/audit.ndjson"))
        self.check_time(figures, alerts, lines)
        self.check_truth(figures, alerts, truth)
        self.check_page((folder / "bt/backtest.html").read_text(encoding="utf-8"))

    def check_rules(self, figures, frames):
        counts, unknown = collections.Counter(), collections.Counter()
        pairs, legs = collections.Counter(), collections.Counter()
        for frame in frames:
            if frame["kind"] != "matches":
                continue
            unknown.update(frame.get("unknown", {}))
            for entry in frame["entries"]:
                true = []
                for match in entry["matches"]:
                    counts[match["rule"], match["result"]] += 1
                    if match["result"] not in ("excepted", "too_late"):
                        true.append(match["rule"])
                legs.update(true)
                pairs.update((a, b) for a in true for b in true if a < b)
        for rule in figures["rules"]:
            name = rule["rule"]
            for field, result in (("alerts", "alert"), ("shadow", "shadow"), ("folded", "folded"),
                                  ("excepted", "excepted"), ("flagged", "flagged"),
                                  ("too_late", "too_late")):
                self.assertEqual(rule[field], counts[name, result], (name, field))
            self.assertEqual(rule["unknown"], unknown[name], name)
        together = {(pair["first"], pair["second"]): pair for pair in figures["overlap"]}
        for (first, second), count in pairs.items():
            pair = together[first, second]
            self.assertEqual(pair["legs"], count)
            self.assertEqual(pair["legs_either"], legs[first] + legs[second] - count)

    def check_time(self, figures, alerts, lines):
        by_severity = collections.Counter(alert["severity"] for alert in alerts)
        self.assertEqual(figures["alerts_by_severity"], dict(by_severity))
        by_week = collections.Counter((week(alert["time"]), alert["severity"]) for alert in alerts)
        self.assertEqual({(of["week"], severity): count for of in figures["weeks"]
                          for severity, count in of["alerts"].items()}, dict(by_week))
        self.assertEqual(sum(of["transactions"] for of in figures["weeks"]), len(lines))

        by_day = collections.Counter(working_day(alert["time"]) for alert in alerts)
        day = datetime.date.fromisoformat(figures["input"]["first"][:10])
        last = datetime.date.fromisoformat(figures["input"]["last"][:10])
        while day <= last:
            if day.weekday() < 5:
                by_day[day] += 0
            day += datetime.timedelta(days=1)
        load = figures["workload"]
        self.assertEqual(load["working_days"], len(by_day))
        self.assertEqual(load["all"]["max"], max(by_day.values()))
        self.assertAlmostEqual(load["all"]["mean"], len(alerts) / len(by_day), places=2)

    def check_truth(self, figures, alerts, truth):
        labels = collections.Counter(truth.get(alert["transaction"]["id"]) for alert in alerts)
        right, wrong = labels[True], labels[False]
        of_all = figures["truth"]["all"]
        self.assertEqual((of_all["alerts_right"], of_all["alerts_wrong"]), (right, wrong))
        self.assertEqual(of_all["precision"], round(right / (right + wrong), 6))
        self.assertEqual(of_all["recall"], round(
            of_all["transactions_found"] / figures["truth"]["labelled_true"], 6))
        self.assertEqual(figures["truth"]["labelled_true"], sum(truth.values()))

    def check_page(self, html):
        xml.dom.minidom.parseString(html.encode())  # well formed
        self.assertIsNone(re.search(r"https?:|src=|href=|url\(|@import", html))


class BacktestKafkaTest(kafka_case.KafkaCase):

    def test_a_range_is_read_whole_and_always_alike(self):
        lines = self.w1_stream(TRANSACTIONS, ACCOUNTS)
        topics.create(self.broker.address, {"transactions": kafka_case.PARTITIONS})
        topics.produce(self.broker.address, "transactions", lines, kafka_case.by_debtor)
        sizes = collections.Counter(kafka_case.by_debtor(0, line) for line in lines)
        config = self.folder / "backtest.yaml"
        engine.write_config(config, {"kafka": {"bootstrap.servers": self.broker.address}})

        def figures(bounds):
            return backtest("-c", config, "--input", f"kafka:transactions{bounds}",
                            "--format", "json")

        whole = figures("")
        self.assertEqual(json.loads(whole)["input"]["records"], len(lines))
        self.assertEqual(figures("@0..").replace("\n", ""), whole.replace("\n", ""))
        part = json.loads(figures("@100..1100"))
        self.assertEqual(part["input"]["records"],
                         sum(max(0, min(size, 1100) - 100) for size in sizes.values()))
        self.assertEqual(json.loads(figures("@2099-01-01T00:00:00Z.."))["input"]["records"], 0)
        self.assertEqual(json.loads(figures("@..2000-01-01"))["input"]["records"], 0)


if __name__ == "__main__":
    unittest.main()
