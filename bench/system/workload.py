"""The stream that is measured over: the reference stream of `vigla generate`, in sizes and shapes.
"""

import dataclasses
import re
import typing

import engine
import harness
import topics

REMITTANCE = b',"remittance":"'
ACCOUNT = re.compile(rb'"account":"([^"]+)"')


@dataclasses.dataclass(frozen=True)
class Workload:
    transactions: int = 300_000
    accounts: int = 100_000
    seed: int = 1
    skew: typing.Optional[float] = None  # Zipf's exponent; None: the reference mix
    start: typing.Optional[str] = None   # a time; None: generate's own
    record_bytes: int = 0                # padded to it with a remittance text; 0: as generated

    def write(self, path, seconds_max):
        more = [] if self.skew is None else ["--skew", self.skew]
        more += [] if self.start is None else ["--start", self.start]
        with open(path, "wb") as out:
            engine.command("generate", "--workload", "w1", "--seed", self.seed,
                           "--transactions", self.transactions, "--accounts", self.accounts, *more,
                           stdout=out, timeout=seconds_max)
        if self.record_bytes:
            plain = path.rename(path.with_suffix(".plain"))
            with open(plain, "rb") as lines, open(path, "wb") as out:
                out.writelines(padded(line, self.record_bytes) for line in lines)
            plain.unlink()


def add_options(parser, transactions):
    """Options of a command that makes one stream and fills one topic."""
    parser.add_argument("--transactions", type=int, default=transactions, help="in the stream")
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--partitions", type=int, default=4)


def padded(line, record_bytes):
    """The line, its end included, with a remittance text that makes it `record_bytes` long."""
    body, found, _ = line.rstrip(b"\n").partition(REMITTANCE)
    body = body if found else body.removesuffix(b"}")
    filling = record_bytes - len(body) - len(REMITTANCE) - len(b'"}\n')
    return body + REMITTANCE + b"x" * max(0, filling) + b'"}\n'


def fill(address, topic, partitions, path, seconds_max):
    """Writes the lines of a file to a new topic; {records, bytes, accounts}: those that occur."""
    topics.create(address, {topic: partitions})
    with open(path, "rb") as lines:
        return harness.program("produce_lines", address, topic, stdin=lines,
                               seconds_max=seconds_max)


def described(path):
    """{records, bytes, accounts} of a file, as fill() says of a topic, and its `legs`: sides that
    name an account. Line ends are not counted.
    """
    records, size, legs, accounts = 0, 0, 0, set()
    with open(path, "rb") as lines:
        for line in lines:
            records += 1
            size += len(line) - 1
            sides = ACCOUNT.findall(line)
            legs += len(sides)
            accounts.update(sides)
    return {"records": records, "bytes": size, "legs": legs, "accounts": len(accounts)}
