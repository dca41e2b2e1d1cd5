"""Real and simulated data sets as native records, one JSON line each; see shared/data/README.md."""

import csv
import json
import unittest

import paths

BERKA_KINDS = {"VKLAD": "cash_deposit", "VYBER": "cash_withdrawal",
               "VYBER KARTOU": "cash_withdrawal", "PREVOD Z UCTU": "credit_transfer",
               "PREVOD NA UCET": "credit_transfer"}
BERKA_FIELDS = 10


def require(relative):
    """The path of a data file; skips the test, saying so, where it is absent."""
    path = paths.DATA / relative
    if not path.exists():
        raise unittest.SkipTest(f"data set {relative} is not here (VIGLA_DATA)")
    return path


def line_of(record):
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def card_fraud(most=None):
    """585,177 card payments, simulated, in time order; amounts stand in for euros."""
    lines = []
    with open(require("fdh_cardfraud/transactions_2018-04_05.csv"), encoding="ascii",
              newline="") as table:
        for row in csv.DictReader(table):
            if most is not None and len(lines) >= most:
                break
            lines.append(line_of({
                "id": f"fdh-{row['TRANSACTION_ID']}",
                "time": row["TX_DATETIME"].replace(" ", "T") + "Z", "time_precision": "second",
                "kind": "card_payment", "amount": row["TX_AMOUNT"], "currency": "EUR",
                "debtor": {"account": f"C{row['CUSTOMER_ID']}"},
                "creditor": {"account": f"T{row['TERMINAL_ID']}"},
                "merchant": {"id": f"T{row['TERMINAL_ID']}"}}))
    return lines


def berka_record(fields):
    """One row of trans.asc; amounts are Czech koruna, times are dates."""
    number, account, date, direction, operation, amount, balance, symbol, bank, other = fields
    own = {"account": f"CZ{account}", "balance_after": balance}
    kind = {"UROK": "interest", "SLUZBY": "fee"}.get(symbol) or BERKA_KINDS.get(operation)
    counterparty = {"account": f"{bank}{other}"} if other.strip("0 ") else None
    record = {"id": f"berka-{number}", "time": f"19{date[:2]}-{date[2:4]}-{date[4:]}",
              "kind": kind or "credit_transfer", "amount": amount, "currency": "CZK"}
    ours, theirs = ("creditor", "debtor") if direction == "PRIJEM" else ("debtor", "creditor")
    record[ours] = own
    if counterparty:
        record[theirs] = counterparty
    return record


def berka():
    """49,102 bookings of 1,229 accounts. A row that is cut short is passed on as its own text."""
    text = require("berka/trans.asc").read_bytes().decode("latin-1")
    lines = []
    for line in text.split("\n")[1:]:
        fields = next(csv.reader([line.rstrip("\r")], delimiter=";"), [])
        if len(fields) == BERKA_FIELDS:
            lines.append(line_of(berka_record(fields)))
        elif line.strip():
            lines.append(line.encode("utf-8"))
    return lines
