// Every subject of one lane: found, loaded, applied to, judged from, written back, evicted. Hot.
// The lane thread owns it; only images leave, as bytes. Invariants:
//  1. A subject with legs that no image in the store has is pinned: it is never evicted.
//  2. An image is the subject's whole state after some leg of its epoch, which it names.
//  3. A batch with an epoch's images has all of its legs (leg_log.h): images, and what the log has
//     after them, are the state after the newest batch, whichever subjects have images.
//  4. Nothing here depends on the lane count, on epoch boundaries or on what was evicted.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/ledger/entry.h"
#include "engine/ledger/store.h"
#include "engine/model/leg.h"
#include "engine/rule/order_key.h"
#include "engine/rule/rule_set.h"

namespace vigla {

class RegionReserve;  // region_reserve.h
class Subject;        // subject.h
struct LegLogPart;    // leg_log.h

struct LedgerOptions {
  DurationUs retention_us = 407 * kDayUs;
  DurationUs lateness_max_us = 7 * kDayUs;
  size_t cache_bytes_max = size_t{1} << 30;  // of this lane
  // Of this lane's legs in the log before the subjects of the oldest ones get images. More: a
  // busy subject costs fewer writes; less: a shorter recovery, which reads the log.
  size_t leg_log_bytes_max = size_t{56} << 20;
  size_t write_back_bytes_max = 16 << 20;  // of images an epoch, while the log is not twice as long
  // Entries of a subject that features with a long window keep a line of memory for, each; with
  // more of them, a figure is kept up by every feature on its own.
  size_t series_entries_max = 1024;
  // False: the state need not outlive the process, so legs are not logged, and images are written
  // only for want of memory.
  bool is_recoverable = true;
  // Where the memory of subjects comes from, which must outlive them; nullptr: the system.
  RegionReserve* regions = nullptr;
};

// Since when a subject kind, or an extra column, has been on record: legs of events less than
// `over` later than that see unknown (design.md, 4). Min() means: since ever.
struct RecordedSince {
  std::array<EventTime, 6> kind;                 // by SubjectKind
  std::array<std::vector<EventTime>, 6> column;  // parallel to RuleSet::extra_columns
};

enum class ApplyOutcome : uint8_t {
  kApplied,
  kLate,     // older than the newest entry, within lateness_max: as of its own time
  kTooLate,  // in the ledger; stateless rules only
};

// An unfolded alert of a rule with once_per, as folding remembers it.
struct FoldMark {
  Hash128 rule;  // of the rule's id
  Hash128 key;   // of what follows the subject in once_per.key; zero if nothing does
  EventTime time;
  Sequence sequence;
  std::array<uint8_t, 16> alert_id;  // first 128 bits of the alert's digest
  bool shadow = false;
};

// A leg on its applied ledger: what a rule's features are read from. Valid until the next
// Apply of the lane. Feature values are computed once, when first asked for.
class LegFigures {
 public:
  // Index into RuleSet::features; its `on` must be the leg's subject kind. When it is unknown, as
  // to a too-late leg, to one without a `per` field or after an activation, rules.md, 9 says.
  Value Feature(int index);
  // The key of its value, as KeyOfFigureValue makes it; quicker, where nobody asks for the value.
  FigureKey KeyOfFeature(int index, ValueType manner);
  // What no count (kInt) or sum of amounts (kDecimal) over these directions exceeds, in whatever
  // window and under whatever condition, without `per`; unknown where some such feature is.
  FigureKey KeyOfBound(DirectionSet directions, ValueType manner);
  // Of a feature of which HasLargestAmount holds: kExact if it is known and its key is below that
  // one, kUnknown if it is unknown; kWithoutKey if neither can be told without making the figure.
  KeyState StateBelow(int index, int64_t key);
  // Entries behind a windowed feature at this leg, oldest first, at most the newest `most`;
  // *total is how many there are in all, *without_rate how many of them lack a base amount.
  std::vector<Entry> FeatureEntries(int index, int most, int64_t* total, int64_t* without_rate);
  const Leg& leg() const { return *leg_; }
  // The newest unfolded alert (time, then sequence) of that rule and key with time in (t - for, t].
  const FoldMark* FindFold(const Hash128& rule, const Hash128& key, bool shadow,
                           DurationUs for_us) const;
  void AddFold(const FoldMark& mark);

