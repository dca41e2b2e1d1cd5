// `vigla test`: the tests of packs, run on the live path. Cold.
#include "engine/lab/pack_tests.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/base/status.h"
#include "engine/lab/condition_note.h"
#include "engine/lab/parallel_work.h"
#include "engine/lab/test_suite.h"

namespace vigla {
namespace {

std::string EscapedPattern(std::string_view text) {
  std::string pattern;
  for (char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// For each difference that is a missed match: what the rule's conditions stood at.
std::vector<std::string> FiguresOf(const SuiteTest& test, const PackSuite& pack,
                                   const RuleTestOptions& options,
                                   const std::vector<TestDifference>& differences) {
  std::vector<std::string> figures(differences.size());
  const auto is_missed = [](const TestDifference& difference) {
    return !difference.silent_rule.empty();
  };
  if (std::none_of(differences.begin(), differences.end(), is_missed)) return figures;
  ConditionNotes notes;
  if (!RunRuleTest(test.test, pack.rule_set, options, &notes).ok()) return figures;
  for (size_t i = 0; i < differences.size(); ++i) {
    for (const ConditionNote& note : notes.notes()) {
      const std::string& row = test.test.table.rows[note.row].id;
      if (note.rule != differences[i].silent_rule || row != differences[i].silent_row) continue;
      figures[i] += "on the " + note.role + "'s leg " + ConditionNoteText(note) + "\n";
    }
    if (is_missed(differences[i]) && figures[i].empty()) {
      figures[i] = "the rule isn't judged on any leg of it\n";
    }
  }
  return figures;
}

TestResult RunTest(const SuiteTest& test, const PackSuite& pack, const RuleTestOptions& options) {
  TestResult result;
  result.pack = pack.pack;
  result.name = test.test.name;
  result.at = test.test.at;
  result.transactions = static_cast<int64_t>(test.test.table.rows.size());
  const auto observations = RunRuleTest(test.test, pack.rule_set, options);
  if (observations.ok()) {
    result.differences = JudgeRuleTest(test.test, *observations);
  } else {
    result.differences.push_back(
        {test.test.at, std::string(ToStd(observations.status().message())), "", "", std::nullopt});
  }
  result.figures = FiguresOf(test, pack, options, result.differences);
  result.reproduce = "vigla test " + ShellWord(test.file) + " --filter " +
                     ShellWord("^" + EscapedPattern(result.pack + ": " + result.name) + "$");
  for (const std::string& path : options.load.tuning) {
    result.reproduce += " --tuning " + ShellWord(path);
  }
  return result;
}

}  // namespace

std::string ShellWord(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+=:,").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
  std::string word = "'";
  for (char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

absl::StatusOr<TestReport> RunPackTests(const std::vector<std::string>& paths,
                                        const TestOptions& options) {
  ASSIGN_OR_RETURN(TestSuite suite,
                   ReadTestSuite(paths, options.run, options.filter, options.unsaved));
  TestReport report;
  report.diagnostics = std::move(suite.diagnostics);
  std::vector<std::pair<const PackSuite*, const SuiteTest*>> chosen;
  for (const PackSuite& pack : suite.packs) {
    if (!pack.has_tests) report.without_tests.push_back(pack.path);
    for (const SuiteTest& test : pack.tests) {
      if (!options.name.empty() && test.test.name != options.name) continue;
      chosen.emplace_back(&pack, &test);
    }
  }
  report.results.resize(chosen.size());
  ForEachInParallel(chosen.size(), options.jobs, [&](size_t i) {
    report.results[i] = RunTest(*chosen[i].second, *chosen[i].first, options.run);
  });
  for (const TestResult& result : report.results) {
    report.failed += result.differences.empty() ? 0 : 1;
  }
  return report;
}

}  // namespace vigla
