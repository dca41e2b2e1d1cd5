// Alerts joined with dispositions by alert id. Cold.
#include "engine/lab/scorecard.h"

#include <simdjson.h>

#include <algorithm>
#include <compare>

#include "absl/container/flat_hash_map.h"
#include "engine/base/status.h"
#include "engine/lab/backtest_rows.h"
#include "engine/model/time.h"

namespace vigla {
namespace {

using RuleVersion = std::pair<std::string, int64_t>;

// One leg's live alert and its shadow alert have one id (audit/alert_id.h), but are two alerts.
struct AlertName {
  std::string id;
  bool shadow = false;
  friend auto operator<=>(const AlertName&, const AlertName&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const AlertName& name) {
    return H::combine(std::move(state), name.id, name.shadow);
  }
};

struct ScoredAlert {
  EventTime time;
  std::vector<RuleVersion> rules;
};
using Alerts = absl::flat_hash_map<AlertName, ScoredAlert>;

struct Disposition {
  EventTime at;
  std::string to, outcome;
};

std::string TextOf(const simdjson::dom::element& parent, std::string_view key) {
  std::string_view text;
  if (parent[key].get_string().get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

int64_t IntOf(const simdjson::dom::element& parent, std::string_view key, int64_t otherwise) {
  int64_t number = otherwise;
  if (parent[key].get_int64().get(number) != simdjson::SUCCESS) return otherwise;
  return number;
}

absl::Status Malformed(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, std::string(what));
}

AlertName NameOf(const simdjson::dom::element& alert) {
  return {TextOf(alert, "alert_id"), TextOf(alert, "state") == "shadow"};
}

absl::Status AddTime(const simdjson::dom::element& alert, ScoredAlert* scored) {
  const auto time = ParseTime(TextOf(alert, "time"));
  if (!time) return Malformed("an alert has no time");
  scored->time = time->time;
  return absl::OkStatus();
}

absl::Status ReadBacktest(const simdjson::dom::element& root, Alerts* alerts) {
  std::map<std::string, int64_t> versions;
  simdjson::dom::array rules, listed;
  if (root["rules"].get_array().get(rules) != simdjson::SUCCESS ||
      root["alerts"].get_array().get(listed) != simdjson::SUCCESS) {
    return Malformed("the back-test lacks rules or alerts");
  }
  for (const simdjson::dom::element& rule : rules) {
    versions[TextOf(rule, "rule")] = IntOf(rule, "version", 1);
  }
  for (const simdjson::dom::element& alert : listed) {
    ScoredAlert& scored = (*alerts)[NameOf(alert)];
    RETURN_IF_ERROR(AddTime(alert, &scored));
    simdjson::dom::array of;
    if (alert["rules"].get_array().get(of) != simdjson::SUCCESS) continue;
    for (const simdjson::dom::element& rule : of) {
      std::string_view id;
      if (rule.get_string().get(id) != simdjson::SUCCESS) continue;
      scored.rules.emplace_back(std::string(id), versions[std::string(id)]);
    }
  }
  return absl::OkStatus();
}

absl::Status ReadPublished(const simdjson::dom::element& alert, Alerts* alerts) {
  simdjson::dom::array matches;
  if (alert["matches"].get_array().get(matches) != simdjson::SUCCESS) {
    return Malformed("neither a back-test nor an alert");
  }
  ScoredAlert& scored = (*alerts)[NameOf(alert)];
  RETURN_IF_ERROR(AddTime(alert, &scored));
  for (const simdjson::dom::element& match : matches) {
    scored.rules.emplace_back(TextOf(match, "rule"), IntOf(match, "version", 1));
  }
  return absl::OkStatus();
}

absl::StatusOr<Alerts> ReadAlerts(std::string_view text) {
  Alerts alerts;
  simdjson::dom::parser parser;
  size_t line = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view record = text.substr(at, end - at);
    at = end + 1;
    ++line;
    if (record.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const simdjson::padded_string padded(record);
    simdjson::dom::element root;
    absl::Status status = Malformed("no JSON");
    if (parser.parse(padded).get(root) == simdjson::SUCCESS) {
      status = TextOf(root, "schema") == "vigla.backtest.v1" ? ReadBacktest(root, &alerts)
                                                             : ReadPublished(root, &alerts);
    }
    if (!status.ok()) {
      return Malformed("alerts, line " + std::to_string(line) + ": " +
                       std::string(status.message()));
    }
  }
  return alerts;
}

using Dispositions = std::map<AlertName, Disposition>;

// Which alert a disposition speaks of. Officers see live alerts: where a leg has both, an id alone
// means the live one, and what was decided says nothing of the rules in shadow.
AlertName Named(std::string id, std::string_view state, const Alerts& alerts) {
  AlertName name = {std::move(id), state == "shadow"};
  if (state.empty() && !alerts.contains(name)) {
    AlertName in_shadow = {name.id, true};
    if (alerts.contains(in_shadow)) return in_shadow;
  }
  return name;
}

// Of several dispositions on one alert the latest.
absl::StatusOr<Dispositions> ReadDispositions(std::string_view text, const Alerts& alerts,
                                              uint64_t* count) {
  Dispositions latest;
  RETURN_IF_ERROR(ForEachRow(text, [&](const NamedRow& row, size_t line) -> absl::Status {
    auto field = [&](std::string_view name) {
      const auto found = row.find(name);
      return found == row.end() ? std::string() : found->second;
    };
    const auto at = ParseTime(field("at"));
    if (field("alert_id").empty() || !at) {
      return Malformed("dispositions, line " + std::to_string(line) +
                       ": `alert_id` and a time in `at` are needed");
    }
    ++*count;
    Disposition& held = latest
                            .try_emplace(Named(field("alert_id"), field("state"), alerts),
                                         Disposition{EventTime::Min(), "", ""})
                            .first->second;
    if (at->time >= held.at) held = {at->time, field("to"), field("outcome")};
    return absl::OkStatus();
  }));
  return latest;
}

RuleVerdict Judge(const ScorecardRow& row, const ScorecardCriteria& criteria) {
  if (row.decided() < criteria.decided_min || row.decided() == 0) return RuleVerdict::kTooFew;
  const double precision = *row.precision();
  if (precision < criteria.retire_below && row.confirmed == 0) return RuleVerdict::kRetire;
  return precision < criteria.tune_below ? RuleVerdict::kTune : RuleVerdict::kKeep;
}

}  // namespace

std::string_view RuleVerdictName(RuleVerdict verdict) {
  switch (verdict) {
    case RuleVerdict::kTooFew: return "too few";
    case RuleVerdict::kKeep: return "keep";
    case RuleVerdict::kTune: return "tune";
    case RuleVerdict::kRetire: return "retire";
  }
  return "";
}

std::optional<double> ScorecardRow::precision() const {
  if (decided() == 0) return std::nullopt;
  return static_cast<double>(valuable + confirmed) / static_cast<double>(decided());
}

bool Scorecard::Has(RuleVerdict verdict) const {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const ScorecardRow& row) { return row.verdict == verdict; });
}

