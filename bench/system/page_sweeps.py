"""The page's part on sweeps: what is varied along x, a plot for each figure that depends on it."""

import svg_plot
import targets

MIB = 1024 * 1024
# (figure, title, axis, unit), in the order of the page.
FIGURES = {
    "records_per_second": ("Throughput", "transactions a second", 1),
    "measured_cpu_us_per_record": ("Processor time", "µs a transaction", 1),
    "memory_peak_bytes": ("Peak memory", "MiB", MIB),
    "state_bytes_per_account": ("State on disk", "bytes an account touched", 1),
    "write_amplification": ("Written to the state", "bytes a byte of input", 1),
    "settled_bytes_per_account": ("State on disk, settled", "bytes an account", 1),
    "settled_bytes_per_entry": ("State on disk, settled", "bytes an entry", 1),
    "ledger_bytes_per_entry": ("Ledgers alone, before compression", "bytes an entry", 1),
}
SHOWN = {
    "rules": ("records_per_second", "measured_cpu_us_per_record", "memory_peak_bytes"),
    "accounts": ("records_per_second", "measured_cpu_us_per_record", "memory_peak_bytes",
                 "state_bytes_per_account", "write_amplification"),
    "skew": ("records_per_second", "measured_cpu_us_per_record"),
    "windows": ("records_per_second", "measured_cpu_us_per_record"),
    "history": ("settled_bytes_per_account", "settled_bytes_per_entry",
                "ledger_bytes_per_entry", "measured_cpu_us_per_record", "write_amplification"),
    "record-bytes": ("records_per_second", "measured_cpu_us_per_record"),
    "lanes": ("records_per_second", "measured_cpu_us_per_record"),
    "partitions": ("records_per_second", "measured_cpu_us_per_record"),
    "commit-ms": ("records_per_second", "measured_cpu_us_per_record"),
}
# Where the greatest is so far from the least that a linear axis would show one of them only.
LOG_FIGURES = {("history", "settled_bytes_per_account"), ("accounts", "state_bytes_per_account"),
               ("rules", targets.COST), ("skew", targets.COST)}
ABOUT = {
    "rules": "Made rules over up to 60 + rules / 50 features; limits so high that alerts stay "
             "rare. From a file.",
    "accounts": "The state holds so many accounts with about two entries each, all with an image; "
                "then transactions come by Zipf's law (0.9). The cache of 2 GiB holds the lesser "
                "numbers whole. From a file.",
    "skew": "Zipf's exponent: at 0 all accounts take part alike, at 1.2 the busiest is on an "
            "eighth of all sides. From a file.",
    "windows": "Five rules over one window each, none of which matches. From a file that spans a "
               "hundred days: beyond that a window holds all there is.",
    "history": "The same number of transactions, all accounts alike. Settled: RocksDB's tables "
               "once every account has an image and they are compacted, the index of "
               "transactions included.",
    "record-bytes": "Padded with a remittance text, which no rule reads. From a file.",
    "lanes": "Threads that own accounts; there are further threads for intake and commits. From a "
             "file.",
    "partitions": "Of the input and the alerts, from Kafka to Kafka.",
    "commit-ms": "From Kafka to Kafka, exactly once.",
}


def section(sweeps):
    if not sweeps:
        return ""
    return "<h2>One thing varied at a time</h2>" + "".join(
        _sweep(name, sweeps[name]) for name in SHOWN if name in sweeps)


def _sweep(name, sweep):
    plots = "".join(svg_plot.render(_plot(name, sweep, figure)) for figure in SHOWN[name])
    rounds = max(len(point["runs"]) for point in sweep["points"])
    return (f"<h3>{sweep['title']}</h3><p class=note>{ABOUT[name]} Rounds: {rounds}.</p>"
            f'<div class="plots">{plots}</div>')


def _plot(name, sweep, figure):
    title, axis, unit = FIGURES[figure]
    marks = []
    for point in sweep["points"]:
        spread = point["summary"][figure]
        note = f"{point['label']}: {spread['median'] / unit:,.4g} {axis}"
        if spread["verdict"]:
            note += f" ({spread['verdict']})"
        marks.append(svg_plot.Mark(point["value"], spread["min"] / unit, spread["median"] / unit,
                                   spread["max"] / unit, not spread["verdict"], note))
    is_log = (name, figure) in LOG_FIGURES
    return svg_plot.Plot(
        title, sweep["axis"], axis + (", log scale" if is_log else ""),
        [svg_plot.Series(title, 1, marks)],
        [(point["value"], point["label"]) for point in sweep["points"]],
        x_log=sweep["is_log"], y_log=is_log, limits=_limits(name, sweep, figure))


def _limits(name, sweep, figure):
    """The bounds of targets.py that this plot can show."""
    values = [point["value"] for point in sweep["points"]]
    if figure == targets.COST:
        return [svg_plot.Limit(targets.point(sweep, factor.base)["summary"][figure]["median"]
                               * factor.limit, f"at most {factor.limit:g} ×", factor.base,
                               factor.point)
                for factor in targets.FACTORS
                if factor.sweep == name and {factor.base, factor.point} <= set(values)]
    if figure == "settled_bytes_per_entry":
        return [svg_plot.Limit(targets.ENTRY_BYTES_MAX, f"at most {targets.ENTRY_BYTES_MAX} bytes",
                               values[len(values) // 2], values[-1])]
    if figure == "settled_bytes_per_account":
        return [svg_plot.Limit(targets.ACCOUNT_BYTES_MAX,
                               f"idle: at most {targets.ACCOUNT_BYTES_MAX}", values[0],
                               values[len(values) // 2])]
    return []
