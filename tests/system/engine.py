"""The engine under a test: its configuration, its process, the ways to kill it, its admin pages."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import paths

EXIT_TRY_AGAIN = 75  # crash-only: a supervisor starts it again
EXIT_PROOF_FAILED = 76
EXIT_INVALID = 78
RUN_SECONDS_MAX = paths.size("run_seconds", 600)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def kafka_config(folder, address, **changes):
    """A configuration for topics `transactions` to `vigla.*`; `changes` replace whole sections."""
    sections = {
        "input": {"kind": "kafka", "topics": ["transactions"]},
        "output": {"prefix": "vigla"},
        "rules": {"paths": [str(paths.W1_PACK)]},
        "state": {"dir": str(pathlib.Path(folder) / "state")},
        "kafka": {"bootstrap.servers": address},
        "engine": {"lanes": 2, "commit_interval_ms": 100, "cache_bytes": 268_435_456},
        "admin": {"listen": f"127.0.0.1:{free_port()}"},
        "rates": {"base": "EUR"},
    }
    sections.update(changes)
    return sections


def file_config(folder, *input_paths, **changes):
    """A configuration that reads files and writes files under `folder`/out."""
    sections = kafka_config(folder, "", **{
        "input": {"kind": "file", "path": [*map(str, input_paths)]},
        "output": {"dir": str(pathlib.Path(folder) / "out")}, **changes})
    del sections["kafka"]
    return sections


def write_config(path, sections):
    """As YAML: a section a line, each a flow mapping (JSON is YAML)."""
    text = "".join(f"{name}: {json.dumps(section)}\n" for name, section in sections.items())
    pathlib.Path(path).write_text(text, encoding="utf-8")


def command(*arguments, check=True, **options):
    """Runs `vigla ARGUMENTS` to its end; returns the completed process with text output."""
    done = subprocess.run([str(paths.BINARY), *map(str, arguments)], text=True, check=False,
                          **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options})
    if check and done.returncode != 0:
        raise RuntimeError(f"vigla {' '.join(map(str, arguments))}: exit {done.returncode}\n"
                           f"{(done.stderr or '')[-4000:]}")
    return done


def generate(path, transactions, accounts, seed, workload="w1"):
    """Writes the reference stream to a file; the same arguments give the same bytes."""
    with open(path, "wb") as out:
        command("generate", "--workload", workload, "--seed", seed,
                "--transactions", transactions, "--accounts", accounts, stdout=out)
    with open(path, "rb") as stream:
        return stream.read().splitlines()


class Engine:
    """One `vigla run` process. Its talk goes to `log`; a context manager that leaves none."""

    def __init__(self, folder, sections, name="vigla", command=(paths.BINARY,)):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sections = sections
        self.command = [*map(str, command)]
        self.config = self.folder / f"{name}.yaml"
        self.log = self.folder / f"{name}.log"
        self.process = None
        write_config(self.config, sections)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self, until_end=False, settings=()):
        """Starts it; `settings` are `a.b=v` overrides. Returns at once."""
        assert not self.running(), "already running"
        arguments = [*self.command, "run", "-c", str(self.config)]
        arguments += ["--until-end"] if until_end else []
        for setting in settings:
            arguments += ["--set", setting]
        with open(self.log, "ab") as log:
            log.write(f"=== {' '.join(arguments)}\n".encode())
            log.flush()
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={**os.environ, "NO_COLOR": "1"})
        return self

    def running(self):
        return self.process is not None and self.process.poll() is None

    def wait(self, seconds=RUN_SECONDS_MAX):
        """Waits for the end and returns the exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise RuntimeError(f"still running after {seconds} s\n{self.tail()}") from None

    def run_to_end(self, settings=(), starts_max=10, seconds=RUN_SECONDS_MAX):
        """Runs until the end of the input, as a supervisor would: exit 75 starts it again."""
        for _ in range(starts_max):
            code = self.start(until_end=True, settings=settings).wait(seconds)
            if code == 0:
                return
            if code != EXIT_TRY_AGAIN:
                raise RuntimeError(f"exit {code}\n{self.tail()}")
        raise RuntimeError(f"asked for another start {starts_max} times\n{self.tail()}")

    def kill(self):
        """SIGKILL, as a crash; no-op where it has ended."""
        if self.running():
            self.process.kill()
            self.process.wait()

    def stop(self, seconds=60):
        """SIGTERM, as an operator's stop; returns the exit code."""
        self.process.terminate()
        return self.wait(seconds)

    def pause(self):
        """SIGSTOP: it becomes a zombie that still believes it owns everything."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def tail(self, lines=60):
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def get(self, page):
        """(HTTP status, body) of an admin page; raises OSError where nothing answers."""
        url = f"http://{self.sections['admin']['listen']}{page}"
        try:
            with urllib.request.urlopen(url, timeout=10) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def wait_until_ready(self, seconds=60):
        """Waits for /readyz to say 200; fails early where the process ends."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.running():
                raise RuntimeError(f"exit {self.process.returncode}\n{self.tail()}")
            with contextlib.suppress(OSError):
                if self.get("/readyz")[0] == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"not ready in {seconds} s\n{self.tail()}")
