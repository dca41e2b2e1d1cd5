"""Measures how long alerts take, at parts of the greatest rate; see bench/README.md.

Started by bench/system/latency. First the greatest rate: what the engine takes from a backlog is
offered to it live, and what it then commits is the maximum, with the writer and the broker on the
same machine. Then rounds, each of which holds every part of it at every commit interval.
"""

import argparse
import shutil

import harness  # first: it lets the others find the harness of the system tests

import broker as kafka_broker
import backlog
import figures
import latency_table
import live_run
import workload
from harness import say

PARTS = (0.1, 0.5, 0.8)


class Latency:
    """One broker, one stream, and live runs over it."""

    def __init__(self, options, folder, broker):
        self.options, self.folder, self.broker = options, folder, broker
        self.stream = folder / "stream.ndjson"
        self.number = 0

    def backlog_rate(self):
        """Transactions a second from a filled topic: more than can be taken live."""
        options = self.options
        say(f"generating {options.transactions:,} transactions")
        load = workload.Workload(options.transactions, options.accounts, options.seed)
        load.write(self.stream, options.seconds)
        rate, made = backlog.measure(self.broker, self.folder, self.stream, options.partitions,
                                     options.seconds)
        say(f"from a backlog: {rate:,.0f}/s")
        return rate, {"name": "w1", "seed": options.seed, "accounts": options.accounts,
                      "partitions": options.partitions,
                      "record_bytes": made["bytes"] / made["records"]}

    def live(self, commit_ms, per_second):
        """One live run; its latencies in milliseconds are in the list beside its figures."""
        self.number += 1
        name = f"live-{self.number}"
        seconds = live_run.length(self.options, per_second)
        run = live_run.LiveRun(self.folder, self.broker, name, {"commit_interval_ms": commit_ms})
        measured = run.measure(self.stream, self.options.partitions, per_second, seconds)
        shutil.rmtree(self.folder / name)
        latencies = measured.pop("latencies_ms")
        return {"commit_interval_ms": commit_ms, **measured, "samples": len(latencies),
                **figures.percentiles(latencies)}, latencies


def summary(runs, pooled):
    """For each commit interval and part: spreads of the percentiles, and those of all samples."""
    result = []
    for (commit_ms, part), latencies in pooled.items():
        own = [run for run in runs
               if (run["commit_interval_ms"], run["part"]) == (commit_ms, part)]
        spreads = {}
        for name in figures.percentiles(latencies):
            values = [run[name] for run in own if name in run]
            if len(values) == len(own):
                spreads[name] = {**figures.spread(values), "verdict": figures.verdict(values)}
        result.append({
            "commit_interval_ms": commit_ms, "part": part, "per_second": own[0]["per_second"],
            "rounds": len(own), "kept_up": all(run["kept_up"] for run in own),
            "spread": spreads, "samples": len(latencies),
            "pooled": figures.percentiles(latencies), "curve": figures.curve(latencies)})
    return result


def measure(options, folder):
    with kafka_broker.Broker(folder / "kafka") as broker:
        bench = Latency(options, folder, broker)
        backlog, load = bench.backlog_rate()
        maximum = {}
        for commit_ms in options.commit_ms:
            run, _ = bench.live(commit_ms, backlog)
            maximum[commit_ms] = run["committed_per_second"]
            say(f"commit every {commit_ms} ms: at most {maximum[commit_ms]:,.0f}/s live")
        runs, pooled = [], {}
        for number in range(1, options.rounds + 1):
            for commit_ms in options.commit_ms:
                for part in PARTS:
                    run, latencies = bench.live(commit_ms, maximum[commit_ms] * part)
                    runs.append({"round": number, "part": part, **run})
                    pooled.setdefault((commit_ms, part), []).extend(latencies)
                    say(f"round {number}: {commit_ms} ms, {part:.0%}: p50 {run['p50']:.1f} ms, "
                        f"max {run['max']:.1f} ms, {run['samples']:,} alerts")
        return {**harness.head(), "latency": {
            "workload": load, "warm_seconds": live_run.WARM_SECONDS, "backlog_per_second": backlog,
            "maximum_per_second": maximum, "summary": summary(runs, pooled), "runs": runs}}


def arguments():
    parser = argparse.ArgumentParser(prog="bench/system/latency", description=__doc__)
    workload.add_options(parser, transactions=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    live_run.add_length_option(parser)
    parser.add_argument("--commit-ms", type=int, action="append",
                        help="commit interval; may be repeated (default: 20 and 100)")
    harness.add_options(parser)
    options = parser.parse_args()
    live_run.demand_length(parser, options)
    options.commit_ms = options.commit_ms or [20, 100]
    harness.demand_engine(parser)
    return options


def main():
    print(latency_table.text(harness.run(arguments(), measure)["latency"]))


if __name__ == "__main__":
    main()
