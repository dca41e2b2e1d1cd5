"""One HTML page of everything that was measured, from the results files; needs no network.

    bench/system/page RESULTS.json... > page.html

Files of `run`, `latency`, `sweep` and `recovery`, in any number and order; where two have the same
part the later one counts.
"""

import html
import json
import math
import pathlib
import sys

import figures
import page_sweeps
import svg_plot
import targets

HERE = pathlib.Path(__file__).resolve().parent
MIB = 1024 * 1024
PARTS = ("rounds", "summary", "workload", "settings", "latency", "judge", "recovery")
RATES = {"consume": "librdkafka, consuming only", "copy": "librdkafka, copying in transactions",
         "kafka": "Vigla, Kafka to Kafka, exactly once",
         "at-least-once": "the same at least once",
         "unaudited": "the same without the audit topic", "file": "Vigla, file to files",
         "flink-heap": "Flink, state on the heap", "flink-rocksdb": "Flink, state in RocksDB",
         "kafka-streams": "Kafka Streams"}


def merged(results):
    """One result of several files; `sources` says of each what machine and commit it is from."""
    whole = {"sources": [], "sweeps": {}}
    for result in results:
        whole["sources"].append({"began": result["began"], **result["machine"],
                                 "kafka": result["kafka"], "others": others_busy(result),
                                 "parts": [name for name in ("rounds", "latency", "judge",
                                                             "sweeps", "recovery")
                                           if name in result]})
        whole["sweeps"].update(result.get("sweeps", {}))
        whole.update({name: result[name] for name in PARTS if name in result})
    return whole


def others_busy(result):
    """Processors that neither engine nor broker used, in the runs' median; None: not known."""
    runs = [each[name] for each in result.get("rounds", ()) for name in ("kafka", "file")
            if name in each]
    runs += [run for sweep in result.get("sweeps", {}).values() for point in sweep["points"]
             for run in point["runs"]]
    shares = [run["others_cpu_seconds"] / run["wall_seconds"] for run in runs]
    return figures.spread(shares)["median"] if shares else None


def table(head, rows):
    """`head`: (text, is a number); cells are HTML already where they are tuples of (html,)."""
    def cell(tag, value, is_number):
        text = value[0] if isinstance(value, tuple) else html.escape(str(value))
        return f"<{tag}{' class=n' if is_number else ''}>{text}</{tag}>"

    kinds = [is_number for _, is_number in head]
    lines = ["<tr>" + "".join(cell("th", text, is_number) for text, is_number in head) + "</tr>"]
    lines += ["<tr>" + "".join(cell("td", value, kind) for value, kind in zip(row, kinds))
              + "</tr>" for row in rows]
    return f'<div class="scroll"><table>{"".join(lines)}</table></div>'


def card(name, value, note):
    return (f"<div class=card><span>{html.escape(name)}</span><b>{html.escape(value)}</b>"
            f"<span>{html.escape(note)}</span></div>")


def cards(result):
    """The figures that one asks for first."""
    found = []
    rounds = [each["kafka"] for each in result.get("rounds", ()) if "kafka" in each]
    if rounds:
        rate = figures.spread([each["records_per_second"] for each in rounds])
        found.append(card("Kafka to Kafka, exactly once", f"{rate['median']:,.0f}/s",
                          f"{rate['min']:,.0f} to {rate['max']:,.0f}, rounds: {len(rounds)}"))
        cost = figures.spread([each["cpu_us_per_record"] for each in rounds])
        found.append(card("Processor time a transaction", f"{cost['median']:.1f} µs",
                          "the engine's, all threads"))
    for each in targets.all_targets(result):
        if each.measured is not None and each.unit in ("ms", "s"):
            found.append(card(each.what, f"{each.measured:,.3g} {each.unit}",
                              f"wanted: {each.wanted()}"))
    return f'<div class="cards">{"".join(found)}</div>' if found else ""


def targets_table(result):
    rows = []
    for each in targets.all_targets(result):
        verdict = each.verdict()
        css = verdict.split()[0] if verdict.split()[0] in ("met", "missed") else ""
        measured = "–" if each.measured is None else f"{each.measured:,.3g} {each.unit}"
        why = "; ".join(text for text in (each.note, each.doubt) if text)
        rows.append((each.what, each.wanted(), measured,
                     (f'<span class="{css}">{verdict}</span>',), why))
    return "<h2>What is to be reached</h2>" + table(
        (("target", False), ("limit", True), ("measured", True), ("", False), ("from", False)),
        rows) + ("<p class=note>A question mark: the rounds do not agree within 10 %, or are fewer "
                 "than five. It is a first sight, not a figure.</p>")


