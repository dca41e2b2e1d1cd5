#!/usr/bin/env python3
"""Converts the Czech bank's `trans.asc` (PKDD'99, "Berka") into native NDJSON.

  berka_to_ndjson.py data/berka/trans.asc --disp data/berka/disp.asc --out berka.ndjson

One line a transaction; a line that can't be read (the file's last one is cut short) is passed on
byte for byte, so that the engine must refuse it and its offset stays accounted for. The header is
no record. Dates have no time of day: the records have day precision.

  type    operation        k_symbol            kind               own account
  PRIJEM  VKLAD                                cash_deposit       creditor
  PRIJEM  PREVOD Z UCTU                        credit_transfer    creditor
  PRIJEM  (none)           UROK                interest           creditor
  VYDAJ   PREVOD NA UCET                       credit_transfer    debtor
  VYDAJ   VYBER KARTOU                         cash_withdrawal    debtor, channel card
  VYDAJ   VYBER            SLUZBY              fee                debtor
  VYDAJ   VYBER            SANKC. UROK         interest           debtor (interest on overdraft)
  VYDAJ   VYBER            else                cash_withdrawal    debtor
  VYBER   VYBER                                cash_withdrawal    debtor
"""

import argparse
import csv
import datetime
import json
import re
import sys

COLUMNS = 10
NO_ACCOUNT = {"", "0"}


class Unreadable(Exception):
    pass


def read_owners(path):
    """{account id: client id of its owner}"""
    with open(path, encoding="latin-1", newline="") as file:
        return {row["account_id"]: row["client_id"]
                for row in csv.DictReader(file, delimiter=";") if row["type"] == "OWNER"}


def kind_and_side(booking, operation, symbol):
    """(kind, channel, side of the own account)"""
    if booking == "PRIJEM":
        if operation == "VKLAD":
            return "cash_deposit", "cash", "creditor"
        if operation == "PREVOD Z UCTU":
            return "credit_transfer", None, "creditor"
        if operation == "" and symbol == "UROK":
            return "interest", None, "creditor"
    elif booking == "VYDAJ" and operation == "PREVOD NA UCET":
        return "credit_transfer", None, "debtor"
    elif booking == "VYDAJ" and operation == "VYBER KARTOU":
        return "cash_withdrawal", "card", "debtor"
    elif booking in ("VYDAJ", "VYBER") and operation == "VYBER":
        if symbol == "SLUZBY":
            return "fee", None, "debtor"
        if symbol == "SANKC. UROK":
            return "interest", None, "debtor"
        return "cash_withdrawal", "cash", "debtor"
    raise Unreadable


def iso_date(text):
    if not re.fullmatch("[0-9]{6}", text):
        raise Unreadable
    try:
        return datetime.date(1900 + int(text[:2]), int(text[2:4]), int(text[4:])).isoformat()
    except ValueError:
        raise Unreadable from None


def convert(line, owners):
    """A line's native record as a dict; Unreadable if it is no transaction."""
    try:
        rows = list(csv.reader([line.decode("latin-1").rstrip("\r\n")], delimiter=";", strict=True))
    except csv.Error:
        raise Unreadable from None
    if len(rows) != 1 or len(rows[0]) != COLUMNS:
        raise Unreadable
    identity, account, date, booking, operation, amount, balance, symbol, bank, other = (
        cell.strip() for cell in rows[0])
    if not (identity.isdigit() and account.isdigit() and re.fullmatch(r"\d+\.\d+", amount)
            and re.fullmatch(r"-?\d+\.\d+", balance)):
        raise Unreadable
    kind, channel, side = kind_and_side(booking, operation, symbol)
    own = {"account": account}
    if account in owners:
        own["party"] = owners[account]
    own["balance_after"] = balance
    record = {"id": identity, "time": iso_date(date), "kind": kind}
    if channel:
        record["channel"] = channel
    record.update(amount=amount, currency="CZK")
    record[side] = own
    if kind == "credit_transfer" and other not in NO_ACCOUNT:
        counterparty = {"account": bank + other}
        if bank:
            counterparty["agent"] = bank
        record["creditor" if side == "debtor" else "debtor"] = counterparty
    if symbol:
        record["purpose"] = symbol
    return record


def convert_file(lines, owners):
    """Yields (bytes to write, whether it is a transaction) for all lines but the header."""
    for number, line in enumerate(lines):
        if number == 0 and line.startswith(b'"trans_id"'):
            continue
        try:
            record = convert(line, owners)
        except Unreadable:
            yield line, False
            continue
        yield json.dumps(record, separators=(",", ":")).encode() + b"\n", True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transactions", metavar="trans.asc")
    parser.add_argument("--disp", required=True, metavar="disp.asc", help="who owns an account")
    parser.add_argument("--out", required=True, metavar="FILE")
    arguments = parser.parse_args()
    counts = {True: 0, False: 0}
    with open(arguments.transactions, "rb") as lines, open(arguments.out, "wb") as out:
        for data, is_transaction in convert_file(lines, read_owners(arguments.disp)):
            out.write(data)
            counts[is_transaction] += 1
    print(f"{counts[True]} transactions, {counts[False]} lines passed on unread", file=sys.stderr)


if __name__ == "__main__":
    main()
