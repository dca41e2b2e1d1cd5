// Reads features, and refuses those that have no exact meaning (rules.md, 9). Cold.
#include "engine/rule/feature_reader.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "engine/base/check.h"
#include "engine/model/money.h"
#include "engine/rule/constant.h"

namespace vigla {
namespace {

constexpr DurationUs kOverMin = 10 * kSecondUs;
constexpr DurationUs kOverMax = 400 * kDayUs;
constexpr uint8_t kAnyStatus = (1u << kStatusCount) - 1;
constexpr uint8_t kSettledOnly = 1u << static_cast<int>(StatusCode::kSettled);

struct AggregateInfo {
  std::string_view key;
  Aggregate aggregate;
  bool has_ever;
  bool may_be_unknown;
};

constexpr AggregateInfo kAggregates[] = {
    {"count", Aggregate::kCount, true, false},
    {"sum", Aggregate::kSum, true, false},
    {"mean", Aggregate::kMean, false, true},
    {"min", Aggregate::kMin, true, true},
    {"max", Aggregate::kMax, true, true},
    {"distinct", Aggregate::kDistinct, false, false},
    {"first", Aggregate::kFirst, true, true},
    {"last", Aggregate::kLast, true, true},
    {"seen", Aggregate::kSeen, false, false},
    {"age", Aggregate::kAge, true, true},
    {"idle", Aggregate::kIdle, true, true},
    {"median", Aggregate::kMedian, false, true},
    {"percentile", Aggregate::kPercentile, false, true},
    {"stddev", Aggregate::kStddev, false, true},
    {"share", Aggregate::kShare, false, true},
};

const AggregateInfo& InfoOf(Aggregate aggregate) {
  for (const AggregateInfo& info : kAggregates) {
    if (info.aggregate == aggregate) return info;
  }
  CHECK(false);
}

bool CountsEntries(Aggregate aggregate) {
  return aggregate == Aggregate::kCount || aggregate == Aggregate::kSeen ||
         aggregate == Aggregate::kAge || aggregate == Aggregate::kIdle;
}

bool TakesAnyField(Aggregate aggregate) {
  return aggregate == Aggregate::kFirst || aggregate == Aggregate::kLast ||
         aggregate == Aggregate::kDistinct;
}

std::optional<DirectionSet> ParseDirections(std::string_view word) {
  if (word == "debits") return DirectionSet::kDebits;
  if (word == "credits") return DirectionSet::kCredits;
  if (word == "both") return DirectionSet::kBoth;
  return std::nullopt;
}

std::string_view DirectionsName(DirectionSet directions) {
  if (directions == DirectionSet::kDebits) return "debits";
  return directions == DirectionSet::kCredits ? "credits" : "both";
}

ValueType TypeOf(const Feature& feature) {
  switch (feature.aggregate) {
    case Aggregate::kCount:
    case Aggregate::kDistinct: return ValueType::kInt;
    case Aggregate::kSeen: return ValueType::kBool;
    case Aggregate::kAge:
    case Aggregate::kIdle: return ValueType::kDuration;
    case Aggregate::kShare: return ValueType::kRatio;
    default: return FieldTable()[feature.of->id].type;
  }
}

// Whether a node of the tree reads the entry.
bool ReadsEntry(const Expression& expression) {
  bool reads = false;
  VisitExpression(expression, [&](const Expression& node) {
    reads = reads || node.kind == ExpressionKind::kField;
  });
  return reads;
}

// `currency == x` among what && joins at the top, x the same for every entry.
bool FixesCurrency(const Expression& expression) {
  if (expression.kind == ExpressionKind::kAnd) {
    return std::any_of(expression.operands.begin(), expression.operands.end(),
                       [](const auto& operand) { return FixesCurrency(*operand); });
  }
  if (expression.kind != ExpressionKind::kEqual) return false;
  const auto is_currency = [](const Expression& side) {
    return side.kind == ExpressionKind::kField && side.field.id == field::kCurrency;
  };
  const Expression& left = *expression.operands[0];
  const Expression& right = *expression.operands[1];
  return (is_currency(left) && !ReadsEntry(right)) || (is_currency(right) && !ReadsEntry(left));
}

}  // namespace

std::string_view AggregateName(Aggregate aggregate) { return InfoOf(aggregate).key; }

FeatureReader::FeatureReader(PackScope* scope, Checker* checker, const RuleSet* rule_set,
                             DurationUs longest_us, Diagnostics* diagnostics)
    : scope_(scope),
      checker_(checker),
      rule_set_(rule_set),
      longest_us_(longest_us),
      diagnostics_(diagnostics) {}

void FeatureReader::Error(const DiagnosticCode& code, const YamlNode& node, std::string message,
                          std::string advice) {
  diagnostics_->Error(code.code, scope_->pack->document->At(node), std::move(message),
                      std::move(advice));
}

std::optional<FeatureDraft> FeatureReader::Read(const YamlEntry& entry) {
  const int errors_before = diagnostics_->errors();
  draft_ = FeatureDraft();
  value_ = nullptr;
  takes_direction_ = false;
  if (!entry.value.IsMapping()) return std::nullopt;
  ReadSubject(entry.value);
  ReadAggregate(entry);
  if (value_ != nullptr) ReadOf(entry.value);
  ReadPercentile(entry.value);
  ReadStatus(entry.value);
  ReadWindow(entry.value);
  ReadPer(entry.value);
  ReadWhere(entry.value);
  draft_.feature.prior = FlagAt(entry.value, "prior").value_or(false);
  if (value_ == nullptr || diagnostics_->errors() > errors_before) return std::nullopt;
  CheckEver(entry.value);
  CheckOriginalAmounts();
  if (diagnostics_->errors() > errors_before) return std::nullopt;
  Finish(entry.key);
  return std::move(draft_);
}

void FeatureReader::ReadSubject(const YamlNode& map) {
  const YamlNode* on = map.Find("on");
  if (on == nullptr || !on->IsScalar()) return;
  if (const auto kind = ParseSubjectKind(on->text)) draft_.feature.on = *kind;
}

void FeatureReader::ReadAggregate(const YamlEntry& entry) {
  int found = 0;
  for (const AggregateInfo& info : kAggregates) {
    const YamlNode* value = entry.value.Find(info.key);
    if (value == nullptr) continue;
    if (++found > 1) {
      Error(diagnostic::kAggregateCount, *value, "a second aggregate, " + Quoted(info.key),
            "declare two features");
      continue;
    }
    draft_.feature.aggregate = info.aggregate;
    draft_.may_be_unknown = info.may_be_unknown;
    if (value->IsScalar()) value_ = value;
  }
  if (found > 1) value_ = nullptr;  // what else is said belongs to one of them only
  if (found > 0) return;
  diagnostics_->Error(diagnostic::kAggregateCount.code, scope_->pack->document->At(entry),
                      Quoted(entry.key) + " has no aggregate",
                      "such as {count: debits, over: 24h} or {sum: amount, of: debits, over: 7d}");
}

void FeatureReader::ReadDirection(const YamlNode& node) {
  const auto directions = ParseDirections(node.text);
  if (!directions) {
    Error(diagnostic::kDirection, node, Quoted(node.text) + " is no direction",
          "debits, credits or both");
    diagnostics_->all().back().Mend(
        node.text, OnlyNearestWord(node.text, {"debits", "credits", "both"}));
    return;
  }
  draft_.feature.directions = *directions;
  const SubjectKind on = draft_.feature.on;
  const bool debits_only = on == SubjectKind::kDevice || on == SubjectKind::kCard;
  if ((debits_only && *directions == DirectionSet::kCredits) ||
      (on == SubjectKind::kMerchant && *directions == DirectionSet::kDebits)) {
    Error(diagnostic::kNoSuchLegs, node,
          "a " + std::string(SubjectKindName(on)) + " has no " + node.text,
          debits_only ? "its ledger holds debits" : "its ledger holds credits");
  }
}

// The aggregate's own value is a direction or a field; with a field, `of` is the direction.
void FeatureReader::ReadOf(const YamlNode& map) {
  const Aggregate aggregate = draft_.feature.aggregate;
  const YamlNode* of = map.Find("of");
  takes_direction_ = CountsEntries(aggregate) ||
                     (aggregate == Aggregate::kShare && ParseDirections(value_->text));
  const std::string key(AggregateName(aggregate));
  if (takes_direction_) {
    ReadDirection(*value_);
    if (of != nullptr) {
      Error(diagnostic::kOf, *of, Quoted(key) + " takes the direction as its value, no `of`",
            key + ": " + std::string(DirectionsName(draft_.feature.directions)));
    }
    return;
  }
  ReadField(*value_);
  if (of == nullptr) {
    Error(diagnostic::kOf, *value_, Quoted(key) + " needs `of`: debits, credits or both",
          "{" + key + ": " + value_->text + ", of: debits, …}");
  } else if (of->IsScalar()) {
    ReadDirection(*of);
  }
}

void FeatureReader::ReadField(const YamlNode& node) {
  const Aggregate aggregate = draft_.feature.aggregate;
  const std::optional<FieldRef> field = checker_->CheckField(node);
  if (!field) return;
  draft_.feature.of = field;
  if (FieldTable()[field->id].type == ValueType::kList) {
    Error(diagnostic::kAggregateField, node, "entries do not keep lists such as " +
          Quoted(node.text));
    return;
  }
  const bool is_amount = field->id == field::kAmount || field->id == field::kAmountOriginal;
  if (!is_amount && !TakesAnyField(aggregate)) {
    Error(diagnostic::kAggregateField, node,
          Quoted(AggregateName(aggregate)) + " takes amount or amount.original, not " +
              Quoted(node.text),
          "distinct, first and last take any field");
  }
}

void FeatureReader::ReadPercentile(const YamlNode& map) {
  const YamlNode* p = map.Find("p");
  if (draft_.feature.aggregate != Aggregate::kPercentile) {
    if (p != nullptr) {
      Error(diagnostic::kPercentile, *p, "`p` belongs to a percentile",
            "{percentile: amount, p: 95, of: debits, …}");
    }
    return;
  }
  if (p == nullptr || !p->IsScalar()) {
    Error(diagnostic::kPercentile, map, "a percentile needs `p`", "such as p: 95");
    return;
  }
  const ParsedDecimal parsed = ParseDecimal(p->text, 3, 3);
  if (parsed.error != DecimalError::kNone || parsed.value <= 0 || parsed.value > 100'000) {
    Error(diagnostic::kPercentile, *p, "`p` is over 0, up to 100, with at most 3 fraction digits");
    return;
  }
  draft_.feature.percentile_thousandths = static_cast<int>(parsed.value);
}

std::optional<DurationUs> FeatureReader::Duration(const YamlNode& node,
                                                  const DiagnosticCode& code) {
  if (const auto duration = ParseDuration(node.text)) return duration;
  Declaration* declaration = scope_->Find(node.text);
  if (declaration != nullptr && declaration->kind == NameKind::kParameter) {
    declaration->used = true;
    if (declaration->broken) return std::nullopt;
    if (declaration->type == ValueType::kDuration) return declaration->constant->constant.integer;
  }
  if (node.text == "day" || node.text == "week" || node.text == "month") {
    Error(diagnostic::kNotSupported, node, "calendar windows are not supported yet",
          "use a length of time, such as 24h");
    return std::nullopt;
  }
  Error(code, node, Quoted(node.text) + " is not a duration",
        "one whole number and ms, s, m, h or d, or a duration parameter");
  diagnostics_->all().back().Mend(node.text, MeantDuration(node.text));
  return std::nullopt;
}

void FeatureReader::ReadWindow(const YamlNode& map) {
  Feature& feature = draft_.feature;
  const YamlNode* over = map.Find("over");
  const YamlNode* skip = map.Find("skip");
  if (over == nullptr || !over->IsScalar()) return;
  if (over->text == "ever") {
    feature.ever = true;
    if (skip != nullptr) {
      Error(diagnostic::kEver, *skip, "`ever` takes no `skip`", "give the feature a window");
    }
    return;
  }
  const auto over_us = Duration(*over, diagnostic::kOver);
  if (over_us && (*over_us < kOverMin || *over_us > kOverMax)) {
    Error(diagnostic::kOver, *over, "a window is 10 s to 400 d long, or ever");
  } else if (over_us && *over_us > longest_us_) {
    Error(diagnostic::kRetention, *over,
          "the window is longer than ledgers keep: " +
              FormatDuration(std::max<DurationUs>(longest_us_, 0)) + " without the lateness",
          "raise the retention, or shorten the window");
  }
  feature.over_us = over_us.value_or(0);
  if (skip == nullptr || !skip->IsScalar()) return;
  const auto skip_us = Duration(*skip, diagnostic::kSkip);
  if (skip_us && over_us && *skip_us >= *over_us) {
    Error(diagnostic::kSkip, *skip, "nothing is left: `skip` is not shorter than `over`",
          "the window is (t - over, t - skip]");
  }
  feature.skip_us = skip_us.value_or(0);
}

void FeatureReader::ReadPer(const YamlNode& map) {
  std::set<std::string> names;
  for (const YamlNode* node : NamesAt(map, "per")) {
    const std::optional<FieldRef> field = checker_->CheckField(*node);
    if (!field) continue;
    if (FieldTable()[field->id].type == ValueType::kList) {
      Error(diagnostic::kPer, *node, "entries do not keep lists such as " + Quoted(node->text));
      continue;
    }
    if (!names.insert(node->text).second) {
      Error(diagnostic::kPer, *node, Quoted(node->text) + " stands here twice", "leave one out");
      continue;
    }
    draft_.feature.per.push_back(*field);
  }
  // The order of a group's fields means nothing.
  std::sort(draft_.feature.per.begin(), draft_.feature.per.end(),
            [&](FieldRef a, FieldRef b) {
              return rule_set_->FieldName(a) < rule_set_->FieldName(b);
            });
}

void FeatureReader::ReadStatus(const YamlNode& map) {
  const std::vector<const YamlNode*> words = NamesAt(map, "status");
  if (words.empty()) {
    if (map.Find("status") != nullptr) {
      Error(diagnostic::kStatusWord, *map.Find("status"), "no status at all would count",
            "name a status, or any");
    }
    return;
  }
  uint8_t mask = 0;
  for (const YamlNode* word : words) {
    if (word->text == "any" && words.size() == 1) {
      mask = kAnyStatus;
    } else if (const auto status = ParseStatus(word->text)) {
      const auto bit = static_cast<uint8_t>(1u << static_cast<int>(*status));
      if ((mask & bit) != 0) {
        Error(diagnostic::kStatusWord, *word, Quoted(word->text) + " stands here twice");
      }
      mask |= bit;
    } else {
      std::vector<std::string_view> candidates = Vocabulary(ValueType::kStatus);
      candidates.push_back("any");
      Error(diagnostic::kStatusWord, *word, "there is no status " + Quoted(word->text),
            DidYouMean(word->text, candidates,
                       "received, authorised, settled, rejected, cancelled, or any alone"));
      diagnostics_->all().back().Mend(word->text, OnlyNearestWord(word->text, candidates));
    }
  }
  draft_.feature.status_mask = mask;
}

void FeatureReader::ReadWhere(const YamlNode& map) {
  const YamlNode* where = map.Find("where");
  if (where == nullptr || !where->IsScalar()) {
    if (draft_.feature.aggregate == Aggregate::kShare && value_ != nullptr) {
      Error(diagnostic::kShare, *value_, "`share` needs a where: a part of what?",
            "{share: debits, where: channel == \"atm\", over: 30d}");
    }
    return;
  }
  draft_.where = checker_->CheckText(*where, ExpressionPlace::kWhere, ValueType::kBool);
}

// `ever` is what a subject's record keeps, and no more.
void FeatureReader::CheckEver(const YamlNode& map) {
  const Feature& feature = draft_.feature;
  if (!feature.ever) return;
  const YamlNode& over = *map.Find("over");
  const AggregateInfo& info = InfoOf(feature.aggregate);
  if (!info.has_ever) {
    Error(diagnostic::kEver, over, Quoted(info.key) + " needs a window, not `ever`",
          "such as over: 400d");
  }
  if (info.has_ever && feature.of && TakesAnyField(feature.aggregate) &&
      feature.of->id != field::kTime) {
    Error(diagnostic::kEver, *value_, "under `ever` first and last take only time",
          "give the feature a window");
  }
  if (feature.of && feature.of->id == field::kAmountOriginal) {
    Error(diagnostic::kEver, *value_, "the record has no totals of original amounts",
          "take amount, or give the feature a window");
  }
  if (draft_.where != nullptr) {
    Error(diagnostic::kEver, *map.Find("where"), "`ever` takes no `where`", "use a window");
  }
  if (!feature.per.empty()) {
    Error(diagnostic::kEver, *map.Find("per"), "`ever` takes no `per`", "use a window");
  }
  const YamlNode* status = map.Find("status");
  const bool is_total =
      feature.status_mask == kAnyStatus || feature.status_mask == kSettledOnly;
  if (status != nullptr && (!is_total || NamesAt(map, "status").size() > 1)) {
    Error(diagnostic::kEver, *status, "under `ever` status is settled or any", "use a window");
  }
}

bool FeatureReader::HasOneCurrency() const {
  const Feature& feature = draft_.feature;
  const bool per_currency =
      std::any_of(feature.per.begin(), feature.per.end(),
                  [](FieldRef field) { return field.id == field::kCurrency; });
  return per_currency || (draft_.where != nullptr && FixesCurrency(*draft_.where));
}

void FeatureReader::CheckOriginalAmounts() {
  const Feature& feature = draft_.feature;
  if (!feature.of || feature.of->id != field::kAmountOriginal) return;
  if (TakesAnyField(feature.aggregate) || feature.ever || HasOneCurrency()) return;
  Error(diagnostic::kOriginalCurrencies, *value_,
        "amounts of different currencies don't add up",
        "add `per: currency`, or `currency == x` to the where, or take amount");
}

void FeatureReader::Finish(const std::string& name) {
  Feature& feature = draft_.feature;
  feature.name = name;
  feature.type = TypeOf(feature);
  // The time since the newest *other* entry: the judged leg is left out in any case.
  if (feature.aggregate == Aggregate::kIdle) feature.prior = false;
  feature.canonical = Canonical();
  if (feature.aggregate == Aggregate::kSeen && !feature.prior && feature.skip_us == 0 &&
      draft_.where == nullptr) {
    diagnostics_->Warning(diagnostic::kCountsItself.code, scope_->pack->document->At(*value_),
                          "`seen` sees the leg that is judged",
                          "add `prior: true` if an earlier one is meant");
  }
}

std::string FeatureReader::Canonical() const {
  const Feature& feature = draft_.feature;
  std::string text(AggregateName(feature.aggregate));
  if (feature.aggregate == Aggregate::kPercentile) {
    text += " " + FormatDecimal(feature.percentile_thousandths, 3, 0, 3);
  }
  if (feature.of) text += " " + rule_set_->FieldName(*feature.of);
  text += " of " + std::string(DirectionsName(feature.directions)) + " on " +
          std::string(SubjectKindName(feature.on));
  text += feature.ever ? " ever" : " over " + FormatDuration(feature.over_us);
  if (feature.skip_us > 0) text += " skip " + FormatDuration(feature.skip_us);
  if (feature.prior) text += " prior";
  text += " status";
  for (int i = 0; i < kStatusCount; ++i) {
    if ((feature.status_mask >> i & 1) == 0) continue;
    text += " " + std::string(StatusName(static_cast<StatusCode>(i)));
  }
  for (FieldRef field : feature.per) text += " per " + rule_set_->FieldName(field);
  if (draft_.where != nullptr) text += " where " + CanonicalText(*draft_.where, *rule_set_);
  return text;
}

}  // namespace vigla
