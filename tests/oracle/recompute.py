#!/usr/bin/env python3
"""Recomputes what the engine's records of subjects must hold, from native NDJSON alone.

  recompute.py --input FILE... [--base EUR] [--rate USD=0.92]... [--account ID]... [--party]

One JSON line an account (or party): per direction, over settled legs and over all of them,
  {"account", "settled": {"debits": {...}, "credits": {...}}, "all": {...}}
with count, without_rate, sum, min and max (base currency, exact), first and last (UTC). Records
that the engine would refuse are left out.
"""

import argparse
import datetime
import json
import sys
from fractions import Fraction

import formats
import native
import w1


class Totals:
    """Of one direction."""

    def __init__(self):
        self.count = self.without_rate = self.sum = 0
        self.least = self.most = self.first_us = self.last_us = None

    def add(self, time_us, base):
        self.count += 1
        self.first_us = time_us if self.first_us is None else min(self.first_us, time_us)
        self.last_us = time_us if self.last_us is None else max(self.last_us, time_us)
        if base is None:
            self.without_rate += 1
            return
        self.sum += base
        self.least = base if self.least is None else min(self.least, base)
        self.most = base if self.most is None else max(self.most, base)

    def as_json(self):
        body = {"count": self.count, "without_rate": self.without_rate,
                "sum": w1.money_text(self.sum)}
        if self.least is not None:
            body.update(min=w1.money_text(self.least), max=w1.money_text(self.most))
        if self.count:
            body.update(first=time_text(self.first_us), last=time_text(self.last_us))
        return body


class Subject:
    def __init__(self):
        self.totals = {(which, direction): Totals() for which in ("settled", "all")
                       for direction in ("debits", "credits")}

    def add(self, transaction, direction, base):
        self.totals["all", direction].add(transaction.time_us, base)
        if transaction.status == "settled":
            self.totals["settled", direction].add(transaction.time_us, base)

    def as_json(self):
        return {which: {direction: self.totals[which, direction].as_json()
                        for direction in ("debits", "credits")} for which in ("settled", "all")}


def time_text(us):
    return (native.EPOCH + datetime.timedelta(microseconds=us)).isoformat(
        timespec="microseconds") + "Z"


def recompute(records, rates, by_party=False):
    """({(tenant, id): Subject}, records left out)"""
    subjects, refused = {}, 0
    for record in records:
        try:
            transaction = native.decode(record.value)
            base = w1.base_amount(transaction.amount, transaction.currency, rates)
        except native.Refused:
            refused += 1
            continue
        for side, direction in (("debtor", "debits"), ("creditor", "credits")):
            name = getattr(transaction, side + "_party" if by_party else side)
            if name is not None:
                subjects.setdefault((transaction.tenant or "", name), Subject()).add(
                    transaction, direction, base)
    return subjects, refused


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", action="append", required=True, metavar="FILE")
    parser.add_argument("--base", default="EUR")
    parser.add_argument("--rate", action="append", default=[], metavar="CUR=RATE")
    parser.add_argument("--account", action="append", metavar="ID", help="only this one")
    parser.add_argument("--party", action="store_true", help="by customer instead of by account")
    arguments = parser.parse_args()
    rates = {arguments.base: Fraction(1)}
    rates.update((text.split("=")[0], Fraction(text.split("=")[1])) for text in arguments.rate)
    records = (record for path in arguments.input for record in formats.read_input_file(path))
    subjects, refused = recompute(records, rates, arguments.party)
    for (tenant, name), subject in sorted(subjects.items()):
        if arguments.account and name not in arguments.account:
            continue
        body = {"party" if arguments.party else "account": name, **subject.as_json()}
        print(json.dumps(dict(body, tenant=tenant) if tenant else body))
    print(f"{len(subjects)} subjects, {refused} records left out", file=sys.stderr)


if __name__ == "__main__":
    main()
