"""`vigla explain` from recorded input and from an instance's state says one thing, the engine's."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import engine
import paths

RULES = paths.ROOT / "rules/packs/reference-w1.yaml"


def explain(*arguments):
    return subprocess.run([paths.BINARY, "explain", *map(str, arguments)], capture_output=True,
                          text=True)


class ExplainTest(unittest.TestCase):

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
            transaction = alert["transaction"]["id"]
            text = explain("--transaction", transaction, *self.state)
            self.assertEqual(text.returncode, 0, text.stderr)
            self.assertIn(alert["alert_id"], text.stdout)
            from_file = explain("--transaction", transaction, *self.file)
            self.assertEqual(text.stdout, from_file.stdout)
            told = json.loads(explain("--transaction", transaction, "--format", "json",
                                      *self.state).stdout)
            self.assertEqual(told["sequence"], alert["sequence"])
            self.assertTrue(told["certain"])
            by_rule = {rule["rule"]: rule for rule in told["rules"]
                       if rule["outcome"] == "alert"
                       and rule["subject"]["role"] == alert["subject"]["role"]}
            for match in alert["matches"]:
                explained = by_rule.pop(match["rule"])
                self.assertEqual(explained["reason"], match["reason"])
                self.assertEqual(explained["when"]["result"], "pass")
                for feature, shown in zip(match["features"], explained["features"]):
                    self.assertEqual(feature.get("entries"), shown.get("entries"))
                    self.assertEqual(feature.get("window"), shown.get("window"))
            self.assertEqual(by_rule, {})

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


if __name__ == "__main__":
    unittest.main()
