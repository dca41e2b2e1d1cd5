"""The real Kafka broker under a test: a thin cover over deploy/kafka/broker."""

import subprocess

import paths

COMMAND = paths.ROOT / "deploy/kafka/broker"


class Broker:
    """One broker whose data lie in `folder`; a context manager that leaves no process behind."""

    def __init__(self, folder):
        self.folder = folder
        self.address = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        """Starts it, or starts it again on the same port and data; returns once it answers."""
        self.address = self._run("start")

    def stop(self):
        self._run("stop")

    def kill(self):
        """SIGKILL: as a crash of the broker, not of its machine."""
        self._run("kill")

    def restart(self):
        self._run("restart")

    def _run(self, command):
        done = subprocess.run([str(COMMAND), command, str(self.folder)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"broker {command}: {done.stderr}")
        return done.stdout.strip()
