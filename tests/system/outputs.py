"""What a run published, as files in one folder, and what must hold of it whatever happened."""

import base64
import collections
import json
import pathlib
import subprocess
import sys

import engine
import paths
import topics

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
BODIES = ("alerts", "alerts.shadow", "audit", "journal", "rules")


def plain(value):
    """A record's body, unpacked where the engine packed it."""
    if value is None or not value.startswith(ZSTD_MAGIC):
        return value
    return subprocess.run(["zstd", "-dc"], input=value, stdout=subprocess.PIPE, check=True).stdout


def place_of_alert(body):
    """Sequence, then the debtor's leg before the creditor's."""
    alert = json.loads(body)
    return int(alert["sequence"]), alert["subject"]["role"] != "debtor"


def as_text(value):
    """{"value"} or, where the bytes are not UTF-8, {"value_base64"}: the oracle's input form."""
    try:
        return {"value": (value or b"").decode("utf-8")}
    except UnicodeDecodeError:
        return {"value_base64": base64.b64encode(value).decode()}


class KafkaOutputs:
    """Everything that was committed under one prefix, read once, and the input it came from."""

    def __init__(self, folder, address, topic="transactions", prefix="vigla"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.address, self.topic, self.prefix = address, topic, prefix
        self.records = {name: topics.dump(address, f"{prefix}.{name}")
                        for name in (*BODIES, "rejects")}
        self.input = topics.dump(address, topic)
        for name in BODIES:
            with open(self.path(name), "wb") as out:
                out.writelines(plain(record.value) + b"\n" for record in self.records[name])
        with open(self.folder / "input.ndjson", "w", encoding="utf-8") as out:
            for record in self.input:
                json.dump({"topic": topic, "partition": record.partition, "offset": record.offset,
                           "timestamp": record.timestamp_ms, **as_text(record.value)}, out,
                          ensure_ascii=False)
                out.write("\n")

        self.proof = self.folder / "proof"
        self.write_proof()

    def write_proof(self):
        """The logs as file mode would have them: alerts of all partitions in one order."""
        self.proof.mkdir(exist_ok=True)
        for name in BODIES:
            bodies = [plain(record.value) for record in self.records[name]]
            if name.startswith("alerts"):
                bodies.sort(key=place_of_alert)
            (self.proof / f"{name}.ndjson").write_bytes(b"".join(body + b"\n" for body in bodies))

    def path(self, name):
        return self.folder / f"{name}.ndjson"

    def alerts(self):
        return [record.json() for record in self.records["alerts"]]

    def frames(self):
        """Audit frames in order."""
        return [json.loads(plain(record.value)) for record in self.records["audit"]]

    def journal(self):
        return [record.json() for record in self.records["journal"]]

    def reject_positions(self):
        return collections.Counter((int(record.header("vigla_partition")),
                                    int(record.header("vigla_offset")))
                                   for record in self.records["rejects"])


def oracle(test, program, *arguments):
    """Runs a program of tests/oracle; the test fails with its findings unless it exits 0."""
    done = subprocess.run([sys.executable, str(paths.ORACLE / f"{program}.py"),
                           *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    test.assertEqual(done.returncode, 0,
                     f"{program}:\n{done.stdout[-6000:]}{done.stderr[-3000:]}")
    return done


def check_w1(test, folder, alerts, journal, inputs, rules=None):
    """Every expected alert exactly once, nothing else, in order per account: the oracle decides."""
    expected = pathlib.Path(folder) / "expected.ndjson"
    oracle(test, "w1", *inputs, "--journal", journal, "--out", expected)
    more = ["--rules", ",".join(rules)] if rules else []
    oracle(test, "compare", "--expected", expected, "--alerts", alerts, *more)
    with open(expected, "rb") as file:
        return sum(1 for _ in file)


def check_kafka_run(test, outputs, rules=None):
    """The pass criteria of reliability.md, 4.2; returns the number of legs that had to alert."""
    dump = outputs.folder / "input.ndjson"
    expected = check_w1(test, outputs.folder, outputs.path("alerts"), outputs.path("journal"),
                        ["--dump", dump], rules)
    check_trail(test, outputs)
    check_alert_records(test, outputs.records["alerts"])
    return expected


def check_trail(test, outputs):
    """Audit, journal, rejects and group offsets, by the oracle's checker and by Vigla's own."""
    oracle(test, "audit_check", "--audit", outputs.path("audit"), "--journal",
           outputs.path("journal"), "--alerts", outputs.path("alerts"),
           "--dump", outputs.folder / "input.ndjson")
    verified = verify_audit(outputs.proof)
    test.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
    ends = collections.Counter(record.partition for record in outputs.input)
    test.assertEqual(positive(topics.committed_offsets(outputs.address, outputs.prefix,
                                                       outputs.topic)), dict(ends))


def positive(offsets):
    return {partition: offset for partition, offset in offsets.items() if offset > 0}


def verify_audit(folder):
    """Vigla's own verifier, over files alone: it needs nothing but the topics' records."""
    return engine.command("verify", "audit", folder, check=False)


def check_alert_records(test, records):
    """Keys and headers of interfaces.md, 3: routers need not parse, a subject has one partition."""
    partition_of = {}
    for record in records:
        body = record.json()
        subject = body["subject"]["id"]
        test.assertEqual(record.key, subject.encode())
        test.assertEqual(partition_of.setdefault(subject, record.partition), record.partition)
        test.assertEqual(record.header("content-type"), "application/json")
        test.assertEqual(record.header("ce_specversion"), "1.0")
        test.assertEqual(record.header("ce_type"), "vigla.alert.v1")
        test.assertEqual(record.header("ce_id"), body["alert_id"])
        test.assertEqual(record.header("ce_source"), "/vigla/vigla")
        test.assertEqual(record.header("vigla_rule_set"), body["rule_set"])
        test.assertEqual(record.header("vigla_severity"), body["severity"])
