// What features mean, computed in the most obvious way: all legs of a subject, from scratch.
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/rule/field.h"
#include "engine/rule/rule_set.h"

namespace vigla::testing {

struct FeatureSpec {
  std::string aggregate, of, yaml;  // yaml: the whole of it, as a pack has it
  std::string directions = "debits";
  SubjectKind on = SubjectKind::kAccount;
  DurationUs over_us = 0, skip_us = 0;
  bool ever = false, prior = false;
  std::vector<int> statuses = {static_cast<int>(StatusCode::kSettled)};
  std::vector<std::string> per;
  // (entry, judged leg); empty: all entries.
  std::function<bool(const Leg&, const Leg&)> where;
  EventTime known_from = EventTime::Min();
};

// A field's text; absent where it is unknown.
inline std::optional<std::string> TextOf(const Leg& leg, const std::string& field) {
  const Transaction& t = *leg.transaction;
  std::string text;
  if (field == "counterparty") text = leg.Other().account;
  if (field == "account") text = leg.Own().account;
  if (field == "counterparty_party") text = leg.Other().party;
  if (field == "country" && leg.Other().country.IsKnown()) text = leg.Other().country.Text();
  if (field == "channel") text = t.channel;
  if (field == "currency") text = t.currency.Text();
  if (field == "kind") text = KindName(t.kind);
  if (field == "purpose") text = t.details->purpose;
  if (field == "amount.original") text = std::to_string(t.amount.ten_thousandths);
  if (field == "amount" && leg.has_base_amount) text = std::to_string(leg.base_amount.micros);
  if (field == "time") text = std::to_string(t.time.us);
  return text.empty() ? std::nullopt : std::optional(text);
}

class FeatureOracle {
 public:
  FeatureOracle(DurationUs retention_us, DurationUs lateness_max_us)
      : retention_us_(retention_us), lateness_max_us_(lateness_max_us) {}

  // In the order of application; the last one is the judged leg.
  void Add(const Leg& leg) {
    std::vector<Leg>& legs = legs_[KeyOf(leg)];
    before_ = legs.empty() ? leg.time() : Newest(legs);
    legs.push_back(leg);
  }
  bool IsLate(const Leg& leg) const { return leg.time() < before_; }
  bool IsTooLate(const Leg& leg) const { return before_ - leg.time() > lateness_max_us_; }

  // The entries behind the feature, in order; nothing where the feature is unknown by itself.
  std::optional<std::vector<Leg>> Entries(const FeatureSpec& spec, const Leg& leg,
                                          bool with_where) {
    if (IsTooLate(leg) || leg.time() < spec.known_from) return std::nullopt;
    if (leg.transaction->precision == TimePrecision::kDay && spec.over_us < kDayUs) {
      return std::nullopt;
    }
    for (const std::string& field : spec.per) {
      if (!TextOf(leg, field)) return std::nullopt;
    }
    const std::vector<Leg>& all = legs_[KeyOf(leg)];
    std::vector<Leg> entries;
    for (const Leg& entry : all) {
      const bool is_leg = entry.sequence == leg.sequence && entry.direction == leg.direction;
      const bool without_leg = spec.prior || spec.aggregate == "idle";
      if (entry.time() <= leg.time() - spec.over_us) continue;
      if (entry.time() > leg.time() - spec.skip_us) continue;
      if (entry.time() <= Newest(all) - retention_us_) continue;
      if ((is_leg && without_leg) || !Selects(spec, entry)) continue;
      if (std::any_of(spec.per.begin(), spec.per.end(), [&](const std::string& field) {
            return TextOf(entry, field) != TextOf(leg, field);
          })) {
        continue;
      }
      if (with_where && spec.where && !spec.where(entry, leg)) continue;
      entries.push_back(entry);
    }
    Sort(&entries);
    return entries;
  }

  Value Figure(const FeatureSpec& spec, const Leg& leg, ValueType type) {
    if (spec.ever) return EverFigure(spec, leg, type);
    const auto entries = Entries(spec, leg, /*with_where=*/true);
    if (!entries) return Value::Unknown(type);
    if (spec.aggregate == "share") {
      return Share(spec, *entries, *Entries(spec, leg, /*with_where=*/false), type);
    }
    return FigureOver(spec, *entries, leg.time(), type);
  }

 private:
  using SubjectKey = std::pair<SubjectKind, std::string>;
  static SubjectKey KeyOf(const Leg& leg) {
    return {leg.subject_kind, std::string(leg.subject_id)};
  }
  static EventTime Newest(const std::vector<Leg>& legs) {
    return std::max_element(legs.begin(), legs.end(), [](const Leg& a, const Leg& b) {
             return a.time() < b.time();
           })->time();
  }
  static void Sort(std::vector<Leg>* legs) {
    std::sort(legs->begin(), legs->end(), [](const Leg& a, const Leg& b) {
      return std::tuple(a.time(), a.sequence, a.direction) <
             std::tuple(b.time(), b.sequence, b.direction);
    });
  }
  static bool Selects(const FeatureSpec& spec, const Leg& entry) {
    if (spec.directions == "debits" && entry.direction != Direction::kDebit) return false;
    if (spec.directions == "credits" && entry.direction != Direction::kCredit) return false;
    return std::count(spec.statuses.begin(), spec.statuses.end(),
                      static_cast<int>(entry.transaction->status)) > 0;
  }

  Value EverFigure(const FeatureSpec& spec, const Leg& leg, ValueType type);
  static Value FigureOver(const FeatureSpec& spec, const std::vector<Leg>& entries, EventTime at,
                          ValueType type);
  static Value Share(const FeatureSpec& spec, const std::vector<Leg>& part,
                     const std::vector<Leg>& whole, ValueType type);
  static std::vector<Int128> AmountsOf(const FeatureSpec& spec, const std::vector<Leg>& entries);

  const DurationUs retention_us_, lateness_max_us_;
  std::map<SubjectKey, std::vector<Leg>> legs_;
  EventTime before_;  // newest time of the last leg's subject before that leg
};

inline std::vector<Int128> FeatureOracle::AmountsOf(const FeatureSpec& spec,
                                                    const std::vector<Leg>& entries) {
  std::vector<Int128> amounts;
  for (const Leg& entry : entries) {
    if (spec.of == "amount.original") amounts.push_back(entry.transaction->amount.ten_thousandths);
    if (spec.of == "amount" && entry.has_base_amount) amounts.push_back(entry.base_amount.micros);
  }
  return amounts;
}

inline Value FeatureOracle::Share(const FeatureSpec& spec, const std::vector<Leg>& part,
                                  const std::vector<Leg>& whole, ValueType type) {
  Int128 a = static_cast<Int128>(part.size()), b = static_cast<Int128>(whole.size());
  if (!spec.of.empty()) {
    a = b = 0;
    for (const Int128 amount : AmountsOf(spec, part)) a += amount;
    for (const Int128 amount : AmountsOf(spec, whole)) b += amount;
  }
  if (b == 0) return Value::Unknown(type);
  if (b < 0) a = -a, b = -b;
  return Value::Numeric(type, Number::Fraction(a, 0, static_cast<int64_t>(b)));
}

}  // namespace vigla::testing

#include "tests/unit/ledger/feature_oracle_figures.h"  // IWYU pragma: export
