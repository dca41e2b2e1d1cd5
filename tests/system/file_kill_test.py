"""Files commit as Kafka does: killed at any moment, the alerts are the same bytes."""

import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import unittest

import engine
import outputs
import paths

TRANSACTIONS = paths.size("file_transactions", 60_000)
ACCOUNTS = paths.size("file_accounts", 3_000)
KILLS = paths.size("file_kills", 12)
ATTEMPTS_MAX = 20


class FileKillTest(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-file-kill-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.stream = self.folder / "stream.ndjson"
        engine.generate(self.stream, TRANSACTIONS, ACCOUNTS, paths.seed())

    def engine(self, name):
        folder = self.folder / name
        sections = engine.file_config(folder, self.stream)
        sections["engine"]["commit_interval_ms"] = 20
        created = engine.Engine(folder, sections)
        self.addCleanup(created.kill)
        return created

    def published(self, name, file):
        return self.folder / name / "out" / f"{file}.ndjson"

    def check(self, name):
        journal = self.published(name, "journal")
        outputs.check_w1(self, self.folder, self.published(name, "alerts"), journal,
                         ["--input", self.stream])
        outputs.oracle(self, "audit_check", "--audit", self.published(name, "audit"),
                       "--journal", journal, "--alerts", self.published(name, "alerts"),
                       "--input", self.stream)
        verified = outputs.verify_audit(self.folder / name / "out")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_killed_runs_publish_the_same_bytes(self):
        dice = random.Random(paths.seed())
        print(f"VIGLA_SIZE_SEED={paths.seed()}", flush=True)
        began = time.monotonic()
        self.engine("undisturbed").run_to_end()
        whole_seconds = time.monotonic() - began
        self.check("undisturbed")
        undisturbed = self.published("undisturbed", "alerts").read_bytes()
        self.assertGreater(len(undisturbed), 0)

        kills = 0
        for attempt in range(ATTEMPTS_MAX):
            if kills >= KILLS:
                break
            name = f"killed-{attempt}"
            kills += self.kill_until_done(name, dice, whole_seconds)
            self.assertEqual(self.published(name, "alerts").read_bytes(), undisturbed, name)
            self.check(name)
        self.assertGreaterEqual(kills, KILLS, "too few kills met a running engine")

    def kill_until_done(self, name, dice, whole_seconds):
        """One run over the whole input in pieces; returns how often it was killed."""
        vigla, kills = self.engine(name), 0
        while True:
            vigla.start(until_end=True)
            try:
                code = vigla.process.wait(dice.uniform(0.01, max(0.05, whole_seconds * 0.6)))
            except subprocess.TimeoutExpired:
                vigla.kill()
                kills += 1
                if kills >= KILLS:
                    vigla.run_to_end()
                    return kills
                continue
            if code == engine.EXIT_TRY_AGAIN:
                continue
            self.assertEqual(code, 0, vigla.tail())
            return kills


if __name__ == "__main__":
    unittest.main()
