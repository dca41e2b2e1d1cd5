// The table of keys. Cold.
#include "engine/rule/pack_keys.h"

namespace vigla {
namespace {

using enum PackNode;
using enum KeyType;

constexpr bool kYes = true;
constexpr bool kNo = false;
constexpr std::string_view kTypes =
    "bool int decimal ratio money string time duration account country channel currency kind "
    "status direction";
constexpr std::string_view kListTypes =
    "string account country channel currency kind status direction int decimal";

// node, key, type, required, in the body, about, words, child, support
constexpr KeyInfo kKeys[] = {
    {kPack, "pack", kPackName, kYes, kYes, "The pack's name, unique among those loaded."},
    {kPack, "version", kInteger, kYes, kYes, "Counted up with every change."},
    {kPack, "owner", kText, kNo, kNo, "Whom to ask."},
    {kPack, "about", kText, kNo, kNo, "What the pack is for."},
    {kPack, "rates", kRates, kNo, kYes, "Base units per unit of currency, valid at all times."},
    {kPack, "parameters", kNamed, kNo, kYes, "Figures that may be tuned, with their range.", "",
     kParameter},
    {kPack, "lists", kNamed, kNo, kYes, "Named lists of values.", "", kList},
    {kPack, "macros", kNamedExpressions, kNo, kYes, "Named parts of expressions."},
    {kPack, "features", kNamed, kNo, kYes, "Figures over a subject's ledger.", "", kFeature},
    {kPack, "rules", kMany, kNo, kYes, "The rules.", "", kRule},
    {kPack, "typologies", kAnything, kNo, kYes, "Rules weighed together.", "", kPack,
     KeySupport::kNotYet},
    {kPack, "tests", kAnything, kNo, kNo, "Transactions and what must come of them."},

    {kParameter, "type", kWord, kYes, kYes, "Type of the figure.", kTypes},
    {kParameter, "value", kScalar, kYes, kYes, "The value rules see."},
    {kParameter, "min", kScalar, kNo, kYes, "Least value that tuning may choose."},
    {kParameter, "max", kScalar, kNo, kYes, "Greatest value that tuning may choose."},
    {kParameter, "about", kText, kNo, kNo, "What it means."},
    {kParameter, "rationale", kText, kNo, kNo, "Why this value."},
    {kParameter, "reviewed", kDate, kNo, kNo, "When it was last reviewed."},
    {kParameter, "review_by", kDate, kNo, kNo, "When it is due again."},
    {kParameter, "by", kAnything, kNo, kYes, "Values by segment.", "", kPack,
     KeySupport::kNotYet},

    {kList, "of", kWord, kYes, kYes, "Type of the items.", kListTypes},
    {kList, "items", kTexts, kNo, kYes, "The items."},
    {kList, "file", kText, kNo, kNo, "A file with one item a line, beside the pack."},
    {kList, "max_items", kInteger, kNo, kYes, "More items than this are an error."},
    {kList, "about", kText, kNo, kNo, "What it holds."},

    {kFeature, "count", kScalar, kNo, kYes, "How many entries: debits, credits or both."},
    {kFeature, "sum", kScalar, kNo, kYes, "Sum of amount or amount.original."},
    {kFeature, "mean", kScalar, kNo, kYes, "Mean of amount or amount.original."},
    {kFeature, "min", kScalar, kNo, kYes, "Least amount or amount.original."},
    {kFeature, "max", kScalar, kNo, kYes, "Greatest amount or amount.original."},
    {kFeature, "distinct", kScalar, kNo, kYes, "How many different known values of a field."},
    {kFeature, "first", kScalar, kNo, kYes, "A field of the first entry."},
    {kFeature, "last", kScalar, kNo, kYes, "A field of the last entry."},
    {kFeature, "seen", kScalar, kNo, kYes, "Whether there is an entry."},
    {kFeature, "age", kScalar, kNo, kYes, "Time since the first entry."},
    {kFeature, "idle", kScalar, kNo, kYes, "Time since the newest other entry."},
    {kFeature, "median", kScalar, kNo, kYes, "Median of amount or amount.original."},
    {kFeature, "percentile", kScalar, kNo, kYes, "Nearest-rank percentile `p` of an amount."},
    {kFeature, "stddev", kScalar, kNo, kYes, "Standard deviation of an amount."},
    {kFeature, "share", kScalar, kNo, kYes, "Part of the entries, or of their sum, in `where`."},
    {kFeature, "of", kScalar, kNo, kYes, "debits, credits or both."},
    {kFeature, "over", kScalar, kYes, kYes, "Length of the window, or ever."},
    {kFeature, "skip", kScalar, kNo, kYes, "End the window this much earlier."},
    {kFeature, "where", kExpression, kNo, kYes, "Only entries for which this is true."},
    {kFeature, "per", kNames, kNo, kYes, "Only entries that share these fields with the leg."},
    {kFeature, "prior", kFlag, kNo, kYes, "Without the leg being judged."},
    {kFeature, "on", kWord, kNo, kYes, "Whose ledger.", "account party device card merchant"},
    {kFeature, "status", kNames, kNo, kYes, "Statuses that count, or any; settled if silent."},
    {kFeature, "p", kScalar, kNo, kYes, "Which percentile, over 0 up to 100."},
    {kFeature, "net", kAnything, kNo, kYes, "Without reversed pairs.", "", kPack,
     KeySupport::kNotYet},
    {kFeature, "about", kText, kNo, kNo, "What it means."},

    {kRule, "rule", kPackName, kYes, kYes, "The rule's id, unique among those loaded."},
    {kRule, "version", kInteger, kNo, kYes, "Counted up with every change; 1 if silent."},
    {kRule, "title", kText, kYes, kYes, "What it finds, in a line."},
    {kRule, "kind", kWord, kNo, kYes, "Is it invalid, suspicious, or to be reported?",
     "risk validity report"},
    {kRule, "state", kWord, kNo, kYes, "Whether it is judged, and for whom.", "off shadow live"},
    {kRule, "subject", kWord, kYes, kYes, "Whose ledger, and whom the alert is about.",
     "debtor creditor both transaction"},
    {kRule, "on", kWord, kNo, kYes, "What the ledger hangs on; the account if silent.",
     "account party device card merchant"},
    {kRule, "severity", kWord, kYes, kYes, "How grave a match is.",
     "info low medium high critical"},
    {kRule, "score", kInteger, kYes, kYes, "Weight of a match in its alert."},
    {kRule, "tags", kTexts, kNo, kYes, "Words to sort by, such as typology.structuring."},
    {kRule, "when", kExpression, kYes, kYes, "The condition."},
    {kRule, "unless", kMany, kNo, kYes, "Exceptions.", "", kException},
    {kRule, "once_per", kOne, kNo, kYes, "Fold further matches into the first.", "", kOncePer},
    {kRule, "reason", kReason, kYes, kYes, "Why, with figures in {braces}."},
    {kRule, "evidence", kOne, kNo, kYes, "Whose entries the alert lists.", "", kEvidence},
    {kRule, "officer", kText, kNo, kYes, "What to do about it."},
    {kRule, "action", kWord, kNo, kYes, "What becomes of an invalid transaction.",
     "reject hold flag"},
    {kRule, "alert", kFlag, kNo, kYes, "Whether a validity rule alerts too."},
    {kRule, "rationale", kText, kNo, kNo, "Why the rule exists."},
    {kRule, "risk", kText, kNo, kNo, "The risk that it covers."},
    {kRule, "reviewed", kDate, kNo, kNo, "When it was last reviewed."},
    {kRule, "review_by", kDate, kNo, kNo, "When it is due again."},
    {kRule, "sequence", kAnything, kNo, kYes, "Ordered steps.", "", kPack, KeySupport::kNotYet},
    {kRule, "absence", kAnything, kNo, kYes, "What did not come.", "", kPack,
     KeySupport::kNotYet},

    {kException, "id", kPackName, kYes, kYes, "Names the exception in alerts and audit."},
    {kException, "if", kExpression, kYes, kYes, "When the rule does not alert."},
    {kException, "because", kText, kYes, kYes, "Why that is right."},
    {kException, "approved", kText, kNo, kYes, "Who approved it."},
    {kException, "until", kDate, kNo, kYes, "Last day it holds, UTC, by event time."},

    {kOncePer, "key", kNames, kYes, kYes, "The subject, and fields that split its alerts."},
    {kOncePer, "for", kScalar, kYes, kYes, "How long further matches are folded."},

    {kEvidence, "entries_of", kNames, kNo, kYes, "Features whose entries are listed."},
    {kEvidence, "most", kInteger, kNo, kYes, "At most so many entries, the newest; 50 if silent."},
};

}  // namespace

std::span<const KeyInfo> PackKeys() { return kKeys; }

std::vector<const KeyInfo*> KeysOf(PackNode node) {
  std::vector<const KeyInfo*> keys;
  for (const KeyInfo& info : kKeys) {
    if (info.node == node) keys.push_back(&info);
  }
  return keys;
}

const KeyInfo* FindKey(PackNode node, std::string_view key) {
  for (const KeyInfo& info : kKeys) {
    if (info.node == node && info.key == key) return &info;
  }
  return nullptr;
}

std::vector<std::string_view> WordsOf(const KeyInfo& key) {
  std::vector<std::string_view> words;
  std::string_view rest = key.words;
  while (!rest.empty()) {
    const size_t space = rest.find(' ');
    words.push_back(rest.substr(0, space));
    rest = space == std::string_view::npos ? "" : rest.substr(space + 1);
  }
  return words;
}

}  // namespace vigla
