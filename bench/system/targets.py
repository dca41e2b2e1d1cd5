"""What is to be reached, held against what was measured."""

import typing

DEFAULT_LOG_BYTES = 134_217_728  # engine.leg_log_bytes
READY_SECONDS_MAX = 3
LATENCY_MS_MAX = 60
ENTRY_BYTES_MAX = 48
ACCOUNT_BYTES_MAX = 256
COST = "measured_cpu_us_per_record"


class Target(typing.NamedTuple):
    """`measured` None: not measured. `doubt`: why it is not a figure, or ""."""

    what: str
    limit: float
    unit: str
    measured: typing.Optional[float]
    doubt: str
    note: str

    def verdict(self):
        if self.measured is None:
            return "not measured"
        return ("met" if self.measured <= self.limit else "missed") + (" ?" if self.doubt else "")


# Dimension of a sweep: (what, base point, point, factor).
FACTORS = {
    "rules": ("CPU with 1,000 rules, of that with 20", 20, 1000, 2.0),
    "windows": ("CPU with windows of 90 days, of that with 1 hour", 1, 2160, 1.3),
    "accounts": ("CPU with 10⁷ accounts, of that with 10⁵", 100_000, 10_000_000, 3.0),
}


def point(sweep, value):
    return next((each for each in sweep["points"] if each["value"] == value), None)


def _factor(result, name):
    what, base, other, limit = FACTORS[name]
    sweep = result.get("sweeps", {}).get(name)
    ends = [point(sweep, value) for value in (base, other)] if sweep else [None]
    if None in ends:
        return Target(what, limit, "×", None, "", "")
    costs = [end["summary"][COST] for end in ends]
    doubt = next((cost["verdict"] for cost in costs if cost["verdict"]), "")
    return Target(what, limit, "×", costs[1]["median"] / costs[0]["median"], doubt,
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
        ("State on disk, bytes an idle account", ACCOUNT_BYTES_MAX, "settled_bytes_per_account", 0))
    sweep = result.get("sweeps", {}).get("history")
    for what, limit, name, index in texts:
        if not sweep:
            yield Target(what, limit, "bytes", None, "", "")
            continue
        end = sweep["points"][index]
        figure = end["summary"][name]
        yield Target(what, limit, "bytes", figure["median"], figure["verdict"],
                     f"accounts with {end['label']} entries on average")


def _recovery(result):
    what = "Ready after a kill under load"
    for each in result.get("recovery", {}).get("summary", ()):
        if each["leg_log_bytes_max"] == DEFAULT_LOG_BYTES:
            ready = each["ready_seconds"]
            return Target(what, READY_SECONDS_MAX, "s", ready["median"], ready["verdict"],
                          f"{each['log_bytes_read']['median'] / 2**20:,.0f} MiB of legs read, "
                          f"{each['records_replayed']['median']:,.0f} records judged again")
    return Target(what, READY_SECONDS_MAX, "s", None, "", "")


def all_targets(result):
    return [_latency(result), *(_factor(result, name) for name in FACTORS), *_state(result),
            _recovery(result)]
