"""The Kafka connector alone, from C++ (kafka/), against this Kafka: positions, commits, crashes."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import broker
import paths

PROGRAM = paths.ROOT / "build/release/tests/system/kafka/kafka_system"


class ConnectorTest(unittest.TestCase):

    def test_every_promise_of_the_connector(self):
        with tempfile.TemporaryDirectory(prefix="vigla-connector-") as folder:
            with broker.Broker(pathlib.Path(folder) / "kafka") as kafka:
                done = subprocess.run(
                    [PROGRAM, "--gtest_brief=1"], check=False, text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    env={**os.environ, "KAFKA_BOOTSTRAP": kafka.address,
                         "KAFKA_BROKER": str(broker.COMMAND),
                         "KAFKA_BROKER_DIR": str(kafka.folder)})
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertNotIn("SKIPPED", done.stdout)
        self.assertIn("[  PASSED  ]", done.stdout)


if __name__ == "__main__":
    unittest.main()
