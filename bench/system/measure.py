"""Measures the engine and the client library side by side; see bench/README.md for each figure.

Started by bench/system/run.
"""

import argparse
import pathlib
import shutil

import harness  # first: it lets the others find the harness of the system tests

import broker as kafka_broker
import topics

import engine_run
import figures
import hot_functions
import machine
import peer_run
import table
import workload
from harness import say

TOPIC = "transactions"
COMMIT_INTERVAL_MS = 100
VARIANTS = ("at-least-once", "unaudited")  # engine_variant.cc


class Bench:
    """One broker, one filled input topic, and the measurements over it."""

    def __init__(self, options, folder, broker):
        self.options, self.folder, self.broker = options, folder, broker
        self.stream = options.input or folder / "stream.ndjson"
        self.records = 0  # in the stream
        self.settings = {"commit_interval_ms": COMMIT_INTERVAL_MS, **dict(options.engine)}

    def fill(self):
        """Writes the stream to a file and to the topic; returns what it is made of."""
        options = self.options
        if not options.input:
            say(f"generating {options.transactions:,} transactions")
            workload.Workload(options.transactions, options.accounts, options.seed).write(
                self.stream, options.seconds)
        say("filling the topic")
        made = workload.fill(self.broker.address, TOPIC, options.partitions, self.stream,
                             options.seconds)
        self.records = made["records"]
        return {"name": "w1", "seed": options.seed, "accounts": options.accounts,
                "partitions": options.partitions, "records": made["records"],
                "bytes": made["bytes"], "accounts_touched": made["accounts"]}

    def consume(self):
        measured = harness.program("consume_rate", self.broker.address, TOPIC,
                                   seconds_max=self.options.seconds)
        return with_rate(measured)

    def copy(self, number):
        target = f"copy-{number}"
        topics.create(self.broker.address, {target: self.options.partitions})
        measured = harness.program("copy_rate", self.broker.address, TOPIC, target,
                                   COMMIT_INTERVAL_MS, seconds_max=self.options.seconds)
        return with_rate(measured)

    def kafka(self, name, while_running=None, variant=None):
        """The engine over the topic, its outputs under a prefix of their own."""
        topics.create_outputs(self.broker.address, name, self.options.partitions)
        folder = self.folder / name
        with engine_run.kafka_engine(folder, self.broker.address, name, self.settings,
                                     variant=variant) as vigla:
            measured = engine_run.measure(
                vigla, engine_run.JournalTopic(self.broker.address, name),
                harness.broker_pid(self.broker), self.options.seconds, while_running)
        shutil.rmtree(folder)
        return self.checked(measured)

    def file(self, name):
        folder = self.folder / name
        with engine_run.file_engine(folder, [self.stream], self.settings) as vigla:
            measured = engine_run.measure(
                vigla, engine_run.JournalFile(folder / "out/journal.ndjson"), None,
                self.options.seconds)
        shutil.rmtree(folder)
        return self.checked(measured)

    def peer(self, name, number):
        """Another engine over the topic; its outputs in a topic of their own."""
        changes = {key: value for peer, key, value in self.options.peer if peer == name}
        output = f"{name}-{number}"
        return peer_run.measure(
            peer_run.configuration(name, changes),
            peer_run.Stream(self.broker.address, TOPIC, self.records, self.options.partitions),
            output, self.folder / output, harness.broker_pid(self.broker), self.options.seconds)

    def checked(self, measured):
        """A rate of anything but the whole input would be no rate."""
        if measured["records"] != self.records:
            raise RuntimeError(f"the journal holds {measured['records']:,} records, the input "
                               f"{self.records:,}")
        return measured

    def round(self, number):
        """One of each, one after the other; the ratio is that of neighbours in time."""
        result = {"load_before": machine.load()}
        wanted = self.options.measure
        if "consume" in wanted:
            result["consume"] = self.consume()
            say(f"round {number}: consume {result['consume']['records_per_second']:,.0f}/s")
        if "kafka" in wanted:
            result["kafka"] = self.kafka(f"round-{number}")
            say(f"round {number}: vigla {result['kafka']['records_per_second']:,.0f}/s")
        for name in VARIANTS:
            if name in wanted:
                result[name] = self.kafka(f"{name}-{number}", variant=name)
                say(f"round {number}: {name} {result[name]['records_per_second']:,.0f}/s")
        if "copy" in wanted:
            result["copy"] = self.copy(number)
            say(f"round {number}: copy {result['copy']['records_per_second']:,.0f}/s")
        if "file" in wanted:
            result["file"] = self.file(f"file-{number}")
            say(f"round {number}: file {result['file']['records_per_second']:,.0f}/s")
        for name in peer_run.NAMES:
            if name in wanted:
                result[name] = self.peer(name, number)
                say(f"round {number}: {name} {result[name]['records_per_second']:,.0f}/s")
        if "consume" in result and "kafka" in result:
            result["ratio"] = (result["kafka"]["records_per_second"]
                               / result["consume"]["records_per_second"])
        return result

    def profile(self):
        if not hot_functions.Profile.available():
            raise RuntimeError("no perf in PATH; on Debian: apt-get install linux-perf")
        profile = hot_functions.Profile(self.folder)
        self.kafka("profiled", profile.attach)
        return profile.result()


