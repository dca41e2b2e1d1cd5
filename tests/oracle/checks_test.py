"""What compare.py and audit_check.py find: each promise is broken once, and must be named."""

import hashlib
import json
import os
import tempfile
import unittest

import audit_check
import compare
import formats


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def expectation(offset, subject="A", role="debtor", **values):
    return {"id": f"t{offset}", "source": f"x-0@{offset}", "sequence": offset + 1,
            "subject": subject, "role": role, "rules": sorted(values), "values": values}


def alert(offset, subject="A", role="debtor", **values):
    return {"alert_id": f"al_{offset}{subject}{role}",
            "subject": {"kind": "account", "id": subject, "role": role},
            "sequence": str(offset + 1), "transaction": {"id": f"t{offset}"},
            "origin": {"topic": "x", "partition": 0, "offset": str(offset)},
            "matches": [{"rule": rule, "features": [
                {"name": name, "value": value} for name, value in features.items()]}
                for rule, features in values.items()]}


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, lines):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            for line in lines:
                file.write((line if isinstance(line, bytes) else compact(line)) + b"\n")
        return path


class Compare(Folder):
    EXPECTED = [expectation(0, D1={"n": "20"}), expectation(3, D2={"sum": "50000.1"}, S3={}),
                expectation(3, "B", "creditor", C3={"sum": "200000"})]
    ALERTS = [alert(0, D1={"n": 20}), alert(3, D2={"sum": "50000.10"}, S3={}),
              alert(3, "B", "creditor", C3={"sum": "200000.00", "other": 1})]

    def kinds(self, alerts, rules=None):
        differences, _, _ = compare.compare(self.write("expected", self.EXPECTED),
                                            self.write("alerts", alerts), rules=rules)
        return sorted(differences.by_kind)

    def test_equal_is_equal_whatever_the_text(self):
        self.assertEqual(self.kinds(self.ALERTS), [])

    def test_missing_and_extra(self):
        self.assertEqual(self.kinds(self.ALERTS[1:]), ["alert missing"])
        self.assertEqual(self.kinds(self.ALERTS + [alert(9, D1={"n": 20})]), ["alert too many"])
        wrong_leg = [self.ALERTS[0], self.ALERTS[1], alert(3, "B", "debtor", C3={"sum": "200000"})]
        self.assertEqual(self.kinds(wrong_leg), ["alert missing", "alert too many"])

    def test_rules(self):
        changed = [self.ALERTS[0], alert(3, D2={"sum": "50000.1"}, S4={}), self.ALERTS[2]]
        self.assertEqual(self.kinds(changed),
                         ["rule missing from an alert", "rule too many in an alert"])

    def test_values(self):
        self.assertEqual(self.kinds([alert(0, D1={"n": 21}), *self.ALERTS[1:]]),
                         ["feature differs"])
        self.assertEqual(self.kinds([alert(0, D1={}), *self.ALERTS[1:]]), ["feature not published"])
        self.assertEqual(self.kinds([alert(0, D1={"n": None}), *self.ALERTS[1:]]),
                         ["feature differs"])

    def test_duplicates(self):
        again = dict(alert(9, D1={"n": 20}), alert_id=self.ALERTS[0]["alert_id"])
        self.assertIn("alert_id twice", self.kinds(self.ALERTS + [again]))
        again = dict(self.ALERTS[0], alert_id="al_other")
        self.assertIn("leg alerted twice", self.kinds([self.ALERTS[0], again, *self.ALERTS[1:]]))

    def test_order_is_held_by_subject_only(self):
        one, two, three = self.ALERTS
        self.assertEqual(self.kinds([two, one, three]), ["subject's alerts out of order"])
        self.assertEqual(self.kinds([three, one, two]), [])

    def test_sequence_and_id(self):
        self.assertEqual(self.kinds([dict(self.ALERTS[0], sequence="2"), *self.ALERTS[1:]]),
                         ["sequence differs"])
        self.assertEqual(self.kinds([dict(self.ALERTS[0], transaction={"id": "z"}),
                                     *self.ALERTS[1:]]), ["transaction id differs"])

    def test_some_rules_only(self):
        self.assertEqual(self.kinds(self.ALERTS[1:], rules={"D2", "C3"}), [])

    def test_durations_compare_in_microseconds(self):
        self.assertEqual(formats.number_of("31d"), formats.number_of(str(31 * 86_400_000_000)))
        self.assertEqual(formats.number_of("27900.00 EUR"), 27900)


