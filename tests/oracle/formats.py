"""All that the oracle's tools know about the engine's files; adjust here when a format changes.

Bodies are the same in files and in topics (interfaces.md, 3). A dump of an *output* topic is NDJSON
of the bodies in offset order. A dump of an *input* topic is NDJSON with one object a record:
  {"topic": T, "partition": 0, "offset": 17, "timestamp": 1700000000000, "value": "..."}
where bytes that aren't UTF-8 come as "value_base64" instead; `timestamp` (ms) is optional.
"""

import base64
import collections
import hashlib
import json
import os
import re
import subprocess
from fractions import Fraction

INPUT_PARTITION_OF_FILES = 0

# A consumed record: where it lies, its bytes, when the broker received it (ms; None for files).
Record = collections.namedtuple("Record", "topic partition offset value timestamp")


class FormatError(Exception):
    """A file is not what this module says it should be."""


def read_lines(path):
    """(line number from 0, bytes without the line end), `.zst` through the zstd program."""
    if path.endswith(".zst"):
        data = subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout
        yield from enumerate(data.split(b"\n")[:-1] if data.endswith(b"\n") else data.split(b"\n"))
        return
    with open(path, "rb") as file:
        for number, line in enumerate(file):
            yield number, line[:-1] if line.endswith(b"\n") else line


def read_bodies(path):
    """Each non-empty line parsed as a JSON object."""
    for number, line in read_lines(path):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise FormatError(f"{path}:{number + 1}: {error}") from None


def is_empty_line(line):
    """What a file source skips: nothing but a carriage return or blanks."""
    return not line.strip(b" \t\r")


def read_input_file(path, topic=None):
    """The records of a native NDJSON file; offsets count every line from 0, empty ones are none."""
    topic = topic or os.path.basename(path)
    for number, line in read_lines(path):
        if not is_empty_line(line):
            yield Record(topic, INPUT_PARTITION_OF_FILES, number, line.removesuffix(b"\r"), None)


def read_input_dump(path):
    """The records of a dump of input topics, in the dump's order."""
    for body in read_bodies(path):
        if "value_base64" in body:
            value = base64.b64decode(body["value_base64"])
        else:
            value = (body.get("value") or "").encode("utf-8", "surrogateescape")
        yield Record(body["topic"], int(body["partition"]), int(body["offset"]), value,
                     body.get("timestamp"))


def source_text(topic, partition, offset):
    """How outputs name a record's position."""
    return f"{topic}-{partition}@{offset}"


JOURNAL_EPOCH = "epoch"
JOURNAL_FIRST_SEQUENCE = "first_sequence"
JOURNAL_LAST_SEQUENCE = "last_sequence"
JOURNAL_PREVIOUS = "previous"
JOURNAL_HASH = "hash"  # the last member: SHA-256 of the object as it is without it
JOURNAL_INPUT_DIGEST = "input_digest"  # SHA-256 over the SHA-256 of each record, in order
NO_PREVIOUS = "0" * 64  # the link of the first record


def journal_runs(record):
    """(topic, partition, first offset, last offset, records) of one journal record, in order."""
    for run in record.get("runs", []):
        yield (run["topic"], int(run["partition"]), int(run["first_offset"]),
               int(run["last_offset"]), int(run["records"]))


def is_epoch_record(record):
    """Whether a journal record describes an epoch (and not, say, a header)."""
    return JOURNAL_EPOCH in record


def body_hash(body):
    """SHA-256 of a body's bytes exactly as they were written, without the line end."""
    return hashlib.sha256(body).hexdigest()


_JOURNAL_HASH_MEMBER = re.compile(rb',"hash":"(?:sha256:)?[0-9a-f]{64}"\}$')


def journal_hash(body):
    """The hash that a journal record states and the one its bytes have: (stated, own)."""
    stated = hex_of(json.loads(body).get(JOURNAL_HASH))
    return stated, hashlib.sha256(_JOURNAL_HASH_MEMBER.sub(b"}", body)).hexdigest()


def input_digest(entry_digests):
    """What the journal states over an epoch's records; takes their digests as hex."""
    return hashlib.sha256(b"".join(bytes.fromhex(text) for text in entry_digests)).hexdigest()


def hex_of(text):
    """A digest without its optional 'sha256:'."""
    return text.removeprefix("sha256:").lower() if isinstance(text, str) else None


def in_journal_order(records, journal):
    """Yields `records` in the order of the journal's runs; FormatError if they don't fit."""
    by_partition = {}
    for record in records:
        by_partition.setdefault((record.topic, record.partition), []).append(record)
    position = {}
    for key, list_of_records in by_partition.items():
        list_of_records.sort(key=lambda record: record.offset)
        position[key] = 0
    for body in journal:
        for topic, partition, first, last, count in journal_runs(body):
            key = (topic, partition)
            here = position.get(key, 0)
            run = by_partition.get(key, [])[here:here + count]
            if (len(run) != count or not run or run[0].offset != first
                    or run[-1].offset != last):
                raise FormatError(
                    f"journal epoch {body.get(JOURNAL_EPOCH)}: run {topic}-{partition} "
                    f"{first}..{last} of {count} records does not fit the input, which has "
                    f"{[record.offset for record in run[:3]]}… of {len(run)}")
            position[key] = here + count
            yield from run


def alert_id(body):
    return body["alert_id"]


def alert_sequence(body):
    return int(body["sequence"])