def rates(result):
    if "rounds" not in result:
        return ""
    rows = []
    rounds = result["rounds"]
    for name, text in RATES.items():
        own = [each[name] for each in rounds if name in each]
        if not own:
            continue
        values = [each["records_per_second"] for each in own]
        rate = figures.spread(values)
        costs = [each["cpu_us_per_record"] for each in own if "cpu_us_per_record" in each]
        peaks = [each["memory_peak_bytes"] for each in own if "memory_peak_bytes" in each]
        rows.append((text, f"{rate['min']:,.0f}", f"{rate['median']:,.0f}", f"{rate['max']:,.0f}",
                     f"{figures.spread(costs)['median']:.2f}" if costs else "–",
                     f"{figures.spread(peaks)['median'] / MIB:,.0f}" if peaks else "–",
                     figures.verdict(values)))
    load = result["workload"]
    about = (f"{load['records']:,} transactions of {load['bytes'] / load['records']:.0f} bytes on "
             f"{load['accounts_touched']:,} accounts, {load['partitions']} partitions; "
             f"rounds: {len(rounds)}, in each of which everything runs once.")
    return ("<h2>Rates</h2>" + f"<p class=about>{about}</p>" + table(
        (("", False), ("least /s", True), ("median /s", True), ("greatest /s", True),
         ("CPU µs a transaction", True), ("peak MiB", True), ("", False)), rows))


def nines(share):
    """Where a share of the samples stands on an axis of nines."""
    return -math.log10(1 - share)


