// Adds up what ledgers, running totals and running series keep. Cold.
#include "engine/lab/state_estimate.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/ledger/feature_plan.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/newest_entries.h"
#include "engine/ledger/running_series.h"
#include "engine/ledger/running_totals.h"
#include "engine/ledger/subject.h"

namespace vigla {
namespace {

// An id, its key in the store, and the index's place for the subject.
constexpr int64_t kIdentityBytes = 96;
// A text of an extra column in memory: a std::string with up to 15 characters, and its number, with
// the room for more that a chunk of 48 entries has.
constexpr int64_t kTextBytes = (sizeof(std::string) + sizeof(uint32_t)) * 4 / 3;
// Keys and values before compression, an entry with a counterparty of its own, as differences and
// dictionary numbers (chunk_codec.h). Measured over 200,000 transactions of `generate --workload
// w1` with 4,000 accounts: 35.7 bytes for each further leg of an account, 36.9 with its record and
// keys; card payments without a counterparty take 13. Beside it, of all subjects together, are the
// sequence index (5 bytes a transaction) and the log of legs, which has a bound of its own.
constexpr int64_t kDiskBytesAnEntry = 38;
constexpr int64_t kDiskBytesAColumn = 10;  // a text that no other entry has
// A flat hash map is at least 7/16 full.
constexpr double kHashMapSlack = 16.0 / 7;

int64_t EntriesIn(DurationUs window_us, double entries_per_day) {
  return static_cast<int64_t>(
             std::ceil(static_cast<double>(window_us) / kDayUs * entries_per_day)) + 1;
}

int64_t MapBytes(int64_t items, size_t item_bytes) {
  return static_cast<int64_t>(static_cast<double>(items) * kHashMapSlack *
                              static_cast<double>(item_bytes + 1));
}

// What the running totals of a feature keep beside themselves for so many entries.
int64_t DetailBytes(const Feature& feature, int64_t entries) {
  switch (feature.aggregate) {
    case Aggregate::kMin:
    case Aggregate::kMax: return entries * 40;
    case Aggregate::kFirst:
    case Aggregate::kLast:
    case Aggregate::kAge:
    case Aggregate::kIdle: return entries * static_cast<int64_t>(sizeof(EntryKey));
    case Aggregate::kDistinct: return MapBytes(entries, sizeof(Hash128) + sizeof(int64_t));
    default: return 0;
  }
}

// What totals keep; 0 where the newest chunk has all entries and the figure is made of it.
int64_t TotalsBytes(const FeaturePlan& plan, double entries_per_day, int64_t kept) {
  const Feature& feature = *plan.feature;
  if (kept <= static_cast<int64_t>(Ledger::kNewestMax) && NewestEntries::CanMake(feature)) return 0;
  const int64_t entries = EntriesIn(feature.over_us - feature.skip_us, entries_per_day);
  // A short window is gone through; only a long one has totals.
  if (entries <= static_cast<int64_t>(plan.scan_limit)) return 0;
  int64_t bytes = sizeof(RunningTotals) + DetailBytes(feature, entries);
  if (!feature.per.empty()) bytes += MapBytes(entries, sizeof(Hash128) + sizeof(RunningGroup));
  return bytes;
}

// What a series keeps; 0 where the newest chunk has all entries, or there are too many for one.
int64_t SeriesBytes(const SeriesPlan& series, double entries_per_day, int64_t kept) {
  const int64_t entries = EntriesIn(series.longest_us, entries_per_day);
  if (kept <= static_cast<int64_t>(Ledger::kNewestMax) ||
      entries > static_cast<int64_t>(LedgerOptions().series_entries_max)) {
    return 0;
  }
  const auto fields = static_cast<int64_t>(series.distinct.size());
  return static_cast<int64_t>(RunningSeries::HeapBytesMost(static_cast<size_t>(entries),
                                                           series.distinct.size())) +
         fields * MapBytes(entries * 3 / 2, sizeof(Hash128) + sizeof(uint64_t));
}

// The newest chunk, which may have room for as many again up to a bound, and chunks apart with that
// many entries, but never more than a ledger lets itself load.
int64_t LedgerBytes(const RuleSet& rule_set, SubjectKind kind, int64_t entries, int64_t kept) {
  const auto columns =
      static_cast<int64_t>(rule_set.extra_columns[static_cast<size_t>(kind)].size());
  const int64_t newest = std::min(2 * kept, static_cast<int64_t>(Chunk::kPooledMax));
  const int64_t apart =
      kept <= static_cast<int64_t>(Ledger::kNewestMax)
          ? 0
          : std::min(entries, static_cast<int64_t>(Ledger::kLoadedMax * Ledger::kApartMax));
  return (newest + apart) * (static_cast<int64_t>(sizeof(Entry)) + columns * kTextBytes);
}

std::string Size(int64_t bytes) {
  if (bytes < 10'000) return absl::StrCat(bytes, " bytes");
  return absl::StrCat((bytes + 512) / 1024, " KiB");
}

}  // namespace

StateEstimate EstimateState(const RuleSet& rule_set, const StateAssumption& assumption) {
  StateEstimate estimate;
  estimate.assumption = assumption;
  std::vector<FeaturePlan> plans = PlanFeatures(rule_set, {});
  const std::vector<SeriesPlan> all_series = PlanSeries(&plans);
  for (size_t k = 0; k < rule_set.uses_subject.size(); ++k) {
    if (!rule_set.uses_subject[k]) continue;
    SubjectStateEstimate subject;
    subject.kind = static_cast<SubjectKind>(k);
    subject.entries_in_window =
        EntriesIn(rule_set.longest_window_us[k], assumption.entries_per_day);
    const int64_t kept = EntriesIn(assumption.retention_us, assumption.entries_per_day);
    const int64_t ledger = LedgerBytes(rule_set, subject.kind, subject.entries_in_window, kept);
    int64_t totals = 0, largest = 0;
    std::set<int> counted;  // series
    std::string largest_name;
    for (size_t i = 0; i < plans.size(); ++i) {
      const FeaturePlan& plan = plans[i];
      if (plan.feature->on != subject.kind || plan.totals_of != static_cast<int>(i)) continue;
      int64_t bytes = 0;
      if (plan.series != FeaturePlan::kNone) {
        bytes = SeriesBytes(all_series[plan.series], assumption.entries_per_day, kept);
        if (bytes > 0 && !counted.insert(plan.series).second) continue;
      }
      if (bytes == 0) bytes = TotalsBytes(plan, assumption.entries_per_day, kept);
      totals += bytes;
      if (bytes <= largest) continue;
      largest = bytes;
      largest_name = plan.feature->name;
    }
    subject.memory_bytes =
        static_cast<int64_t>(sizeof(Subject)) + kIdentityBytes + ledger + totals;
    subject.memory_bytes_most =
        subject.memory_bytes - ledger + LedgerBytes(rule_set, subject.kind, kept, kept);
    const auto columns = static_cast<int64_t>(rule_set.extra_columns[k].size());
    subject.disk_bytes = kept * (kDiskBytesAnEntry + columns * kDiskBytesAColumn) + kIdentityBytes;
    if (subject.kind == SubjectKind::kAccount) {
      estimate.memory_bytes = subject.memory_bytes;
      estimate.largest =
          ledger >= largest
              ? absl::StrCat("the ledger, ", ledger, " bytes for ", subject.entries_in_window,
                             " entries of the longest window, ",
                             FormatDuration(rule_set.longest_window_us[k]), ", with ",
                             columns, " extra columns")
              : absl::StrCat("the feature `", largest_name, "`, ", largest, " bytes");
    }
    estimate.subjects.push_back(subject);
  }
  return estimate;
}

std::string FormatStateEstimate(const StateEstimate& estimate) {
  std::string text;
  for (const SubjectStateEstimate& subject : estimate.subjects) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", ToAbsl(SubjectKindName(subject.kind)),
                    " up to ", Size(subject.memory_bytes), " in memory (",
                    Size(subject.memory_bytes_most), " if it never leaves the cache), ",
                    Size(subject.disk_bytes), " on disk");
  }
  return absl::StrCat(text, " (an estimate, at ", estimate.assumption.entries_per_day,
                      " entries a day each)");
}

}  // namespace vigla
