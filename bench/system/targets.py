"""What is to be reached, held against what was measured."""

import typing

import figures

DEFAULT_LOG_BYTES = 58_720_256  # engine.leg_log_bytes
READY_SECONDS_MAX = 3
LATENCY_MS_MAX = 60
ENTRY_BYTES_MAX = 48
ACCOUNT_BYTES_MAX = 256
INDEX_BYTES_MAX = 24
CPU_US_MAX = 2.0
JUDGE_MS_MAX = 5
REPLAY_MIN = 2
COST = "measured_cpu_us_per_record"


class Target(typing.NamedTuple):
    """`measured` None: not measured. `doubt`: why it is not a figure, or "". `is_least`: more is
    better.
    """

    what: str
    limit: float
    unit: str
    measured: typing.Optional[float]
    doubt: str
    note: str
    is_least: bool = False

    def wanted(self):
        return f"{'≥' if self.is_least else '≤'} {self.limit:g} {self.unit}"

    def verdict(self):
        if self.measured is None:
            return "not measured"
        is_met = (self.measured >= self.limit if self.is_least else self.measured <= self.limit)
        return ("met" if is_met else "missed") + (" ?" if self.doubt else "")


class Factor(typing.NamedTuple):
    """What a point of a sweep may cost at most, of another point's cost."""

    sweep: str
    what: str
    base: int
    point: int
    limit: float


FACTORS = (
    Factor("rules", "CPU with 1,000 rules, of that with 20", 20, 1000, 2.0),
    Factor("rules", "CPU with 10,000 rules, of that with 20", 20, 10_000, 4.0),
    Factor("windows", "CPU with windows of 90 days, of that with 1 hour", 1, 2160, 1.3),
    Factor("accounts", "CPU with 10⁷ accounts, of that with 10⁵", 100_000, 10_000_000, 3.0),
)


# Ratios of rates, both of one round: (what, measured, of what, at least).
RATIOS = (
    ("Rate of librdkafka's consuming only", "kafka", "consume", 0.30),
    ("Rate of Flink's with RocksDB", "kafka", "flink-rocksdb", 10),
    ("Rate of Kafka Streams'", "kafka", "kafka-streams", 10),
    ("Rate of Flink's on the heap", "kafka", "flink-heap", 3),
    ("Rate exactly once, of that at least once", "kafka", "at-least-once", 0.85),
)


def _ratio(result, what, measured, other, limit):
    rounds = [each for each in result.get("rounds", ()) if measured in each and other in each]
    if not rounds:
        return Target(what, limit, "×", None, "", "", True)
    values = [each[measured]["records_per_second"] / each[other]["records_per_second"]
              for each in rounds]
    rates = [figures.spread([each[name]["records_per_second"] for each in rounds])["median"]
             for name in (measured, other)]
    return Target(what, limit, "×", figures.spread(values)["median"], figures.verdict(values),
                  f"{rates[0]:,.0f}/s beside {rates[1]:,.0f}/s", True)


def _cpu(result):
    what = "Processor time a transaction, Kafka to Kafka"
    values = [each["kafka"]["cpu_us_per_record"] for each in result.get("rounds", ())
              if "kafka" in each]
    if not values:
        return Target(what, CPU_US_MAX, "µs", None, "", "")
    return Target(what, CPU_US_MAX, "µs", figures.spread(values)["median"],
                  figures.verdict(values), "the whole process, its start and end included")


def _judge(result):
    for source, text in (("file", "from a file"), ("kafka", "through Kafka")):
        what = f"p99.9 from received to verdict at half of the maximum, {text}"
        each = result.get("judge", {}).get("summary", {}).get(source)
        spread = each["milliseconds"].get("p99.9") if each else None
        if not spread:
            yield Target(what, JUDGE_MS_MAX, "ms", None, "", "")
            continue
        yield Target(what, JUDGE_MS_MAX, "ms", spread["median"], spread["verdict"],
                     f"{each['legs']:,.0f} legs at {each['per_second']:,.0f} transactions a second")


def point(sweep, value):
    return next((each for each in sweep["points"] if each["value"] == value), None)


def _factor(result, factor):
    sweep = result.get("sweeps", {}).get(factor.sweep)
    ends = [point(sweep, value) for value in (factor.base, factor.point)] if sweep else [None]
    if None in ends:
        return Target(factor.what, factor.limit, "×", None, "", "")
    costs = [end["summary"][COST] for end in ends]
    doubt = next((cost["verdict"] for cost in costs if cost["verdict"]), "")
    return Target(factor.what, factor.limit, "×", costs[1]["median"] / costs[0]["median"], doubt,
                  f"{costs[0]['median']:.2f} → {costs[1]['median']:.2f} µs a transaction")


def _latency(result):
    what = "p99.9 at half of the maximum, commit every 20 ms"
    for each in result.get("latency", {}).get("summary", ()):
        if (each["commit_interval_ms"], each["part"]) == (20, 0.5):
            spread = each["spread"].get("p99.9")
            doubt = spread["verdict"] if spread else "no round alone has alerts enough"
            if "p99.9" not in each["pooled"]:
                doubt = "too few alerts for this percentile"
            elif not each["kept_up"]:
                doubt = "the engine fell behind"
            return Target(what, LATENCY_MS_MAX, "ms", each["pooled"].get("p99.9"), doubt,
                          f"{each['samples']:,} alerts at {each['per_second']:,.0f} "
                          "transactions a second")
    return Target(what, LATENCY_MS_MAX, "ms", None, "", "")


def _state(result):
    texts = (
        ("State on disk, bytes an entry", ENTRY_BYTES_MAX, "settled_bytes_per_entry", -1),
        ("State on disk, bytes an idle account", ACCOUNT_BYTES_MAX, "settled_bytes_per_account", 0),
        ("Sequence index, bytes a transaction", INDEX_BYTES_MAX, "index_bytes_per_transaction", -1))
    sweep = result.get("sweeps", {}).get("history")
    for what, limit, name, index in texts:
        if not sweep:
            yield Target(what, limit, "bytes", None, "", "")
            continue
        end = sweep["points"][index]
        figure = end["summary"].get(name)
        if not figure:
            yield Target(what, limit, "bytes", None, "", "")
            continue
        yield Target(what, limit, "bytes", figure["median"], figure["verdict"],
                     f"accounts with {end['label']} entries on average")


def _recovery(result):
    what = "Ready after a kill under load"
    replay_what = "Rate of recovery, of the live one"
    for each in result.get("recovery", {}).get("summary", ()):
        if each["leg_log_bytes_max"] == DEFAULT_LOG_BYTES:
            ready = each["ready_seconds"]
            yield Target(what, READY_SECONDS_MAX, "s", ready["median"], ready["verdict"],
                         f"{each['log_bytes_read']['median'] / 2**20:,.0f} MiB of legs read, "
                         f"{each['records_replayed']['median']:,.0f} records judged again")
            replay = each.get("replay_ratio")
            yield Target(replay_what, REPLAY_MIN, "×", replay["median"] if replay else None,
                         replay["verdict"] if replay else "",
                         "transactions in the log, over the time until ready", True)
            return
    yield Target(what, READY_SECONDS_MAX, "s", None, "", "")
    yield Target(replay_what, REPLAY_MIN, "×", None, "", "", True)


def all_targets(result):
    return [*(_ratio(result, *each) for each in RATIOS), _cpu(result),
            *(_factor(result, factor) for factor in FACTORS), *_judge(result), _latency(result),
            *_state(result), *_recovery(result)]
