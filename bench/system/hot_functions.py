"""Where a running engine's processor time goes, by function and by thread (Linux perf)."""

import pathlib
import re
import shutil
import subprocess
import time

HERTZ = 499
FUNCTIONS_MAX = 40
PERCENT = re.compile(r"\s*[0-9.]+%")


class Profile:
    """Samples one engine from when it is ready until it ends."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "perf.data"
        self.process = None

    @staticmethod
    def available():
        return shutil.which("perf") is not None

    def attach(self, vigla):
        """For engine_run.measure: called once the process was started."""
        vigla.wait_until_ready()
        time.sleep(0.2)  # all threads are there
        self.process = subprocess.Popen(
            ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(HERTZ), "-o", str(self.path),
             "-p", str(vigla.process.pid)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def result(self):
        """{"threads": [...], "functions": [...]}, each {percent, ...}, the greatest first."""
        self.process.wait(60)
        return {
            "threads": [{"percent": percent, "thread": thread}
                        for percent, thread in self._report("pid")],
            "functions": [{"percent": percent, "thread": thread, "object": item,
                           "function": symbol.partition("] ")[2]}
                          for percent, thread, item, symbol
                          in self._report("pid,dso,symbol")[:FUNCTIONS_MAX]],
        }

    def _report(self, keys):
        done = subprocess.run(
            ["perf", "report", "-i", str(self.path), "--stdio", "--no-children", "--no-inline",
             "-t", "|", "-F", f"overhead,{keys}", "--percent-limit", "0.4"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            check=False, timeout=300)
        rows = [[cell.strip() for cell in line.split("|")]
                for line in done.stdout.splitlines() if PERCENT.match(line)]
        return [(float(percent.rstrip("%")), *cells) for percent, *cells in rows]
