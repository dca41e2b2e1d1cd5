// All loaded rules, compiled: immutable, with a fingerprint, shared by every thread. Warm.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/base/hash.h"
#include "engine/model/rates.h"
#include "engine/model/subject.h"
#include "engine/model/time.h"
#include "engine/rule/expression.h"
#include "engine/rule/program.h"

namespace vigla {

struct FoldedName;
struct PredicateIndex;

enum class Aggregate : uint8_t {
  kCount, kSum, kMean, kMin, kMax, kDistinct, kFirst, kLast, kSeen, kAge, kIdle,
  kMedian, kPercentile, kStddev, kShare,
};
enum class DirectionSet : uint8_t { kDebits = 1, kCredits = 2, kBoth = 3 };

// A part of a `where` that has to hold; negated: that has to be false.
struct WhereLiteral {
  Program program;
  bool negated = false;
};

// A windowed figure over a subject's ledger, shared by every rule that asks for the same.
struct Feature {
  std::string name;        // as in its pack; the first pack's name where several share it
  std::string canonical;   // its meaning as text; equal texts are one feature
  Aggregate aggregate = Aggregate::kCount;
  ValueType type = ValueType::kInt;
  DirectionSet directions = DirectionSet::kDebits;
  SubjectKind on = SubjectKind::kAccount;
  std::optional<FieldRef> of;       // what is summed, counted as distinct, …
  bool ever = false;                // the record's totals; over_us and skip_us mean nothing
  DurationUs over_us = 0;           // window (t - over, t - skip]
  DurationUs skip_us = 0;
  bool prior = false;               // without the leg being judged
  uint8_t status_mask = 1u << static_cast<int>(StatusCode::kSettled);
  std::vector<FieldRef> per;        // entries of the judged leg's group only
  std::optional<Program> where;     // over an entry (kField) and the judged leg (kThisField)
  bool where_reads_leg = false;     // membership then depends on the judged leg
  // The same as an "or" of "and"s: it holds where all literals of a term do (condition_terms.h).
  std::vector<std::vector<WhereLiteral>> where_terms;
  int percentile_thousandths = 0;   // 95 -> 95000
  // Fields read from entries that are not base columns: unknown on entries written before.
  std::vector<FieldRef> extra_columns;
};

// Whether the feature is unknown without an entry that has a base amount, and else not above the
// largest of these amounts.
bool HasLargestAmount(const Feature& feature);

enum class RuleKind : uint8_t { kRisk, kValidity, kReport };
enum class RuleState : uint8_t { kOff, kShadow, kLive };
enum class AlertSeverity : uint8_t { kInfo, kLow, kMedium, kHigh, kCritical };
enum class ValidityAction : uint8_t { kNone, kReject, kHold, kFlag };
enum class RuleSubject : uint8_t { kDebtor, kCreditor, kBoth, kTransaction };

std::string_view AlertSeverityName(AlertSeverity severity);

// One `unless` entry.
struct Exception {
  std::string id;
  std::string because;
  std::string approved;
  std::optional<int32_t> until_utc_day;  // inclusive, against event time
  Program condition;
};

// A reason text: literals and holes in turn. Holes may have a fallback ("{usual_cash|none}").
struct ReasonPart {
  std::string literal;
  std::optional<Program> hole;
  std::optional<std::string> fallback;
};

// A comparison at the top of `when`, kept apart so that the alert can show value and limit.
struct Condition {
  std::string text;
  std::optional<Program> value;   // left side
  std::optional<Program> limit;   // right side, where both are of one ordered type
  Program whole;
};

struct OncePer {
  std::vector<FieldRef> key_rest;  // what follows the subject in the key
  DurationUs for_us = 0;
};

struct Rule {
  std::string id;
  int version = 1;
  std::string pack;
  int pack_version = 1;
  std::string title;
  RuleKind kind = RuleKind::kRisk;
  RuleState state = RuleState::kLive;
  RuleSubject subject = RuleSubject::kDebtor;
  SubjectKind on = SubjectKind::kAccount;
  AlertSeverity severity = AlertSeverity::kMedium;
  int score = 0;
  ValidityAction action = ValidityAction::kNone;
  bool alerts = true;            // validity rules: `alert: true`
  bool at_intake = false;        // validity without features: decides the verdict
  bool stateless = true;         // neither `when` nor any `unless` names a feature
  std::vector<std::string> tags;
  Program when;
  std::vector<Condition> conditions;
  std::vector<Exception> exceptions;
  std::optional<OncePer> once_per;
  std::vector<ReasonPart> reason;
  std::vector<int> features;           // all that when, unless, reason or evidence names, sorted
  std::vector<std::string> feature_names;  // parallel to features: as the rule's own pack says
  std::vector<int> evidence_features;  // whose entries are listed; default: all with a window
  int evidence_most = 50;
  std::string officer;
};

struct NamedList {
  std::string pack, name;
  ValueType of;
  absl::flat_hash_set<std::string> items;  // normalised as the type demands
  Digest digest;                           // SHA-256 of the items in order, one a line
  // The items as values hold them, by SealList (named_list.h) after the last insertion:
  absl::flat_hash_set<Hash128> hashes;    // accounts, where only the hash is at hand
  absl::flat_hash_set<int64_t> integers;  // country, currency, kind, status, direction, int
  std::vector<Number> numbers;            // decimal, ratio
  // As `similarity` compares them (name_similarity.h); nullptr where no rule asks.
  std::shared_ptr<const std::vector<FoldedName>> names;
};

// A file as it was read, for the activation's audit entry.
struct RuleFile {
  std::string name;
  Digest digest;
  std::string path = {};  // where it was read; not published
};

// Never changes after the loader returns it; safe to share between threads.
struct RuleSet {
  Digest fingerprint;          // SHA-256 of `body`
  std::string body;            // canonical JSON; LoadRuleSetBody gives the same set back
  std::vector<RuleFile> files; // not part of the fingerprint
  RateTable rates{CurrencyCode{}};
  std::vector<Feature> features;
  std::vector<Rule> rules;     // live and shadow only, by id
  std::vector<NamedList> lists;
  std::vector<std::string> attribute_paths;

  // Rules to judge on a leg: by [subject kind][leg order], indices into `rules`, by id.
  std::array<std::array<std::vector<int>, 7>, 6> rules_of_leg;
  std::vector<int> intake_rules;           // decide the verdict
  std::array<bool, 6> uses_subject{};      // by SubjectKind; account is always used
  // Columns that entries of a subject kind must carry beside the base ones, sorted by name.
  std::array<std::vector<FieldRef>, 6> extra_columns;
  std::array<DurationUs, 6> longest_window_us{};
  // Finds the rules that can match a leg (rule_matcher.h). Never null once loaded.
  std::shared_ptr<const PredicateIndex> index;

  std::string FieldName(FieldRef field) const;  // "attributes.x.y" spelled out
  std::string FingerprintText() const { return "sha256:" + fingerprint.Hex(); }
};

}  // namespace vigla
