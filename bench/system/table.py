"""The results as a person reads them."""

import peer_table

MIB = 1024 * 1024


def text(result):
    rounds = result["rounds"]
    parts = [_head(result), _rounds(rounds), peer_table.text(rounds), _spread(result["summary"]),
             _details(result)]
    if "profile" in result:
        parts.append(_profile(result["profile"]))
    return "\n\n".join(part for part in parts if part)


def _head(result):
    machine, load = result["machine"], result["workload"]
    changed = f" + {machine['changed_files']} changed files" if machine["changed_files"] else ""
    return (f"{machine['processors']} x {machine['processor']}, broker on the same; commit "
            f"{machine['commit']}{changed}; librdkafka {machine['librdkafka']}, RocksDB "
            f"{machine['rocksdb']}, Kafka {result['kafka']}\n"
            f"W1, {load['records']:,} transactions of {load['bytes'] / load['records']:.0f} bytes "
            f"on {load['accounts_touched']:,} of {load['accounts']:,} accounts, "
            f"{load['partitions']} partitions, seed {load['seed']}")


def _rounds(rounds):
    header = ("round", "consume/s", "copy/s", "vigla/s", "of consume", "to exit/s", "file/s",
              "cpu us/tx", "broker us/tx", "peak MiB", "others busy")
    rows = [header]
    for number, each in enumerate(rounds, 1):
        kafka, file = each.get("kafka"), each.get("file")
        rows.append((
            str(number), _rate(each.get("consume")), _rate(each.get("copy")), _rate(kafka),
            f"{each['ratio']:.3f}" if "ratio" in each else "-",
            f"{kafka['wall_records_per_second']:,.0f}" if kafka else "-", _rate(file),
            f"{kafka['cpu_us_per_record']:.2f}" if kafka else "-",
            f"{kafka['broker_cpu_seconds'] / kafka['records'] * 1e6:.2f}" if kafka else "-",
            f"{kafka['memory_peak_bytes'] / MIB:.0f}" if kafka else "-",
            f"{kafka['others_cpu_seconds'] / kafka['wall_seconds']:.0%}" if kafka else "-"))
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths))
                     for row in rows)


def _rate(measured):
    return f"{measured['records_per_second']:,.0f}" if measured else "-"


def _spread(summary):
    lines = ["                        min      median         max"]
    for name, spread in summary.items():
        form = "12.3f" if name == "ratio" else "12,.0f"
        lines.append(f"{name:<14}" + "".join(format(spread[key], form)
                                             for key in ("min", "median", "max")))
    return "\n".join(lines)


def _details(result):
    last = next((each["kafka"] for each in reversed(result["rounds"]) if "kafka" in each), None)
    if last is None:
        return ""
    tables, others = last["state_bytes"]["tables"], last["state_bytes"]["others"]
    accounts = result["workload"]["accounts_touched"]
    metrics = last["metrics"]
    lines = [
        f"last Kafka run: {last['alerts']:,} alerts, {last['epochs']} epochs; first commit after "
        f"{last['first_commit_seconds']:.2f} s, end {last['end_seconds']:.2f} s after the last, "
        f"{last['wall_records_per_second']:,.0f}/s from start to exit",
        f"state on disk: {tables / MIB:.0f} MiB of tables, {others / MIB:.0f} MiB others; "
        f"{(tables + others) / accounts:.0f} bytes an account touched",
    ]
    lines += [f"  {name} {value:,.6g}" for name, value in sorted(metrics.items())]
    return "\n".join(lines)


def _profile(profile):
    lines = ["profile of one more Kafka run, percent of its samples"]
    lines += [f"  {each['percent']:6.2f}  thread {each['thread']}" for each in profile["threads"]]
    lines += [f"  {each['percent']:6.2f}  {each['thread']:<20} {each['function'][:110]}"
              for each in profile["functions"]]
    return "\n".join(lines)
