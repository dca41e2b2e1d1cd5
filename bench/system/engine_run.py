"""One measured run of the engine, from cold state to the end of its input.

The rate is that of commits: the records of all epochs but the first, over the time from the first
journal record to the last. So the process's start, its join of the group and its end are outside,
and nothing counts before it is committed. Kafka's journal records carry their time; a journal file
is watched.
"""

import http.client
import json
import os
import pathlib
import re
import time

import harness  # first: it lets the others find the harness of the system tests

import engine
import formats
import machine
import outputs
import paths
import topics

WATCH_SECONDS = 0.02
SCRAPE_SECONDS = 0.5
METRIC = re.compile(r"^(vigla_\w+)(\{[^}]*\})? (\S+)$", re.MULTILINE)
# Of the last scrape, hence up to SCRAPE_SECONDS before the end; summed over labels.
METRICS = ("vigla_transactions_total", "vigla_rejects_total", "vigla_legs_total",
           "vigla_matched_legs_total", "vigla_ring_full_total", "vigla_cache_bytes",
           "vigla_cached_subjects", "vigla_evictions_total", "vigla_epochs_total",
           "vigla_epoch_commit_seconds_sum", "vigla_epoch_build_seconds_total",
           "vigla_write_back_seconds_total", "vigla_image_bytes_total", "vigla_audit_frames_total")


