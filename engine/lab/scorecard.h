// How rules did by officers' dispositions: keep, tune or retire. Cold.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace vigla {

enum class RuleVerdict : uint8_t { kTooFew, kKeep, kTune, kRetire };
std::string_view RuleVerdictName(RuleVerdict verdict);  // "too few", "keep", "tune", "retire"

// Below `decided_min` decided alerts nothing is said. Then: retire below `retire_below` with
// nothing confirmed, else tune below `tune_below`, else keep.
struct ScorecardCriteria {
  uint64_t decided_min = 20;
  double retire_below = 0.05;
  double tune_below = 0.20;
};

struct ScorecardRow {
  std::string rule;
  int64_t version = 1;
  uint64_t alerts = 0, open = 0;  // open: no disposition, or not closed
  uint64_t false_positive = 0, valuable = 0, confirmed = 0;
  std::optional<double> hours_to_close;  // median, from event time to the closing
  RuleVerdict verdict = RuleVerdict::kTooFew;

  uint64_t decided() const { return false_positive + valuable + confirmed; }
  std::optional<double> precision() const;  // (valuable + confirmed) / decided
};

struct Scorecard {
  ScorecardCriteria criteria;
  std::vector<ScorecardRow> rows;  // by rule and version
  uint64_t alerts = 0, dispositions = 0;
  uint64_t strangers = 0;  // disposed alerts that are not among the alerts
  bool Has(RuleVerdict verdict) const;
};

// `alerts`: a back-test's JSON (vigla.backtest.v1), or alerts as published, one a line, live ones
// and shadow ones. `dispositions`: one a line (alert_id, at, to, outcome); of several on one alert
// the latest `at` holds. A disposition speaks of one alert and of the rules in it: where a leg has
// a live and a shadow alert, which share their id, of the live one unless `state` says shadow.
// InvalidArgument names the line.
absl::StatusOr<Scorecard> MakeScorecard(std::string_view alerts, std::string_view dispositions,
                                        const ScorecardCriteria& criteria);

std::string ScorecardJson(const Scorecard& scorecard);  // schema vigla.scorecard.v1
std::string ScorecardText(const Scorecard& scorecard);
std::string ScorecardCsv(const Scorecard& scorecard);
std::string ScorecardHtml(const Scorecard& scorecard);

}  // namespace vigla
