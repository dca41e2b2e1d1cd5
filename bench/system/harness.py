"""What the commands of this folder share: the system tests' harness, our programs, a results file.

Import it first: it lets the others find the harness. Everything runs on loopback, in one temporary
folder that is removed at the end.
"""

import contextlib
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/oracle")]

import machine  # noqa: E402
import paths  # noqa: E402

PROGRAMS = ROOT / "build/bench/bench/system"
SCHEMA = "vigla.bench.system.v1"


def program(name, *arguments, seconds_max, stdin=None):
    """Runs one of our programs; returns the JSON object it prints."""
    done = subprocess.run([str(PROGRAMS / name), *map(str, arguments)], stdin=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          timeout=seconds_max)
    if done.returncode != 0:
        raise RuntimeError(f"{name}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


@contextlib.contextmanager
def background(name, *arguments, stdin=None):
    """One of our programs while the block runs; at its end it is stopped."""
    process = subprocess.Popen([str(PROGRAMS / name), *map(str, arguments)], stdin=stdin,
                               stdout=subprocess.DEVNULL)
    try:
        yield
        if process.poll() not in (None, 0):
            raise RuntimeError(f"{name}: exit {process.returncode}")
    finally:
        process.kill()
        process.wait()


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def broker_pid(broker):
    return json.loads((broker.folder / "broker.json").read_text(encoding="utf-8"))["pid"]


def head():
    """What every results file begins with."""
    return {"schema": SCHEMA, "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "machine": machine.facts(ROOT), "kafka": kafka_version()}


def kafka_version():
    pom = (ROOT / "deploy/kafka/pom.xml").read_text(encoding="utf-8")
    return pom.partition("<kafka.version>")[2].partition("<")[0]


def add_options(parser):
    """Options that every command has."""
    parser.add_argument("--seconds", type=int, default=600, help="each step's limit")
    parser.add_argument("--folder", type=pathlib.Path,
                        help="where the temporary folder is made; default: TMPDIR")
    parser.add_argument("--json", type=pathlib.Path, help="also write the results here")


def demand_engine(parser):
    if not paths.BINARY.exists():
        parser.error(f"no {paths.BINARY}; build it, or set VIGLA_BINARY")


def run(options, measure):
    """Calls measure(options, folder); writes and returns its result."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the broker ends with us
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-bench-", dir=options.folder))
    try:
        result = measure(options, folder)
    except RuntimeError as error:
        sys.exit(f"bench: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return result