class JournalFile:
    """The journal of file mode: when its first and its last line were written, and the records.

    Lines that are there already are an earlier run's, and count nowhere.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.first = None  # (time, records) as first seen
        self.skipped = 0
        self.skipped = len(self._lines()) if self.path.exists() else 0

    def watch(self):
        if self.first is None:
            found = self._read()
            if found is not None and found[1] > 0:
                self.first = found

    def span(self):
        """(records committed after the first sight, seconds they took, time of first, of last)."""
        last = self._read()
        return (last[1] - self.first[1], last[0] - self.first[0], self.first[0], last[0])

    def records(self):
        return self._read()[1]

    def alerts(self):
        return sum(int(json.loads(line)["alerts"]) for line in self._lines())

    def epochs(self):
        return len(self._lines())

    def _lines(self):
        return self.path.read_bytes().split(b"\n")[self.skipped:-1]

    def _read(self):
        """(time of the last write, records in the journal); None before the first line."""
        try:
            written = self.path.stat().st_mtime
            return written, sum(_records(json.loads(line)) for line in self._lines())
        except FileNotFoundError:
            return None


class JournalTopic:
    """The journal of a Kafka run, read once the run has ended."""

    def __init__(self, address, prefix):
        self.address, self.prefix = address, prefix
        self._epochs = None  # (time, records, alerts) each

    def watch(self):
        pass

    def span(self):
        with_records = [each for each in self._read() if each[1] > 0]
        first, last = with_records[0][0], with_records[-1][0]
        return sum(each[1] for each in with_records[1:]), last - first, first, last

    def span_until(self, end):
        """(records, seconds) as the first two of span(), of what was committed before a time."""
        early = [each for each in self._read() if each[1] > 0 and each[0] <= end]
        return sum(each[1] for each in early[1:]), early[-1][0] - early[0][0]

    def next_time(self, moment):
        """When the first commit after a moment was made."""
        return min(each[0] for each in self._read() if each[0] >= moment)

    def records(self):
        return sum(each[1] for each in self._read())

    def alerts(self):
        return sum(each[2] for each in self._read())

    def epochs(self):
        return len(self._read())

    def _read(self):
        if self._epochs is None:
            self._epochs = []
            for record in topics.dump(self.address, f"{self.prefix}.journal"):
                body = json.loads(outputs.plain(record.value))
                self._epochs.append((record.timestamp_ms / 1000, _records(body),
                                     int(body["alerts"])))
        return self._epochs


def _records(body):
    return sum(run[4] for run in formats.journal_runs(body))


def parse_metrics(text):
    """{name: sum over labels} of the metrics kept, and late legs by kind."""
    kept = {}
    for name, labels, value in METRIC.findall(text):
        if name in METRICS:
            kept[name] = kept.get(name, 0) + float(value)
        elif name == "vigla_late_legs_total":
            kind = re.search(r'kind="(\w+)"', labels)[1]
            kept[f"legs_{kind}"] = float(value)
    return kept


def folder_bytes(folder):
    """Sizes of the files in a folder, by what they are: tables, or anything else (log, options)."""
    sizes = {"tables": 0, "others": 0}
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file():
            sizes["tables" if path.suffix == ".sst" else "others"] += path.stat().st_size
    return sizes


def written_bytes(pid):
    """Bytes that a process, living or dead but not waited for, wrote to files."""
    text = pathlib.Path(f"/proc/{pid}/io").read_text(encoding="ascii")
    return int(re.search(r"^wchar: (\d+)$", text, re.MULTILINE)[1])


class Ended:
    """What is known of an engine that has ended; `cpu` has (time, processor seconds so far)."""

    def __init__(self, written, usage, metrics, cpu):
        self.written_bytes, self.usage, self.metrics, self.cpu = written, usage, metrics, cpu

    def cpu_between(self, begin, end):
        at = {moment: min(self.cpu, key=lambda sample: abs(sample[0] - moment))[1]
              for moment in (begin, end)}
        return at[end] - at[begin]


def output_bytes(vigla):
    """The sizes of what was published in files; 0 where it went to topics."""
    folder = pathlib.Path(vigla.sections["output"].get("dir", ""))
    if "dir" not in vigla.sections["output"] or not folder.exists():
        return 0
    return sum(path.stat().st_size for path in folder.iterdir())


def follow(vigla, journal, seconds_max):
    """Watches a started engine until it ends; returns what is known of it, metrics as last seen."""
    deadline = time.monotonic() + seconds_max
    scrape_due = 0
    metrics, cpu = {}, []
    pid = vigla.process.pid
    while True:
        cpu.append((time.time(), machine.cpu_seconds(pid)))
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            written = written_bytes(pid)
            _, status, usage = os.wait4(pid, 0)
            vigla.process.returncode = os.waitstatus_to_exitcode(status)
            break
        if time.monotonic() > deadline:
            raise RuntimeError(f"still running after {seconds_max} s\n{vigla.tail()}")
        journal.watch()
        if time.monotonic() >= scrape_due:
            metrics = scrape(vigla) or metrics
            scrape_due = time.monotonic() + SCRAPE_SECONDS
        time.sleep(WATCH_SECONDS)
    if vigla.process.returncode != 0:
        raise RuntimeError(f"exit {vigla.process.returncode}\n{vigla.tail()}")
    return Ended(written, usage, metrics, cpu)


def scrape(vigla):
    try:
        return parse_metrics(vigla.get("/metrics")[1])
    except (OSError, http.client.HTTPException):  # it may end while it answers
        return None


def buckets(vigla, name):
    """A histogram of an engine at work: {limit in seconds: how many were no greater}."""
    page = vigla.get("/metrics")[1]
    found = re.findall(rf'^{name}\{{le="([^"]+)"\}} (\S+)$', page, re.MULTILINE)
    return {float(limit.replace("+Inf", "inf")): float(count) for limit, count in found}


def measure(vigla, journal, broker_pid, seconds_max, while_running=None):
    """Runs the engine once; `while_running`, if given, is called with it once it is at work."""
    busy_before = machine.busy_seconds()
    broker_before = machine.cpu_seconds(broker_pid) if broker_pid else 0
    output_before = output_bytes(vigla)
    began = time.time()
    vigla.start(until_end=True)
    if while_running:
        while_running(vigla)
    end = follow(vigla, journal, seconds_max)
    ended = time.time()
    broker_cpu = machine.cpu_seconds(broker_pid) - broker_before if broker_pid else 0
    cpu = end.usage.ru_utime + end.usage.ru_stime
    others = machine.busy_seconds() - busy_before - cpu - broker_cpu
    records, seconds, first, last = journal.span()
    if records <= 0 or seconds <= 0:
        raise RuntimeError("too few records: one epoch held them all; ask for more with "
                           "--transactions, or with a greater --scale of a sweep")
    total = journal.records()
    return {
        "records": total, "alerts": journal.alerts(), "epochs": journal.epochs(),
        "records_per_second": records / seconds, "measured_records": records,
        "measured_seconds": seconds, "first_commit_seconds": first - began,
        "end_seconds": ended - last, "wall_seconds": ended - began,
        "wall_records_per_second": total / (ended - began),
        "cpu_seconds": cpu, "cpu_us_per_record": cpu / total * 1e6,
        "measured_cpu_us_per_record": end.cpu_between(first, last) / records * 1e6,
        "broker_cpu_seconds": broker_cpu, "others_cpu_seconds": max(0, others),
        "memory_peak_bytes": end.usage.ru_maxrss * 1024,
        "state_bytes": folder_bytes(vigla.sections["state"]["dir"]),
        # What went to files, less what was published in files: the state's.
        "state_written_bytes": end.written_bytes - (output_bytes(vigla) - output_before),
        "metrics": end.metrics,
    }


def kafka_engine(folder, address, prefix, settings, topic="transactions", variant=None):
    """An engine over a topic, exactly once at 100 ms, its own defaults otherwise."""
    return engine.Engine(folder, engine.kafka_config(
        folder, address, input={"kind": "kafka", "topics": [topic]}, output={"prefix": prefix},
        engine=settings), command=_command(variant))


def file_engine(folder, inputs, settings, rules=paths.W1_PACK, variant=None):
    return engine.Engine(folder, engine.file_config(
        folder, *inputs, engine=settings, rules={"paths": [str(rules)]}), command=_command(variant))


def _command(variant):
    """The engine, or one with a port exchanged (engine_variant.cc)."""
    return (harness.PROGRAMS / "engine_variant", variant) if variant else (paths.BINARY,)
