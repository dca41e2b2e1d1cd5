"""Sweeps as a person reads them: medians, and a mark where the rounds do not agree."""

MIB = 1024 * 1024
COLUMNS = (("tx/s", "records_per_second", "{:,.0f}", 1),
           ("cpu us/tx", "measured_cpu_us_per_record", "{:.2f}", 1),
           ("peak MiB", "memory_peak_bytes", "{:,.0f}", MIB),
           ("state B/account", "state_bytes_per_account", "{:,.0f}", 1),
           ("settled B/account", "settled_bytes_per_account", "{:,.0f}", 1),
           ("settled B/entry", "settled_bytes_per_entry", "{:,.1f}", 1),
           ("ledger B/entry", "ledger_bytes_per_entry", "{:,.1f}", 1),
           ("written/input", "write_amplification", "{:.2f}", 1),
           ("alerts", "alerts", "{:,.0f}", 1))


def text(sweeps):
    return "\n\n".join([*map(_sweep, sweeps.values()),
                        "medians of the rounds; ~ marks what is not a figure: fewer than five "
                        "rounds, or more than 10 % apart"])


def _sweep(sweep):
    used = [column for column in COLUMNS
            if any(column[1] in point["summary"] for point in sweep["points"])]
    rows = [(sweep["axis"], *(column[0] for column in used))]
    for point in sweep["points"]:
        rows.append((point["label"], *(_cell(point["summary"], column) for column in used)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join([sweep["title"]] + [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in rows])


def _cell(summary, column):
    _, name, form, unit = column
    if name not in summary:
        return "-"
    mark = "~" if summary[name]["verdict"] else " "
    return form.format(summary[name]["median"] / unit) + mark