 private:
  friend class LaneState;
  const Leg* leg_ = nullptr;
  Subject* subject_ = nullptr;
  class LaneState* state_ = nullptr;
  ApplyOutcome outcome_ = ApplyOutcome::kApplied;
};

// What a lane hands over at an epoch's end.
struct WriteBack {
  StoreBatch batch;     // images
  std::string leg_log;  // the epoch's legs, a value of the log; empty if there are none
  // The first sequence whose effect is in no image handed over so far, from where on the log is
  // needed; Sequence{UINT64_MAX} when there is none.
  Sequence first_unsaved{UINT64_MAX};
};

// Tickets of write-backs below this one are those of a recovery.
inline constexpr uint64_t kFirstLiveTicket = uint64_t{1} << 32;

// Counts, sums, first and last per direction: what `ever` means and `inspect account` shows.
struct DirectionTotals {
  int64_t count = 0;
  int64_t without_rate = 0;
  Int128 sum_micros = 0;
  int64_t min_micros = 0, max_micros = 0;  // of entries with a base amount
  EventTime first, last;                   // meaningful if count > 0
};
struct SubjectTotals {
  std::array<DirectionTotals, 2> settled, all;  // [debit, credit]
};

class LaneState {
 public:
  LaneState(Store* store, const LedgerOptions& options, const KeyedHasher* hasher);
  ~LaneState();
  LaneState(const LaneState&) = delete;
  LaneState& operator=(const LaneState&) = delete;

  // Also rebuilds (lazily) the running totals of features that are new. Keep alive by sharing.
  void SetRuleSet(std::shared_ptr<const RuleSet> rule_set, const RecordedSince& since);

  // Applies the store's log of legs to its images, for the subjects of which `is_mine` says by
  // their hash that they are this lane's; without it, all are. Before anything is applied.
  // `write` must write a batch at once: it is asked to where memory would not do.
  absl::Status Recover(const std::vector<LegLogPart>& log,
                       const std::function<bool(const Hash128& subject_hash)>& is_mine,
                       const std::function<absl::Status(const StoreBatch&)>& write);

  // So many legs that the misses of a stretch overlap, so few that its subjects are still in the
  // cache of the core when they are judged: about eight lines a leg.
  static constexpr size_t kStretchLegs = 256;
  // Brings the subjects of a stretch of legs close: cache lines, and one MultiGet for those
  // that are not in memory. Purely a matter of speed.
  absl::Status LookAhead(std::span<const Leg> legs);

  // Applies the leg to its subject's ledger. The returned figures are then what rules read.
  absl::StatusOr<ApplyOutcome> Apply(const Leg& leg, LegFigures* figures);
  // For a leg that enters no ledger (a rejected transaction's): figures are all unknown.
  void ReadOnly(const Leg& leg, LegFigures* figures);

  // Between any two legs, after so many: makes of the images that are due what that many legs pay
  // for, at most one each. Made all at once, at an epoch's end, legs would have to wait for them.
  void WriteAhead(size_t legs);
  // At the end of an epoch: its legs, the images made ahead, and what more the log or memory
  // demands (`all`: of every subject that is dirty). The subjects stay pinned until
  // Written(ticket), which says that the batches of all tickets up to this one are in the store.
  // Tickets ascend.
  WriteBack TakeWriteBack(uint64_t ticket, bool all);
  void Written(uint64_t ticket);

  // Over the bound although everything unpinned has been evicted: the lane must not go on
  // before images are written.
  bool IsOverBound() const;
  // The first failure of the store while figures were read, which are unknown from then on.
  // Every later Apply returns it too, but nothing may be committed before it has been looked at.
  const absl::Status& status() const;
  size_t cache_bytes() const;
  size_t subject_count() const;
  uint64_t evictions() const;

  // Order-independent digest (sum of per-subject SHA-256, mod 2^256) of the logical state:
  // visible entries, totals, folding; not caches, chunk borders or images. Reads the store, of
  // whose subjects `is_mine` says by their hash which are this lane's; without it, all are.
  absl::StatusOr<Digest> LogicalDigest(
      const std::function<bool(const Hash128& subject_hash)>& is_mine = nullptr);

 private:
  class Impl;
  friend class LegFigures;
  std::unique_ptr<Impl> impl_;
};

// Reads one subject's totals from a store, as `inspect` shows them. NotFound if unknown.
absl::StatusOr<SubjectTotals> InspectSubject(Store* store, SubjectKind kind,
                                             std::string_view tenant, std::string_view id);
// The digest of LaneState::LogicalDigest over everything in the store, images and log: with the
// last batch written it equals the sum over all lanes. The hasher is that of the lanes.
absl::StatusOr<Digest> StoredLogicalDigest(Store* store, const KeyedHasher& hasher,
                                           DurationUs retention_us);
// Adds digests as 256-bit numbers, modulo 2^256.
Digest AddDigests(const Digest& a, const Digest& b);

}  // namespace vigla
