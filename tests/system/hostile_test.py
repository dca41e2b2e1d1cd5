"""Hostile records among good ones: each is refused once, with its bytes, and harms nothing else."""

import hashlib
import json
import sys
import unittest

import kafka_case
import outputs
import paths
import topics

sys.path.insert(0, str(paths.ORACLE))
import native  # noqa: E402

TRANSACTIONS = paths.size("hostile_transactions", 5_000)
ACCOUNTS = paths.size("hostile_accounts", 500)
REJECT_BYTES_KEPT = 512 * 1024  # of one that is too large, design.md, 6
RECORD_BYTES_MAX = 1 << 20
GOOD = {"id": "h", "time": "2026-03-05T08:00:00Z", "amount": "10.00", "currency": "EUR",
        "debtor": {"account": "HOSTILE"}}


def text(**changes):
    """A valid record with fields replaced; None takes a field out."""
    record = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return json.dumps(record).encode()


def with_raw(field, raw):
    """A valid record whose field has this JSON text."""
    return text(**{field: "@"}).replace(b'"@"', raw)


HOSTILE = [
    None,  # a tombstone
    b"",
    b" \n\t",
    b"null",
    b"[]",
    b"{",
    b"\x00" * 64,
    b"\xef\xbb\xbf" + text(),
    text()[:-1],
    text() + b"x",
    text() + text(),
    text().replace(b'"id"', b'"\xff\xfe"'),
    text(id=None),
    text(id=""),
    text(id="x" * 65),
    text(id=7),
    text(id="a\ud800"),
    text(time=None),
    text(time="2026-02-30T00:00:00Z"),
    text(time="2026-03-05T08:00:00"),
    text(time="2099-01-01T00:00:00Z"),
    text(amount=None),
    text(amount="ten"),
    text(amount=""),
    text(amount="1e5"),
    text(amount="1.00001"),
    text(amount="999999999999999.00"),
    with_raw("amount", b"NaN"),
    with_raw("amount", b"1e400"),
    with_raw("amount", b"-"),
    with_raw("amount", b"9" * 400),
    text(currency="eur"),
    text(currency="EURO"),
    text(debtor=None),
    text(debtor="HOSTILE"),
    text(debtor={"account": None}),
    text(kind="bribe"),
    text(status="gone"),
    text().replace(b'"amount"', b'"amount": "1.00", "amount"'),
    text(nested="@").replace(b'"@"', b"[" * 10_000 + b"]" * 10_000),
    text(nested="@").replace(b'"@"', b"[" * 65 + b"]" * 65),
    b"<Document/>",
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    text(remittance="x" * RECORD_BYTES_MAX),
    text(remittance="y" * 10_000_000),
]


class HostileTest(kafka_case.KafkaCase):

    def test_each_is_refused_once_and_the_good_ones_are_judged(self):
        good = self.w1_stream(TRANSACTIONS, ACCOUNTS)
        step = max(1, len(good) // len(HOSTILE))
        values = []
        for index, line in enumerate(good):
            values.append(line)
            if index % step == 0 and index // step < len(HOSTILE):
                values.append(HOSTILE[index // step])
        self.make_topics(config={"max.message.bytes": "12000000"})
        partition_of = topics.round_robin(1)  # one partition: times never decrease
        topics.produce(self.broker.address, "transactions", values, partition_of,
                       key_of=lambda index, _: f"key-{index}")
        vigla = self.engine()
        vigla.run_to_end()

        published = outputs.KafkaOutputs(self.folder / "outputs", self.broker.address)
        outputs.check_kafka_run(self, published)
        self.check_rejects(published)

    def check_rejects(self, published):
        """The oracle's own reader decides what is no transaction."""
        refused = {}
        for record in published.input:
            try:
                native.decode(record.value or b"")
                if record.value == text(time="2099-01-01T00:00:00Z"):
                    raise native.Refused("time_in_future", "time")
            except native.Refused as reason:
                refused[(record.partition, record.offset)] = (record, reason)
        self.assertEqual(len(refused), len(HOSTILE))
        self.assertEqual(published.reject_positions(), {position: 1 for position in refused})
        for reject in published.records["rejects"]:
            position = (int(reject.header("vigla_partition")), int(reject.header("vigla_offset")))
            original, reason = refused[position]
            self.assertEqual(reject.header("vigla_topic"), "transactions")
            self.assertEqual(reject.header("vigla_reject_code"), reason.code,
                             (original.value or b"")[:200])
            self.assertEqual(reject.header("__connect.errors.offset"), str(position[1]))
            self.assertEqual(reject.key, original.key)
            whole = original.value or b""
            kept = reject.value or b""
            if len(whole) <= REJECT_BYTES_KEPT:
                self.assertEqual(kept, whole)
            elif kept != whole:
                self.assertEqual(kept, whole[:REJECT_BYTES_KEPT])
                self.assertEqual(reject.header("vigla_cut"), "true")
                self.assertEqual(reject.header("vigla_bytes"), str(len(whole)))
                self.assertEqual(reject.header("vigla_digest"), hashlib.sha256(whole).hexdigest())


if __name__ == "__main__":
    unittest.main()
