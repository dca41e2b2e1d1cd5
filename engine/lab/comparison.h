// Two rule sets over the same input: which alerts appear, vanish or change. Cold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

namespace vigla {

// What a comparison needs of one published alert.
struct ComparedAlert {
  std::string key;  // source position, subject kind and role: the same whatever rules judge
  uint64_t sequence = 0;
  std::string time, transaction, severity, title;
  int64_t score = 0;
  // By rule: a digest of its conditions, features and evidence, and its words.
  struct Match {
    uint64_t figures = 0;
    std::string reason;
  };
  std::map<std::string, Match> matches;

  // Of a body as published (schema vigla.alert.v1). InvalidArgument if it is none.
  static absl::StatusOr<ComparedAlert> Parse(std::string_view body);
};

enum class AlertChange : uint8_t { kAppeared, kVanished, kChanged };
std::string_view AlertChangeName(AlertChange change);  // "appeared"

struct ChangedAlert {
  AlertChange change = AlertChange::kAppeared;
  ComparedAlert before, after;     // one of them is empty unless it changed
  std::vector<std::string> how;    // kChanged: "severity", "score", "matches", "figures"
};

struct ComparisonCounts {
  uint64_t before = 0, after = 0;  // alerts of the rule
  uint64_t appeared = 0, vanished = 0, changed = 0, same = 0;
};

struct Comparison {
  std::string before_rule_set, after_rule_set;  // fingerprints
  uint64_t records = 0;
  ComparisonCounts all;
  // By rule: legs on which it has an alert match in one set, the other, or both; changed: in
  // both with other figures.
  std::map<std::string, ComparisonCounts> rules;
  std::map<std::string, uint64_t> changes;  // by what changed; an alert may count in several
  std::vector<ChangedAlert> examples;       // the first ones in sequence, so many a rule and change
  uint64_t omitted = 0;                     // changes that are no example
};

// Takes the alerts of the old set, then those of the new one, both in order. Memory grows with
// alerts (a few hundred bytes each).
class Comparer {
 public:
  explicit Comparer(size_t examples_a_rule) : examples_a_rule_(examples_a_rule) {}
  absl::Status AddBefore(std::string_view body);
  absl::Status AddAfter(std::string_view body);
  Comparison Finish();

 private:
  void CountMatches(const ComparedAlert* before, const ComparedAlert* after);
  void Note(ChangedAlert changed);

  const size_t examples_a_rule_;
  absl::flat_hash_map<std::string, ComparedAlert> before_;  // not yet met by the new set
  Comparison comparison_;
  std::vector<ChangedAlert> changed_;
};

std::string ComparisonJson(const Comparison& comparison);  // schema vigla.comparison.v1
std::string ComparisonText(const Comparison& comparison);
std::string ComparisonCsv(const Comparison& comparison);   // rules with their counts
std::string ComparisonExamplesCsv(const Comparison& comparison);
std::string ComparisonHtml(const Comparison& comparison);

}  // namespace vigla
