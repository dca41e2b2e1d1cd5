"""Topics under a test: made, filled byte for byte, and read back as a consumer of alerts would.

Uses its own Kafka client (see requirements.txt), so what it reads is a witness independent of the
engine's client. Every reader here is read_committed. Also a tool:

    tests/system/python tests/system/topics.py create ADDRESS NAME:PARTITIONS...
    tests/system/python tests/system/topics.py outputs ADDRESS PREFIX    the engine's output topics
    tests/system/python tests/system/topics.py produce ADDRESS NAME      the lines of standard input
    tests/system/python tests/system/topics.py values ADDRESS NAME       the values, a line each
    tests/system/python tests/system/topics.py dump ADDRESS NAME         keys and headers, too
"""

import json
import sys
import threading
import time
import typing

import confluent_kafka
from confluent_kafka import admin

OUTPUTS = ("alerts", "alerts.shadow", "audit", "journal", "rejects", "rules")
TIMEOUT_SECONDS = 60


class Record(typing.NamedTuple):
    """One record as it lies in a topic; `timestamp_ms` is the broker's, `headers` are pairs."""

    partition: int
    offset: int
    key: typing.Optional[bytes]
    value: typing.Optional[bytes]
    headers: tuple
    timestamp_ms: int

    def json(self):
        return json.loads(self.value)

    def header(self, name):
        """The header's text, or None."""
        return next((value.decode() for key, value in self.headers if key == name), None)


def create(address, partitions, config=None):
    """Makes topics: {name: number of partitions}; returns once they can be used."""
    client = admin.AdminClient({"bootstrap.servers": address})
    wanted = [admin.NewTopic(name, num_partitions=count, replication_factor=1,
                             config=config or {}) for name, count in partitions.items()]
    for future in client.create_topics(wanted, operation_timeout=30).values():
        future.result()
    # The controller has agreed; the broker tells its clients of it only a moment later.
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not all(_is_known(client, name, count) for name, count in partitions.items()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"topics that never came to be: {sorted(partitions)}")
        time.sleep(0.02)


def _is_known(client, topic, partitions):
    metadata = client.list_topics(topic, timeout=30).topics[topic]
    return (metadata.error is None and len(metadata.partitions) == partitions
            and all(each.leader >= 0 for each in metadata.partitions.values()))


def create_outputs(address, prefix="vigla", alert_partitions=1):
    """Makes the engine's output topics, which it never makes itself."""
    create(address, {f"{prefix}.{name}": alert_partitions if name == "alerts" else 1
                     for name in OUTPUTS})


def produce(address, topic, values, partition_of, key_of=None, timestamp_ms=0):
    """Writes each value, byte for byte, to the partition that `partition_of(index, value)` names.

    Returns once every record is acknowledged, each partition in the order given. A value of None
    is a tombstone. `timestamp_ms` 0 is now.
    """
    failures = []

    def delivered(error, _):
        if error is not None:
            failures.append(error)

    client = confluent_kafka.Producer({
        "bootstrap.servers": address, "log_level": 2, "enable.idempotence": True, "linger.ms": 20,
        "compression.type": "none", "message.max.bytes": 20_000_000,
        "queue.buffering.max.messages": 1_000_000, "queue.buffering.max.kbytes": 1_000_000})
    for index, value in enumerate(values):
        key = key_of(index, value) if key_of else None
        while True:
            try:
                client.produce(topic, value=value, key=key, timestamp=timestamp_ms,
                               partition=partition_of(index, value), on_delivery=delivered)
                break
            except BufferError:
                client.poll(0.1)
        if index % 1000 == 0:
            client.poll(0)
    left = client.flush(TIMEOUT_SECONDS)
    if left or failures:
        raise RuntimeError(f"{topic}: {left} records not acknowledged, errors {failures[:3]}")


def round_robin(partitions):
    return lambda index, _: index % partitions


def _consumer(address):
    return confluent_kafka.Consumer({
        "bootstrap.servers": address, "log_level": 2, "group.id": "tests-only-read",
        "enable.auto.commit": False, "isolation.level": "read_committed",
        "enable.partition.eof": True, "auto.offset.reset": "earliest",
        "fetch.message.max.bytes": 20_000_000, "fetch.wait.max.ms": 20})


