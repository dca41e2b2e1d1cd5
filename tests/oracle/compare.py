#!/usr/bin/env python3
"""Compares the engine's alerts with the expectations of w1.py; exit 1 on any difference.

  compare.py --expected expected.ndjson --alerts alerts.ndjson [--rules D1,D2] [--most 20]

Held equal: the legs that alert (by source position, subject and role), the rules of each, the value
of every feature that the oracle states (numerically, exact), the sequence, and the transaction's
id. Also demanded: no alert_id twice, no leg twice, and a subject's alerts in order of sequence.
"""

import argparse
import sys

import formats

# Published money is cut to 6 fraction digits; the oracle's figures are exact and have no more.


class Differences:
    """Collects findings; prints the first `most` of each kind."""

    def __init__(self, most):
        self.most = most
        self.by_kind = {}

    def add(self, kind, text):
        self.by_kind.setdefault(kind, []).append(text)

    def count(self):
        return sum(len(texts) for texts in self.by_kind.values())

    def report(self, out):
        for kind, texts in self.by_kind.items():
            out.write(f"{kind}: {len(texts)}\n")
            for text in texts[:self.most]:
                out.write(f"  {text}\n")
            if len(texts) > self.most:
                out.write(f"  … and {len(texts) - self.most} more\n")


def leg_name(key):
    source, subject, role = key
    return f"{source} {role} {subject}"


def read_expected(path, rules):
    """{(source, subject, role): expectation}, limited to `rules` where given."""
    expected = {}
    for body in formats.read_bodies(path):
        values = {rule: values for rule, values in body["values"].items()
                  if rules is None or rule in rules}
        if values:
            expected[(body["source"], body["subject"], body["role"])] = dict(body, values=values)
    return expected


def read_alerts(path, differences, rules):
    """{(source, subject, role): alert body}; finds duplicates and alerts out of order."""
    alerts = {}
    ids = set()
    last_position = {}
    for body in formats.read_bodies(path):
        kind, subject, role = formats.alert_subject(body)
        key = (formats.alert_source(body), subject, role)
        if formats.alert_id(body) in ids:
            differences.add("alert_id twice", f"{formats.alert_id(body)} {leg_name(key)}")
        ids.add(formats.alert_id(body))
        if rules is not None and not rules & formats.alert_matches(body).keys():
            continue
        if kind != "account":
            differences.add("alert that is not about an account", leg_name(key))
            continue
        if key in alerts:
            differences.add("leg alerted twice", leg_name(key))
        alerts[key] = body
        position = (formats.alert_sequence(body), 0 if role == "debtor" else 1)
        if position <= last_position.get(subject, (-1, 0)):
            differences.add("subject's alerts out of order",
                            f"{leg_name(key)}: {position[0]} after {last_position[subject][0]}")
        last_position[subject] = position
    return alerts


def compare_leg(key, expectation, alert, differences, rules):
    matches = formats.alert_matches(alert)
    if rules is not None:
        matches = {rule: features for rule, features in matches.items() if rule in rules}
    name = f"{leg_name(key)} ({expectation['id']})"
    lost = sorted(expectation["values"].keys() - matches.keys())
    extra = sorted(matches.keys() - expectation["values"].keys())
    if lost:
        differences.add("rule missing from an alert", f"{name}: {', '.join(lost)}")
    if extra:
        differences.add("rule too many in an alert", f"{name}: {', '.join(extra)}")
    for rule in sorted(expectation["values"].keys() & matches.keys()):
        for feature, text in expectation["values"][rule].items():
            if feature not in matches[rule]:
                differences.add("feature not published", f"{name}: {rule} {feature}, is {text}")
            elif matches[rule][feature] != formats.number_of(text):
                differences.add("feature differs", f"{name}: {rule} {feature}: expected {text}, "
                                f"got {shown(matches[rule][feature])}")
    if formats.alert_transaction_id(alert) != expectation["id"]:
        differences.add("transaction id differs",
                        f"{name}: got {formats.alert_transaction_id(alert)}")
    if formats.alert_sequence(alert) != expectation["sequence"]:
        differences.add("sequence differs", f"{name}: expected {expectation['sequence']}, "
                        f"got {formats.alert_sequence(alert)}")


def shown(value):
    if value is None:
        return "unknown"
    return str(value) if value.denominator == 1 else f"{float(value)!r} ({value})"


def compare(expected_path, alerts_path, most=20, rules=None):
    """Returns (Differences, number of legs expected, number of alerts)."""
    differences = Differences(most)
    expected = read_expected(expected_path, rules)
    alerts = read_alerts(alerts_path, differences, rules)
    for key, expectation in expected.items():
        if key not in alerts:
            differences.add("alert missing", f"{leg_name(key)} ({expectation['id']}): "
                            f"{', '.join(sorted(expectation['values']))}")
        else:
            compare_leg(key, expectation, alerts[key], differences, rules)
    for key, alert in alerts.items():
        if key not in expected:
            differences.add("alert too many", f"{leg_name(key)} "
                            f"({formats.alert_transaction_id(alert)}): "
                            f"{', '.join(sorted(formats.alert_matches(alert)))}")
    return differences, len(expected), len(alerts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--expected", required=True)
    parser.add_argument("--alerts", required=True)
    parser.add_argument("--most", type=int, default=20, help="findings printed of each kind")
    parser.add_argument("--rules", help="compare these rule ids only, separated by commas")
    arguments = parser.parse_args()
    rules = set(arguments.rules.split(",")) if arguments.rules else None
    differences, expected, alerts = compare(arguments.expected, arguments.alerts, arguments.most,
                                            rules)
    differences.report(sys.stdout)
    print(f"{expected} legs expected, {alerts} alerts, {differences.count()} differences")
    return 1 if differences.count() else 0


if __name__ == "__main__":
    sys.exit(main())
