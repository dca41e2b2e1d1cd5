"""rules/README.md as a newcomer would follow it: every command block, in order, in one shell.

The folder and the port that the text names are replaced, so that runs do not meet; nothing else is.
Blocks that are not `sh` are not commands.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

import paths

README = paths.ROOT / "rules" / "README.md"
FOLDER = "/tmp/first-rule"
PORT = "9464"
SECONDS_MAX = 600


def command_blocks(text):
    return re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class RulesReadmeTest(unittest.TestCase):
    def test_every_command_block_works_in_order(self):
        blocks = command_blocks(README.read_text(encoding="utf-8"))
        self.assertGreaterEqual(len(blocks), 8)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-first-rule-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.addCleanup(subprocess.run, [str(paths.ROOT / "deploy/kafka/broker"), "stop",
                                         str(folder / "kafka")], check=False,
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = free_port()
        script = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
        for number, block in enumerate(blocks, 1):
            block = block.replace(FOLDER, str(folder)).replace(PORT, port)
            script += [f"echo '== block {number}'", block]
        environment = dict(os.environ)
        environment["PATH"] = f"{paths.BINARY.parent}:{environment['PATH']}"
        done = subprocess.run(["bash", "-c", "\n".join(script)], cwd=paths.ROOT,
                              env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=SECONDS_MAX,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])
        self.assertIn("refused, as it should be", done.stdout)
        for page in ("backtest.html", "tune.html"):
            self.assertIn("<svg", (folder / page).read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
