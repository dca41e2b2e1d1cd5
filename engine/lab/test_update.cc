// Rewrites expectations in place. Cold.
#include "engine/lab/test_update.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/lab/test_suite.h"
#include "engine/lab/test_text.h"
#include "engine/rule/pack_reader.h"

namespace vigla {
namespace {

using Observations = std::vector<Observation>;

// Lines [first, first + removed) become `added`; 0-based, lines with their ends.
struct LineEdit {
  size_t first = 0;
  size_t removed = 0;
  std::vector<std::string> added;
};

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

size_t IndentOf(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// Blank, or a comment alone.
bool SaysNothing(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || line[first] == '#';
}

// The lines of `expect:` and its value, without what says nothing at its end.
std::pair<size_t, size_t> BlockOf(const std::vector<std::string>& lines, const YamlEntry& expect) {
  const auto first = static_cast<size_t>(expect.line - 1);
  const auto indent = static_cast<size_t>(expect.column - 1);
  size_t end = first + 1;
  for (size_t i = first + 1; i < lines.size(); ++i) {
    if (SaysNothing(lines[i])) continue;
    const size_t own = IndentOf(lines[i]);
    const bool is_item = own == indent && lines[i].compare(own, 2, "- ") == 0;
    if (own <= indent && !is_item) break;
    end = i + 1;
  }
  return {first, end};
}

class TestRewriter {
 public:
  TestRewriter(const PackSuite& pack, const RuleTest& test, const Observations& observations)
      : pack_(pack), test_(test), observations_(observations) {
    std::set<int> failing;
    for (const TestDifference& difference : JudgeRuleTest(test, observations)) {
      failing.insert(difference.at.line);
    }
    RuleTest kept = test;
    std::erase_if(kept.expectations, [&](const Expectation& expectation) {
      return failing.contains(expectation.at.line);
    });
    failing_lines_ = std::move(failing);
    for (const TestDifference& difference : JudgeRuleTest(kept, observations)) {
      if (difference.unexpected) unexpected_.push_back(*difference.unexpected);
    }
  }

  LineEdit Rewrite(const std::vector<std::string>& lines, const YamlEntry& expect) {
    const auto [first, end] = BlockOf(lines, expect);
    const std::string margin(static_cast<size_t>(expect.column - 1), ' ');
    const std::vector<YamlNode>& items = expect.value.items;
    // Items in one line (`expect: [{…}, {…}]`) are all written anew.
    const bool in_block = !items.empty() && items.front().line > expect.line;
    const size_t dash = in_block ? IndentOf(lines[static_cast<size_t>(items[0].line - 1)])
                                 : margin.size() + 2;
    item_margin_ = std::string(dash, ' ') + "- ";
    std::vector<std::string> body;
    for (size_t i = 0; i < items.size(); ++i) {
      const bool fails = failing_lines_.contains(items[i].line);
      if (fails || !in_block) {
        Replace(items[i], fails, &body);
        continue;
      }
      const size_t next =
          i + 1 < items.size() ? static_cast<size_t>(items[i + 1].line - 1) : end;
      for (size_t line = static_cast<size_t>(items[i].line - 1); line < next; ++line) {
        body.push_back(lines[line]);
      }
    }
    for (size_t index : unexpected_) {
      if (!written_.contains(index)) body.push_back(LineOf(index, nullptr));
    }
    LineEdit edit{first, end - first, {}};
    edit.added.push_back(margin + (body.empty() ? "expect: []\n" : "expect:\n"));
    if (in_block && !body.empty()) {  // what stands between the key and its first item
      edit.added.front() = lines[first];
      for (size_t i = first + 1; i < static_cast<size_t>(items[0].line - 1); ++i) {
        edit.added.push_back(lines[i]);
      }
    }
    edit.added.insert(edit.added.end(), body.begin(), body.end());
    return edit;
  }

 private:
  void Replace(const YamlNode& item, bool fails, std::vector<std::string>* body) {
    for (const Expectation& expectation : test_.expectations) {
      if (expectation.at.line != item.line || expectation.at.column != item.column) continue;
      for (size_t i = 0; i < observations_.size(); ++i) {
        const Observation& observation = observations_[i];
        if (test_.table.rows[observation.row].id != expectation.transaction) continue;
        if (!expectation.rule.empty() && observation.rule != expectation.rule) continue;
        const bool is_new = std::find(unexpected_.begin(), unexpected_.end(), i) !=
                            unexpected_.end();
        if (fails && !is_new) continue;
        const auto name = std::pair(observation.row, observation.rule);
        if (!written_.insert(i).second || !named_.insert(name).second) continue;
        body->push_back(LineOf(i, &expectation));
      }
    }
  }

  // The values that the old expectation asked for are in the new one.
  std::string LineOf(size_t index, const Expectation* old) const {
    const Observation& observation = observations_[index];
    std::vector<std::pair<std::string, std::string>> values;
    if (old != nullptr) {
      for (const auto& [name, expected] : old->values) {
        const auto found = observation.values.find(name);
        if (found != observation.values.end()) {
          values.emplace_back(name, found->second + UnitOf(observation.rule, name, found->second));
        }
      }
    }
    return item_margin_ +
           RenderExpectation(test_.table.rows[observation.row].id, observation, values) + "\n";
  }

  std::string UnitOf(std::string_view rule_id, std::string_view feature,
                     std::string_view value) const {
    if (value == "unknown") return "";
    for (const Rule& rule : pack_.rule_set->rules) {
      if (rule.id != rule_id) continue;
      for (size_t i = 0; i < rule.features.size(); ++i) {
        const auto index = static_cast<size_t>(rule.features[i]);
        if (rule.feature_names[i] != feature) continue;
        const bool is_money = pack_.rule_set->features[index].type == ValueType::kMoney;
        return is_money ? " " + pack_.rule_set->rates.base().Text() : "";
      }
    }
    return "";
  }

  const PackSuite& pack_;
  const RuleTest& test_;
  const Observations& observations_;
  std::set<int> failing_lines_;
  std::vector<size_t> unexpected_;  // observations that no expectation that holds names
  std::set<size_t> written_;
  std::set<std::pair<size_t, std::string>> named_;
  std::string item_margin_;
};

const YamlEntry* FindExpect(const YamlDocument& document, const RuleTest& test) {
  const YamlNode* list = &document.root;
  if (list->IsMapping()) list = list->Find("tests");
  if (list == nullptr) return nullptr;
  for (const YamlNode& node : list->items) {
    const YamlNode* name = node.Find("name");
    if (name == nullptr || name->text != test.name) continue;
    for (const YamlEntry& entry : node.entries) {
      if (entry.key == "expect") return &entry;
    }
  }
  return nullptr;
}

TestFileUpdate Apply(const std::string& file, const std::vector<std::string>& lines,
                     std::vector<LineEdit> edits) {
  std::sort(edits.begin(), edits.end(),
            [](const LineEdit& a, const LineEdit& b) { return a.first < b.first; });
  TestFileUpdate update;
  update.file = file;
  update.tests = static_cast<int>(edits.size());
  update.diff = absl::StrCat("--- ", file, "\n+++ ", file, "\n");
  size_t at = 0;
  int64_t shift = 0;
  for (const LineEdit& edit : edits) {
    for (; at < edit.first; ++at) update.text += lines[at];
    absl::StrAppend(&update.diff, "@@ -", edit.first + 1, ",", edit.removed, " +",
                    static_cast<int64_t>(edit.first) + 1 + shift, ",", edit.added.size(), " @@\n");
    for (; at < edit.first + edit.removed; ++at) absl::StrAppend(&update.diff, "-", lines[at]);
    for (const std::string& line : edit.added) {
      update.text += line;
      absl::StrAppend(&update.diff, "+", line);
    }
    shift += static_cast<int64_t>(edit.added.size()) - static_cast<int64_t>(edit.removed);
  }
  for (; at < lines.size(); ++at) update.text += lines[at];
  return update;
}

}  // namespace

absl::StatusOr<std::vector<TestFileUpdate>> UpdateExpectations(
    const std::vector<std::string>& paths, const TestOptions& options) {
  ASSIGN_OR_RETURN(TestSuite suite, ReadTestSuite(paths, options.run, options.filter));
  if (suite.diagnostics.HasErrors()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "nothing is updated while packs or tests have errors");
  }
  std::map<std::string, std::unique_ptr<YamlDocument>> documents;
  std::map<std::string, std::vector<LineEdit>> edits;
  for (const PackSuite& pack : suite.packs) {
    for (const SuiteTest& test : pack.tests) {
      const auto observations = RunRuleTest(test.test, pack.rule_set, options.run);
      if (!observations.ok() || JudgeRuleTest(test.test, *observations).empty()) continue;
      auto& document = documents[test.file];
      if (document == nullptr) document = LoadPackDocument(test.file, &suite.diagnostics);
      const YamlEntry* expect = document == nullptr ? nullptr : FindExpect(*document, test.test);
      if (expect == nullptr) continue;
      edits[test.file].push_back(TestRewriter(pack, test.test, *observations)
                                     .Rewrite(LinesOf(document->source), *expect));
    }
  }
  std::vector<TestFileUpdate> updates;
  for (auto& [file, file_edits] : edits) {
    updates.push_back(Apply(file, LinesOf(documents[file]->source), std::move(file_edits)));
  }
  return updates;
}

}  // namespace vigla
