// Alerts met by their place in the input. Cold.
#include "engine/lab/comparison.h"

#include <simdjson.h>
#include <xxhash.h>

#include <algorithm>
#include <set>

#include "engine/base/status.h"

namespace vigla {
namespace {

std::string TextOf(const simdjson::dom::element& parent, std::string_view key) {
  std::string_view text;
  if (parent[key].get_string().get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

std::vector<std::string> HowChanged(const ComparedAlert& before, const ComparedAlert& after) {
  std::vector<std::string> how;
  if (before.severity != after.severity) how.push_back("severity");
  if (before.score != after.score) how.push_back("score");
  bool same_rules = before.matches.size() == after.matches.size();
  bool same_figures = true;
  for (const auto& [rule, match] : before.matches) {
    const auto other = after.matches.find(rule);
    if (other == after.matches.end()) {
      same_rules = false;
    } else if (other->second.figures != match.figures) {
      same_figures = false;
    }
  }
  if (!same_rules) how.push_back("matches");
  if (!same_figures) how.push_back("figures");
  return how;
}

}  // namespace

std::string_view AlertChangeName(AlertChange change) {
  switch (change) {
    case AlertChange::kAppeared: return "appeared";
    case AlertChange::kVanished: return "vanished";
    case AlertChange::kChanged: return "changed";
  }
  return "";
}

absl::StatusOr<ComparedAlert> ComparedAlert::Parse(std::string_view body) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(body);
  simdjson::dom::element root, subject, origin, transaction;
  simdjson::dom::array matches;
  if (parser.parse(padded).get(root) != simdjson::SUCCESS ||
      root["subject"].get(subject) != simdjson::SUCCESS ||
      root["origin"].get(origin) != simdjson::SUCCESS ||
      root["transaction"].get(transaction) != simdjson::SUCCESS ||
      root["matches"].get_array().get(matches) != simdjson::SUCCESS) {
    return MakeError(absl::StatusCode::kInvalidArgument, "an alert's body can't be read");
  }
  ComparedAlert alert;
  int64_t partition = 0;
  if (origin["partition"].get_int64().get(partition) != simdjson::SUCCESS) partition = 0;
  alert.key = TextOf(origin, "topic") + "-" + std::to_string(partition) + "@" +
              TextOf(origin, "offset") + " " + TextOf(subject, "kind") + " " +
              TextOf(subject, "role");
  alert.sequence = std::strtoull(TextOf(root, "sequence").c_str(), nullptr, 10);
  alert.time = TextOf(root, "time");
  alert.transaction = TextOf(transaction, "id");
  alert.severity = TextOf(root, "severity");
  alert.title = TextOf(root, "title");
  if (root["score"].get_int64().get(alert.score) != simdjson::SUCCESS) alert.score = 0;
  for (const simdjson::dom::element& match : matches) {
    std::string figures;
    for (const char* part : {"conditions", "features", "evidence"}) {
      simdjson::dom::element value;
      if (match[part].get(value) == simdjson::SUCCESS) figures += simdjson::minify(value);
      figures += '\n';
    }
    alert.matches[TextOf(match, "rule")] = {XXH3_64bits(figures.data(), figures.size()),
                                            TextOf(match, "reason")};
  }
  return alert;
}

absl::Status Comparer::AddBefore(std::string_view body) {
  ASSIGN_OR_RETURN(ComparedAlert alert, ComparedAlert::Parse(body));
  ++comparison_.all.before;
  std::string key = alert.key;
  before_.insert_or_assign(std::move(key), std::move(alert));
  return absl::OkStatus();
}

absl::Status Comparer::AddAfter(std::string_view body) {
  ASSIGN_OR_RETURN(ComparedAlert after, ComparedAlert::Parse(body));
  ++comparison_.all.after;
  const auto found = before_.find(after.key);
  if (found == before_.end()) {
    ++comparison_.all.appeared;
    CountMatches(nullptr, &after);
    Note({AlertChange::kAppeared, {}, std::move(after), {}});
    return absl::OkStatus();
  }
  CountMatches(&found->second, &after);
  std::vector<std::string> how = HowChanged(found->second, after);
  if (how.empty()) {
    ++comparison_.all.same;
  } else {
    ++comparison_.all.changed;
    for (const std::string& what : how) ++comparison_.changes[what];
    Note({AlertChange::kChanged, std::move(found->second), std::move(after), std::move(how)});
  }
  before_.erase(found);
  return absl::OkStatus();
}

void Comparer::CountMatches(const ComparedAlert* before, const ComparedAlert* after) {
  static const std::map<std::string, ComparedAlert::Match> kNone;
  const auto& old_matches = before == nullptr ? kNone : before->matches;
  const auto& new_matches = after == nullptr ? kNone : after->matches;
  for (const auto& [rule, match] : old_matches) {
    ComparisonCounts& counts = comparison_.rules[rule];
    ++counts.before;
    const auto other = new_matches.find(rule);
    if (other == new_matches.end()) {
      ++counts.vanished;
    } else {
      ++(other->second.figures == match.figures ? counts.same : counts.changed);
    }
  }
  for (const auto& [rule, match] : new_matches) {
    ComparisonCounts& counts = comparison_.rules[rule];
    ++counts.after;
    if (!old_matches.contains(rule)) ++counts.appeared;
  }
}

void Comparer::Note(ChangedAlert changed) { changed_.push_back(std::move(changed)); }

Comparison Comparer::Finish() {
  for (auto& [key, alert] : before_) {
    ++comparison_.all.vanished;
    CountMatches(&alert, nullptr);
    Note({AlertChange::kVanished, std::move(alert), {}, {}});
  }
  before_.clear();
  auto order = [](const ChangedAlert& changed) {
    const ComparedAlert& alert =
        changed.change == AlertChange::kVanished ? changed.before : changed.after;
    return std::tie(alert.sequence, alert.key);
  };
  std::sort(changed_.begin(), changed_.end(), [&](const ChangedAlert& a, const ChangedAlert& b) {
    return order(a) < order(b);
  });
  // The first ones of each rule and kind of change.
  std::map<std::pair<AlertChange, std::string>, size_t> taken;
  for (ChangedAlert& changed : changed_) {
    bool wanted = false;
    std::set<std::string> rules;
    for (const auto& [rule, match] : changed.before.matches) rules.insert(rule);
    for (const auto& [rule, match] : changed.after.matches) rules.insert(rule);
    for (const std::string& rule : rules) {
      wanted = taken[{changed.change, rule}]++ < examples_a_rule_ || wanted;
    }
    if (wanted) {
      comparison_.examples.push_back(std::move(changed));
    } else {
      ++comparison_.omitted;
    }
  }
  changed_.clear();
  return std::move(comparison_);
}

}  // namespace vigla
