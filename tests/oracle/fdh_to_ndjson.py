#!/usr/bin/env python3
"""Converts the simulated card payments of `fdh_cardfraud` into native NDJSON, with their labels.

  fdh_to_ndjson.py transactions_2018-04_05.csv --out cards.ndjson --labels labels.csv

A payment debits the customer's account and names the terminal as merchant; no account is credited.
Labels: a CSV `id,fraud,scenario` with one line a payment. Amounts are euros; a few carry the
noise of a binary fraction (1039.3000000000002) and are rounded to cents.
"""

import argparse
import csv
import decimal
import json
import sys

CENT = decimal.Decimal("0.01")


def amount_text(text):
    amount = decimal.Decimal(text)
    return str(amount if amount.as_tuple().exponent >= -4 else
               amount.quantize(CENT, decimal.ROUND_HALF_UP))


def convert(row):
    return {"id": row["TRANSACTION_ID"], "time": row["TX_DATETIME"].replace(" ", "T") + "Z",
            "time_precision": "second", "kind": "card_payment", "channel": "card",
            "amount": amount_text(row["TX_AMOUNT"]), "currency": "EUR",
            "debtor": {"account": row["CUSTOMER_ID"]}, "merchant": {"id": row["TERMINAL_ID"]}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transactions", metavar="CSV")
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--labels", metavar="FILE")
    parser.add_argument("--most", type=int, help="convert only that many")
    arguments = parser.parse_args()
    count = frauds = 0
    labels = open(arguments.labels, "w", encoding="ascii") if arguments.labels else None
    if labels:
        labels.write("id,fraud,scenario\n")
    with open(arguments.transactions, encoding="ascii", newline="") as file, \
            open(arguments.out, "w", encoding="ascii") as out:
        for row in csv.DictReader(file):
            if count == arguments.most:
                break
            out.write(json.dumps(convert(row), separators=(",", ":")) + "\n")
            if labels:
                labels.write(",".join(row[name] for name in (
                    "TRANSACTION_ID", "TX_FRAUD", "TX_FRAUD_SCENARIO")) + "\n")
            count += 1
            frauds += row["TX_FRAUD"] == "1"
    if labels:
        labels.close()
    print(f"{count} payments, {frauds} fraudulent", file=sys.stderr)


if __name__ == "__main__":
    main()