absl::StatusOr<Scorecard> MakeScorecard(std::string_view alerts_text,
                                        std::string_view dispositions_text,
                                        const ScorecardCriteria& criteria) {
  Scorecard scorecard;
  scorecard.criteria = criteria;
  ASSIGN_OR_RETURN(const Alerts alerts, ReadAlerts(alerts_text));
  ASSIGN_OR_RETURN(const Dispositions dispositions,
                   ReadDispositions(dispositions_text, alerts, &scorecard.dispositions));
  scorecard.alerts = alerts.size();
  for (const auto& [name, disposition] : dispositions) {
    if (!alerts.contains(name)) ++scorecard.strangers;
  }
  std::map<RuleVersion, ScorecardRow> rows;
  std::map<RuleVersion, std::vector<double>> hours;
  for (const auto& [name, alert] : alerts) {
    const auto found = dispositions.find(name);
    const bool closed = found != dispositions.end() && found->second.to == "closed";
    const std::string outcome = closed ? found->second.outcome : "";
    for (const RuleVersion& rule : alert.rules) {
      ScorecardRow& row = rows[rule];
      ++row.alerts;
      if (!closed) {
        ++row.open;
        continue;
      }
      if (outcome == "false_positive") ++row.false_positive;
      if (outcome == "valuable") ++row.valuable;
      if (outcome == "confirmed") ++row.confirmed;
      hours[rule].push_back(static_cast<double>(found->second.at - alert.time) / kHourUs);
    }
  }
  for (auto& [rule, row] : rows) {
    row.rule = rule.first;
    row.version = rule.second;
    std::vector<double>& closed = hours[rule];
    if (!closed.empty()) {
      std::sort(closed.begin(), closed.end());
      row.hours_to_close = closed[(closed.size() - 1) / 2];
    }
    row.verdict = Judge(row, criteria);
    scorecard.rows.push_back(std::move(row));
  }
  return scorecard;
}

}  // namespace vigla