def _partitions(client, topic):
    metadata = client.list_topics(topic, timeout=30).topics[topic]
    if metadata.error is not None:
        raise RuntimeError(f"{topic}: {metadata.error}")
    return sorted(metadata.partitions)


def _beginning(topic, partition):
    return confluent_kafka.TopicPartition(topic, partition, confluent_kafka.OFFSET_BEGINNING)


def _record(message):
    return Record(message.partition(), message.offset(), message.key(), message.value(),
                  tuple(message.headers() or ()), message.timestamp()[1])


def dump(address, topic):
    """Every committed record of the topic up to its end, by partition and offset."""
    client = _consumer(address)
    try:
        partitions = _partitions(client, topic)
        client.assign([_beginning(topic, number) for number in partitions])
        open_partitions = set(partitions)
        records = []
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while open_partitions:
            for message in client.consume(10_000, timeout=0.5):
                error = message.error()
                if error is None:
                    records.append(_record(message))
                    deadline = time.monotonic() + TIMEOUT_SECONDS
                elif error.code() == confluent_kafka.KafkaError._PARTITION_EOF:
                    open_partitions.discard(message.partition())
                elif not error.retriable() and error.code() >= 0:
                    raise RuntimeError(f"{topic}: {error}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{topic}: no end of partitions {sorted(open_partitions)}")
        return sorted(records)
    finally:
        client.close()


def committed_offsets(address, group, topic):
    """The group's committed offset for each partition of the topic; -1001 where there is none."""
    client = confluent_kafka.Consumer({"bootstrap.servers": address, "group.id": group,
                                       "enable.auto.commit": False})
    try:
        wanted = [confluent_kafka.TopicPartition(topic, number)
                  for number in _partitions(client, topic)]
        return {each.partition: each.offset for each in client.committed(wanted, timeout=30)}
    finally:
        client.close()


def write_ndjson(records, out):
    """Writes a dump to a text stream, a line each: {partition, offset, key, headers, value}."""
    for record in records:
        json.dump({"partition": record.partition, "offset": record.offset,
                   "key": record.key and record.key.decode(errors="replace"),
                   "headers": {key: value.decode(errors="replace")
                               for key, value in record.headers},
                   "value": record.value and record.value.decode(errors="replace")},
                  out, ensure_ascii=False)
        out.write("\n")


class Follower:
    """Reads a topic while the test runs, as a case system would; survives the broker's crashes.

    `records` holds what it saw, in the order it saw it. Use as a context manager.
    """

    def __init__(self, address, topic):
        self.records = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._client = _consumer(address)
        self._client.assign([_beginning(topic, number)
                             for number in _partitions(self._client, topic)])
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        self._client.close()

    def _follow(self):
        while not self._stop.is_set():
            for message in self._client.consume(1000, timeout=0.2):
                if message.error() is None:
                    with self._lock:
                        self.records.append(_record(message))

    def count(self):
        with self._lock:
            return len(self.records)

    def seen(self):
        """A copy of the records so far."""
        with self._lock:
            return list(self.records)

    def wait_for(self, count, seconds=TIMEOUT_SECONDS):
        """Waits until that many records were seen; returns how many there are."""
        deadline = time.monotonic() + seconds
        while self.count() < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.count()


def main(command, address, *names):
    if command == "create":
        create(address, {name: int(count) for name, count in
                         (each.rsplit(":", 1) for each in names)})
    elif command == "outputs":
        create_outputs(address, names[0])
    elif command == "produce":
        count = len(_partitions(_consumer(address), names[0]))
        produce(address, names[0], (line.rstrip(b"\n") for line in sys.stdin.buffer),
                round_robin(count))
    elif command == "dump":
        write_ndjson(dump(address, names[0]), sys.stdout)
    elif command == "values":
        for record in dump(address, names[0]):
            sys.stdout.buffer.write((record.value or b"") + b"\n")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
