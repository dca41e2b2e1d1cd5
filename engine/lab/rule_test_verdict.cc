// What came of a rule test against what was expected. Cold.
#include "engine/lab/rule_test_verdict.h"

#include <algorithm>
#include <set>
#include <utility>

namespace vigla {
namespace {

using RulesOnRows = std::set<std::pair<std::string, std::string>>;

std::string Describe(const Observation& observation) {
  std::string text(TestOutcomeName(observation.outcome));
  if (observation.outcome == TestOutcome::kFolded) text += " into " + observation.into;
  if (observation.outcome == TestOutcome::kExcepted) text += " by " + observation.exception;
  return text;
}

std::string Describe(const Expectation& expectation) {
  std::string text(TestOutcomeName(expectation.outcome));
  if (expectation.outcome == TestOutcome::kFolded) text += " into " + expectation.into;
  if (expectation.outcome == TestOutcome::kExcepted) text += " by " + expectation.exception;
  if (!expectation.role.empty()) text += " on the " + expectation.role + "'s leg";
  return text;
}

std::string Subject(std::string_view transaction, std::string_view rule) {
  std::string text = "at " + std::string(transaction);
  if (!rule.empty()) text += ", " + std::string(rule);
  return text;
}

bool HasOutcome(const Observation& observation, const Expectation& expectation) {
  if (observation.outcome != expectation.outcome) return false;
  if (!expectation.role.empty() && observation.role != expectation.role) return false;
  switch (expectation.outcome) {
    case TestOutcome::kFolded: return observation.into == expectation.into;
    case TestOutcome::kExcepted: return observation.exception == expectation.exception;
    default: return true;
  }
}

// The expected values that an observation has otherwise.
std::vector<std::string> WrongValues(const Observation& observation,
                                     const Expectation& expectation) {
  std::vector<std::string> wrong;
  for (const auto& [name, expected] : expectation.values) {
    const auto found = observation.values.find(name);
    const std::string actual = found == observation.values.end() ? "nothing" : found->second;
    if (actual == expected) continue;
    wrong.push_back(name + ": expected " + expected + ", found " + actual);
  }
  return wrong;
}

class Verdict {
 public:
  Verdict(const RuleTest& test, const std::vector<Observation>& observations)
      : test_(test), observations_(observations) {}

  std::vector<TestDifference> Judge() {
    for (const Expectation& expectation : test_.expectations) Meet(expectation);
    RulesOnRows reported;
    for (const Observation& observation : observations_) {
      const std::string& id = test_.table.rows[observation.row].id;
      if (named_.contains({id, observation.rule})) continue;
      if (!reported.insert({id, observation.rule}).second) continue;
      Add(test_.table.rows[observation.row].at,
          Subject(id, observation.rule) + ": expected silence, found " + Describe(observation) +
              ValuesOf(observation));
      differences_.back().unexpected = static_cast<size_t>(&observation - observations_.data());
    }
    return std::move(differences_);
  }

 private:
  void Add(const SourcePosition& at, std::string text) {
    differences_.push_back({at, std::move(text), "", "", std::nullopt});
  }

  static std::string ValuesOf(const Observation& observation) {
    std::string text;
    for (const auto& [name, value] : observation.values) {
      text += (text.empty() ? " with " : ", ") + name + " " + value;
    }
    return text;
  }

  void Meet(const Expectation& expectation) {
    if (!expectation.rule.empty()) named_.insert({expectation.transaction, expectation.rule});
    const Observation* nearest = nullptr;
    std::vector<std::string> wrong;
    bool met = false;
    std::string others;
    for (const Observation& observation : observations_) {
      if (test_.table.rows[observation.row].id != expectation.transaction) continue;
      if (!expectation.rule.empty() && observation.rule != expectation.rule) continue;
      if (!HasOutcome(observation, expectation)) {
        others += (others.empty() ? "" : ", ") + Describe(observation);
        if (expectation.rule.empty()) others += " (" + observation.rule + ")";
        continue;
      }
      // Without a rule's name, all that fared as expected are meant.
      named_.insert({expectation.transaction, observation.rule});
      std::vector<std::string> different = WrongValues(observation, expectation);
      met = met || different.empty();
      if (nearest == nullptr || different.size() < wrong.size()) {
        nearest = &observation;
        wrong = std::move(different);
      }
    }
    if (met) return;
    const std::string subject = Subject(expectation.transaction, expectation.rule);
    if (nearest == nullptr) {
      Add(expectation.at, subject + ": expected " + Describe(expectation) + ", found " +
                              (others.empty() ? "silence" : others));
      if (others.empty()) {
        differences_.back().silent_row = expectation.transaction;
        differences_.back().silent_rule = expectation.rule;
      }
    }
    for (const std::string& difference : wrong) {
      Add(expectation.at, subject + ": " + difference);
    }
  }

  const RuleTest& test_;
  const std::vector<Observation>& observations_;
  RulesOnRows named_;
  std::vector<TestDifference> differences_;
};

}  // namespace

std::vector<TestDifference> JudgeRuleTest(const RuleTest& test,
                                          const std::vector<Observation>& observations) {
  return Verdict(test, observations).Judge();
}

}  // namespace vigla
