"""What an engine takes from a topic that is full already: more than it can be sent live."""

import harness  # first: it lets the others find the harness of the system tests

import topics

import engine_run
import workload


def measure(broker, folder, stream, partitions, seconds_max):
    """(transactions a second, what the stream is made of); the topic has all lines of the file."""
    address = broker.address
    made = workload.fill(address, "backlog.in", partitions, stream, seconds_max)
    topics.create_outputs(address, "backlog", partitions)
    with engine_run.kafka_engine(folder / "backlog", address, "backlog", {},
                                 topic="backlog.in") as vigla:
        run = engine_run.measure(vigla, engine_run.JournalTopic(address, "backlog"),
                                 harness.broker_pid(broker), seconds_max)
    return run["records_per_second"], made
