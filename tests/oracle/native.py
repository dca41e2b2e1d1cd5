"""Reads one native record (design.md, 3; rules.md, 9 "Input") into a Transaction, or refuses it.

Written from the plan, not from the engine: shares no code and no table with it. Slow and plain on
purpose. `decode(bytes)` returns a Transaction or raises Refused(code, field).
"""

import datetime
import json
import re
from fractions import Fraction

RECORD_BYTES_MAX = 1 << 20
DEPTH_MAX = 64

KINDS = frozenset(
    "credit_transfer instant_transfer direct_debit card_payment cash_deposit cash_withdrawal "
    "cheque voucher currency_exchange fee interest salary return refund chargeback reversal "
    "correction adjustment".split())
STATUSES = frozenset("received authorised settled rejected cancelled".split())
PRECISIONS = frozenset("us second day".split())

EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
YEAR_1_US = (datetime.datetime(1, 1, 1) - EPOCH) // MICROSECOND
YEAR_9999_END_US = (datetime.datetime(9999, 12, 31, 23, 59, 59, 999999) - EPOCH) // MICROSECOND


class Refused(Exception):
    """The record is no transaction: `code` as published with rejects, `field` a path or ''."""

    def __init__(self, code, field=""):
        super().__init__(f"{code} {field}".strip())
        self.code = code
        self.field = field


class Number(str):
    """A JSON number as its text: it never passes through a float."""


class Transaction:
    """What the reference workload looks at; texts that are absent are None."""

    __slots__ = ("id", "time_us", "precision", "kind", "status", "channel", "amount", "currency",
                 "debtor", "creditor", "debtor_country", "creditor_country", "tenant",
                 "debtor_party", "creditor_party", "document")


