#!/usr/bin/env python3
"""Holds the peers' alerts equal to the oracle's, before any of their times is worth reading.

    tests/system/python bench/system/peers/check_alerts.py [--transactions N] [PEER...]

Two streams: one as generated, with a burst of credits at its end so that all twenty rules match
somewhere, and the same with a third of its records late by up to most of a day. The core alone
reads both from a file. The engines read the first through a real Kafka, from a topic of one
partition: only there is the order of an account's legs given. Equal means the same legs with the
same rules, each once. D8 is left out where legs are late (the peers do not judge it there).
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

PEERS = pathlib.Path(__file__).resolve().parent
ROOT = PEERS.parents[2]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/oracle"), str(PEERS.parent)]

import broker as kafka_broker  # noqa: E402
import engine  # noqa: E402
import formats  # noqa: E402
import topics  # noqa: E402
import w1  # noqa: E402

import peer_run  # noqa: E402

STREAM_DAYS = 100  # what the generator spreads its transactions over
LATE_DAYS_MAX = 0.8
RULES = 20  # of W1


def generate(path, options):
    with open(path, "wb") as out:
        engine.command("generate", "--workload", "w1", "--seed", options.seed, "--transactions",
                       options.transactions, "--accounts", options.accounts, stdout=out,
                       timeout=options.seconds)


def add_credit_burst(path):
    """C1 is the one rule that the generator has no typology for."""
    newest = json.loads(path.read_bytes().splitlines()[-1])["time"]
    with open(path, "ab") as out:
        for number in range(25):
            payment = {"id": f"burst-{number}", "time": newest, "amount": "10.00",
                       "currency": "EUR", "debtor": {"account": f"DE00BURST{number}"},
                       "creditor": {"account": "DE00BURST"}}
            out.write(json.dumps(payment).encode() + b"\n")


def write_disordered(path, lines, seed):
    """The same lines, a third of them later in the file by up to LATE_DAYS_MAX of event time."""
    chance = random.Random(seed)
    most = len(lines) * LATE_DAYS_MAX / STREAM_DAYS
    places = [number + (most * chance.random() if chance.random() < 1 / 3 else 0)
              for number in range(len(lines))]
    order = sorted(range(len(lines)), key=places.__getitem__)
    path.write_bytes(b"".join(lines[number] for number in order))


def expected(path):
    """{(transaction, role): rules} by the oracle."""
    records = formats.read_input_file(str(path))
    return {(each["id"], each["role"]): tuple(each["rules"])
            for each in w1.expected_alerts(records)}


def found(bodies):
    """The same of a peer's alerts; one that is there twice is an error of its own."""
    result = {}
    for body in map(json.loads, bodies):
        key = body["id"], body["role"]
        if key in result:
            raise SystemExit(f"check_alerts: the alert {key} is there twice")
        result[key] = tuple(body["rules"])
    return result


def compare(name, wanted, got):
    """Prints one line; returns whether both are equal."""
    different = sorted(key for key in wanted.keys() | got.keys()
                       if wanted.get(key) != got.get(key))
    rules = {rule for each in wanted.values() for rule in each}
    if different:
        print(f"{name}: {len(different):,} of {len(wanted):,} alerts differ")
        for key in different[:10]:
            print(f"  {key}: wanted {wanted.get(key)}, got {got.get(key)}")
        return False
    print(f"{name}: {len(got):,} alerts equal, of {len(rules)} rules", flush=True)
    return bool(got)


def core_alerts(stream, folder):
    """W1's core without an engine."""
    module = PEERS / "w1/target/w1-1.jar"
    libraries = PEERS / "kafka-streams/target/dependency"
    output = folder / "core.ndjson"
    with open(stream, "rb") as lines, open(output, "wb") as out:
        subprocess.run(["java", "-cp", f"{module}:{libraries}/*", "vigla.peers.w1.FileRun"],
                       stdin=lines, stdout=out, check=True)
    return found(output.read_bytes().splitlines())


def engine_alerts(name, stream, folder, options):
    output = f"check-{name}"
    topics.create(stream.address, {output: 1})
    peer_run.run(peer_run.configuration(name), stream, output, folder / name, options.seconds)
    return found(record.value for record in topics.dump(stream.address, output))


def check(options, folder):
    ordered, disordered = folder / "ordered.ndjson", folder / "disordered.ndjson"
    generate(ordered, options)
    add_credit_burst(ordered)
    lines = ordered.read_bytes().splitlines(keepends=True)
    write_disordered(disordered, lines, options.seed)
    wanted = expected(ordered)
    rules = {rule for each in wanted.values() for rule in each}
    if len(rules) != RULES:
        raise SystemExit(f"check_alerts: only {sorted(rules)} match: take more transactions")
    equal = compare("core", wanted, core_alerts(ordered, folder))
    late = {key: tuple(rule for rule in rules if rule != "D8")
            for key, rules in expected(disordered).items()}
    got = {key: tuple(rule for rule in rules if rule != "D8")
           for key, rules in core_alerts(disordered, folder).items()}
    equal &= compare("core, late legs", {key: rules for key, rules in late.items() if rules},
                     {key: rules for key, rules in got.items() if rules})
    with kafka_broker.Broker(folder / "kafka") as broker:
        topics.create(broker.address, {"transactions": 1})
        topics.produce(broker.address, "transactions", (line.rstrip(b"\n") for line in lines),
                       lambda *_: 0)
        stream = peer_run.Stream(broker.address, "transactions", len(lines), 1)
        for name in options.peers or peer_run.NAMES:
            equal &= compare(name, wanted, engine_alerts(name, stream, folder, options))
    return equal


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peers", nargs="*", metavar="PEER",
                        help=f"default: all of {', '.join(peer_run.NAMES)}")
    parser.add_argument("--transactions", type=int, default=100_000)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=300, help="each step's limit")
    options = parser.parse_args()
    unknown = set(options.peers) - set(peer_run.NAMES)
    if unknown:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    peer_run.build()
    with tempfile.TemporaryDirectory(prefix="vigla-peers-") as folder:
        if not check(options, pathlib.Path(folder)):
            sys.exit("check_alerts: not equal")


if __name__ == "__main__":
    main()