class Merkle(unittest.TestCase):
    # Roots of the test vectors of RFC 6962 implementations (certificate-transparency's
    # merkle_tree_test.cc): the first n of eight inputs.
    INPUTS = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43",
              b"\x50\x51\x52\x53\x54\x55\x56\x57", bytes(range(0x60, 0x70))]
    ROOTS = {0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
             1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
             3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
             8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}

    def test_known_roots(self):
        for count, root in self.ROOTS.items():
            self.assertEqual(formats.merkle_root(self.INPUTS[:count]), root)

    def test_elements_keep_their_bytes(self):
        body = b'{"a":{"entries":[9]},"entries":[{"x":"\xc3\xa4, ]}" },1.50 , []],"z":1}'
        self.assertEqual(formats.raw_elements(body, "entries"),
                         [b'{"x":"\xc3\xa4, ]}" }', b"1.50", b"[]"])


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Audit(Folder):
    RECORDS = [b"one", b"two", b"three", b"four"]

    def setUp(self):
        super().setUp()
        self.intake = [{"seq": str(i + 1), "source": f"x-0@{i}", "id": f"t{i}",
                        "digest": digest(record), "verdict": "valid"}
                       for i, record in enumerate(self.RECORDS)]
        self.alerts = [compact(alert(2, D1={"n": 20}))]
        self.matches = [{"seq": "3", "subject": {"kind": "account", "ref": "A"}, "role": "debtor",
                         "matches": [], "alert_id": "al_2Adebtor",
                         "alert_digest": digest(self.alerts[0])}]
        self.runs = [[("x", 0, 0, 1, 2)], [("x", 0, 2, 3, 2)]]
        self.cut = 2  # intake entries in the first epoch

    def frame(self, kind, entries, low, high):
        return {"schema": "vigla.audit.v1", "kind": kind, "from": str(low), "to": str(high),
                "count": len(entries), "entries": entries, "rule_set": "sha256:00",
                "merkle_root": formats.merkle_root([compact(entry) for entry in entries])}

    def frames(self):
        frames = [self.frame("intake", self.intake[:self.cut], 1, 2),
                  self.frame("matches", [], 1, 2),
                  self.frame("intake", self.intake[self.cut:], 3, 4),
                  self.frame("matches", self.matches, 3, 4)]
        frames[1]["unknown"] = {"D7": 2}
        self.heads = [formats.NO_PREVIOUS]
        for number, frame in enumerate(frames, start=1):
            frame.update(number=str(number), epoch=str((number + 1) // 2),
                         previous=self.heads[-1])
            frame["head"] = formats.frame_head(compact(frame), frame)
            self.heads.append(frame["head"])
        return frames

    def journal(self):
        self.frames()
        lines, previous = [], formats.NO_PREVIOUS
        for epoch, runs in enumerate(self.runs, start=1):
            entries = self.intake[:2] if epoch == 1 else self.intake[2:]
            body = {"schema": "vigla.journal.v1", "epoch": epoch, "first_sequence": 2 * epoch - 1,
                    "last_sequence": 2 * epoch, "runs": [
                        dict(zip(("topic", "partition", "first_offset", "last_offset",
                                  "records"), run))
                        for run in runs],
                    "input_digest": formats.input_digest(e["digest"] for e in entries),
                    "last_audit_frame": str(2 * epoch), "audit_head": self.heads[2 * epoch],
                    "previous": previous}
            previous = digest(compact(body))
            lines.append(compact(dict(body, hash=previous)))
        return lines

    def findings(self, frames=None, journal=None, alerts=None):
        records = [formats.Record("x", 0, i, value, None) for i, value in enumerate(self.RECORDS)]
        found, _, _ = audit_check.check(self.write("audit", frames or self.frames()),
                                        self.write("journal", journal or self.journal()), records,
                                        self.write("alerts", self.alerts if alerts is None
                                                   else alerts))
        return "; ".join(found)

    def test_a_sound_trail_has_no_finding(self):
        self.assertEqual(self.findings(), "")

    def test_an_entry_changed(self):
        frames = self.frames()
        frames[2]["entries"] = [dict(self.intake[2], verdict="rejected"), self.intake[3]]
        self.assertEqual(self.findings(frames),
                         "audit line 3: Merkle root is not that of the entries")

    def test_an_entry_changed_with_its_root(self):
        frames = self.frames()
        frames[2]["entries"] = [dict(self.intake[2], verdict="rejected"), self.intake[3]]
        frames[2]["merkle_root"] = formats.merkle_root(
            [compact(entry) for entry in frames[2]["entries"]])
        self.assertEqual(self.findings(frames),
                         "audit line 3: head is not that of the frame; "
                         "audit line 4: previous is not the head of the frame before")

    def test_a_chain_made_anew_is_not_the_journals(self):
        journal = self.journal()
        self.intake[0] = dict(self.intake[0], verdict="rejected")
        self.assertEqual(self.findings(journal=journal),
                         "journal line 1: audit head is not that of frame 2; "
                         "journal line 2: audit head is not that of frame 4")

    def test_what_a_frame_says_of_unknowns_is_covered(self):
        frames = self.frames()
        frames[1]["unknown"] = {"D7": 3}
        self.assertIn("audit line 2: head is not that of the frame", self.findings(frames))

    def test_an_entry_dropped_from_a_consistent_frame(self):
        del self.intake[1]
        self.cut = 1
        found = self.findings()
        self.assertIn("intake: sequence 3 where 2 is due", found)
        self.assertIn("input x-0@1: 0 intake entries", found)

    def test_an_entry_twice(self):
        self.intake[3] = dict(self.intake[2], seq="4")
        found = self.findings()
        self.assertIn("input x-0@2: 2 intake entries", found)
        self.assertIn("input x-0@3: 0 intake entries", found)

    def test_a_foreign_record(self):
        self.intake[3] = dict(self.intake[3], source="x-0@9")
        self.assertIn("x-0@9 is not in the input", self.findings())

    def test_a_digest_that_is_not_the_records(self):
        self.intake[0] = dict(self.intake[0], digest=digest(b"else"))
        self.assertIn("input x-0@0: digest is not that of the record", self.findings())

    def test_frames_swapped(self):
        frames = self.frames()
        self.assertIn("intake: sequence 3 where 1 is due",
                      self.findings([frames[2], frames[3], frames[0], frames[1]]))

    def test_a_count_that_lies(self):
        frames = self.frames()
        frames[0]["count"] = 3
        self.assertIn("audit line 1: count 3, entries 2", self.findings(frames))

    def test_journal_record_dropped(self):
        self.assertIn("epoch 2 where 1 is due", self.findings(journal=self.journal()[1:]))

    def test_journal_record_changed(self):
        journal = self.journal()
        journal[0] = journal[0].replace(b'"last_offset":1', b'"last_offset":2')
        self.assertIn("hash is not that of the record", self.findings(journal=journal))

    def test_journal_changed_with_its_hash(self):
        first = json.loads(self.journal()[0])
        del first["hash"]
        first["extra"] = 1
        first["hash"] = digest(compact(first))
        self.assertEqual(self.findings(journal=[first, self.journal()[1]]),
                         "journal line 2: previous is not the hash of the record before")

    def test_journal_goes_back(self):
        self.runs[1] = [("x", 0, 1, 2, 2)]
        found = self.findings()
        self.assertIn("x-0 goes back to 1", found)
        self.assertIn("lies outside its run", found)

    def test_runs_and_sequences_disagree(self):
        self.runs[1] = [("x", 0, 2, 2, 1)]
        self.assertIn("sequences 3..4 but 1 records", self.findings())

    def test_a_shadow_alert_is_not_among_the_alerts(self):
        self.matches.append({"seq": "4", "alert_id": "al_shadow", "shadow_digest": digest(b"x"),
                             "matches": []})
        self.assertEqual(self.findings(), "")

    def test_alert_missing_changed_or_too_many(self):
        self.assertIn("promises alert al_2Adebtor", self.findings(alerts=[]))
        changed = self.alerts[0].replace(b'"value":20', b'"value":21')
        self.assertIn("0 match entries with its digest", self.findings(alerts=[changed]))
        self.assertIn("0 match entries", self.findings(alerts=self.alerts * 2))


if __name__ == "__main__":
    unittest.main()
