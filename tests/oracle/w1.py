#!/usr/bin/env python3
"""Brute-force oracle of the reference workload W1 (rules.md, 5 and 9).

Every window is found anew for every leg, by bisection over a plain list of the account's entries,
and every figure is recomputed from the entries in it: no running total, no cache, no rule language.

  w1.py --input FILE... [--journal journal.ndjson] --out expected.ndjson
  w1.py --dump input_topic.ndjson [--journal journal.ndjson] --out expected.ndjson
  w1.py … --activations activations.json    rules and limits change at given sequences:
        [{"first": 1, "rules": ["D1", …], "limits": {"D1": 15, "S1": 90000}}, …]

Writes one JSON line a leg with a match:
  {"id", "source", "sequence", "subject", "role", "rules": [..], "values": {rule: {feature: text}}}
Values are exact: an integer, a decimal, microseconds for durations. Feature names are those of
rules/packs/reference-w1.yaml.

Readings that W1's text leaves to the rest of the plan:
- S rules are reported on the debtor's leg, on the creditor's where there is no debtor account
  (rules.md, 1, `subject: transaction`).
- A leg whose time is a bare date knows no window under 24 h (rules.md, 9).
- A late leg sees its ledger as of its own time; if it is older than its account's newest entry by
  more than 7 days, only S1..S7, which need no feature, are judged (design.md, 3).
"""

import argparse
import bisect
import json
import sys
from fractions import Fraction

import formats
import native

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LATENESS_MAX = 7 * DAY
RETENTION = 407 * DAY
FUTURE_MAX = 24 * HOUR

RATES = {"EUR": Fraction(1), "USD": Fraction("0.92"), "GBP": Fraction("1.17"),
         "CHF": Fraction("1.05"), "JPY": Fraction("0.0061")}
WATCHED_COUNTRIES = {"IR", "KP", "MM"}
USUAL_CURRENCIES = {"EUR", "USD", "GBP", "CHF", "JPY"}
MICRO = 1_000_000  # base amounts are integers of 10^-6 EUR
LIMITS = {"D1": 20, "D2": 50_000, "D5": 10, "C1": 20, "S1": 100_000, "S3": 10_000}  # EUR, counts


def round_half_away(value):
    """A Fraction to the nearest integer, halves away from zero."""
    magnitude = abs(value)
    whole = (2 * magnitude.numerator + magnitude.denominator) // (2 * magnitude.denominator)
    return whole if value >= 0 else -whole


def base_amount(amount, currency, rates=RATES):
    """Micro-units of the base currency, or None without a rate; Refused where it leaves 64 bits."""
    rate = rates.get(currency)
    if rate is None:
        return None
    base = round_half_away(amount * rate * MICRO)
    if not -2**63 <= base < 2**63:
        raise native.Refused("amount_out_of_range", "amount")
    return base


def decimal_text(value):
    """An exact decimal of a Fraction whose denominator divides a power of ten."""
    value = Fraction(value)
    digits = 0
    while value.denominator != 1:
        value *= 10
        digits += 1
        if digits > 40:
            raise ValueError("not a finite decimal")
    sign, text = ("-" if value < 0 else ""), str(abs(value.numerator))
    if digits == 0:
        return sign + text
    text = text.rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def money_text(micros):
    return decimal_text(Fraction(micros, MICRO))


class Side:
    """An account's debits, or its credits, in order of event time, then of arrival."""

    def __init__(self):
        self.times = []
        self.bases = []  # None without a rate
        self.others = []  # the other side's account, None where there is none
        self.amounts = []  # (original amount, currency)

    def add(self, time, base, other, amount):
        """Returns the entry's index."""
        index = bisect.bisect_right(self.times, time)
        self.times.insert(index, time)
        self.bases.insert(index, base)
        self.others.insert(index, other)
        self.amounts.insert(index, amount)
        return index

    def window(self, time, length):
        """The entries in (time - length, time], as a slice."""
        return slice(bisect.bisect_right(self.times, time - length),
                     bisect.bisect_right(self.times, time))


def without(column, window, index):
    """The window's part of a column but for the entry at `index`."""
    return column[window.start:index] + column[index + 1:window.stop]


class Account:
    def __init__(self):
        self.debits = Side()
        self.credits = Side()

    def newest(self):
        return max((side.times[-1] for side in (self.debits, self.credits) if side.times),
                   default=None)

    def oldest(self):
        return min((side.times[0] for side in (self.debits, self.credits) if side.times),
                   default=None)


def known_sum(bases):
    """Sum over the entries with a base amount."""
    return sum(filter(None, bases))  # drops None, and zeros, which add nothing


class Matches:
    """What was true for one leg: {rule: {feature: exact text}}, of the rules in use."""

    def __init__(self, rules, limits):
        self.values = {}
        self.rules = rules  # None: all
        self.limits = limits

    def add(self, rule, **values):
        if self.rules is not None and rule not in self.rules:
            return
        self.values[rule] = {name: str(value) for name, value in values.items()}


