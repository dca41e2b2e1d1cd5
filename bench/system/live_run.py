"""One run of the engine at work: a paced writer in front of it, a reader of its alerts behind it.

The latency of an alert is the time at which a reader of what is committed has it in hand, less the
time at which its transaction was due to be sent. A writer or a broker that is held up makes it
longer, as it would for who waits for the alert.
"""

import contextlib
import datetime
import subprocess
import time

import harness  # first: it lets the others find the harness of the system tests

import outputs
import topics

import engine_run
import machine

WARM_SECONDS = 4      # of the writer's time, whose alerts are not counted
COUNTED_SECONDS_MIN = 2
SETTLE_SECONDS = 0.5  # for the reader to have its partitions
DRAIN_SECONDS_MAX = 60
KEPT_UP_SECONDS = 1   # behind the writer at its end by less: it kept up


def add_length_option(parser):
    parser.add_argument("--length", type=float, default=20, help="seconds of each run, of which "
                        f"{WARM_SECONDS} are warm-up")


def demand_length(parser, options):
    if options.length < WARM_SECONDS + COUNTED_SECONDS_MIN:
        parser.error(f"--length {options.length:g} is too short: the first {WARM_SECONDS} seconds "
                     f"are warm-up, and at least {COUNTED_SECONDS_MIN} more are counted")


def length(options, per_second):
    """Seconds of a run at that rate: as asked for, or shorter where the stream ends before."""
    stream_seconds = options.transactions / per_second
    if stream_seconds < WARM_SECONDS + COUNTED_SECONDS_MIN:
        raise RuntimeError(
            f"{options.transactions:,} transactions are too few: at {per_second:,.0f} a second "
            f"they last {stream_seconds:.1f} seconds, of which the first {WARM_SECONDS} are "
            "warm-up; ask for more with --transactions")
    return min(options.length, stream_seconds)


class LiveRun:
    """An engine over a topic of its own; use once."""

    def __init__(self, folder, broker, name, settings):
        self.folder, self.broker, self.name = folder / name, broker, name
        self.vigla = engine_run.kafka_engine(self.folder, broker.address, name, settings,
                                             topic=f"{name}.in")

    def measure(self, stream, partitions, per_second, seconds):
        """Writes the stream's first lines for so long, so many a second; returns the figures."""
        address = self.broker.address
        topics.create(address, {f"{self.name}.in": partitions})
        topics.create_outputs(address, self.name, partitions)
        with self.vigla:
            self.vigla.start().wait_until_ready()
            with self._reader() as reader:
                time.sleep(SETTLE_SECONDS)
                before = self._cpu()
                with open(stream, "rb") as lines:
                    sent = harness.program("produce_lines", address, f"{self.name}.in",
                                           per_second, seconds, stdin=lines,
                                           seconds_max=seconds + DRAIN_SECONDS_MAX)
                after = self._cpu()
                self._wait_for(sent["records"])
                metrics = engine_run.scrape(self.vigla)
            self.vigla.stop()
        seen = parsed(reader.lines)
        counted_from = sent["began_us"] / 1e6 + WARM_SECONDS
        cpu = {key: after[key] - before[key] for key in before}
        return {
            "per_second": per_second, "seconds": seconds, "sent": sent,
            **self._journal_figures(sent, seconds),
            "latencies_ms": [(at - received) * 1000 for received, at in seen
                             if received >= counted_from],
            "commit_ms_mean": (metrics["vigla_epoch_commit_seconds_sum"]
                               / metrics["vigla_epochs_total"] * 1000),
            "build_ms_mean": (metrics["vigla_epoch_build_seconds_total"]
                              / metrics["vigla_epochs_total"] * 1000),
            "cpu_us_per_record": cpu["vigla"] / sent["records"] * 1e6,
            "others_cpu_seconds": max(0, cpu["all"] - cpu["vigla"] - cpu["broker"]),
            "broker_cpu_seconds": cpu["broker"],
        }

    @contextlib.contextmanager
    def _reader(self):
        """alert_times over the run's alerts; its lines are there once the block has ended."""
        process = subprocess.Popen(
            [str(harness.PROGRAMS / "alert_times"), self.broker.address, f"{self.name}.alerts"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        process.lines = []
        try:
            yield process
            process.lines = process.communicate(timeout=DRAIN_SECONDS_MAX)[0].splitlines()
            if process.returncode != 0:
                raise RuntimeError(f"alert_times: exit {process.returncode}")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _cpu(self):
        return {"vigla": machine.cpu_seconds(self.vigla.process.pid),
                "broker": machine.cpu_seconds(harness.broker_pid(self.broker)),
                "all": machine.busy_seconds()}

    def _wait_for(self, records):
        """Until all records are in commits; an overloaded engine is not waited for for ever."""
        deadline = time.monotonic() + DRAIN_SECONDS_MAX
        while time.monotonic() < deadline:
            if sum(outputs.positive(topics.committed_offsets(
                    self.broker.address, self.name, f"{self.name}.in")).values()) >= records:
                return
            time.sleep(0.2)
        raise RuntimeError(f"{self.name}: not through its input {DRAIN_SECONDS_MAX} s after its "
                           f"end\n{self.vigla.tail()}")

    def _journal_figures(self, sent, seconds):
        """How fast records were committed while the writer wrote, and how far behind at its end."""
        journal = engine_run.JournalTopic(self.broker.address, self.name)
        writer_ended = sent["began_us"] / 1e6 + seconds
        records, took = journal.span_until(writer_ended)
        behind = journal.span()[3] - writer_ended
        return {"committed_per_second": records / took, "behind_seconds": max(0, behind),
                "kept_up": behind < KEPT_UP_SECONDS}


def parsed(lines):
    """[(time received, time seen)] in seconds since 1970."""
    pairs = map(str.split, lines)
    return [(datetime.datetime.fromisoformat(received.replace("Z", "+00:00")).timestamp(),
             int(at_us) / 1e6) for received, at_us in pairs]
