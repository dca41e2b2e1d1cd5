// Expectations from YAML, held against counts. Cold.
#include "engine/lab/backtest_expectation.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "engine/base/status.h"
#include "engine/rule/yaml_tree.h"

namespace vigla {
namespace {

absl::Status ErrorAt(const YamlDocument& document, int line, const std::string& what) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   document.file + ":" + std::to_string(line) + ": " + what);
}

absl::Status ReadBound(const YamlDocument& document, const YamlEntry& entry,
                       BacktestExpectation* expectation) {
  std::optional<uint64_t>* bound = entry.key == "exactly"    ? &expectation->exactly
                                   : entry.key == "at_least" ? &expectation->at_least
                                   : entry.key == "at_most"  ? &expectation->at_most
                                                             : nullptr;
  if (bound == nullptr) {
    return ErrorAt(document, entry.line,
                   "`" + entry.key + "` is none of exactly, at_least, at_most");
  }
  uint64_t number = 0;
  if (!entry.value.IsScalar() || !absl::SimpleAtoi(entry.value.text, &number)) {
    return ErrorAt(document, entry.line, "`" + entry.key + "` wants a count");
  }
  *bound = number;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<BacktestExpectation>> ParseExpectations(const std::string& file,
                                                                   const std::string& text) {
  Diagnostics diagnostics;
  const std::unique_ptr<YamlDocument> document = ReadYaml(file, text, {}, &diagnostics);
  if (document == nullptr || diagnostics.HasErrors()) {
    std::string all;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
      all += (all.empty() ? "" : "\n") + FormatDiagnostic(diagnostic);
    }
    return MakeError(absl::StatusCode::kInvalidArgument, all);
  }
  std::vector<BacktestExpectation> expectations;
  if (!document->root.IsMapping()) {
    return ErrorAt(*document, document->root.line, "expectations are `rule.id: {exactly: 3}`");
  }
  for (const YamlEntry& entry : document->root.entries) {
    BacktestExpectation expectation;
    expectation.rule = entry.key;
    if (!entry.value.IsMapping() || entry.value.entries.empty()) {
      return ErrorAt(*document, entry.line,
                     "`" + entry.key + "` wants {exactly: N}, {at_least: N} or {at_most: N}");
    }
    for (const YamlEntry& bound : entry.value.entries) {
      RETURN_IF_ERROR(ReadBound(*document, bound, &expectation));
    }
    expectations.push_back(std::move(expectation));
  }
  return expectations;
}

std::vector<std::string> MissedExpectations(const std::vector<BacktestExpectation>& expected,
                                            const BacktestFigures& figures) {
  std::vector<std::string> missed;
  for (const BacktestExpectation& of : expected) {
    const auto rule = std::find_if(figures.rules.begin(), figures.rules.end(),
                                   [&](const BacktestRule& r) { return r.id == of.rule; });
    if (rule == figures.rules.end()) {
      missed.push_back(of.rule + ": no such rule is loaded");
      continue;
    }
    const uint64_t alerts = rule->alerts + rule->shadow;
    auto miss = [&](const char* how, uint64_t wanted) {
      missed.push_back(of.rule + ": " + std::to_string(alerts) + " alerts, expected " + how +
                       " " + std::to_string(wanted));
    };
    if (of.exactly && alerts != *of.exactly) miss("exactly", *of.exactly);
    if (of.at_least && alerts < *of.at_least) miss("at least", *of.at_least);
    if (of.at_most && alerts > *of.at_most) miss("at most", *of.at_most);
  }
  return missed;
}

}  // namespace vigla
