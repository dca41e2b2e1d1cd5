// Writes down conditions as their rules see them. Cold.
#include "engine/lab/condition_note.h"

#include <utility>

#include "engine/pipeline/leg_reader.h"
#include "engine/rule/number.h"

namespace vigla {
namespace {

// Value less limit: as text with its sign, and in micro-units where it is money.
void Measure(const Value& value, const Value& limit, CurrencyCode base, ConditionNote* note) {
  if (!value.known || !limit.known) return;
  std::optional<Value> distance;
  if (value.type == limit.type &&
      (value.type == ValueType::kInt || value.type == ValueType::kDuration)) {
    int64_t difference = 0;
    if (!__builtin_sub_overflow(value.integer, limit.integer, &difference)) {
      distance = Value::Integer(value.type, difference);
    }
  } else if (IsNumeric(value.type) && IsNumeric(limit.type)) {
    if (const auto difference = Subtract(value.number, limit.number)) {
      distance = Value::Numeric(value.type, *difference);
    }
  }
  if (!distance) return;
  const bool negative = IsNumeric(distance->type) ? IsNegative(distance->number)
                                                  : distance->integer < 0;
  if (distance->type == ValueType::kDuration && negative) {
    note->distance = "-" + FormatDuration(-distance->integer);
  } else {
    note->distance = (negative ? "" : "+") + FormatValue(*distance, base);
  }
  if (distance->type != ValueType::kMoney) return;
  const auto micros = Round(distance->number, 6);
  constexpr Int128 kMicrosMax = Int128{1} << 62;
  if (!micros || micros->wide != 0 || micros->denominator != 1) return;
  Int128 units = micros->numerator;
  for (int scale = micros->scale; scale < 6; ++scale) units *= 10;
  for (int scale = micros->scale; scale > 6; --scale) units /= 10;
  if (units < kMicrosMax && units > -kMicrosMax) {
    note->distance_micros = static_cast<int64_t>(units);
  }
}

}  // namespace

void ConditionNotes::Observe(const JudgedLeg& judged) {
  const RuleSet& rule_set = judged.rule_set;
  const CurrencyCode base = rule_set.rates.base();
  const auto kind = static_cast<size_t>(judged.leg.subject_kind);
  const auto order = static_cast<size_t>(judged.leg.order);
  LegReader reader(judged.leg, rule_set, judged.figures);
  std::vector<ConditionNote> notes;
  for (int index : rule_set.rules_of_leg[kind][order]) {
    const Rule& rule = rule_set.rules[static_cast<size_t>(index)];
    for (const Condition& condition : rule.conditions) {
      ConditionNote note;
      note.row = static_cast<size_t>(judged.leg.sequence.value - 1);
      note.rule = rule.id;
      note.role = judged.leg.direction == Direction::kDebit ? "debtor" : "creditor";
      note.text = condition.text;
      const Truth truth = EvaluateTruth(condition.whole, rule_set, reader);
      note.known = truth != Truth::kUnknown;
      note.holds = truth == Truth::kTrue;
      if (condition.value && condition.limit) {
        // A value's text lives until the next Evaluate; ordered values have none.
        const Value value = Evaluate(*condition.value, rule_set, reader);
        const Value limit = Evaluate(*condition.limit, rule_set, reader);
        note.value = FormatValue(value, base);
        note.limit = FormatValue(limit, base);
        Measure(value, limit, base, &note);
      }
      notes.push_back(std::move(note));
    }
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  std::move(notes.begin(), notes.end(), std::back_inserter(notes_));
}

std::string ConditionNoteText(const ConditionNote& note) {
  std::string text = "`" + note.text + "` " +
                     (!note.known ? "is unknown" : note.holds ? "holds" : "does not hold");
  if (!note.value.empty()) text += ": " + note.value + " against " + note.limit;
  if (!note.distance.empty()) text += ", distance " + note.distance;
  return text;
}

}  // namespace vigla