def _object_without_duplicates(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise Refused("duplicate_key", key)
            seen.add(key)
    return result


def _no_constant(_text):
    raise Refused("syntax")


_DECODER = json.JSONDecoder(object_pairs_hook=_object_without_duplicates, parse_float=Number,
                            parse_int=Number, parse_constant=_no_constant, strict=True)
_JSON_SPACE = " \t\r\n"


def _deepest(text):
    """Greatest nesting of objects and arrays in text, strings left out."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth -= 1
    return deepest


def parse_object(record):
    """The record's JSON object as a dict (numbers as Number), or Refused."""
    if len(record) == 0:
        raise Refused("empty")
    if len(record) > RECORD_BYTES_MAX:
        raise Refused("too_large")
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("invalid_utf8") from None
    # Only a record with that many brackets can be nested that deep: spares the slow scan.
    if text.count("{") + text.count("[") > DEPTH_MAX and _deepest(text) > DEPTH_MAX:
        raise Refused("depth")
    stripped = text.lstrip(_JSON_SPACE)
    if not stripped:
        raise Refused("empty")
    if stripped[0] != "{":
        try:
            _DECODER.raw_decode(stripped)
        except ValueError:
            raise Refused("syntax") from None
        raise Refused("not_an_object")
    try:
        document, end = _DECODER.raw_decode(stripped)
    except ValueError:
        raise Refused("syntax") from None
    if stripped[end:].strip(_JSON_SPACE):
        raise Refused("trailing_bytes")
    if "\\u" in text or "\\U" in text:
        _refuse_lone_surrogates(document)
    return document


def _refuse_lone_surrogates(value):
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise Refused("syntax") from None
    elif isinstance(value, list):
        for item in value:
            _refuse_lone_surrogates(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_lone_surrogates(key)
            _refuse_lone_surrogates(item)


def _text(value, path, longest=None):
    """A string, or None where it is null or empty."""
    if value is None:
        return None
    if not isinstance(value, str) or isinstance(value, Number):
        raise Refused("wrong_type", path)
    if longest is not None and len(value) > longest:
        raise Refused("too_long", path)
    return value or None


_DECIMAL = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?", re.ASCII)


def _decimal(value, path, fraction_digits=4, integer_digits=14):
    """An exact Fraction, from a decimal string or a JSON number's text."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused("wrong_type", path)
    match = _DECIMAL.fullmatch(value)
    if match is None:
        raise Refused("invalid_amount", path)
    if len(match[1].lstrip("0")) > integer_digits or len(match[2] or "") > fraction_digits:
        raise Refused("amount_digits", path)
    return Fraction(value)


def _capitals(value, path, length, code):
    text = _text(value, path)
    if text is not None and not re.fullmatch("[A-Z]{%d}" % length, text):
        raise Refused(code, path)
    return text


_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)


def _parse_date(text):
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return datetime.datetime(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def parse_time(value, path="time"):
    """(microseconds since 1970 in UTC, whether it was a bare date)."""
    if isinstance(value, Number):
        if not re.fullmatch(r"-?[0-9]{1,18}", value, re.ASCII):
            raise Refused("invalid_time", path)
        us, bare_date = int(value) * 1000, False
    elif isinstance(value, str):
        date = _parse_date(value)
        if date is not None:
            return (date - EPOCH) // MICROSECOND, True
        match = _TIME.fullmatch(value)
        if match is None:
            raise Refused("invalid_time", path)
        try:
            moment = datetime.datetime(*(int(match[i]) for i in range(1, 7)))
        except ValueError:
            raise Refused("invalid_time", path) from None
        us = (moment - EPOCH) // MICROSECOND + int((match[7] or "").ljust(6, "0"))
        if match[9]:
            hours, minutes = int(match[10]), int(match[11])
            if hours > 23 or minutes > 59:
                raise Refused("invalid_time", path)
            offset = (hours * 60 + minutes) * 60_000_000
            us += -offset if match[9] == "+" else offset
        bare_date = False
    else:
        raise Refused("wrong_type", path)
    if not YEAR_1_US <= us <= YEAR_9999_END_US:
        raise Refused("invalid_time", path)
    return us, bare_date


def normalise_account(account):
    """Upper case (ASCII) and without spaces; None for what has nothing left."""
    if account is None:
        return None
    return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in account if c != " ") or None


def _word(words):
    def read(value, path):
        text = _text(value, path)
        if text is not None and text not in words:
            raise Refused("unknown_word", path)
        return text
    return read


def _country(value, path):
    return _capitals(value, path, 2, "invalid_country")


def _currency(value, path):
    return _capitals(value, path, 3, "invalid_currency")


def _rate(value, path):
    return _decimal(value, path, fraction_digits=12)


def _date(value, path):
    text = _text(value, path)
    if text is not None and _parse_date(text) is None:
        raise Refused("invalid_date", path)
    return text


def _moment(value, path):
    if value is None or value == "":
        return None
    return parse_time(value, path)[0]


def _coordinate(value, path):
    if value is not None and not isinstance(value, str):
        raise Refused("wrong_type", path)
    return value or None


def _members(table):
    def read(value, path):
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Refused("wrong_type", path)
        return {name: check(value.get(name), f"{path}.{name}") for name, check in table.items()
                if name in value}
    return read


def _list_of(check):
    def read(value, path):
        if value is None:
            return []
        if not isinstance(value, list):
            raise Refused("wrong_type", path)
        return [check(item, path) for item in value]
    return read


def _id(value, path):
    return _text(value, path, 64)


def _channel(value, path):
    return _text(value, path, 32)


def _status(value, path):
    if isinstance(value, str) and not isinstance(value, Number):
        return {"code": _word(STATUSES)(value, path)}
    return _members({"code": _word(STATUSES), "reason": _text})(value, path)


_PARTY = _members({
    "account": _text, "account_type": _text, "party": _text, "type": _text, "name": _text,
    "country": _country, "agent": _text, "lei": _text, "birth_date": _text,
    "address": _members({"street": _text, "town": _text, "country": _country}),
    "balance_after": _decimal})

_FIELDS = {
    "id": _id, "time_precision": _word(PRECISIONS), "kind": _word(KINDS), "status": _status,
    "channel": _channel, "amount": _decimal, "currency": _currency,
    "debtor": _PARTY, "creditor": _PARTY, "ultimate_debtor": _PARTY, "ultimate_creditor": _PARTY,
    "initiating_party": _PARTY, "intermediaries": _list_of(_PARTY),
    "purpose": _text, "remittance": _text, "end_to_end_id": _text, "uetr": _text,
    "instructed_amount": _decimal, "instructed_currency": _currency, "rate": _rate,
    "charges": _decimal, "original_id": _text, "version": _text, "replaces": _text,
    "booked": _moment, "value_date": _date, "tz": _text,
    "source": _members({"system": _text, "business_date": _text, "sequence": _text}),
    "device": _members({"id": _text, "ip": _text, "country": _country}),
    "merchant": _members({"id": _text, "category": _text}), "card": _text,
    "location": _members({"branch": _text, "region": _text, "country": _country,
                          "lat": _coordinate, "lon": _coordinate}),
    "initiator": _text, "approvers": _list_of(_text), "approval_limit": _decimal,
    "invoice": _members({"number": _text, "date": _text, "po": _text}), "batch": _text,
    "tenant": _text,
}


def decode(record):
    """The bytes of one record (no line end) as a Transaction; Refused says why not."""
    document = parse_object(record)
    fields = {}
    for name, value in document.items():
        check = _FIELDS.get(name)
        if check is not None:
            fields[name] = check(value, name)
    for name in ("id", "amount", "currency"):
        if fields.get(name) is None:
            raise Refused("missing_field", name)
    if document.get("time") is None or document["time"] == "":
        raise Refused("missing_field", "time")
    time_us, bare_date = parse_time(document["time"])

    transaction = Transaction()
    transaction.document = document
    transaction.id = fields["id"]
    transaction.time_us = time_us
    transaction.precision = "day" if bare_date else fields.get("time_precision") or "us"
    transaction.kind = fields.get("kind") or "credit_transfer"
    transaction.status = fields.get("status", {}).get("code") or "settled"
    transaction.channel = fields.get("channel")
    transaction.amount = fields["amount"]
    transaction.currency = fields["currency"]
    transaction.tenant = fields.get("tenant")
    debtor, creditor = fields.get("debtor", {}), fields.get("creditor", {})
    transaction.debtor = normalise_account(debtor.get("account"))
    transaction.creditor = normalise_account(creditor.get("account"))
    transaction.debtor_country = debtor.get("country")
    transaction.creditor_country = creditor.get("country")
    transaction.debtor_party = debtor.get("party")
    transaction.creditor_party = creditor.get("party")
    if transaction.debtor is None and transaction.creditor is None:
        raise Refused("missing_field", "debtor.account")
    return transaction
