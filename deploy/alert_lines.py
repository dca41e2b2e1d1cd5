#!/usr/bin/env python3
"""Prints alerts (NDJSON on standard input) for people: the gravest first, a few lines each."""

import argparse
import collections
import json
import sys
import textwrap

ORDER = ["critical", "high", "medium", "low", "info"]


def lines(alert):
    subject = alert["subject"]
    yield (f"{alert['time'][:19].replace('T', ' ')}  {alert['severity']:<8} "
           f"{subject['kind']} {subject['id']} as {subject['role']}, score {alert['score']}")
    for match in alert["matches"]:
        yield from textwrap.wrap(f"{match['rule']}: {match['reason']}", 96,
                                 initial_indent="    ", subsequent_indent="      ")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=10, help="alerts printed (default 10)")
    options = parser.parse_args()
    alerts = [json.loads(line) for line in sys.stdin if line.strip()]
    alerts.sort(key=lambda alert: (ORDER.index(alert["severity"]), -int(alert["score"]),
                                   alert["time"]))
    for alert in alerts[:options.most]:
        print("\n".join(lines(alert)))
    by_rule = collections.Counter(match["rule"] for alert in alerts for match in alert["matches"])
    print(f"\n{len(alerts)} alerts in all; by rule: "
          + ", ".join(f"{rule} {count}" for rule, count in by_rule.most_common()))


if __name__ == "__main__":
    main()
