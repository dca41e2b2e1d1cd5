// Rules over a leg: exceptions first, then folding (rules.md, 9). Hot until a rule matches.
#include "engine/pipeline/judge.h"

#include <algorithm>
#include <cstring>

#include "engine/audit/alert_id.h"
#include "engine/pipeline/condition_figure.h"
#include "engine/pipeline/intake.h"
#include "engine/rule/reason.h"

namespace vigla {
namespace {

// Folding remembers rules and keys by digest: they outlive rule sets and must not collide.
Hash128 DigestHash(std::string_view text) {
  const Digest digest = Sha256::Of(text);
  Hash128 hash;
  std::memcpy(&hash, digest.bytes.data(), sizeof(hash));
  return hash;
}

}  // namespace

Hash128 FoldKeyOf(const Rule& rule, const RuleSet& rule_set, const LegReader& reader) {
  if (rule.once_per->key_rest.empty()) return {};
  std::string text;
  for (const FieldRef& field : rule.once_per->key_rest) {
    const Value value = reader.Field(field);
    text += value.known ? "=" + FormatValue(value, rule_set.rates.base()) : "?";
    if (value.type == ValueType::kAccount) {
      text.append(reinterpret_cast<const char*>(&value.hash), sizeof(value.hash));
    }
    text += '\n';
  }
  return DigestHash(text);
}

void Judge::SetRuleSet(std::shared_ptr<const RuleSet> rule_set) {
  rule_set_ = std::move(rule_set);
  matcher_.SetRuleSet(*rule_set_);
  rule_hashes_.clear();
  for (const Rule& rule : rule_set_->rules) rule_hashes_.push_back(DigestHash(rule.id));
}

bool RuleApplies(const Rule& rule, const Leg& leg, bool enters_ledger) {
  if (rule.at_intake && !rule.alerts) return false;
  if (!enters_ledger && !rule.at_intake) return false;
  return rule.subject != RuleSubject::kTransaction ||
         ReportingSide(*leg.transaction, rule.on) == leg.direction;
}

bool Judge::JudgeLeg(const Batch& batch, const Leg& leg, ApplyOutcome outcome,
                     LegFigures* figures, std::vector<int64_t>* unknown, LegResult* result) {
  const auto kind = static_cast<size_t>(leg.subject_kind);
  const auto order = static_cast<size_t>(leg.order);
  if (rule_set_->rules_of_leg[kind][order].empty()) return false;
  const bool enters_ledger = batch.RecordOf(leg.sequence).verdict != AuditVerdict::kRejected;
  const bool too_late = outcome == ApplyOutcome::kTooLate;
  LegReader reader(leg, *rule_set_, figures);
  result->batch = &batch;
  result->leg = &leg;
  if (too_late || !enters_ledger) {
    JudgeApart(enters_ledger, &reader, figures, unknown, result);
  } else {
    const PredicateIndex::Roots roots = rule_set_->index->leg[kind][order];
    matcher_.Match(roots.always, reader);
    if (roots.transaction != PredicateIndex::kNone &&
        ReportingSide(*leg.transaction, leg.subject_kind) == leg.direction) {
      matcher_.Match(roots.transaction, reader);
    }
    matcher_.ForEach([&](int rule, Truth truth) {
      if (truth == Truth::kTrue) {
        Match(rule, &reader, figures, result);
      } else {
        ++(*unknown)[rule];
      }
    });
  }
  if (result->matches.empty() && !too_late) return false;
  Explain(&reader, figures, result);
  return true;
}

void Judge::JudgeApart(bool enters_ledger, LegReader* reader, LegFigures* figures,
                       std::vector<int64_t>* unknown, LegResult* result) {
  const Leg& leg = *result->leg;
  for (int index : rule_set_->rules_of_leg[static_cast<size_t>(leg.subject_kind)]
                                          [static_cast<size_t>(leg.order)]) {
    const Rule& rule = rule_set_->rules[index];
    if (!RuleApplies(rule, leg, enters_ledger)) continue;
    if (enters_ledger && !rule.stateless) {
      vigla::Match match;
      match.rule = index;
      match.result = AuditResult::kTooLate;
      match.shadow = rule.state == RuleState::kShadow;
      result->matches.push_back(std::move(match));
      continue;
    }
    switch (EvaluateTruth(rule.when, *rule_set_, *reader)) {
      case Truth::kFalse:
        break;
      case Truth::kUnknown:
        ++(*unknown)[index];
        break;
      case Truth::kTrue:
        Match(index, reader, figures, result);
        break;
    }
  }
}

void Judge::Match(int rule_index, LegReader* reader, LegFigures* figures, LegResult* result) {
  const Rule& rule = rule_set_->rules[rule_index];
  vigla::Match match;
  match.rule = rule_index;
  match.shadow = rule.state == RuleState::kShadow;
  const int32_t day = UtcDay(result->leg->time());
  for (const Exception& exception : rule.exceptions) {
    if (exception.until_utc_day && day > *exception.until_utc_day) continue;
    if (EvaluateTruth(exception.condition, *rule_set_, *reader) != Truth::kTrue) continue;
    match.result = AuditResult::kExcepted;
    match.exception = exception.id;
    result->matches.push_back(std::move(match));
    return;
  }
  if (rule.once_per && Fold(rule, reader, figures, &match, result)) {
    result->matches.push_back(std::move(match));
    return;
  }
  match.result = match.shadow ? AuditResult::kShadow
                 : rule.alerts ? AuditResult::kAlert
                               : AuditResult::kFlagged;
  Identify(result);
  result->matches.push_back(std::move(match));
}

bool Judge::Fold(const Rule& rule, LegReader* reader, LegFigures* figures, class Match* match,
                 LegResult* result) {
  const Hash128& rule_hash = rule_hashes_[static_cast<size_t>(&rule - rule_set_->rules.data())];
  const Hash128 key = FoldKeyOf(rule, *rule_set_, *reader);
  const FoldMark* into =
      figures->FindFold(rule_hash, key, match->shadow, rule.once_per->for_us);
  if (into != nullptr) {
    match->result = AuditResult::kFolded;
    match->into = AlertIdText(into->alert_id);
    return true;
  }
  Identify(result);
  figures->AddFold({rule_hash, key, result->leg->time(), result->leg->sequence,
                    result->alert_id, match->shadow});
  return false;
}

void Judge::Identify(LegResult* result) {
  const RecordPosition& position = result->batch->InputOf(result->leg->sequence).position;
  const Leg& leg = *result->leg;
  result->alert_id =
      MakeAlertId({rule_set_->fingerprint, topics_[position.topic], position.partition,
                   position.offset, leg.subject_kind, leg.subject_id, RoleText(leg.order)});
}

void Judge::Explain(LegReader* reader, LegFigures* figures, LegResult* result) {
  const CurrencyCode base = rule_set_->rates.base();
  std::vector<int> wanted;
  result->evidence.resize(result->matches.size());
  result->evidence_omitted.resize(result->matches.size());
  for (size_t i = 0; i < result->matches.size(); ++i) {
    vigla::Match& match = result->matches[i];
    if (match.result == AuditResult::kTooLate) continue;
    const Rule& rule = rule_set_->rules[match.rule];
    wanted.insert(wanted.end(), rule.features.begin(), rule.features.end());
    if (match.result != AuditResult::kAlert && match.result != AuditResult::kShadow) continue;
    match.reason = RenderReason(rule, *rule_set_, *reader, base);
    for (const Condition& condition : rule.conditions) {
      match.conditions.push_back(MakeConditionFigure(condition, *rule_set_, *reader));
    }
    if (figures == nullptr) continue;
    int64_t largest = 0;
    std::vector<Entry>& evidence = result->evidence[i];
    for (int feature : rule.evidence_features) {
      int64_t total = 0, without_rate = 0;
      const std::vector<Entry> entries =
          figures->FeatureEntries(feature, rule.evidence_most, &total, &without_rate);
      evidence.insert(evidence.end(), entries.begin(), entries.end());
      largest = std::max(largest, total);
    }
    auto key = [](const Entry& e) { return std::tuple(e.time, e.sequence, e.direction); };
    std::sort(evidence.begin(), evidence.end(),
              [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
    evidence.erase(std::unique(evidence.begin(), evidence.end(),
                               [&](const Entry& a, const Entry& b) { return key(a) == key(b); }),
                   evidence.end());
    if (evidence.size() > static_cast<size_t>(rule.evidence_most)) {
      evidence.erase(evidence.begin(), evidence.end() - rule.evidence_most);
    }
    result->evidence_omitted[i] =
        std::max<int64_t>(0, largest - static_cast<int64_t>(evidence.size()));
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (int index : wanted) {
    FeatureFigure figure;
    figure.feature = index;
    figure.value = reader->Feature(index);
    figure.text = FormatValueBare(figure.value, base);
    figure.value.text = {};  // points into the ledger, which moves on; `text` is the copy
    if (figures != nullptr && !rule_set_->features[index].ever) {
      figure.has_window = true;
      figures->FeatureEntries(index, 0, &figure.entries, &figure.without_rate);
    }
    result->features.push_back(std::move(figure));
  }
}

}  // namespace vigla
