"""Where the project, its build, its rules and the data sets lie, and how large the tests run."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("VIGLA_BINARY", ROOT / "build/release/vigla"))
ORACLE = ROOT / "tests/oracle"
PACKS = ROOT / "rules/packs"
W1_PACK = PACKS / "reference-w1.yaml"
# Data sets lie beside the project, not in it; a test that needs one skips where it is absent.
DATA = pathlib.Path(os.environ.get("VIGLA_DATA", ROOT.parent / "shared/data"))


def size(name, default):
    """A size that `tests/system/acceptance` raises: VIGLA_SIZE_<NAME> in the environment."""
    return int(os.environ.get(f"VIGLA_SIZE_{name.upper()}", default))


def seed():
    """The seed of everything random; a failing test prints it."""
    return size("seed", 20260305)
