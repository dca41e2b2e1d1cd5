"""The tree keeps the house rules, and each rule finds a fault that is planted for it."""

import unittest

import tidy

HEADER = "// One thing. Cold.\n#pragma once\n"


class TreeTest(unittest.TestCase):

    def test_the_tree_is_clean(self):
        report, files = tidy.tree_findings()
        self.assertGreater(files, 20)
        self.assertEqual(report, [], "\n" + "\n".join(report))

    def test_every_layer_of_the_tree_is_known(self):
        layers = {tidy.layer_of(path) for path in tidy.tree()
                  if path.endswith(tidy.CPP) and path.startswith(("engine/", "connectors/"))}
        self.assertLessEqual(layers, set(tidy.BELOW))


class ChecksTest(unittest.TestCase):

    def assert_found(self, path, text, what):
        found = [finding for _, finding in tidy.findings(path, text)]
        self.assertTrue(any(what in finding for finding in found), found)

    def assert_clean(self, path, text):
        self.assertEqual(tidy.findings(path, text), [])

    def test_upward_include(self):
        text = HEADER + '#include "engine/ledger/store.h"\n'
        self.assert_found("engine/rule/value.h", text, "upward include")
        self.assert_found("engine/audit/frame.h", text, "upward include")
        self.assert_clean("engine/pipeline/lane.h", text)

    def test_only_app_knows_connectors(self):
        text = HEADER + '#include "connectors/kafka/kafka_source.h"\n'
        self.assert_found("engine/pipeline/source.h", text, "upward include")
        self.assert_found("connectors/file/file_source.h", text, "upward include")
        self.assert_clean("engine/app/run_command.h", text)

    def test_no_layer_is_below_itself(self):
        for layer, below in tidy.BELOW.items():
            for lower in below:
                self.assertNotIn(layer, tidy.BELOW[lower])

    def test_relative_include(self):
        self.assert_found("engine/rule/value.h", HEADER + '#include "number.h"\n', "full path")

    def test_sizes(self):
        self.assert_found("engine/base/a.h", HEADER + "\n" * 200, "at most 200")
        self.assert_clean("engine/base/a.h", HEADER + "\n" * 198)
        self.assert_found("engine/base/a.cc", "// A. Hot.\n" + "\n" * 600, "at most 600")
        self.assert_found("tests/oracle/a.py", '"""A."""\n' + "\n" * 600, "at most 600")
        self.assert_found("engine/base/a.cc", "// A. Hot.\n" + "x" * 101, "101 columns")
        self.assert_clean("engine/base/a.cc", "// A. Hot.\n" + "ä" * 100)

    def test_first_comment(self):
        self.assert_found("engine/base/a.h", "#pragma once\n// Late. Hot.\n", "one job")
        self.assert_found("engine/base/a.h", "// A job.\n#pragma once\n", "hot, warm or cold")
        self.assert_found("tests/oracle/a.py", "import os\n", "one job")
        self.assert_found("deploy/thing", "#!/usr/bin/env bash\nset -e\n", "one job")
        self.assert_clean("tests/unit/base/a_test.cc", "// What a promises.\n")

    def test_names(self):
        self.assert_found("engine/base/string_utils.h", HEADER, "says nothing")
        self.assert_found("engine/common/thing.md", "", "says nothing")
        self.assert_found("engine/base/HotThing.h", HEADER, "snake_case")

    def test_words(self):
        self.assert_found("engine/base/a.cc", "// A. Hot.\nint a;  // " + "TODO: more\n", "finish")
        self.assert_found("engine/base/a.h", HEADER + "absl::string_view a;\n", "string_view")
        self.assert_found("engine/base/a.h", "// A. Cold.\n", "#pragma once")
        self.assert_clean("engine/model/a.cc", '// A. Hot.\nauto none = "XXX";\n')


if __name__ == "__main__":
    unittest.main()
