"""The peers' figures as a person reads them; nothing where none was measured."""

import peer_run

MIB = 1024 * 1024


def text(rounds):
    header = ("round", "peer", "tx/s", "of consume", "vigla is", "to exit/s", "cpu us/tx",
              "broker us/tx", "peak MiB", "others busy")
    rows = [header]
    for number, each in enumerate(rounds, 1):
        rows += [_row(number, name, each) for name in peer_run.NAMES if name in each]
    if len(rows) == 1:
        return ""
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths))
                     for row in rows)


def _row(number, name, each):
    peer = each[name]
    rate = peer["records_per_second"]
    consume, vigla = each.get("consume"), each.get("kafka")
    return (str(number), name, f"{rate:,.0f}",
            f"{rate / consume['records_per_second']:.3f}" if consume else "-",
            f"{vigla['records_per_second'] / rate:.1f} x" if vigla else "-",
            f"{peer['wall_records_per_second']:,.0f}", f"{peer['cpu_us_per_record']:.2f}",
            f"{peer['broker_cpu_seconds'] / peer['records'] * 1e6:.2f}",
            f"{peer['memory_peak_bytes'] / MIB:.0f}",
            f"{peer['others_cpu_seconds'] / peer['wall_seconds']:.0%}")
