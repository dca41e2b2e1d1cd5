"""Writes a stream to a topic at a steady pace while the test does other things to the engine."""

import threading
import time

import confluent_kafka

FLUSH_SECONDS = 120


class Feeder:
    """One thread, one idempotent producer that rides out a broker's restart.

    A context manager; `finish()` writes what is left as fast as it can and waits for every
    acknowledgement.
    """

    def __init__(self, address, topic, values, partition_of, per_second):
        self._producer = confluent_kafka.Producer({
            "bootstrap.servers": address, "log_level": 2, "enable.idempotence": True,
            "linger.ms": 5,
            "message.timeout.ms": 120_000, "queue.buffering.max.messages": 1_000_000})
        self._topic, self._values, self._partition_of = topic, values, partition_of
        self._pause_seconds = 1 / per_second
        self._hurry = threading.Event()
        self._failures = []
        self._acknowledged = 0
        self._thread = threading.Thread(target=self._feed, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._hurry.set()
        self._thread.join()

    def _delivered(self, error, _):
        if error is None:
            self._acknowledged += 1
        else:
            self._failures.append(error)

    def _feed(self):
        due = time.monotonic()
        for index, value in enumerate(self._values):
            while True:
                try:
                    self._producer.produce(self._topic, value=value, on_delivery=self._delivered,
                                           partition=self._partition_of(index, value))
                    break
                except BufferError:
                    self._producer.poll(0.1)
            self._producer.poll(0)
            due += self._pause_seconds
            ahead = due - time.monotonic()
            if ahead > 0.01 and not self._hurry.is_set():
                self._hurry.wait(ahead)
        self._producer.flush(FLUSH_SECONDS)

    def finish(self):
        self._hurry.set()
        self._thread.join()
        if self._failures or self._acknowledged != len(self._values):
            raise RuntimeError(f"{self._acknowledged} of {len(self._values)} records acknowledged,"
                               f" {self._failures[:3]}")
