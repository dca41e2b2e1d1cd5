"""What the oracle of the reference workload promises, case by case."""

import datetime
import json
import unittest

import formats
import native
import w1

START = "2026-03-02T09:00:00Z"
START_US = native.parse_time(START)[0]
SECOND, MINUTE, HOUR, DAY = w1.SECOND, w1.MINUTE, w1.HOUR, w1.DAY


def record(offset=0, at=0, amount="10.00", currency="EUR", debtor="D", creditor="C", **more):
    """A record `at` microseconds after START."""
    moment = native.EPOCH + datetime.timedelta(microseconds=START_US + at)
    body = {"id": more.pop("id", f"t{offset}"), "time": moment.isoformat(timespec="microseconds")
            + "Z", "amount": amount, "currency": currency}
    if debtor:
        body["debtor"] = {"account": debtor, **more.pop("debtor_more", {})}
    if creditor:
        body["creditor"] = {"account": creditor, **more.pop("creditor_more", {})}
    body.update(more)
    return formats.Record("t", 0, offset, json.dumps(body).encode(), None)


def run(records):
    """[(offset, role, sorted rules)] of the legs with a match."""
    return [(int(e["source"].split("@")[1]), e["role"], e["rules"])
            for e in w1.expected_alerts(records)]


def rules_at(records, offset, role="debtor"):
    for position, leg_role, rules in run(records):
        if (position, leg_role) == (offset, role):
            return rules
    return []


def values_at(records, offset, role, rule):
    for e in w1.expected_alerts(records):
        if e["source"] == f"t-0@{offset}" and e["role"] == role:
            return e["values"].get(rule)
    return None


def series(count, step):
    """`count` debits `step` apart to three creditors, all of different amounts (S8 is silent)."""
    return [record(i, i * step, f"{10 + i}.00", creditor=f"C{i % 3}") for i in range(count)]


