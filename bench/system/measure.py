"""Measures the engine and the client library side by side; see bench/README.md for each figure.

Started by bench/system/run. Everything runs on loopback, in one folder that is removed at the end.
"""

import argparse
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/oracle")]

# The harness of the system tests, found by the line above.
import broker as kafka_broker  # noqa: E402
import engine  # noqa: E402
import paths  # noqa: E402
import topics  # noqa: E402

import engine_run  # noqa: E402
import hot_functions  # noqa: E402
import machine  # noqa: E402
import peer_run  # noqa: E402
import table  # noqa: E402

PROGRAMS = ROOT / "build/bench/bench/system"
TOPIC = "transactions"
COMMIT_INTERVAL_MS = 100
SCHEMA = "vigla.bench.system.v1"


def program(name, *arguments, seconds_max, stdin=None):
    """Runs one of our programs; returns the JSON object it prints."""
    done = subprocess.run([str(PROGRAMS / name), *map(str, arguments)], stdin=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          timeout=seconds_max)
    if done.returncode != 0:
        raise RuntimeError(f"{name}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Bench:
    """One broker, one filled input topic, and the measurements over it."""

    def __init__(self, options, folder, broker):
        self.options, self.folder, self.broker = options, folder, broker
        self.stream = options.input or folder / "stream.ndjson"
        self.records = 0  # in the stream
        self.settings = {"commit_interval_ms": COMMIT_INTERVAL_MS, **dict(options.engine)}

    def broker_pid(self):
        return json.loads((self.broker.folder / "broker.json").read_text())["pid"]

    def fill(self):
        """Writes the stream to a file and to the topic; returns what it is made of."""
        options = self.options
        if not options.input:
            say(f"generating {options.transactions:,} transactions")
            with open(self.stream, "wb") as out:
                engine.command("generate", "--workload", "w1", "--seed", options.seed,
                               "--transactions", options.transactions, "--accounts",
                               options.accounts, stdout=out, timeout=options.seconds)
        say("filling the topic")
        topics.create(self.broker.address, {TOPIC: options.partitions})
        with open(self.stream, "rb") as lines:
            made = program("produce_lines", self.broker.address, TOPIC, stdin=lines,
                           seconds_max=options.seconds)
        self.records = made["records"]
        return {"name": "w1", "seed": options.seed, "accounts": options.accounts,
                "partitions": options.partitions, "records": made["records"],
                "bytes": made["bytes"], "accounts_touched": made["accounts"]}

    def consume(self):
        measured = program("consume_rate", self.broker.address, TOPIC,
                           seconds_max=self.options.seconds)
        return with_rate(measured)

    def copy(self, number):
        target = f"copy-{number}"
        topics.create(self.broker.address, {target: self.options.partitions})
        measured = program("copy_rate", self.broker.address, TOPIC, target, COMMIT_INTERVAL_MS,
                           seconds_max=self.options.seconds)
        return with_rate(measured)

    def kafka(self, name, while_running=None):
        """The engine over the topic, its outputs under a prefix of their own."""
        topics.create_outputs(self.broker.address, name, self.options.partitions)
        folder = self.folder / name
        with engine_run.kafka_engine(folder, self.broker.address, name, self.settings) as vigla:
            measured = engine_run.measure(
                vigla, engine_run.JournalTopic(self.broker.address, name), self.broker_pid(),
                self.options.seconds, while_running)
        shutil.rmtree(folder)
        return self.checked(measured)

    def file(self, name):
        folder = self.folder / name
        with engine_run.file_engine(folder, self.stream, self.settings) as vigla:
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
            output, self.folder / output, self.broker_pid(), self.options.seconds)

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
    for name in ("consume", "copy", "kafka", "file", *peer_run.NAMES):
        rates = [each[name]["records_per_second"] for each in rounds if name in each]
        if rates:
            result[name] = table.spread(rates)
    ratios = [each["ratio"] for each in rounds if "ratio" in each]
    if ratios:
        result["ratio"] = table.spread(ratios)
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
                        f"file, and the peers {', '.join(peer_run.NAMES)}")
    parser.add_argument("--engine", type=engine_setting, action="append", default=[],
                        metavar="NAME=VALUE", help="a setting of the section `engine`, such as "
                        "lanes=2; its defaults otherwise")
    parser.add_argument("--peer", type=peer_setting, action="append", default=[],
                        metavar="PEER:NAME=VALUE", help="a setting of a peer's command line, such "
                        "as flink-heap:checkpoint-ms=5000")
    parser.add_argument("--profile", action="store_true",
                        help="one more Kafka run under perf, outside of the rounds")
    parser.add_argument("--seconds", type=int, default=600, help="each step's limit")
    parser.add_argument("--folder", type=pathlib.Path,
                        help="where the temporary folder is made; default: TMPDIR")
    parser.add_argument("--json", type=pathlib.Path, help="also write the results here")
    options = parser.parse_args()
    options.measure = options.measure.split(",")
    if not paths.BINARY.exists() and {"kafka", "file"} & set(options.measure):
        parser.error(f"no {paths.BINARY}; build it, or set VIGLA_BINARY")
    unknown = set(options.measure) - {"consume", "copy", "kafka", "file", *peer_run.NAMES}
    if unknown:
        parser.error(f"nothing to measure is called {', '.join(sorted(unknown))}")
    return options


def run(options, folder):
    with kafka_broker.Broker(folder / "kafka") as broker:
        bench = Bench(options, folder, broker)
        result = {"schema": SCHEMA, "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                  "machine": machine.facts(ROOT), "kafka": kafka_version(),
                  "settings": bench.settings, "workload": bench.fill()}
        bench.consume()  # the broker's first read of a topic is slower: its code is not hot yet
        result["rounds"] = []
        for number in range(1, options.rounds + 1):
            result["rounds"].append(bench.round(number))
        result["summary"] = summary(result["rounds"])
        if options.profile:
            say("profiling")
            result["profile"] = bench.profile()
        return result


def kafka_version():
    pom = (ROOT / "deploy/kafka/pom.xml").read_text(encoding="utf-8")
    return pom.partition("<kafka.version>")[2].partition("<")[0]


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the broker ends with us
    options = arguments()
    if set(options.measure) & set(peer_run.NAMES):
        peer_run.build()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-bench-", dir=options.folder))
    try:
        result = run(options, folder)
    except RuntimeError as error:
        sys.exit(f"bench: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table.text(result))


if __name__ == "__main__":
    main()
