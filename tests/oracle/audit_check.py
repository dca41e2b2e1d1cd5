#!/usr/bin/env python3
"""Checks audit and journal against each other and against the input, without the engine.

  audit_check.py --audit audit.ndjson --journal journal.ndjson [--alerts alerts.ndjson]
                 [--input FILE... | --dump input_topic.ndjson]

Exit 1 and a list of findings unless
- intake entries are contiguous in `seq` from 1, and every frame's from, to and count fit them;
- every record of the input (where given) has exactly one intake entry, and nothing else has one;
- each entry's digest is the SHA-256 of its record (where the input is given);
- each frame's Merkle root (RFC 6962) is that of its entries' bytes as they stand in the frame;
- frames are numbered from 1, each head is that of its frame and the previous one of the next,
  and the journal states the number and the head after each epoch;
- the journal's epochs are contiguous from 1, its sequence ranges and runs without a gap, and each
  record holds its own hash, the hash of the one before, and the digest of its input;
- every alert (where given) has its match entry, with the SHA-256 of its bytes, and the reverse.
"""

import argparse
import collections
import hashlib
import json
import sys

import formats


class Findings(list):
    def add(self, text):
        self.append(text)


def check_frame(body, frame, where, findings):
    """The frame's root and count against its own entries."""
    elements = formats.raw_elements(body, formats.FRAME_ENTRIES)
    if formats.merkle_root(elements) != formats.hex_of(frame.get(formats.FRAME_ROOT)):
        findings.add(f"{where}: Merkle root is not that of the entries")
    if int(frame.get(formats.FRAME_COUNT, -1)) != len(elements):
        findings.add(f"{where}: count {frame.get(formats.FRAME_COUNT)}, entries {len(elements)}")


def check_chain(body, frame, heads, where, findings):
    """The frame's place in the chain; `heads` holds those of the frames before, by number."""
    number = len(heads)
    if int(frame.get(formats.FRAME_NUMBER, 0)) != number:
        findings.add(f"{where}: frame {frame.get(formats.FRAME_NUMBER)} where {number} is due")
    if frame.get(formats.FRAME_PREVIOUS) != heads[-1]:
        findings.add(f"{where}: previous is not the head of the frame before")
    head = formats.frame_head(body, frame)
    if frame.get(formats.FRAME_HEAD) != head:
        findings.add(f"{where}: head is not that of the frame")
    heads.append(head)


def check_frame_range(frame, sequences, where, findings):
    """from and to enclose the sequences; an intake frame's are exactly its first and last."""
    if not sequences:
        return
    low, high = int(frame[formats.FRAME_FROM]), int(frame[formats.FRAME_TO])
    if frame[formats.FRAME_KIND] == formats.INTAKE:
        if (low, high) != (sequences[0], sequences[-1]):
            findings.add(f"{where}: from {low} to {high}, entries {sequences[0]}..{sequences[-1]}")
    elif not low <= sequences[0] <= sequences[-1] <= high:
        findings.add(f"{where}: entries {sequences[0]}..{sequences[-1]} leave {low}..{high}")


def read_audit(path, findings):
    """(intake entries, match entries, heads by frame number), in order; checks each frame."""
    intake, matches, heads = [], [], [formats.NO_PREVIOUS]
    for number, line in formats.read_lines(path):
        if not line.strip():
            continue
        where = f"audit line {number + 1}"
        frame = json.loads(line)
        kind = frame.get(formats.FRAME_KIND)
        if kind not in (formats.INTAKE, formats.MATCHES):
            continue
        check_frame(line, frame, where, findings)
        check_chain(line, frame, heads, where, findings)
        entries = frame[formats.FRAME_ENTRIES]
        if kind == formats.INTAKE:
            entries = [entry for entry in entries if formats.is_record_entry(entry)]
        sequences = [formats.entry_sequence(entry) for entry in entries]
        check_frame_range(frame, sequences, where, findings)
        (intake if kind == formats.INTAKE else matches).extend(entries)
    return intake, matches, heads


def check_sequences(intake, matches, findings):
    expected = 1
    for entry in intake:
        if formats.entry_sequence(entry) != expected:
            findings.add(f"intake: sequence {formats.entry_sequence(entry)} where {expected} "
                         "is due")
            expected = formats.entry_sequence(entry)
        expected += 1
    last = 0
    for entry in matches:
        if formats.entry_sequence(entry) < last:
            findings.add(f"matches: sequence {formats.entry_sequence(entry)} after {last}")
        last = formats.entry_sequence(entry)
    if matches and last >= expected:
        findings.add(f"matches: sequence {last} was never taken in")


def check_completeness(intake, records, findings):
    """Every record once, and its digest."""
    counts = collections.Counter(entry["source"] for entry in intake)
    digests = {entry["source"]: formats.hex_of(entry.get("digest")) for entry in intake}
    for record in records:
        source = formats.source_text(record.topic, record.partition, record.offset)
        count = counts.pop(source, 0)
        if count != 1:
            findings.add(f"input {source}: {count} intake entries")
        elif digests[source] != hashlib.sha256(record.value).hexdigest():
            findings.add(f"input {source}: digest is not that of the record")
    for source in counts:
        findings.add(f"intake: {source} is not in the input")