def judge_debit(account, index, transaction, base, matches):
    """D1..D8 and A1 for the debit at `index`, which is in the ledger already."""
    debits, credits = account.debits, account.credits
    time = transaction.time_us
    has_time_of_day = transaction.precision != "day"
    counterparty = transaction.creditor

    if has_time_of_day:
        ten_minutes = debits.window(time, 10 * MINUTE)
        count = ten_minutes.stop - ten_minutes.start
        if count >= matches.limits["D1"]:
            matches.add("D1", debits_10m=count)

        hour = debits.window(time, HOUR)
        total = known_sum(debits.bases[hour])
        if total >= matches.limits["D2"] * MICRO:
            matches.add("D2", debited_1h=money_text(total))
        creditors = set(debits.others[hour]) - {None}
        if len(creditors) >= matches.limits["D5"]:
            matches.add("D5", creditors_1h=len(creditors))

    day = debits.window(time, DAY)
    debited = known_sum(debits.bases[day])
    if debited >= 200_000 * MICRO:
        matches.add("D3", debited_24h=money_text(debited))

    if in_band(base):
        count = sum(1 for entry in debits.bases[day] if in_band(entry))
        if count >= 3:
            matches.add("D4", band_debits_24h=count)

    if counterparty is not None and base is not None and base >= 20_000 * MICRO:
        before = without(debits.others, debits.window(time, 90 * DAY), index)
        if counterparty not in before:
            matches.add("D6", paid_before_90d=0)

    if base is not None:
        before = [entry for entry in without(debits.bases, debits.window(time, 7 * DAY), index)
                  if entry is not None]
        if len(before) >= 5 and base * len(before) >= 5 * sum(before):
            matches.add("D7", prior_debits_7d_known=len(before),
                        prior_debited_7d=money_text(sum(before)))

    if base is not None and base >= 10_000 * MICRO:
        idle = idle_before(account, index, time)
        if idle is not None and idle >= 30 * DAY:
            matches.add("D8", idle_before=idle)

    credited = known_sum(credits.bases[credits.window(time, DAY)])
    if credited >= 50_000 * MICRO and 10 * debited >= 9 * credited:
        matches.add("A1", debited_24h=money_text(debited), credited_24h=money_text(credited))


def in_band(base):
    return base is not None and 8_000 * MICRO <= base < 10_000 * MICRO


def idle_before(account, index, time):
    """Time since the newest entry at or before `time` other than debit `index`; None if none."""
    debits, credits = account.debits, account.credits
    newest = account.newest()
    if time < newest and account.oldest() <= newest - RETENTION:
        return None  # a late leg can't see what retention has dropped
    earlier = [side_time for side_time in (
        debits.times[index - 1] if index > 0 else None,
        last_at_or_before(credits, time)) if side_time is not None]
    return time - max(earlier) if earlier else None


def last_at_or_before(side, time):
    position = bisect.bisect_right(side.times, time)
    return side.times[position - 1] if position > 0 else None


def judge_credit(account, transaction, matches):
    """C1..C3 for the newest credit at or before the transaction's time."""
    credits = account.credits
    time = transaction.time_us
    if transaction.precision != "day":
        ten_minutes = credits.window(time, 10 * MINUTE)
        count = ten_minutes.stop - ten_minutes.start
        if count >= matches.limits["C1"]:
            matches.add("C1", credits_10m=count)
        debtors = set(credits.others[credits.window(time, HOUR)]) - {None}
        if len(debtors) >= 10:
            matches.add("C2", debtors_1h=len(debtors))
    credited = known_sum(credits.bases[credits.window(time, DAY)])
    if credited >= 200_000 * MICRO:
        matches.add("C3", credited_24h=money_text(credited))


def judge_transaction(transaction, base, matches):
    """S1..S7, which need nothing but the transaction."""
    def at_least(euros):
        return base is not None and base >= euros * MICRO

    if at_least(matches.limits["S1"]):
        matches.add("S1")
    if at_least(5_000) and (transaction.debtor_country in WATCHED_COUNTRIES
                            or transaction.creditor_country in WATCHED_COUNTRIES):
        matches.add("S2")
    if transaction.amount % 1000 == 0 and at_least(matches.limits["S3"]):
        matches.add("S3")
    if transaction.currency not in USUAL_CURRENCIES:
        matches.add("S4")
    if transaction.channel == "cash" and at_least(10_000):
        matches.add("S5")
    if transaction.debtor is not None and transaction.debtor == transaction.creditor:
        matches.add("S6")
    if transaction.amount <= 0:
        matches.add("S7")


