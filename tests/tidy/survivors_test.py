"""The comparison of surviving mutants with the list that explains them."""
import unittest

import survivors

PRINTED = """\
SURVIVED packs/a.yaml:3:7: a: prior: `n`: `prior` is dropped
  equivalent or not found: no table was tried
SURVIVED packs/a.yaml:9:7: a: operand: `x > 1 || y` is dropped
packs/a.yaml: 90.0 % of mutants killed (18 killed, 2 survived, 0 equivalent)
"""
README = """\
- a: prior: `n`: `prior` is dropped
- a: operand: `x > 1 || y` is dropped
  - Neither can be seen.
"""


class SurvivorsTest(unittest.TestCase):

    def test_lists_that_agree_say_nothing(self):
        self.assertEqual(survivors.differences(PRINTED, README), [])

    def test_a_new_survivor_is_named(self):
        self.assertEqual(
            survivors.differences(PRINTED, README.splitlines()[0]),
            ["survives, and is not explained: a: operand: `x > 1 || y` is dropped"])

    def test_an_entry_too_many_is_named(self):
        self.assertEqual(
            survivors.differences(PRINTED.replace("n`: `prior", "m`: `prior"), README), [
                "survives, and is not explained: a: prior: `m`: `prior` is dropped",
                "is explained, but survives no more: a: prior: `n`: `prior` is dropped"
            ])

    def test_the_same_mutant_twice_needs_two_entries(self):
        twice = PRINTED.replace("a: operand: `x > 1 || y` is", "a: prior: `n`: `prior` is")
        self.assertEqual(len(survivors.differences(twice, README)), 2)

    def test_a_run_that_printed_no_score_compares_nothing(self):
        self.assertEqual(len(survivors.differences("error: no packs\n", "")), 1)


if __name__ == "__main__":
    unittest.main()
