"""Data sets that lie beside the project, converted to native records by the oracle's converters."""

import subprocess
import sys
import unittest

import paths


def require(relative):
    """The path of a data file; skips the test, saying so, where it is absent."""
    path = paths.DATA / relative
    if not path.exists():
        raise unittest.SkipTest(f"data set {relative} is not here (VIGLA_DATA)")
    return path


def _convert(program, *arguments):
    subprocess.run([sys.executable, str(paths.ORACLE / f"{program}.py"), *map(str, arguments)],
                   check=True, stderr=subprocess.DEVNULL)


def card_fraud(out):
    """585,177 simulated card payments, in time order; returns the native lines."""
    _convert("fdh_to_ndjson", require("fdh_cardfraud/transactions_2018-04_05.csv"), "--out", out)
    return out.read_bytes().splitlines()


def berka(out):
    """49,102 bookings of 1,229 real accounts, and the last line, cut short, as it stands."""
    _convert("berka_to_ndjson", require("berka/trans.asc"), "--disp", require("berka/disp.asc"),
             "--out", out)
    return out.read_bytes().splitlines()