def judge_repeat(account, index, transaction, matches):
    """S8 on the debit at `index`: the same payment within the five minutes before."""
    if transaction.precision == "day" or transaction.creditor is None:
        return
    debits = account.debits
    window = debits.window(transaction.time_us, 5 * MINUTE)
    same = [position for position in range(window.start, window.stop)
            if position != index and debits.others[position] == transaction.creditor
            and debits.amounts[position] == (transaction.amount, transaction.currency)]
    if same:
        matches.add("S8", same_payments_5m=len(same))


class Workload:
    """All accounts; feed it transactions in sequence."""

    def __init__(self):
        self.accounts = {}
        self.activate(None, {})

    def activate(self, rules, limits):
        """From now on these rules judge (None: all), with W1's limits but for those given."""
        self.rules = None if rules is None else set(rules)
        self.limits = {**LIMITS, **limits}

    def _account(self, transaction, name):
        return self.accounts.setdefault((transaction.tenant, name), Account())

    def judge(self, transaction):
        """[(subject, role, {rule: values})] of the legs with a match, debtor's first."""
        base = base_amount(transaction.amount, transaction.currency)
        result = []
        if transaction.debtor is not None:
            matches = self._judge_debtor(transaction, base)
            if matches.values:
                result.append((transaction.debtor, "debtor", matches.values))
        if transaction.creditor is not None:
            matches = self._judge_creditor(transaction, base)
            if matches.values:
                result.append((transaction.creditor, "creditor", matches.values))
        return result

    def _judge_debtor(self, transaction, base):
        account = self._account(transaction, transaction.debtor)
        too_late = is_too_late(account, transaction.time_us)
        index = account.debits.add(transaction.time_us, base, transaction.creditor,
                                   (transaction.amount, transaction.currency))
        matches = Matches(self.rules, self.limits)
        if not too_late:
            judge_debit(account, index, transaction, base, matches)
            judge_repeat(account, index, transaction, matches)
        judge_transaction(transaction, base, matches)
        return matches

    def _judge_creditor(self, transaction, base):
        account = self._account(transaction, transaction.creditor)
        too_late = is_too_late(account, transaction.time_us)
        account.credits.add(transaction.time_us, base, transaction.debtor,
                            (transaction.amount, transaction.currency))
        matches = Matches(self.rules, self.limits)
        if not too_late:
            judge_credit(account, transaction, matches)
        if transaction.debtor is None:
            judge_transaction(transaction, base, matches)
        return matches


def is_too_late(account, time):
    newest = account.newest()
    return newest is not None and time < newest - LATENESS_MAX


def expected_alerts(records, activations=()):
    """Yields the expectation of each leg with a match; `records` in sequence (formats.Record)."""
    workload = Workload()
    waiting = list(reversed(activations))  # several may begin at one sequence: the last holds
    for sequence, record in enumerate(records, start=1):
        while waiting and waiting[-1]["first"] <= sequence:
            activation = waiting.pop()
            workload.activate(activation.get("rules"), activation.get("limits", {}))
        try:
            transaction = native.decode(record.value)
            if (record.timestamp is not None
                    and transaction.time_us > record.timestamp * 1000 + FUTURE_MAX):
                raise native.Refused("time_in_future", "time")
            legs = workload.judge(transaction)
        except native.Refused:
            continue
        source = formats.source_text(record.topic, record.partition, record.offset)
        for subject, role, values in legs:
            yield {"id": transaction.id, "source": source, "sequence": sequence,
                   "subject": subject, "role": role, "rules": sorted(values), "values": values}


def read_records(arguments):
    records = []
    for path in arguments.input or []:
        records.extend(formats.read_input_file(path))
    for path in arguments.dump or []:
        records.extend(formats.read_input_dump(path))
    if arguments.journal:
        journal = [body for body in formats.read_bodies(arguments.journal)
                   if formats.is_epoch_record(body)]
        return list(formats.in_journal_order(records, journal))
    return records


def add_input_arguments(parser):
    parser.add_argument("--input", action="append", metavar="FILE", help="native NDJSON")
    parser.add_argument("--dump", action="append", metavar="FILE", help="dump of an input topic")
    parser.add_argument("--journal", metavar="FILE", help="take the order from this journal")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_input_arguments(parser)
    parser.add_argument("--out", default="-", metavar="FILE")
    parser.add_argument("--activations", metavar="FILE", help="rules and limits by sequence")
    arguments = parser.parse_args()
    activations = []
    if arguments.activations:
        with open(arguments.activations, encoding="utf-8") as file:
            activations = json.load(file)
    if not arguments.input and not arguments.dump:
        parser.error("one of --input and --dump is needed")
    out = sys.stdout if arguments.out == "-" else open(arguments.out, "w", encoding="utf-8")
    count = 0
    for expectation in expected_alerts(read_records(arguments), activations):
        out.write(json.dumps(expectation, ensure_ascii=False, separators=(",", ":")) + "\n")
        count += 1
    if out is not sys.stdout:
        out.close()
    print(f"{count} legs with a match", file=sys.stderr)


if __name__ == "__main__":
    main()
