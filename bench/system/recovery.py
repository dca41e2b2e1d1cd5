"""Measures how soon an engine that was killed is ready again; see bench/README.md.

Started by bench/system/recovery. The engine is at work on a backlog, as fast as it can, when it is
killed; then it is started, and asked again and again whether it is ready.
"""

import argparse
import contextlib
import re
import shutil
import time

import harness  # first: it lets the others find the harness of the system tests

import broker as kafka_broker
import topics

import engine_run
import figures
import workload
from harness import say

MIB = 1024 * 1024
TOPIC = "transactions"
ASK_SECONDS = 0.002
LOGGED = re.compile(r"the log of legs has (\d+) bytes")
REPLAYED = re.compile(r"recovered: (\d+) records")


class Recovery:
    """One broker, one filled topic, and kills."""

    def __init__(self, options, folder, broker):
        self.options, self.folder, self.broker = options, folder, broker

    def fill(self):
        options = self.options
        stream = self.folder / "stream.ndjson"
        say(f"generating {options.transactions:,} transactions")
        workload.Workload(options.transactions, options.accounts, options.seed).write(
            stream, options.seconds)
        made = workload.fill(self.broker.address, TOPIC, options.partitions, stream,
                             options.seconds)
        stream.unlink()
        return {"name": "w1", "seed": options.seed, **made}

    def run(self, leg_log_bytes, number):
        """Kills it once it has taken as many records as fill the log; the figures of the start."""
        name = f"recovery-{leg_log_bytes // MIB}-{number}"
        topics.create_outputs(self.broker.address, name, self.options.partitions)
        folder = self.folder / name
        journal = engine_run.JournalTopic(self.broker.address, name)
        with engine_run.kafka_engine(folder, self.broker.address, name,
                                     {"leg_log_bytes": leg_log_bytes}) as vigla:
            vigla.start().wait_until_ready()
            killed_after = self._wait_for_records(vigla, min(
                self.options.transactions * 3 // 4,
                leg_log_bytes // self.options.bytes_a_transaction))
            vigla.kill()
            committed, took = engine_run.JournalTopic(self.broker.address, name).span()[:2]
            state = engine_run.folder_bytes(vigla.sections["state"]["dir"])
            said_before = vigla.log.stat().st_size
            began = time.time()
            vigla.start()
            ready = wait_until_ready(vigla, began, self.options.seconds)
            self._wait_for_records(vigla, 1)
            vigla.kill()
            said = read_from(vigla.log, said_before)
        shutil.rmtree(folder)
        log_bytes = number_in(LOGGED, said)
        recovered = log_bytes / self.options.bytes_a_transaction / ready
        return {"leg_log_bytes_max": leg_log_bytes, "killed_after_records": killed_after,
                "ready_seconds": ready, "live_records_per_second": committed / took,
                "replay_ratio": recovered / (committed / took),
                "first_commit_seconds": journal.next_time(began) - began,
                "log_bytes_read": log_bytes,
                "records_replayed": number_in(REPLAYED, said),
                "state_bytes": state}

    def _wait_for_records(self, vigla, records):
        """Until it has judged and committed so many since its start; returns how many."""
        deadline = time.monotonic() + self.options.seconds
        while time.monotonic() < deadline:
            metrics = engine_run.scrape(vigla) or {}
            if metrics.get("vigla_transactions_total", 0) >= records \
                    and metrics.get("vigla_epochs_total", 0) > 0:
                return int(metrics["vigla_transactions_total"])
            time.sleep(0.05)
        raise RuntimeError(f"no {records:,} records in {self.options.seconds} s\n{vigla.tail()}")


def wait_until_ready(vigla, began, seconds_max):
    while time.time() < began + seconds_max:
        if not vigla.running():
            raise RuntimeError(f"exit {vigla.process.returncode}\n{vigla.tail()}")
        with contextlib.suppress(OSError):
            if vigla.get("/readyz")[0] == 200:
                return time.time() - began
        time.sleep(ASK_SECONDS)
    raise RuntimeError(f"not ready in {seconds_max} s\n{vigla.tail()}")


def read_from(path, offset):
    with open(path, encoding="utf-8") as file:
        file.seek(offset)
        return file.read()


def number_in(pattern, text):
    """What the engine said; 0 where it had nothing to say."""
    found = pattern.search(text)
    return int(found[1]) if found else 0


def summary(runs):
    result = []
    for size in sorted({run["leg_log_bytes_max"] for run in runs}):
        own = [run for run in runs if run["leg_log_bytes_max"] == size]
        spreads = {}
        for name in ("ready_seconds", "first_commit_seconds", "log_bytes_read",
                     "records_replayed", "replay_ratio"):
            values = [run[name] for run in own]
            spreads[name] = {**figures.spread(values), "verdict": figures.verdict(values)}
        result.append({"leg_log_bytes_max": size, "rounds": len(own), **spreads})
    return result


def measure(options, folder):
    with kafka_broker.Broker(folder / "kafka") as broker:
        bench = Recovery(options, folder, broker)
        load = bench.fill()
        runs = []
        for number in range(1, options.rounds + 1):
            for size in options.log_mib:
                run = bench.run(size * MIB, number)
                runs.append({"round": number, **run})
                say(f"round {number}, log of at most {size} MiB: ready after "
                    f"{run['ready_seconds']:.2f} s, {run['log_bytes_read']:,} bytes read, "
                    f"{run['records_replayed']:,} records replayed")
        return {**harness.head(), "recovery": {"workload": load, "summary": summary(runs),
                                               "runs": runs}}


def text(recovery):
    lines = ["log at most   read        replayed   ready s (min median max)   commits again s"]
    for each in recovery["summary"]:
        ready, commit = each["ready_seconds"], each["first_commit_seconds"]
        lines.append(f"{each['leg_log_bytes_max'] / MIB:7.0f} MiB "
                     f"{each['log_bytes_read']['median'] / MIB:8.1f} MiB "
                     f"{each['records_replayed']['median']:10,.0f}   {ready['min']:8.2f}"
                     f"{ready['median']:8.2f}{ready['max']:8.2f}   {commit['median']:12.2f}")
    return "\n".join(lines)


def arguments():
    parser = argparse.ArgumentParser(prog="bench/system/recovery", description=__doc__)
    workload.add_options(parser, transactions=2_500_000)
    parser.add_argument("--rounds", type=int, default=figures.ROUNDS_MIN)
    parser.add_argument("--log-mib", type=int, action="append",
                        help="engine.leg_log_bytes in MiB; may be repeated (default: 8, 32, 56)")
    parser.add_argument("--bytes-a-transaction", type=int, default=60,
                        help="of the log; the kill comes when this would have filled it")
    harness.add_options(parser)
    options = parser.parse_args()
    options.log_mib = options.log_mib or [8, 32, 56]
    harness.demand_engine(parser)
    return options


def main():
    print(text(harness.run(arguments(), measure)["recovery"]))


if __name__ == "__main__":
    main()
