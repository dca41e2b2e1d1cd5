"""Latencies as a person reads them."""

import figures

NAMES = (*(f"p{percent}" for percent in figures.PERCENTILES), "max")


def text(latency):
    lines = [f"from a backlog {latency['backlog_per_second']:,.0f}/s; live at most "
             + ", ".join(f"{rate:,.0f}/s committing every {commit_ms} ms"
                         for commit_ms, rate in latency["maximum_per_second"].items()),
             "milliseconds from due to visible, of all rounds' alerts"]
    rows = [("commit", "load", "tx/s", "alerts", *NAMES, "kept up")]
    for each in latency["summary"]:
        rows.append((f"{each['commit_interval_ms']} ms", f"{each['part']:.0%}",
                     f"{each['per_second']:,.0f}", f"{each['samples']:,}",
                     *(value(each["pooled"], name) for name in NAMES),
                     "yes" if each["kept_up"] else "NO"))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines += ["  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in rows]
    lines.append("-: too few samples for this percentile")
    return "\n".join(lines)


def value(pooled, name):
    return f"{pooled[name]:.1f}" if name in pooled else "-"