def with_rate(measured):
    return {**measured, "records_per_second": measured["records"] / measured["seconds"]}


def summary(rounds):
    """min, median and max over the rounds, of each rate and of the ratio."""
    result = {}
    for name in ("consume", "copy", "kafka", *VARIANTS, "file", *peer_run.NAMES):
        rates = [each[name]["records_per_second"] for each in rounds if name in each]
        if rates:
            result[name] = figures.spread(rates)
    ratios = [each["ratio"] for each in rounds if "ratio" in each]
    if ratios:
        result["ratio"] = figures.spread(ratios)
    return result


def engine_setting(text):
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return name, value


def peer_setting(text):
    peer, colon, setting = text.partition(":")
    if not colon or peer not in peer_run.NAMES:
        raise argparse.ArgumentTypeError(f"'{text}' is not PEER:NAME=VALUE")
    return peer, *engine_setting(setting)


def arguments():
    parser = argparse.ArgumentParser(prog="bench/system/run", description=__doc__)
    parser.add_argument("--transactions", type=int, default=2_000_000)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--input", type=pathlib.Path, help="NDJSON instead of a generated stream")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", default="consume,copy,kafka,file",
                        help="what a round holds, separated by commas: of consume, copy, kafka, "
                        f"{', '.join(VARIANTS)}, file, and the peers {', '.join(peer_run.NAMES)}")
    parser.add_argument("--engine", type=engine_setting, action="append", default=[],
                        metavar="NAME=VALUE", help="a setting of the section `engine`, such as "
                        "lanes=2; its defaults otherwise")
    parser.add_argument("--peer", type=peer_setting, action="append", default=[],
                        metavar="PEER:NAME=VALUE", help="a setting of a peer's command line, such "
                        "as flink-heap:checkpoint-ms=5000")
    parser.add_argument("--profile", action="store_true",
                        help="one more Kafka run under perf, outside of the rounds")
    harness.add_options(parser)
    options = parser.parse_args()
    options.measure = options.measure.split(",")
    if {"kafka", "file", *VARIANTS} & set(options.measure):
        harness.demand_engine(parser)
    unknown = set(options.measure) - {"consume", "copy", "kafka", "file", *VARIANTS,
                                      *peer_run.NAMES}
    if unknown:
        parser.error(f"nothing to measure is called {', '.join(sorted(unknown))}")
    return options


def run(options, folder):
    with kafka_broker.Broker(folder / "kafka") as broker:
        bench = Bench(options, folder, broker)
        result = {**harness.head(), "settings": bench.settings, "workload": bench.fill()}
        bench.consume()  # the broker's first read of a topic is slower: its code is not hot yet
        result["rounds"] = []
        for number in range(1, options.rounds + 1):
            result["rounds"].append(bench.round(number))
        result["summary"] = summary(result["rounds"])
        if options.profile:
            say("profiling")
            result["profile"] = bench.profile()
        return result


def main():
    options = arguments()
    if set(options.measure) & set(peer_run.NAMES):
        peer_run.build()
    print(table.text(harness.run(options, run)))


if __name__ == "__main__":
    main()
