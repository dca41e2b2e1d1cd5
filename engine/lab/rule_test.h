// Rule tests as written in packs: transactions, and what must come of them. Cold.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/lab/transaction_table.h"
#include "engine/rule/rule_set.h"
#include "engine/rule/yaml_tree.h"

namespace vigla {

// What may come of a rule on a transaction. kAlert: a live match, neither folded nor excepted.
enum class TestOutcome : uint8_t { kAlert, kShadow, kFolded, kExcepted, kFlagged, kRejected };
std::string_view TestOutcomeName(TestOutcome outcome);  // "an alert", "folded", …

struct Expectation {
  SourcePosition at;
  std::string transaction;    // id of a row
  std::string rule;           // "": any, as long as there is one
  TestOutcome outcome = TestOutcome::kAlert;
  std::string into;           // kFolded: id of the row whose alert it went into
  std::string exception;      // kExcepted
  std::string role;           // "debtor", "creditor"; "": any
  std::vector<std::pair<std::string, std::string>> values;  // feature, as FormatValueBare has it
};

struct RuleTest {
  std::string name;
  SourcePosition at;
  TransactionTable table;
  // Lists by name: in this test they hold these items and no others.
  std::map<std::string, std::vector<std::string>> list_items;
  std::vector<Expectation> expectations;
};

// The tests under `tests:` of a pack, or of a file beside it (there a bare list will do).
// `rule_set` is the pack's own; names and values are checked against it. Tests with errors are
// left out, and every error is reported.
std::vector<RuleTest> ReadRuleTests(const YamlDocument& document, const RuleSet& rule_set,
                                    Diagnostics* diagnostics);

}  // namespace vigla