def alert_source(body):
    origin = body["origin"]
    return source_text(origin["topic"], origin["partition"], origin["offset"])


def alert_subject(body):
    """(kind, id, role)"""
    subject = body["subject"]
    return subject["kind"], subject["id"], subject["role"]


def alert_transaction_id(body):
    return body["transaction"]["id"]


def alert_matches(body):
    """{rule: {feature name: value as Fraction, or None where unknown}}"""
    return {match["rule"]: {feature["name"]: feature_value(feature)
                            for feature in match.get("features", [])}
            for match in body["matches"]}


_UNIT_US = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}


def number_of(value):
    """A published value as a Fraction: int, decimal text, duration text (in µs) or truth value."""
    if value is None:
        return None
    if isinstance(value, bool):
        return Fraction(int(value))
    if isinstance(value, int):
        return Fraction(value)
    text = str(value).strip()
    if text == "unknown":
        return None
    for unit in ("ms", "us", "s", "m", "h", "d"):
        number = text.removesuffix(unit)
        if number != text and number.lstrip("-").isdigit():
            return Fraction(int(number) * _UNIT_US.get(unit, 1))
    number, _, rest = text.partition(" ")
    try:
        return Fraction(number)
    except ValueError:
        raise FormatError(f"not a number: {text!r}") from None


def feature_value(feature):
    if feature.get("known") is False or "value" not in feature:
        return None
    return number_of(feature["value"])


FRAME_KIND = "kind"
INTAKE = "intake"
MATCHES = "matches"
FRAME_ROOT = "merkle_root"
FRAME_COUNT = "count"
FRAME_FROM = "from"
FRAME_TO = "to"
FRAME_ENTRIES = "entries"
FRAME_NUMBER = "number"  # from 1, without holes, over both kinds
FRAME_PREVIOUS = "previous"
FRAME_HEAD = "head"
FRAME_UNKNOWN = "unknown"  # rule -> legs on which it was unknown; absent where there are none
FRAME_KIND_CODES = {INTAKE: 1, MATCHES: 2}
JOURNAL_AUDIT_HEAD = "audit_head"  # the head after an epoch's frames
JOURNAL_LAST_FRAME = "last_audit_frame"


def frame_head(body, frame):
    """The chain's link: SHA-256 over the head before and all that the frame says of itself."""
    counters = (frame[FRAME_NUMBER], frame[JOURNAL_EPOCH], frame[FRAME_FROM], frame[FRAME_TO],
                frame[FRAME_COUNT])
    unknown = raw_member(body, FRAME_UNKNOWN) or b""
    return hashlib.sha256(
        b"\x02" + bytes.fromhex(frame[FRAME_PREVIOUS]) + bytes.fromhex(frame[FRAME_ROOT])
        + bytes([FRAME_KIND_CODES[frame[FRAME_KIND]]])
        + b"".join(int(counter).to_bytes(8, "big") for counter in counters)
        + hashlib.sha256(frame["rule_set"].encode()).digest()
        + hashlib.sha256(unknown).digest()).hexdigest()


def entry_sequence(entry):
    return int(entry["seq"])


def is_record_entry(entry):
    """Whether an intake entry stands for a consumed record (and not for an activation)."""
    return "source" in entry and "verdict" in entry


_SCANNER = json.JSONDecoder()


def _skip_space(text, index):
    while text[index] in " \t\r\n":
        index += 1
    return index


def _raw_members(text):
    """(name, where its value begins, where it ends) of the members of an object, in order."""
    index = _skip_space(text, 0)
    if text[index] != "{":
        raise FormatError("not an object")
    index = _skip_space(text, index + 1)
    while text[index] != "}":
        name, index = _SCANNER.raw_decode(text, index)
        index = _skip_space(text, index)
        if text[index] != ":":
            raise FormatError("no colon")
        begin = _skip_space(text, index + 1)
        _, end = _SCANNER.raw_decode(text, begin)
        yield name, begin, end
        index = _skip_space(text, end)
        if text[index] == ",":
            index = _skip_space(text, index + 1)


def raw_member(body, key):
    """The exact bytes of the object's top-level member, None if there is none."""
    text = body.decode("utf-8")
    for name, begin, end in _raw_members(text):
        if name == key:
            return text[begin:end].encode("utf-8")
    return None


def raw_elements(body, key):
    """The exact bytes of each element of the array at the object's top-level `key`."""
    text = body.decode("utf-8")
    for name, begin, _ in _raw_members(text):
        if name == key:
            return _raw_array(text, begin)
    raise FormatError(f"no {key}")


def _raw_array(text, index):
    if text[index] != "[":
        raise FormatError("not an array")
    elements = []
    index = _skip_space(text, index + 1)
    while text[index] != "]":
        _, end = _SCANNER.raw_decode(text, index)
        elements.append(text[index:end].encode("utf-8"))
        index = _skip_space(text, end)
        if text[index] == ",":
            index = _skip_space(text, index + 1)
    return elements


def merkle_root(leaves):
    """RFC 6962, 2.1: SHA-256, leaves under 0x00, nodes under 0x01, split at the power of two."""
    def tree(low, high):
        if high - low == 1:
            return hashlib.sha256(b"\x00" + leaves[low]).digest()
        split = 1
        while split * 2 < high - low:
            split *= 2
        return hashlib.sha256(b"\x01" + tree(low, low + split) + tree(low + split, high)).digest()
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    return tree(0, len(leaves)).hex()
