"""Measures the engine along single dimensions; see bench/README.md.

Started by bench/system/sweep. A round measures each point of a dimension once, one after the other,
so that what disturbs the machine disturbs neighbours alike; rounds are repeated.
"""

import argparse
import dataclasses
import shutil

import harness  # first: it lets the others find the harness of the system tests

import broker as kafka_broker
import topics

import dimensions
import engine_run
import figures
import sweep_table
import workload
from harness import say

FIGURES = ("records_per_second", "measured_cpu_us_per_record", "memory_peak_bytes",
           "state_bytes_per_account", "write_amplification", "alerts", "settled_bytes_per_account",
           "settled_bytes_per_entry", "ledger_bytes_per_entry", "index_bytes_per_transaction")


class Sweep:
    """One dimension: its streams, rules and topics are made once and used by every round."""

    def __init__(self, options, folder, broker, name):
        self.options, self.broker, self.name = options, broker, name
        self.folder = folder / name
        self.folder.mkdir()
        self.dimension = dimensions.DIMENSIONS[name]
        self.streams = {}  # by workload: (path, what it is made of)
        self.filled = set()  # topics

    def measure(self):
        points = [{"value": point.value, "label": point.label, "runs": []}
                  for point in self.dimension.points]
        for number in range(1, self.options.rounds + 1):
            for point, result in zip(self.dimension.points, points):
                run = self._run(point, number)
                result["runs"].append(run)
                say(f"{self.name} {point.label}, round {number}: "
                    f"{run['records_per_second']:,.0f}/s, "
                    f"{run['measured_cpu_us_per_record']:.2f} us")
        shutil.rmtree(self.folder)
        for result in points:
            result["summary"] = summary(result["runs"])
        return {"title": self.dimension.title, "axis": self.dimension.axis,
                "is_log": self.dimension.is_log, "points": points}

    def _scaled(self, load):
        return dataclasses.replace(load,
                                   transactions=int(load.transactions * self.options.scale))

    def _stream(self, load):
        if load not in self.streams:
            path = self.folder / f"stream-{len(self.streams)}.ndjson"
            load.write(path, self.options.seconds)
            self.streams[load] = path, workload.described(path)
        return self.streams[load]

    def _run(self, point, number):
        path, made = self._stream(self._scaled(point.load))
        index = self.dimension.points.index(point)
        folder = self.folder / f"run-{index}-{number}"
        rules = point.rules(self.folder / f"rules-{index}")
        if point.partitions:
            vigla, journal = self._kafka(point, f"{self.name}-{index}-{number}", folder)
        else:
            inputs = [path]
            if point.before:
                inputs.insert(0, self._prepare(point, rules, folder))
            vigla = engine_run.file_engine(folder, inputs, dict(point.settings), rules)
            journal = engine_run.JournalFile(folder / "out/journal.ndjson")
        with vigla:
            run = engine_run.measure(
                vigla, journal, harness.broker_pid(self.broker) if point.partitions else None,
                self.options.seconds)
            if self.dimension.settles:
                run.update(settled(vigla, made, self.options.seconds))
        shutil.rmtree(folder)
        if run["records"] != made["records"]:
            raise RuntimeError(f"the journal holds {run['records']:,} records, the input "
                               f"{made['records']:,}")
        if run["metrics"].get("vigla_rejects_total"):
            raise RuntimeError("the engine refuses records of this stream")
        return with_shares(run, made)

    def _prepare(self, point, rules, folder):
        """Fills `folder` with what an engine leaves after the stream before; returns that."""
        path, _ = self._stream(self._scaled(point.before))
        prepared = self.folder / f"prepared-{point.label}"
        if not prepared.exists():
            say(f"{self.name} {point.label}: preparing its state")
            with engine_run.file_engine(prepared, [path], dict(point.settings), rules) as vigla:
                vigla.run_to_end(settings=["engine.leg_log_bytes=1"],
                                 seconds=self.options.seconds)
        shutil.copytree(prepared, folder)
        return path

    def _kafka(self, point, prefix, folder):
        """An engine over a topic that all rounds of a point share."""
        path, _ = self._stream(self._scaled(point.load))
        address = self.broker.address
        topic = f"{self.name}-{point.partitions}-{path.stem}.in"
        if topic not in self.filled:
            workload.fill(address, topic, point.partitions, path, self.options.seconds)
            self.filled.add(topic)
        topics.create_outputs(address, prefix, point.partitions)
        return (engine_run.kafka_engine(folder, address, prefix, dict(point.settings), topic),
                engine_run.JournalTopic(address, prefix))


def settled(vigla, made, seconds_max):
    """What the state is made of once every subject has an image and no log is left beside it."""
    vigla.run_to_end(settings=["engine.leg_log_bytes=1"])
    state = harness.program("state_size", vigla.sections["state"]["dir"], seconds_max=seconds_max)
    if state["subjects"] != made["accounts"]:
        raise RuntimeError(f"{state['subjects']:,} subjects have an image, of "
                           f"{made['accounts']:,}")
    return {"settled": state,
            "settled_bytes_per_account": state["table_bytes"] / made["accounts"]}


def with_shares(run, made):
    """The run with what it comes to for an account, an entry and a byte of input."""
    state = run["state_bytes"]["tables"] + run["state_bytes"]["others"]
    more = {"accounts_touched": made["accounts"], "input_bytes": made["bytes"],
            "state_bytes_per_account": state / made["accounts"],
            "write_amplification": run["state_written_bytes"] / made["bytes"]}
    if "settled" in run:
        more["settled_bytes_per_entry"] = run["settled"]["table_bytes"] / made["legs"]
        more["index_bytes_per_transaction"] = run["settled"]["index_bytes"] / made["records"]
        more["ledger_bytes_per_entry"] = run["settled"]["subject_bytes"] / made["legs"]
    return {**run, **more}


def summary(runs):
    result = {}
    for name in FIGURES:
        values = [run[name] for run in runs if name in run]
        if len(values) == len(runs):
            result[name] = {**figures.spread(values), "verdict": figures.verdict(values)}
    return result


def measure(options, folder):
    result = {**harness.head(), "scale": options.scale, "sweeps": {}}
    wanted = [dimensions.DIMENSIONS[name] for name in options.names]
    needs_broker = any(point.partitions for each in wanted for point in each.points)
    broker = kafka_broker.Broker(folder / "kafka") if needs_broker else None
    try:
        if broker:
            broker.start()
        for name in options.names:
            result["sweeps"][name] = Sweep(options, folder, broker, name).measure()
    finally:
        if broker:
            broker.kill()
    return result


def arguments():
    parser = argparse.ArgumentParser(prog="bench/system/sweep", description=__doc__)
    known = dimensions.DIMENSIONS
    parser.add_argument("names", nargs="+", metavar="NAME",
                        help=f"all, or some of {', '.join(known)}")
    parser.add_argument("--rounds", type=int, default=figures.ROUNDS_MIN)
    parser.add_argument("--scale", type=float, default=1,
                        help="transactions of each point, times this")
    harness.add_options(parser)
    options = parser.parse_args()
    if options.names == ["all"]:
        options.names = list(known)
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"nothing to sweep is called {', '.join(sorted(unknown))}")
    harness.demand_engine(parser)
    return options


def main():
    print(sweep_table.text(harness.run(arguments(), measure)["sweeps"]))


if __name__ == "__main__":
    main()
