"""The client library that the engine links works with this Kafka: transactions, fencing, recovery.

Needs no Vigla: it compiles smoke/eos_smoke.cc against the system's librdkafka. When this fails, no
other system test means anything.
"""

import pathlib
import signal
import subprocess
import tempfile
import unittest

import broker
import paths
import topics

RECORDS = 1000


class ClientSmokeTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="vigla-smoke-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.program = pathlib.Path(cls.folder.name) / "eos_smoke"
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "rdkafka"], check=True,
                               stdout=subprocess.PIPE, text=True).stdout.split()
        subprocess.run(["g++", "-std=c++20", "-O1", "-Wall", "-Wextra", "-Werror",
                        str(paths.ROOT / "tests/system/smoke/eos_smoke.cc"), *flags,
                        "-o", str(cls.program)], check=True)
        cls.broker = broker.Broker(pathlib.Path(cls.folder.name) / "kafka")
        cls.broker.start()
        cls.addClassCleanup(cls.broker.kill)
        topics.create(cls.broker.address, {"smoke.in": 1, "smoke.out": 1})
        cls.values = [f"value {index}".encode() for index in range(RECORDS)]
        topics.produce(cls.broker.address, "smoke.in", cls.values, topics.round_robin(1))

    def stage(self, name, *arguments):
        done = subprocess.run([self.program, name, self.broker.address, *map(str, arguments)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_copy_abort_kill_and_fence_leave_each_record_once(self):
        self.assertIn("from 0\n", self.stage("copy", 300))
        self.assertIn("from 300\n", self.stage("abort", 200))

        # Killed with everything sent but the commit: the next start must settle it as aborted.
        hanging = subprocess.Popen([self.program, "hang", self.broker.address, "400"],
                                   stdout=subprocess.PIPE, text=True)
        lines = []
        for line in hanging.stdout:
            lines.append(line)
            if line == "ready\n":
                break
        self.assertIn("from 300\n", lines)
        hanging.send_signal(signal.SIGKILL)
        hanging.wait()
        hanging.stdout.close()
        self.assertIn("from 300\n", self.stage("copy", 400))

        self.broker.kill()
        self.broker.start()
        self.assertIn("from 700\n", self.stage("copy", 300))
        self.assertIn("_FENCED, fatal", self.stage("twin"))

        output = topics.dump(self.broker.address, "smoke.out")
        self.assertEqual([record.value for record in output], self.values)
        self.assertEqual([int(record.header("vigla_offset")) for record in output],
                         list(range(RECORDS)))
        self.assertEqual(
            topics.committed_offsets(self.broker.address, "smoke", "smoke.in"), {0: RECORDS})


if __name__ == "__main__":
    unittest.main()
