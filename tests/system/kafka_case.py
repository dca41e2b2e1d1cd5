"""What every test against a real broker begins with: broker, topics, stream, configuration."""

import json
import pathlib
import shutil
import tempfile
import unittest
import zlib

import broker
import engine
import paths
import topics

PARTITIONS = 4
ALERT_PARTITIONS = 3


def by_debtor(_, value):
    """As producers key payments: one debtor's payments share a partition, in order."""
    return zlib.crc32(json.loads(value).get("debtor", {}).get("account", "").encode()) % PARTITIONS


class KafkaCase(unittest.TestCase):
    """One broker for the class. Its folder is kept, and named, where a test failed."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"vigla-{cls.__name__}-"))
        cls.failed = False
        cls.addClassCleanup(cls._clean)
        cls.broker = broker.Broker(cls.folder / "kafka")
        cls.addClassCleanup(cls.broker.kill)
        cls.broker.start()

    @classmethod
    def _clean(cls):
        if cls.failed:
            print(f"kept for a look: {cls.folder}", flush=True)
        else:
            shutil.rmtree(cls.folder, ignore_errors=True)

    def run(self, result=None):
        before = result and len(result.failures) + len(result.errors)
        super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            type(self).failed = True

    def make_topics(self, partitions=PARTITIONS, config=None, topic="transactions",
                    prefix="vigla"):
        topics.create(self.broker.address, {topic: partitions}, config)
        topics.create_outputs(self.broker.address, prefix, ALERT_PARTITIONS)

    def w1_stream(self, transactions, accounts):
        return engine.generate(self.folder / "stream.ndjson", transactions, accounts, paths.seed())

    def engine(self, name="vigla", **changes):
        """An engine with its own state under the class's folder; killed at the test's end."""
        created = engine.Engine(
            self.folder / name,
            engine.kafka_config(self.folder / name, self.broker.address, **changes), name)
        self.addCleanup(created.kill)
        return created