def check_journal(path, intake, heads, findings):
    """Contiguity, links, and the interleaving against the intake entries."""
    previous_hash = formats.NO_PREVIOUS
    epoch_due, sequence_due = 1, 1
    offset_due = {}
    runs = []
    position = 0  # in intake
    for number, line in formats.read_lines(path):
        if not line.strip():
            continue
        record = json.loads(line)
        where = f"journal line {number + 1}"
        if int(record[formats.JOURNAL_EPOCH]) != epoch_due:
            findings.add(f"{where}: epoch {record[formats.JOURNAL_EPOCH]} where {epoch_due} is due")
        epoch_due = int(record[formats.JOURNAL_EPOCH]) + 1
        if formats.hex_of(record.get(formats.JOURNAL_PREVIOUS)) != previous_hash:
            findings.add(f"{where}: previous is not the hash of the record before")
        stated, previous_hash = formats.journal_hash(line)
        if stated != previous_hash:
            findings.add(f"{where}: hash is not that of the record")
        taken = check_runs(record, offset_due, runs, where, findings)
        sequence_due = check_range(record, sequence_due, taken, where, findings)
        check_input_digest(record, intake[position:position + taken], where, findings)
        check_audit_position(record, heads, where, findings)
        position += taken
    check_interleaving(runs, intake, findings)


def check_audit_position(record, heads, where, findings):
    """After its epoch the journal names the last frame and its head."""
    number = int(record.get(formats.JOURNAL_LAST_FRAME, 0))
    if not 0 <= number < len(heads):
        findings.add(f"{where}: audit frame {number} is not there")
    elif formats.hex_of(record.get(formats.JOURNAL_AUDIT_HEAD)) != heads[number]:
        findings.add(f"{where}: audit head is not that of frame {number}")


def check_input_digest(record, entries, where, findings):
    stated = formats.hex_of(record.get(formats.JOURNAL_INPUT_DIGEST))
    if stated != formats.input_digest(formats.hex_of(entry["digest"]) for entry in entries):
        findings.add(f"{where}: input digest is not that of its records")


def check_runs(record, offset_due, runs, where, findings):
    """Each partition's offsets only grow; returns the number of records."""
    taken = 0
    for topic, partition, first, last, count in formats.journal_runs(record):
        if first < offset_due.get((topic, partition), 0):
            findings.add(f"{where}: {topic}-{partition} goes back to {first}")
        if not 1 <= count <= last - first + 1:
            findings.add(f"{where}: {count} records in {topic}-{partition} {first}..{last}")
        offset_due[(topic, partition)] = last + 1
        runs.append((topic, partition, first, last, count))
        taken += count
    return taken


def check_range(record, sequence_due, taken, where, findings):
    """An epoch's sequences follow those of the one before; returns the next due."""
    if taken == 0:
        return sequence_due
    low = int(record[formats.JOURNAL_FIRST_SEQUENCE])
    high = int(record[formats.JOURNAL_LAST_SEQUENCE])
    if low != sequence_due:
        findings.add(f"{where}: begins at sequence {low} where {sequence_due} is due")
    if high - low + 1 != taken:
        findings.add(f"{where}: sequences {low}..{high} but {taken} records in its runs")
    return high + 1


def check_interleaving(runs, intake, findings):
    """The intake entries lie, in order, inside the journal's runs."""
    position = 0
    for topic, partition, first, last, count in runs:
        for entry in intake[position:position + count]:
            name, _, offset = entry["source"].rpartition("@")
            if name != f"{topic}-{partition}" or not first <= int(offset) <= last:
                findings.add(f"intake: {entry['source']} (sequence {entry['seq']}) lies outside "
                             f"its run {topic}-{partition} {first}..{last}")
        position += count
    if position != len(intake):
        findings.add(f"journal counts {position} records, audit has {len(intake)} intake entries")


def check_alerts(path, matches, findings):
    """Alerts and the match entries that promise them, one to one, by digest."""
    promised = collections.Counter(
        (entry["alert_id"], formats.hex_of(entry["alert_digest"]))
        for entry in matches if "alert_digest" in entry)  # shadow alerts have a digest of their own
    for _, line in formats.read_lines(path):
        if not line.strip():
            continue
        key = (formats.alert_id(json.loads(line)), formats.body_hash(line))
        if promised[key] != 1:
            findings.add(f"alert {key[0]}: {promised[key]} match entries with its digest")
        del promised[key]
    for identity, _ in promised:
        findings.add(f"match entry promises alert {identity}, which is not there")


def check(audit, journal, records=None, alerts=None):
    """Returns (findings, intake entries, match entries)."""
    findings = Findings()
    intake, matches, heads = read_audit(audit, findings)
    check_sequences(intake, matches, findings)
    check_journal(journal, intake, heads, findings)
    if records is not None:
        check_completeness(intake, records, findings)
    if alerts is not None:
        check_alerts(alerts, matches, findings)
    return findings, intake, matches


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audit", required=True)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--alerts")
    parser.add_argument("--input", action="append", metavar="FILE")
    parser.add_argument("--dump", action="append", metavar="FILE")
    parser.add_argument("--most", type=int, default=20, help="findings printed")
    arguments = parser.parse_args()
    records = [record for path in arguments.input or [] for record in formats.read_input_file(path)]
    records += [record for path in arguments.dump or [] for record in formats.read_input_dump(path)]
    findings, intake, matches = check(arguments.audit, arguments.journal,
                                      records if arguments.input or arguments.dump else None,
                                      arguments.alerts)
    for finding in findings[:arguments.most]:
        print(finding)
    if len(findings) > arguments.most:
        print(f"… and {len(findings) - arguments.most} more")
    print(f"{len(intake)} intake entries, {len(matches)} match entries, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
