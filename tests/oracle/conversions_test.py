"""What the converters make of real lines, and what recompute.py finds in their output."""

import json
import unittest
from fractions import Fraction

import berka_to_ndjson
import fdh_to_ndjson
import formats
import native
import recompute

HEADER = (b'"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";'
          b'"bank";"account"\r\n')
OWNERS = {"2378": "2873"}


def berka(text):
    return berka_to_ndjson.convert(text.encode(), OWNERS)


class Berka(unittest.TestCase):
    def test_deposit(self):
        self.assertEqual(
            berka('695247;2378;930101;"PRIJEM";"VKLAD";700.00;-5.00;"";;\r\n'),
            {"id": "695247", "time": "1993-01-01", "kind": "cash_deposit", "channel": "cash",
             "amount": "700.00", "currency": "CZK",
             "creditor": {"account": "2378", "party": "2873", "balance_after": "-5.00"}})

    def test_transfers_name_the_other_side(self):
        incoming = berka(
            '1;7;930105;"PRIJEM";"PREVOD Z UCTU";3679.00;4679.00;"DUCHOD";"AB";"41403269"')
        self.assertEqual(incoming["debtor"], {"account": "AB41403269", "agent": "AB"})
        self.assertEqual(incoming["creditor"], {"account": "7", "balance_after": "4679.00"})
        self.assertEqual((incoming["kind"], incoming["purpose"]), ("credit_transfer", "DUCHOD"))
        outgoing = berka('2;7;930105;"VYDAJ";"PREVOD NA UCET";1.00;1.00;" ";"AB";"41403269"')
        self.assertEqual(outgoing["debtor"]["account"], "7")
        self.assertEqual(outgoing["creditor"], {"account": "AB41403269", "agent": "AB"})
        self.assertNotIn("purpose", outgoing)

    def test_kinds_and_sides(self):
        def of(booking, operation, symbol):
            record = berka(f'1;7;930105;"{booking}";"{operation}";1.00;1.00;"{symbol}";"";"0"')
            return record["kind"], record.get("channel"), [s for s in ("debtor", "creditor")
                                                           if s in record]
        self.assertEqual(of("PRIJEM", "", "UROK"), ("interest", None, ["creditor"]))
        self.assertEqual(of("VYDAJ", "VYBER", "SANKC. UROK"), ("interest", None, ["debtor"]))
        self.assertEqual(of("VYDAJ", "VYBER", "SLUZBY"), ("fee", None, ["debtor"]))
        self.assertEqual(of("VYDAJ", "VYBER", "SIPO"), ("cash_withdrawal", "cash", ["debtor"]))
        self.assertEqual(of("VYBER", "VYBER", ""), ("cash_withdrawal", "cash", ["debtor"]))
        self.assertEqual(of("VYDAJ", "VYBER KARTOU", ""), ("cash_withdrawal", "card", ["debtor"]))

    def test_what_it_cannot_read_passes_unchanged_and_the_header_does_not(self):
        lines = [HEADER, b'1;7;930105;"PRIJEM";"VKLAD";1.00;1.00;"";;\r\n',
                 b'1;7;931305;"PRIJEM";"VKLAD";1.00;1.00;"";;\r\n', b"\r\n", b'3526882;11021;9403']
        out = list(berka_to_ndjson.convert_file(lines, OWNERS))
        self.assertEqual([is_transaction for _, is_transaction in out], [True, False, False, False])
        self.assertEqual([data for data, _ in out[1:]], lines[2:])

    def test_what_it_writes_is_native(self):
        data, _ = next(berka_to_ndjson.convert_file(
            [b'1;7;930105;"PRIJEM";"VKLAD";1.00;1.00;"";;\r\n'], OWNERS))
        self.assertEqual(native.decode(data).precision, "day")


class Cards(unittest.TestCase):
    def test_a_payment(self):
        row = {"TRANSACTION_ID": "7", "TX_DATETIME": "2018-04-01 00:00:31", "CUSTOMER_ID": "596",
               "TERMINAL_ID": "3156", "TX_AMOUNT": "1039.3000000000002"}
        record = fdh_to_ndjson.convert(row)
        self.assertEqual(record["amount"], "1039.30")
        transaction = native.decode(json.dumps(record).encode())
        self.assertEqual((transaction.debtor, transaction.precision, transaction.kind),
                         ("596", "second", "card_payment"))

    def test_amounts_keep_their_text_where_they_can(self):
        self.assertEqual(fdh_to_ndjson.amount_text("146.0"), "146.0")
        self.assertEqual(fdh_to_ndjson.amount_text("0.0"), "0.0")


class Recompute(unittest.TestCase):
    def test_totals_by_direction_and_status(self):
        def line(amount, currency="CZK", day=1, status="settled", debtor="A", creditor="B"):
            return formats.Record("x", 0, 0, json.dumps(
                {"id": "1", "time": f"2026-01-0{day}", "amount": amount, "currency": currency,
                 "status": status, "debtor": {"account": debtor, "party": "P"},
                 "creditor": {"account": creditor}}).encode(), None)
        records = [line("10.5", day=2), line("4", day=1), line("1", "XXX", day=3),
                   line("7", status="rejected"), line("2", debtor="B", creditor="a")]
        records.append(formats.Record("x", 0, 0, b"broken", None))
        subjects, refused = recompute.recompute(records, {"CZK": Fraction(1)})
        body = subjects["", "A"].as_json()
        self.assertEqual(refused, 1)
        self.assertEqual(body["settled"]["debits"],
                         {"count": 3, "without_rate": 1, "sum": "14.5", "min": "4", "max": "10.5",
                          "first": "2026-01-01T00:00:00.000000Z",
                          "last": "2026-01-03T00:00:00.000000Z"})
        self.assertEqual(body["all"]["debits"]["count"], 4)
        self.assertEqual(body["settled"]["credits"]["sum"], "2")
        parties, _ = recompute.recompute(records, {}, by_party=True)
        self.assertEqual(list(parties), [("", "P")])
        self.assertEqual(parties["", "P"].as_json()["all"]["debits"]["without_rate"], 5)


if __name__ == "__main__":
    unittest.main()
