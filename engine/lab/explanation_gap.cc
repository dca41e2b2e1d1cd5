// What made a part of a condition unknown, in words. Cold.
#include "engine/lab/explanation_gap.h"

#include "engine/ledger/feature_plan.h"

namespace vigla {
namespace {

std::string NothingToGoBy(const Feature& feature) {
  switch (feature.aggregate) {
    case Aggregate::kFirst:
    case Aggregate::kLast:
      return "no entry in the window, or the entry lacks the field";
    case Aggregate::kIdle: return "no other entry in the window";
    case Aggregate::kShare: return "the whole is nothing";
    case Aggregate::kAge:
      return feature.ever ? "no entry, or the record does not say as of then"
                          : "no entry in the window";
    default: break;
  }
  return feature.ever ? "no entry with an amount, or the record does not say as of then"
                      : "no entry with an amount in the window";
}

}  // namespace

std::string WhyFeatureIsUnknown(int index, const JudgedLeg& judged, const RecordedSince* since) {
  const Feature& feature = judged.rule_set.features[static_cast<size_t>(index)];
  const Leg& leg = judged.leg;
  if (!judged.enters_ledger) return "the transaction was rejected: it has no ledger";
  if (judged.outcome == ApplyOutcome::kTooLate) return "the leg came too late for windows";
  if (since != nullptr) {
    const EventTime known_from =
        PlanFeatures(judged.rule_set, *since)[static_cast<size_t>(index)].known_from;
    if (known_from >= EventTime::Max()) {
      return "what it needs has not been on record since the first transaction";
    }
    if (leg.time() < known_from) {
      return "the window is not yet covered: known to legs from " + FormatTimeShort(known_from) +
             " on";
    }
  }
  if (!feature.ever && feature.over_us < kDayUs &&
      leg.transaction->precision == TimePrecision::kDay) {
    return "the leg's time is a date, and the window is shorter than a day";
  }
  for (const FieldRef field : feature.per) {
    if (ReadField(leg, field, judged.rule_set).known) continue;
    return "the leg has no " + judged.rule_set.FieldName(field) + ", which it goes by";
  }
  return NothingToGoBy(feature);
}

std::string WhyFieldIsUnknown(FieldRef field, const JudgedLeg& judged) {
  if (field.id == field::kAmount) {
    return "no rate for " + judged.leg.transaction->currency.Text() + " on " +
           FormatDate(UtcDay(judged.leg.time()));
  }
  return "the transaction has no " + judged.rule_set.FieldName(field);
}

}  // namespace vigla
