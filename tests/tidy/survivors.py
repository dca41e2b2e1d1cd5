#!/usr/bin/env python3
"""Compares the mutants that survived with those that rules/packs/README.md explains.

  survivors.py README < what `vigla test --mutate` printed

Prints each that stands on one side only, and exits 1 if there is any.
"""
import collections
import re
import sys

SURVIVED = re.compile(r"^SURVIVED \S+:\d+:\d+: (.*)$", re.MULTILINE)
SCORE = re.compile(r"^\S+: [0-9.]+ % of mutants killed", re.MULTILINE)
EXPLAINED = re.compile(r"^- (\S+: .*)$", re.MULTILINE)


def differences(printed, readme):
    """Lines for people, one a mutant that is not in both texts as often."""
    if not SCORE.search(printed):
        return ["no pack's score was printed, so nothing can be compared"]
    survived = collections.Counter(SURVIVED.findall(printed))
    explained = collections.Counter(EXPLAINED.findall(readme))
    return [f"survives, and is not explained: {mutant}"
            for mutant in (survived - explained).elements()] + [
                f"is explained, but survives no more: {mutant}"
                for mutant in (explained - survived).elements()]


def main():
    with open(sys.argv[1], encoding="utf-8") as readme:
        found = differences(sys.stdin.read(), readme.read())
    print("\n".join(found) or "every survivor is explained")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
