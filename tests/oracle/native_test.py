"""What the oracle takes as a record, and why it refuses the others."""

import unittest
from fractions import Fraction

import native

GOOD = (b'{"id":"a","time":"2026-03-02T09:00:00Z","amount":"12.50","currency":"EUR",'
        b'"debtor":{"account":"de 02 x"}}')


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


def code(record):
    try:
        native.decode(record)
    except native.Refused as refused:
        return refused.code
    return "taken"


class Taken(unittest.TestCase):
    def test_the_smallest_transaction(self):
        transaction = native.decode(GOOD)
        self.assertEqual((transaction.id, transaction.debtor, transaction.creditor),
                         ("a", "DE02X", None))
        self.assertEqual(transaction.amount, Fraction(25, 2))
        self.assertEqual((transaction.kind, transaction.status, transaction.precision),
                         ("credit_transfer", "settled", "us"))

    def test_numbers_are_read_from_their_text(self):
        self.assertEqual(native.decode(changed(b'"12.50"', b"90071992547409.9301")).amount,
                         Fraction("90071992547409.9301"))

    def test_times(self):
        def time(text):
            return native.decode(changed(b'"2026-03-02T09:00:00Z"', text))
        nine = native.decode(GOOD).time_us
        self.assertEqual(time(b'"2026-03-02T11:30:00.5+02:30"').time_us, nine + 500_000)
        self.assertEqual(time(b'"2026-03-02T08:59:59.999999-00:00"').time_us, nine - 1)
        self.assertEqual(time(b"1772442000000").time_us, nine)
        date = time(b'"2026-03-02"')
        self.assertEqual((date.time_us, date.precision), (nine - 9 * 3_600_000_000, "day"))

    def test_a_bare_date_is_a_day_whatever_the_precision_says(self):
        record = changed(b'"2026-03-02T09:00:00Z"', b'"2026-03-02","time_precision":"us"')
        self.assertEqual(native.decode(record).precision, "day")

    def test_absent_in_three_ways(self):
        for text in (b'"channel":null,', b'"channel":"",', b""):
            self.assertIsNone(native.decode(changed(b'"id"', text + b'"id"')).channel)

    def test_status_as_an_object_or_a_string(self):
        for text in (b'"rejected"', b'{"code":"rejected","reason":"x"}'):
            self.assertEqual(native.decode(changed(b'"id"', b'"status":' + text + b',"id"')).status,
                             "rejected")

    def test_unknown_fields_and_white_space_are_no_matter(self):
        self.assertEqual(code(b" " + changed(b'"id"', b'"x":{"y":[1,2]},"id"') + b" \t"), "taken")

    def test_leading_zeros_are_no_digits(self):
        self.assertEqual(native.decode(changed(b'"12.50"', b'"00000000000000012.50"')).amount,
                         Fraction(25, 2))


class RefusedRecords(unittest.TestCase):
    def check(self, expected, *records):
        for record in records:
            self.assertEqual(code(record), expected, record)

    def test_json(self):
        self.check("empty", b"")
        self.check("syntax", GOOD[:-1], changed(b'"id"', b"'id'"), changed(b'"12.50"', b"NaN"),
                   changed(b'"12.50"', b"012"), b'{"id":"\x01"}', b"{,}")
        self.check("not_an_object", b"[]", b"1", b'"x"')
        self.check("trailing_bytes", GOOD + b"{}", GOOD + b"x")
        self.check("invalid_utf8", changed(b'"a"', b'"\xff"'))
        self.check("duplicate_key", changed(b'"id"', b'"id":"b","id"'),
                   changed(b'"id"', b'"x":{"y":1,"y":2},"id"'))
        self.check("too_large", changed(b'"a"', b'"' + b"a" * (1 << 20) + b'"'))

    def test_depth_is_counted_from_the_object_itself(self):
        def nested(depth):
            return changed(b'"id"', b'"x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b',"id"')
        self.check("taken", nested(64))
        self.check("depth", nested(65))
        self.check("taken", changed(b'"id"', b'"x":"' + b"[" * 100 + b'","id"'))

    def test_required_fields(self):
        self.check("missing_field", changed(b'"id":"a",', b""), changed(b'"a"', b'""'),
                   changed(b'"a"', b"null"), changed(b'"time":"2026-03-02T09:00:00Z",', b""),
                   changed(b'"currency":"EUR",', b""), changed(b'"amount":"12.50",', b""),
                   changed(b'"account":"de 02 x"', b""), changed(b'"de 02 x"', b'""'))

    def test_types_and_words(self):
        self.check("wrong_type", changed(b'"a"', b"1"), changed(b'{"account":"de 02 x"}', b'"x"'),
                   changed(b'"id"', b'"channel":true,"id"'), changed(b'"12.50"', b"true"),
                   changed(b'"12.50"', b"[]"), changed(b'"id"', b'"source":{"sequence":7},"id"'))
        self.check("too_long", changed(b'"a"', b'"' + b"a" * 65 + b'"'))
        self.check("taken", changed(b'"a"', b'"' + "ä".encode() * 64 + b'"'))
        self.check("unknown_word", changed(b'"id"', b'"kind":"transfer","id"'),
                   changed(b'"id"', b'"status":"done","id"'))
        self.check("invalid_currency", changed(b'"EUR"', b'"eur"'), changed(b'"EUR"', b'"EURO"'))

    def test_amounts(self):
        def amount(text):
            return changed(b'"12.50"', text)
        self.check("invalid_amount", amount(b'"1e3"'), amount(b"1e3"), amount(b'"+1"'),
                   amount(b'"1."'), amount(b'".5"'), amount(b'""'), amount(b'" 1"'),
                   amount(b'"1,5"'))
        self.check("amount_digits", amount(b'"123456789012345"'), amount(b'"1.00000"'))
        self.check("taken", amount(b'"-99999999999999.9999"'))

    def test_times(self):
        def time(text):
            return changed(b'"2026-03-02T09:00:00Z"', text)
        self.check("invalid_time", time(b'"2026-03-02T09:00:00"'), time(b'"2026-03-02T09:00:60Z"'),
                   time(b'"2026-02-29T09:00:00Z"'), time(b'"2026-03-02T09:00:00.1234567Z"'),
                   time(b'"2026-03-02T24:00:00Z"'), time(b'"0000-03-02T09:00:00Z"'), time(b"1.5"),
                   time(b'"2026-3-2"'), time(b'"0001-01-01T00:00:00+01:00"'))
        self.check("wrong_type", time(b"{}"), time(b"true"))


if __name__ == "__main__":
    unittest.main()
