"""What a sweep varies, one thing at a time; everything else stays as it is by default.

Sizes are such that a dimension's round takes about a minute on two processors.
"""

import dataclasses
import functools
import pathlib
import typing

import paths
import rule_packs
from workload import Workload

PARTITIONS = 4


@dataclasses.dataclass(frozen=True)
class Point:
    """One setting of what is varied. `partitions` 0: from a file, into files."""

    value: float
    label: str
    load: Workload = Workload()
    settings: typing.Mapping[str, int] = dataclasses.field(default_factory=dict)
    write_rules: typing.Optional[typing.Callable[[pathlib.Path], None]] = None
    partitions: int = 0
    before: typing.Optional[Workload] = None  # what its state holds when it starts; files only

    def rules(self, folder):
        """The path of its rules; `folder` takes those that are made for it."""
        if self.write_rules is None:
            return paths.W1_PACK
        if not folder.exists():
            self.write_rules(folder)
        return folder


@dataclasses.dataclass(frozen=True)
class Dimension:
    title: str
    axis: str
    points: typing.Sequence[Point]
    is_log: bool = True
    settles: bool = False  # also measure the state with an image of every subject


def _number(value):
    for size, suffix in ((1_000_000, " M"), (1_000, " k")):
        if value >= size and value % size == 0:
            return f"{value // size}{suffix}"
    return str(value)


def _rules():
    load = Workload(transactions=200_000, accounts=20_000)
    return [Point(count, f"{count:,}", load,
                  write_rules=functools.partial(rule_packs.write_mix, rules=count))
            for count in (1, 20, 100, 1_000, 10_000)]


def _windows():
    load = Workload(transactions=300_000, accounts=20_000)
    return [Point(hours, window, load,
                  write_rules=functools.partial(rule_packs.write_windows, window=window))
            for hours, window in ((1, "1h"), (24, "24h"), (168, "7d"), (720, "30d"),
                                  (2160, "90d"), (9600, "400d"))]


def _accounts():
    """Each account has an image, most of those of 10⁷ outside the cache; then the busiest come."""
    return [Point(count, _number(count),
                  Workload(transactions=500_000, accounts=count, skew=0.9, seed=2,
                           start="2026-04-11T08:00:00Z"),
                  {"cache_bytes": 2 << 30}, before=Workload(count, count, skew=0))
            for count in (10_000, 100_000, 1_000_000, 10_000_000)]


def _history():
    """Accounts that all take part alike, fewer and fewer with more and more entries each."""
    transactions = 500_000
    return [Point(entries, str(entries),
                  Workload(transactions, 2 * transactions // entries, skew=0))
            for entries in (1, 4, 16, 64, 256)]


def _commit_intervals():
    """Long ones want more records, so that there are several of them."""
    return [Point(commit_ms, str(commit_ms),
                  Workload(transactions=300_000 if commit_ms <= 100 else 1_200_000),
                  {"commit_interval_ms": commit_ms}, partitions=PARTITIONS)
            for commit_ms in (10, 20, 50, 100, 250, 500, 1000)]


DIMENSIONS = {
    "rules": Dimension("Number of rules", "rules", _rules()),
    "accounts": Dimension("Number of accounts", "accounts on record", _accounts()),
    "skew": Dimension("How unequally accounts take part", "Zipf's exponent", [
        Point(skew, f"{skew:.1f}", Workload(skew=skew)) for skew in (0, 0.4, 0.8, 1.0, 1.2)],
                      is_log=False),
    "windows": Dimension("Length of windows", "window", _windows()),
    "history": Dimension("Entries an account has", "entries an account", _history(), settles=True),
    "record-bytes": Dimension("Size of a record", "bytes", [
        Point(size or 318, _number(size) if size else "318, as generated",
              Workload(transactions=150_000, record_bytes=size))
        for size in (0, 512, 1024, 2048, 4096)]),
    "lanes": Dimension("Lanes", "lanes", [
        Point(lanes, str(lanes), settings={"lanes": lanes}) for lanes in (1, 2, 3, 4)],
                       is_log=False),
    "partitions": Dimension("Partitions of the input", "partitions", [
        Point(count, str(count), partitions=count) for count in (1, 2, 4, 8, 16)]),
    "commit-ms": Dimension("Commit interval", "milliseconds", _commit_intervals()),
}