class Counts(unittest.TestCase):
    def test_d1_counts_the_current_leg_and_twenty_suffice(self):
        records = series(20, MINUTE // 4)
        self.assertEqual(rules_at(records, 19), ["D1"])
        self.assertEqual(rules_at(records, 18), [])
        self.assertEqual(values_at(records, 19, "debtor", "D1"), {"debits_10m": "20"})

    def test_the_window_is_open_at_its_start(self):
        for last, expected in ((10 * MINUTE, []), (10 * MINUTE - 1, ["D1"])):
            records = [*series(19, SECOND), record(19, last, amount="9.00")]
            self.assertEqual(rules_at(records, 19), expected)

    def test_c1_counts_credits_of_the_creditor(self):
        records = [record(i, i * SECOND, amount=f"{i + 1}.00", debtor=f"D{i % 5}")
                   for i in range(20)]
        self.assertEqual(run(records), [(19, "creditor", ["C1"])])

    def test_status_plays_no_part(self):
        records = [record(i, i * SECOND, amount=f"{i + 1}.00", creditor=f"C{i % 5}",
                          status={"code": "rejected"}) for i in range(20)]
        self.assertEqual(rules_at(records, 19), ["D1"])

    def test_a_leg_without_a_rate_counts(self):
        records = [record(i, i * SECOND, amount=f"{i + 1}.00", currency="SEK", creditor="C")
                   for i in range(20)]
        self.assertEqual(rules_at(records, 19), ["D1", "S4"])

    def test_day_precision_knows_no_short_window(self):
        records = [record(i, 0, amount=f"{i + 1}.00", creditor=f"C{i}", time="2026-03-02")
                   for i in range(25)]
        self.assertEqual(run(records), [])


class Sums(unittest.TestCase):
    def test_d2_reaches_the_limit(self):
        records = [record(0, 0, "25000.00"), record(1, HOUR - 1, "25000.00")]
        self.assertEqual(rules_at(records, 0), ["D6", "S3"])
        self.assertEqual(rules_at(records, 1), ["D2", "S3"])
        self.assertEqual(values_at(records, 1, "debtor", "D2"), {"debited_1h": "50000"})
        records = [record(0, 0, "25000.00"), record(1, HOUR, "25000.00")]
        self.assertEqual(rules_at(records, 1), ["S3"])
        records = [record(0, 0, "25000.00"), record(1, HOUR - 1, "24999.9999")]
        self.assertEqual(rules_at(records, 1), [])

    def test_d3_and_c3_sum_a_day(self):
        records = [record(i, i * 6 * HOUR, "66666.70") for i in range(3)]
        self.assertEqual(rules_at(records, 2), ["D2", "D3"])
        self.assertEqual(rules_at(records, 2, "creditor"), ["C3"])
        self.assertEqual(values_at(records, 2, "creditor", "C3"), {"credited_24h": "200000.1"})

    def test_sums_convert_and_leave_out_what_has_no_rate(self):
        records = [record(0, 0, "40000.00", "SEK"), record(1, SECOND, "50000.01", "USD"),
                   record(2, 2 * SECOND, "1000000", "JPY"), record(3, 3 * SECOND, "1", "SEK")]
        # 46,000.0092 + 6,100 EUR
        self.assertEqual(values_at(records, 2, "debtor", "D2"), {"debited_1h": "52100.0092"})
        self.assertEqual(rules_at(records, 3), ["D2", "S4"])

    def test_base_amounts_round_once_half_away_from_zero(self):
        self.assertEqual(w1.base_amount(w1.Fraction("0.0050"), "JPY"), 31)  # 30.5 micro-units
        self.assertEqual(w1.base_amount(w1.Fraction("-0.0050"), "JPY"), -31)
        self.assertEqual(w1.base_amount(w1.Fraction("0.0049"), "JPY"), 30)  # 29.89
        self.assertIsNone(w1.base_amount(w1.Fraction(1), "SEK"))

    def test_a_base_amount_outside_64_bits_is_refused_and_leaves_no_trace(self):
        records = [record(0, 0, "99999999999999"), record(1, SECOND, "20000.00")]
        self.assertEqual(run(records), [(1, "debtor", ["D6", "S3"])])
        self.assertEqual([e["sequence"] for e in w1.expected_alerts(records)], [2])

    def test_a1_compares_nine_tenths_exactly(self):
        for out, expected in (("45000.00", ["A1"]), ("44999.9999", [])):
            records = [record(0, 0, "50000.00", debtor="X", creditor="M"),
                       record(1, DAY - 1, out, debtor="M", creditor="C")]
            self.assertEqual([r for r in rules_at(records, 1) if r == "A1"], expected)
            records[1] = record(1, DAY, out, debtor="M", creditor="C")
            self.assertNotIn("A1", rules_at(records, 1))

    def test_a1_does_not_see_the_credit_of_its_own_transaction(self):
        records = [record(0, 0, "60000.00", debtor="M", creditor="M")]
        self.assertNotIn("A1", rules_at(records, 0))
        records.append(record(1, SECOND, "1.00", debtor="M", creditor="X"))
        self.assertIn("A1", rules_at(records, 1))


class Bands(unittest.TestCase):
    def test_d4_needs_three_and_a_current_leg_in_the_band(self):
        band = [record(0, 0, "8000.00"), record(1, HOUR, "9999.9999"),
                record(2, 2 * HOUR, "8500.00")]
        self.assertEqual(rules_at(band, 2), ["D4"])
        outside = band[:2] + [record(2, 2 * HOUR, "10000.00"), record(3, 3 * HOUR, "7999.99")]
        self.assertNotIn("D4", rules_at(outside, 2))
        self.assertNotIn("D4", rules_at(outside, 3))
        self.assertEqual(rules_at(band + [record(3, 3 * HOUR, "100.00")], 3), [])

    def test_d4_compares_base_amounts(self):
        records = [record(i, i * HOUR, f"1{i}000.00", "USD") for i in range(3)]
        # 9,200 · 10,120 · 11,040 EUR
        self.assertNotIn("D4", rules_at(records, 2))
        records = [record(i, i * HOUR, f"90{i}0.00", "USD") for i in range(3)]
        self.assertEqual(rules_at(records, 2), ["D4"])


class Counterparties(unittest.TestCase):
    def test_d5_and_c2_count_distinct_known_ones(self):
        records = [record(i, i * SECOND, f"{i + 1}.00", creditor=f"C{i}") for i in range(10)]
        self.assertEqual(run(records), [(9, "debtor", ["D5"])])
        records = [record(i, i * SECOND, f"{i + 1}.00", creditor=f"C{i}" if i else None)
                   for i in range(10)]
        self.assertEqual(run(records), [])
        records = [record(i, i * SECOND, f"{i + 1}.00", debtor=f"D{i}") for i in range(10)]
        self.assertEqual(run(records), [(9, "creditor", ["C2"])])

    def test_accounts_are_told_apart_after_normalising(self):
        records = [record(i, i * SECOND, f"{i + 1}.00", creditor=name)
                   for i, name in enumerate(["de 02", "DE02", "d E02", *map(str, range(7))])]
        self.assertEqual(run(records), [])

    def test_d6_is_the_first_debit_to_the_creditor_in_ninety_days(self):
        for gap, expected in ((90 * DAY - 1, []), (90 * DAY, ["D6"])):
            records = [record(0, 0, "1.00"), record(1, gap - DAY, "20000.01", creditor="OTHER"),
                       record(2, gap, "20000.01")]
            self.assertEqual([r for r in rules_at(records, 2) if r == "D6"], expected)

    def test_d6_looks_at_debits_only(self):
        records = [record(0, 0, "1.00", debtor="C", creditor="D"), record(1, HOUR, "20000.00")]
        self.assertIn("D6", rules_at(records, 1))

    def test_d6_counts_an_earlier_payment_without_a_rate(self):
        records = [record(0, 0, "1.00", "SEK"), record(1, HOUR, "20000.01")]
        self.assertEqual(rules_at(records, 1), [])

    def test_s8_compares_numerically_in_the_five_minutes_before(self):
        records = [record(0, 0, "10.0"), record(1, 5 * MINUTE - 1, "10.00")]
        self.assertEqual(run(records), [(1, "debtor", ["S8"])])
        self.assertEqual(run([record(0, 0, "10.0"), record(1, 5 * MINUTE, "10.00")]), [])
        self.assertEqual(run([record(0, 0), record(1, 1, currency="USD")]), [])
        self.assertEqual(run([record(0, 0), record(1, 1, creditor="E")]), [])
        self.assertEqual(run([record(0, 0), record(1, 1, debtor="E")]), [])
        self.assertEqual(run([record(0, 0, creditor=None), record(1, 1, creditor=None)]), [])

    def test_s8_finds_the_other_of_the_same_instant(self):
        self.assertEqual(run([record(0, 0), record(1, 0)]), [(1, "debtor", ["S8"])])


class Profiles(unittest.TestCase):
    def test_d7_is_five_times_the_mean_of_at_least_five_known(self):
        before = [record(i, i * HOUR, amount, creditor=f"C{i}")
                  for i, amount in enumerate(["10.00", "20.00", "30.00", "40.00", "50.00"])]
        self.assertEqual(rules_at(before + [record(5, DAY, "150.00")], 5), ["D7"])
        self.assertEqual(rules_at(before + [record(5, DAY, "149.9999")], 5), [])
        self.assertEqual(rules_at(before[:4] + [record(5, DAY, "900.00")], 5), [])
        self.assertEqual(values_at(before + [record(5, DAY, "150.00")], 5, "debtor", "D7"),
                         {"prior_debits_7d_known": "5", "prior_debited_7d": "150"})

    def test_d7_leaves_debits_without_a_rate_out_of_sum_and_number(self):
        before = [record(i, i * HOUR, "10.00", creditor=f"C{i}") for i in range(4)]
        unrated = record(4, 5 * HOUR, "10.00", "SEK", creditor="C4")
        judged = record(6, DAY, "500.00")
        self.assertEqual(rules_at(before + [unrated, judged], 6), [])
        fifth = record(5, 6 * HOUR, "10.00", creditor="C5")
        self.assertEqual(rules_at(before + [unrated, fifth, judged], 6), ["D7"])
        self.assertEqual(rules_at(before + [fifth, record(6, DAY, "500", "SEK")], 6), ["S4"])

    def test_d7_compares_sums_that_are_not_positive_as_they_are(self):
        before = [record(i, i * HOUR, f"-{i + 1}.00", creditor=f"C{i}") for i in range(5)]
        self.assertEqual(rules_at(before + [record(5, DAY, "0.0001")], 5), ["D7"])
        # -15 × 5 >= 5 × -15
        self.assertEqual(rules_at(before + [record(5, DAY, "-15.00")], 5), ["D7", "S7"])
        self.assertEqual(rules_at(before + [record(5, DAY, "-15.01")], 5), ["S7"])

    def test_d8_wants_an_account_seen_before_and_idle_on_both_sides(self):
        def idle(*between, gap=30 * DAY):
            records = [record(0, 0, "1.00"), *between, record(9, gap, "10000.01")]
            return [r for r in rules_at(records, 9) if r == "D8"]
        self.assertEqual(idle(), ["D8"])
        self.assertEqual(idle(gap=30 * DAY - 1), [])
        self.assertEqual(idle(gap=500 * DAY), ["D8"])
        self.assertEqual(idle(record(1, DAY, "1", debtor="X", creditor="D")), [])
        self.assertEqual(idle(record(1, DAY, "1", "SEK", debtor="D")), [])
        self.assertEqual(idle(record(1, DAY, "1", debtor="X", creditor="Y")), ["D8"])
        self.assertNotIn("D8", rules_at([record(0, 0, "10000.01")], 0))

    def test_d8_counts_a_credit_as_being_seen(self):
        records = [record(0, 0, "1.00", debtor="X", creditor="D"), record(1, 31 * DAY, "10000.01")]
        self.assertEqual(values_at(records, 1, "debtor", "D8"), {"idle_before": str(31 * DAY)})


class Transactions(unittest.TestCase):
    def only(self, **fields):
        return run([record(0, 0, **fields)])

    def test_s1_s3(self):
        self.assertEqual(self.only(amount="100000.01"),
                         [(0, "debtor", ["D2", "D6", "S1"])])
        self.assertEqual(self.only(amount="10000.00"), [(0, "debtor", ["S3"])])
        self.assertEqual(self.only(amount="9000.00"), [])
        self.assertEqual(self.only(amount="11000.00", currency="USD"), [(0, "debtor", ["S3"])])
        self.assertEqual(self.only(amount="10869.56", currency="USD"), [])
        self.assertEqual(self.only(amount="11000.00", currency="SEK"), [(0, "debtor", ["S4"])])

    def test_s2_takes_either_country_and_a_missing_one_matches_nothing(self):
        self.assertEqual(self.only(amount="5000", debtor_more={"country": "IR"}),
                         [(0, "debtor", ["S2"])])
        self.assertEqual(self.only(amount="5000", creditor_more={"country": "KP"}),
                         [(0, "debtor", ["S2"])])
        self.assertEqual(self.only(amount="4999.99", creditor_more={"country": "MM"}), [])
        self.assertEqual(self.only(amount="5000", creditor_more={"country": "DE"}), [])
        self.assertEqual(self.only(amount="5000", creditor_more={"country": ""}), [])

    def test_s4_s5_s6_s7(self):
        self.assertEqual(self.only(currency="CHF"), [])
        self.assertEqual(self.only(currency="XXX"), [(0, "debtor", ["S4"])])
        self.assertEqual(self.only(amount="10000.01", channel="cash"), [(0, "debtor", ["S5"])])
        self.assertEqual(self.only(amount="10000.01", channel="branch"), [])
        self.assertEqual(self.only(amount="9999.99", channel="cash"), [])
        self.assertEqual(self.only(debtor="a b", creditor="AB"), [(0, "debtor", ["S6"])])
        self.assertEqual(self.only(amount="0"), [(0, "debtor", ["S7"])])
        self.assertEqual(self.only(amount="-0.01", currency="SEK"), [(0, "debtor", ["S4", "S7"])])

    def test_without_a_debtor_it_is_the_creditors(self):
        self.assertEqual(self.only(amount="12000.00", channel="cash", debtor=None),
                         [(0, "creditor", ["S3", "S5"])])


class Order(unittest.TestCase):
    def test_a_late_leg_sees_its_ledger_as_of_its_own_time(self):
        records = [record(0, 0, "30000.01"), record(1, 2 * HOUR, "30000.02"),
                   record(2, HOUR - 1, "20000.00")]
        self.assertEqual(rules_at(records, 2), ["D2", "S3"])
        self.assertEqual(values_at(records, 2, "debtor", "D2"), {"debited_1h": "50000.01"})

    def test_a_late_leg_beyond_lateness_is_judged_by_stateless_rules_only(self):
        def late(by):
            records = [record(0, 0, "1.00"), record(1, 20 * DAY, "1.00"),
                       record(2, 20 * DAY - by, "60000.00")]
            return rules_at(records, 2)
        self.assertEqual(late(7 * DAY), ["D2", "S3"])
        self.assertEqual(late(7 * DAY + 1), ["S3"])

    def test_lateness_is_judged_by_account(self):
        records = [record(0, 20 * DAY, "1.00", debtor="X"), record(1, 0, "60000.00")]
        self.assertEqual(rules_at(records, 1), ["D2", "D6", "S3"])
        self.assertEqual(rules_at(records, 1, "creditor"), [])

    def test_tenants_share_nothing(self):
        records = [record(i, i * SECOND, f"{i + 1}.00", tenant="ab"[i % 2]) for i in range(38)]
        self.assertEqual(run(records), [])

    def test_the_journal_decides_the_order(self):
        def one(partition, offset, at):
            return formats.Record("t", partition, offset, record(0, at).value, None)
        records = [one(0, 0, 0), one(0, 2, 0), one(1, 5, 0), one(1, 6, 0)]
        journal = [{"epoch": 1, "runs": [
            {"topic": "t", "partition": 1, "first_offset": "5", "last_offset": "5", "records": 1},
            {"topic": "t", "partition": 0, "first_offset": "0", "last_offset": "2", "records": 2}]},
            {"epoch": 2, "runs": [
                {"topic": "t", "partition": 1, "first_offset": 6, "last_offset": 6, "records": 1}]}]
        ordered = list(formats.in_journal_order(records, journal))
        self.assertEqual([(r.partition, r.offset) for r in ordered],
                         [(1, 5), (0, 0), (0, 2), (1, 6)])
        journal[0]["runs"][1]["records"] = 3
        with self.assertRaises(formats.FormatError):
            list(formats.in_journal_order(records, journal))

    def test_what_is_refused_takes_a_sequence_and_enters_no_ledger(self):
        broken = formats.Record("t", 0, 0, b'{"id":"x"', None)
        records = [broken, record(1, 0), record(2, 1)]
        expectations = list(w1.expected_alerts(records))
        self.assertEqual([(e["sequence"], e["rules"]) for e in expectations], [(3, ["S8"])])

    def test_a_time_a_day_ahead_of_the_broker_is_refused(self):
        ahead = record(0, 0, "0")
        limit = START_US // 1000 - 24 * 3600 * 1000
        self.assertEqual(run([ahead._replace(timestamp=limit)]), [(0, "debtor", ["S7"])])
        self.assertEqual(run([ahead._replace(timestamp=limit - 1)]), [])


class Texts(unittest.TestCase):
    def test_decimals_are_exact(self):
        self.assertEqual(w1.money_text(1), "0.000001")
        self.assertEqual(w1.money_text(-1_500_000), "-1.5")
        self.assertEqual(w1.money_text(27_900_000_000), "27900")


if __name__ == "__main__":
    unittest.main()
