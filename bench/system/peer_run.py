"""One measured run of a peer: W1 on another engine, over the same topic, in one process.

The peer writes how far it is every 50 ms (peers/w1, Progress). The first part of the stream warms
its JVM up; the rate, and the processor time a transaction, are of the rest, up to the last
transaction judged. Committing the last ones, and the end of the process, are outside.
"""

import os
import pathlib
import shutil
import subprocess
import time

import machine
import topics

PEERS = pathlib.Path(__file__).resolve().parent / "peers"
WARM_PART = 0.4
WATCH_SECONDS = 0.05
# Throughput's collector on few processors; what Flink's start asks to be let at.
JAVA = ("-XX:+UseParallelGC", "-XX:-UsePerfData",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "--add-opens=java.base/java.util=ALL-UNNAMED",
        "--add-opens=java.base/java.lang=ALL-UNNAMED")


def _flink(backend, heap_megabytes, checkpoint_ms, cached_ledgers=0):
    return {"module": "flink", "main": "vigla.peers.flink.FlinkPeer",
            "heap_megabytes": heap_megabytes,
            "settings": {"backend": backend, "parallelism": 2, "checkpoint-ms": checkpoint_ms,
                         "cached-ledgers": cached_ledgers}}


# How each is run; what was tried for it is in bench/README.md.
CONFIGURATIONS = {
    "flink-heap": _flink("heap", 4096, 1000),
    "flink-rocksdb": _flink("rocksdb", 2048, 1000, cached_ledgers=200_000),
    "kafka-streams": {
        "module": "kafka-streams", "main": "vigla.peers.streams.StreamsPeer",
        "heap_megabytes": 2048,
        "settings": {"threads": 2, "commit-ms": 100, "store-cache-mb": 0,
                     "cached-ledgers": 100_000}},
}
NAMES = tuple(CONFIGURATIONS)


def build():
    subprocess.run([str(PEERS / "build")], check=True)


def configuration(name, changes=()):
    """A peer's configuration, some of its settings replaced."""
    result = dict(CONFIGURATIONS[name])
    result["settings"] = {**result["settings"], **dict(changes)}
    return result


class Stream:
    """What a peer reads: a filled topic and its number of records and partitions."""

    def __init__(self, address, topic, records, partitions):
        self.address, self.topic = address, topic
        self.records, self.partitions = records, partitions


def _command(peer, stream, output, folder):
    module = PEERS / peer["module"] / "target"
    settings = {"bootstrap": stream.address, "input": stream.topic, "output": output,
                "folder": f"{folder}/", "progress": folder / "progress", **peer["settings"]}
    if peer["module"] == "kafka-streams":  # it knows no end of a topic
        settings.update(transactions=stream.records, partitions=stream.partitions)
    heap = f"{peer['heap_megabytes']}m"
    command = ["java", f"-Xms{heap}", f"-Xmx{heap}", f"-Djava.io.tmpdir={folder}", *JAVA, "-cp",
               f"{module}/{peer['module']}-1.jar:{module}/dependency/*", peer["main"]]
    for key, value in settings.items():
        command += [f"--{key}", str(value)]
    return command


def _follow(process, log, seconds_max):
    """Waits for the end; returns the process's resource usage."""
    deadline = time.monotonic() + seconds_max
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                raise RuntimeError(f"exit {process.returncode}\n{_tail(log)}")
            return usage
        if time.monotonic() > deadline:
            process.kill()
            os.wait4(process.pid, 0)
            raise RuntimeError(f"still running after {seconds_max} s\n{_tail(log)}")
        time.sleep(WATCH_SECONDS)


def _tail(log):
    return log.read_text(encoding="utf-8", errors="replace")[-4000:]


def run(peer, stream, output, folder, seconds_max):
    """Runs a peer to the topic's end; returns (usage, [(time, transactions, CPU seconds)])."""
    folder.mkdir()
    log = folder / "log"
    with open(log, "wb") as out:
        process = subprocess.Popen(_command(peer, stream, output, folder),
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        usage = _follow(process, log, seconds_max)
    except BaseException:
        if process.returncode is None and process.poll() is None:
            process.kill()
            process.wait()
        raise
    lines = (folder / "progress").read_text(encoding="utf-8").split("\n")[:-1]
    progress = [(float(at), int(count), float(cpu)) for at, count, cpu in map(str.split, lines)]
    if progress[-1][1] != stream.records:
        raise RuntimeError(f"{progress[-1][1]:,} of {stream.records:,} transactions judged\n"
                           f"{_tail(log)}")
    return usage, progress


def _steady(progress, records):
    """(transactions, seconds, CPU seconds) from the end of the warm-up to the last one judged."""
    first = next(each for each in progress if each[1] >= WARM_PART * records)
    last = next(each for each in progress if each[1] == records)
    if last[1] <= first[1] or last[0] <= first[0]:
        raise RuntimeError("too few records: the warm-up held them all")
    return last[1] - first[1], last[0] - first[0], last[2] - first[2]


def measure(peer, stream, output, folder, broker_pid, seconds_max):
    """The figures of one run, its outputs in a topic of their own."""
    topics.create(stream.address, {output: stream.partitions})
    busy_before = machine.busy_seconds()
    broker_before = machine.cpu_seconds(broker_pid)
    began = time.time()
    usage, progress = run(peer, stream, output, folder, seconds_max)
    wall = time.time() - began
    broker_cpu = machine.cpu_seconds(broker_pid) - broker_before
    cpu = usage.ru_utime + usage.ru_stime
    others = machine.busy_seconds() - busy_before - cpu - broker_cpu
    shutil.rmtree(folder)
    records, seconds, steady_cpu = _steady(progress, stream.records)
    return {
        "records": stream.records, "alerts": len(topics.dump(stream.address, output)),
        "records_per_second": records / seconds, "measured_records": records,
        "measured_seconds": seconds, "cpu_us_per_record": steady_cpu / records * 1e6,
        "wall_seconds": wall, "wall_records_per_second": stream.records / wall,
        "cpu_seconds": cpu, "broker_cpu_seconds": broker_cpu,
        "others_cpu_seconds": max(0, others), "memory_peak_bytes": usage.ru_maxrss * 1024,
        "heap_bytes_max": peer["heap_megabytes"] << 20, "settings": peer["settings"],
    }
