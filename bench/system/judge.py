"""Measures how soon a verdict is known after a record was received; see bench/README.md.

Started by bench/system/judge. At half of the greatest rate, once from a paced file and once from
Kafka with the broker on the same machine; counted by the engine's own histogram, from the moment
the record was due in the file, or appended to the topic.
"""

import argparse
import itertools
import math
import shutil
import time

import harness  # first: it lets the others find the harness of the system tests

import broker as kafka_broker
import topics

import backlog
import engine_run
import figures
import live_run
import workload
from harness import say

PART = 0.5
BUCKET = "vigla_judge_seconds_bucket"


class Judge:
    """One stream, as a file and written live to topics."""

    def __init__(self, options, folder, broker):
        self.options, self.folder, self.broker = options, folder, broker
        self.stream = folder / "stream.ndjson"
        say(f"generating {options.transactions:,} transactions")
        workload.Workload(options.transactions, options.accounts, options.seed).write(
            self.stream, options.seconds)

    def maxima(self):
        """Transactions a second at most, from the file and live from Kafka, as in latency.py."""
        folder = self.folder / "maximum"
        with engine_run.file_engine(folder, [self.stream], {}) as vigla:
            file = engine_run.measure(vigla, engine_run.JournalFile(folder / "out/journal.ndjson"),
                                      None, self.options.seconds)
        shutil.rmtree(folder)
        filled, _ = backlog.measure(self.broker, self.folder, self.stream,
                                    self.options.partitions, self.options.seconds)
        live = live_run.LiveRun(self.folder, self.broker, "maximum-live", {}).measure(
            self.stream, self.options.partitions, filled, live_run.length(self.options, filled))
        shutil.rmtree(self.folder / "maximum-live")
        return {"file": file["records_per_second"], "kafka": live["committed_per_second"]}

    def file(self, number, per_second):
        folder = self.folder / f"file-{number}"
        read_through(self.stream)
        with engine_run.file_engine(folder, [self.stream], {},
                                    variant=f"paced:{per_second:.0f}") as vigla:
            vigla.start().wait_until_ready()
            counted = self._count(vigla, live_run.length(self.options, per_second))
        shutil.rmtree(folder)
        return counted

    def kafka(self, number, per_second):
        """Appended records carry the broker's time: the writer and its linger are outside."""
        name, address = f"judge-{number}", self.broker.address
        topics.create(address, {f"{name}.in": self.options.partitions},
                      {"message.timestamp.type": "LogAppendTime"})
        topics.create_outputs(address, name, self.options.partitions)
        length = live_run.length(self.options, per_second)
        with engine_run.kafka_engine(self.folder / name, address, name, {},
                                     topic=f"{name}.in") as vigla:
            vigla.start().wait_until_ready()
            with open(self.stream, "rb") as lines, harness.background(
                    "produce_lines", address, f"{name}.in", per_second, length, stdin=lines):
                counted = self._count(vigla, length)
        shutil.rmtree(self.folder / name)
        return counted

    def _count(self, vigla, length):
        """The histogram of what came after the warm-up and before the end: {limit: legs}."""
        time.sleep(live_run.WARM_SECONDS)
        before = engine_run.buckets(vigla, BUCKET)
        time.sleep(length - live_run.WARM_SECONDS - 1)
        after = engine_run.buckets(vigla, BUCKET)
        return {limit: count - before[limit] for limit, count in after.items()}


def read_through(path):
    """So that no run waits for the disk: what was read long ago may be there alone by now."""
    with open(path, "rb") as stream:
        while stream.read(1 << 20):
            pass


def percentiles(cumulative):
    """{"p50": ms, …} of {limit in seconds: how many took no longer}, interpolated in a bucket."""
    limits = sorted(cumulative)
    total = cumulative[math.inf]
    result = {}
    for percent in figures.PERCENTILES:
        if not figures.has_enough(total, percent):
            continue
        rank = total * percent / 100
        low, below = 0, 0
        for limit in limits:
            if cumulative[limit] >= rank:
                inside = cumulative[limit] - below
                part = (rank - below) / inside if inside else 1
                result[f"p{percent}"] = 1000 * (low + (limit - low) * part)
                break
            low, below = limit, cumulative[limit]
    return {name: value for name, value in result.items() if math.isfinite(value)}


def summary(runs):
    result = {}
    for source, own in itertools.groupby(sorted(runs, key=lambda run: run["source"]),
                                         key=lambda run: run["source"]):
        own = list(own)
        spreads = {}
        for name in own[0]["milliseconds"]:
            values = [run["milliseconds"][name] for run in own if name in run["milliseconds"]]
            spreads[name] = {**figures.spread(values), "verdict": figures.verdict(values)}
        result[source] = {"per_second": own[0]["per_second"], "rounds": len(own),
                          "legs": sum(run["legs"] for run in own), "milliseconds": spreads}
    return result


def measure(options, folder):
    with kafka_broker.Broker(folder / "kafka") as broker:
        bench = Judge(options, folder, broker)
        maxima = bench.maxima()
        runs = []
        for number in range(1, options.rounds + 1):
            for source, run in (("file", bench.file), ("kafka", bench.kafka)):
                per_second = maxima[source] * PART
                counted = run(number, per_second)
                milliseconds = percentiles(counted)
                runs.append({"round": number, "source": source, "per_second": per_second,
                             "legs": counted[math.inf], "milliseconds": milliseconds})
                say(f"round {number}, {source} at {per_second:,.0f}/s: " + ", ".join(
                    f"{name} {value:.2f} ms" for name, value in milliseconds.items()))
        return {**harness.head(), "judge": {"maximum_per_second": maxima,
                                            "summary": summary(runs), "runs": runs}}


def text(judge):
    lines = ["from received to verdict, milliseconds: median over the rounds (least, greatest)"]
    for source, each in judge["summary"].items():
        spreads = ", ".join(
            f"{name} {spread['median']:.2f} ({spread['min']:.2f} {spread['max']:.2f})"
            for name, spread in each["milliseconds"].items())
        lines.append(f"{source} at {each['per_second']:,.0f}/s, {each['legs']:,.0f} legs: "
                     + spreads)
    return "\n".join(lines)


def arguments():
    parser = argparse.ArgumentParser(prog="bench/system/judge", description=__doc__)
    workload.add_options(parser, transactions=2_000_000)
    parser.add_argument("--rounds", type=int, default=figures.ROUNDS_MIN)
    live_run.add_length_option(parser)
    harness.add_options(parser)
    options = parser.parse_args()
    live_run.demand_length(parser, options)
    harness.demand_engine(parser)
    return options


def main():
    print(text(harness.run(arguments(), measure)["judge"]))


if __name__ == "__main__":
    main()
