"""What was measured on, and who used its processors meanwhile."""

import os
import pathlib
import platform
import subprocess

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def facts(root):
    """Everything about the machine and the project's state that a figure depends on."""
    memory = next(line for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    models = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo")
              if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.processor(),
        "processors": os.cpu_count(),
        "memory_bytes": int(memory.split()[1]) * 1024,
        "kernel": platform.release(),
        "commit": _output("git", "-C", str(root), "rev-parse", "--short=12", "HEAD"),
        "changed_files": len(_output("git", "-C", str(root), "status", "--porcelain",
                                     "--untracked-files=no").splitlines()),
        "librdkafka": _output("pkg-config", "--modversion", "rdkafka"),
        "rocksdb": _output("pkg-config", "--modversion", "rocksdb"),
    }


def cpu_seconds(pid):
    """Processor seconds of a living process so far, all threads, kernel time included."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / TICKS_PER_SECOND


def busy_seconds():
    """Processor seconds that anybody used since boot, time stolen by other machines included."""
    user, nice, system, _, _, interrupt, soft, steal = map(
        int, next(iter(_lines("/proc/stat"))).split()[1:9])
    return (user + nice + system + interrupt + soft + steal) / TICKS_PER_SECOND


def load():
    """The run queue's mean length over the last minute."""
    return os.getloadavg()[0]


def _lines(path):
    return pathlib.Path(path).read_text(encoding="utf-8").splitlines()


def _output(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False)
    return done.stdout.strip()