def latency_plot(latency, commit_ms):
    series = []
    highest = 0
    for color, each in enumerate(latency["summary"], 1):
        if each["commit_interval_ms"] != commit_ms or not each["curve"]:
            continue
        marks = [svg_plot.Mark(nines(share), value, value, value)
                 for share, value in each["curve"]]
        highest = max(highest, marks[-1].x)
        series.append(svg_plot.Series(f"{each['part']:.0%}: {each['per_second']:,.0f}/s",
                                      (color - 1) % 3 + 1, marks, dots=False))
    ticks = [(nines(share), text) for share, text in
             ((0, "0"), (0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9"),
              (0.9999, "p99.99"))]
    limits = [svg_plot.Limit(targets.LATENCY_MS_MAX,
                             f"p99.9 at 50 %: {targets.LATENCY_MS_MAX} ms",
                             nines(0.5), nines(0.999))] if commit_ms == 20 else []
    return svg_plot.render(svg_plot.Plot(
        f"Commit every {commit_ms} ms", "share of alerts that take no longer", "ms, log scale",
        series, [tick for tick in ticks if tick[0] <= max(highest, 3.01)], y_log=True,
        limits=limits, size=svg_plot.LARGE))


def latency_section(result):
    latency = result.get("latency")
    if not latency:
        return ""
    names = [*(f"p{percent}" for percent in figures.PERCENTILES), "max"]
    intervals = sorted({each["commit_interval_ms"] for each in latency["summary"]})
    rows = []
    for each in latency["summary"]:
        cells = []
        for name in names:
            spread = each["spread"].get(name)
            over = f"{spread['min']:,.1f} to {spread['max']:,.1f} in the rounds" if spread else \
                "no round alone has enough samples"
            cells.append((f'<span title="{over}">{each["pooled"][name]:,.1f}</span>',)
                         if name in each["pooled"] else "too few")
        rows.append((f"{each['commit_interval_ms']} ms", f"{each['part']:.0%}",
                     f"{each['per_second']:,.0f}", f"{each['samples']:,}", *cells,
                     "yes" if each["kept_up"] else "no"))
    maxima = ", ".join(f"{rate:,.0f}/s committing every {commit_ms} ms"
                       for commit_ms, rate in latency["maximum_per_second"].items())
    return ("<h2>Latency of an alert</h2>"
            "<p class=about>From the moment its transaction was due to be sent until a reader of "
            "what is committed has it. A record that is sent late counts from when it was due. "
            f"Greatest rate with the writer on the same machine: {maxima}.</p>"
            + '<div class="plots large">'
            + "".join(latency_plot(latency, each) for each in intervals) + "</div>"
            + table((("commit", False), ("load", True), ("tx/s", True), ("alerts", True),
                     *((f"{name} ms", True) for name in names), ("kept up", False)), rows)
            + "<p class=note>Of all rounds' alerts together. “too few”: fewer than ten alerts lie "
            "beyond it.</p>")


def judge_section(result):
    judge = result.get("judge")
    if not judge:
        return ""
    names = [f"p{percent}" for percent in figures.PERCENTILES]
    rows = []
    for source, text in (("file", "from a file"), ("kafka", "through Kafka")):
        each = judge["summary"].get(source)
        if each:
            spreads = each["milliseconds"]
            rows.append((text, f"{each['per_second']:,.0f}", f"{each['legs']:,.0f}",
                         *(f"{spreads[name]['median']:,.2f}" if name in spreads else "too few"
                           for name in names)))
    return ("<h2>Latency of a verdict</h2><p class=about>From the moment a record was received "
            "(due in the file, or appended to the topic) until the verdict on each of its legs is "
            "known, at half of the greatest rate; by the engine's histogram, median of the "
            "rounds.</p>"
            + table((("", False), ("tx/s", True), ("legs", True),
                     *((f"{name} ms", True) for name in names)), rows))


def recovery_section(result):
    recovery = result.get("recovery")
    if not recovery:
        return ""
    marks, rows = [], []
    for each in recovery["summary"]:
        ready, commit = each["ready_seconds"], each["first_commit_seconds"]
        read = each["log_bytes_read"]["median"] / MIB
        marks.append(svg_plot.Mark(read, ready["min"], ready["median"], ready["max"],
                                   not ready["verdict"], ready["verdict"]))
        rows.append((f"{each['leg_log_bytes_max'] / MIB:.0f} MiB", f"{read:.1f}",
                     f"{each['records_replayed']['median']:,.0f}", f"{ready['min']:.2f}",
                     f"{ready['median']:.2f}", f"{ready['max']:.2f}", f"{commit['median']:.2f}",
                     ready["verdict"]))
    plot = svg_plot.render(svg_plot.Plot(
        "Killed under load, started again", "MiB of logged legs to read", "s until ready",
        [svg_plot.Series("ready", 1, marks)],
        [(tick, svg_plot.short(tick))
         for tick in svg_plot.linear_ticks(max(mark.x for mark in marks))],
        limits=[svg_plot.Limit(targets.READY_SECONDS_MAX,
                               f"at most {targets.READY_SECONDS_MAX} s")]))
    return ("<h2>Recovery</h2><p class=about>Killed (SIGKILL) while it works off a backlog as fast "
            "as it can, then started: time from the start of the process to /readyz, and to its "
            f'next commit.</p><div class="plots">{plot}</div>' + table(
                (("log at most", False), ("read MiB", True), ("records judged again", True),
                 ("ready s, least", True), ("median", True), ("greatest", True),
                 ("commits again s", True), ("", False)), rows))


def sources(result):
    rows = [(each["began"], ", ".join(each["parts"]),
             f"{each['processors']} × {each['processor']}", f"{each['memory_bytes'] / 2**30:.0f}",
             each["commit"] + (f" + {each['changed_files']} changed files"
                               if each["changed_files"] else ""),
             f"Kafka {each['kafka']}, librdkafka {each['librdkafka']}, RocksDB {each['rocksdb']}, "
             f"Linux {each['kernel']}",
             "–" if each["others"] is None else f"{each['others']:.2f}")
            for each in result["sources"]]
    return "<h2>Where it was measured</h2>" + table(
        (("began", False), ("what", False), ("processors", False), ("GiB", True),
         ("commit", False), ("versions", False), ("others used", True)), rows) + (
             "<p class=note>“Others used”: processors that neither the engine nor the broker used "
             "meanwhile, the harness included. Well above 0.1, times by the clock mean little; "
             "processor time a transaction suffers less.</p>")


def reading():
    return ("<h2>How to read this</h2><p class=note>Broker, writer, reader and engine share one "
            "machine, all on loopback: figures compare within a file, not across machines. Dots "
            "are medians, bars reach from the least to the greatest of the rounds. A hollow dot is "
            "not a figure: its rounds lie more than 10 % apart, or are fewer than five. Rates and "
            "processor time are of the stretch from the first commit to the last; peak memory and "
            "bytes are of the whole process. bench/README.md says what each leaves out.</p>")


def render(results):
    result = merged(results)
    last = result["sources"][-1]
    about = (f"{last['processors']} × {last['processor']}, {last['memory_bytes'] / 2**30:.0f} GiB; "
             f"commit {last['commit']}; {last['began']}")
    body = "".join((cards(result), targets_table(result), rates(result), judge_section(result),
                    latency_section(result), page_sweeps.section(result["sweeps"]),
                    recovery_section(result), reading(), sources(result)))
    style = (HERE / "page.css").read_text(encoding="utf-8")
    return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta http-equiv="Content-Security-Policy" content="'
            "default-src 'none'; style-src 'unsafe-inline'\">\n"
            f"<title>Vigla, measured</title>\n<style>\n{style}</style></head>\n<body><main>\n"
            f"<h1>Vigla, measured</h1><p class=about>{html.escape(about)}</p>\n{body}\n"
            "</main></body></html>\n")


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    sys.stdout.write(render([json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
                             for path in sys.argv[1:]]))


if __name__ == "__main__":
    main()
