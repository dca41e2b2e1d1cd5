// What LaneState is made of; lane_state.cc, lane_recovery.cc and leg_figures.cc include it. Hot.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "engine/base/arena.h"
#include "engine/ledger/ever_figure.h"
#include "engine/ledger/lane_state.h"
#include "engine/ledger/leg_log.h"
#include "engine/ledger/logged_epochs.h"
#include "engine/ledger/newest_entries.h"
#include "engine/ledger/subject_table.h"
#include "engine/ledger/window_scan.h"

namespace vigla {

class LaneState::Impl {
 public:
  Impl(Store* store, const LedgerOptions& options, const KeyedHasher* hasher);

  void SetRuleSet(std::shared_ptr<const RuleSet> rule_set, const RecordedSince& since);
  absl::Status Recover(const std::vector<LegLogPart>& log,
                       const std::function<bool(const Hash128&)>& is_mine,
                       const std::function<absl::Status(const StoreBatch&)>& write);
  absl::Status LookAhead(std::span<const Leg> legs);
  // *subject is null where the leg was not applied.
  absl::StatusOr<ApplyOutcome> Apply(const Leg& leg, Subject** subject);
  void ForgetFigures() {
    ++leg_number_;
    newest_.NextLeg();
    texts_.Reset();
  }
  void WriteAhead(size_t legs);
  WriteBack TakeWriteBack(uint64_t ticket, bool all);
  void Written(uint64_t ticket);
  absl::StatusOr<Digest> LogicalDigest(const std::function<bool(const Hash128&)>& is_mine);

  // The leg that figures are read for, with its subject as Apply left it (null: unknown all).
  struct Judged {
    const Leg& leg;
    Subject* subject = nullptr;
    ApplyOutcome outcome = ApplyOutcome::kApplied;
  };
  struct Listing {
    std::vector<Entry> entries;
    int64_t total = 0, without_rate = 0;
  };
  Value Feature(const Judged& judged, int index);
  FigureKey KeyOfFeature(const Judged& judged, int index, ValueType manner) {
    if (newest_.IsBegun() && status_.ok()) {
      const FigureKey key = newest_.KeyOfFigure(index);
      if (key.state != KeyState::kWithoutKey) return key;
    }
    return KeyOfValue(judged, index, manner);
  }
  FigureKey KeyOfBound(const Judged& judged, DirectionSet directions, ValueType manner) const;
  KeyState StateBelow(const Judged& judged, int index, int64_t key);
  Listing FeatureEntries(const Judged& judged, int index, int most);
  EventTime CutoffOf(const Subject& subject) const {
    return subject.newest_time - options_.retention_us;
  }
  void AddFold(const FoldMark& mark, Subject* subject);
  // Of the leg applied last.
  void LogFold(const FoldMark& mark) {
    if (options_.is_recoverable) log_.AddFold(mark);
  }
  bool IsOverBound() const { return table_.bytes() > options_.cache_bytes_max; }
  const SubjectTable& table() const { return table_; }
  const absl::Status& status() const { return status_; }

 private:
  // A figure of the current leg, if it is of leg_number_.
  struct Remembered {
    uint64_t leg_number = 0;
    Value value;
  };

  LedgerSource SourceOf(const Subject& subject) {
    return {store_, &names_, subject.record_key(), written_ticket_};
  }
  ReadingContext ContextOf(const Subject& subject, const Leg* leg) const {
    return {rule_set_.get(), &columns_, subject.kind, subject.hash, subject.id(), leg};
  }
  absl::StatusOr<Subject*> FindOrLoad(const Leg& leg);
  // As LookAhead found it, if it is one of those legs and its subject is still there.
  Subject* FoundAhead(const Leg& leg) const;
  // The account on the other side of the leg's transaction, if the next leg is its.
  const Subject* MirrorAhead(const Leg& leg) const;
  // A subject that is not in memory, from what the store has under its key.
  absl::StatusOr<Subject*> Load(const Hash128& hash, std::string_view record_key,
                                const std::optional<std::string>& value);
  // Whether the store may have an image of a subject that is not in memory.
  bool MayBeStored() const { return found_images_ || table_.evictions() > 0; }
  // Those that are not among subjects_ahead_, with one look into the store.
  absl::Status LoadMissing(std::span<const Leg> legs);
  // Brings the subjects with the hashes of `items` close, as far as they are in memory, and notes
  // them in subjects_ahead_; or others with the same hashes, which does no harm (lane_prefetch.h).
  template <typename Items, typename HashOf>
  void Prefetch(const Items& items, HashOf hash_of);
  // The epoch that ends with `last` has so many bytes of the log.
  void NoteLogged(Sequence last, size_t bytes);
  // Enters the leg into the subject's totals and its ledger.
  absl::Status Record(const Entry& entry, const EntryTexts& texts, Subject* subject);
  // The legs of a part that are this lane's, into lane_legs_, and what part they are of its bytes.
  absl::StatusOr<size_t> ReadLogged(const LegLogPart& part,
                                    const std::function<bool(const Hash128&)>& is_mine);
  // Brings their subjects into memory, in one sweep over the store.
  absl::Status LoadLogged();
  absl::Status RecordLogged(const LoggedLeg& leg, Subject* subject);
  void ReadTexts(const Leg& leg, EntryTexts* texts);
  // Dirty subjects can't be evicted: some must always be others, or memory runs short at once.
  bool HasTooManyDirty() const {
    return table_.dirty_bytes() > options_.cache_bytes_max / 4 * 3;
  }
  // Puts images of the dirty subjects, oldest change first, while `wanted` says so of the oldest.
  void PutImages(uint64_t ticket, StoreBatch* batch,
                 absl::FunctionRef<bool(const Subject& oldest)> wanted);
  void PutImage(Subject* subject, uint64_t ticket, StoreBatch* batch);

  static bool HasFigures(const Judged& judged) {
    return judged.subject != nullptr && judged.outcome != ApplyOutcome::kTooLate;
  }
  // Whether the leg may see a figure other than unknown.
  bool IsReadable(const FeaturePlan& plan, const Judged& judged) const;
  absl::StatusOr<Value> Compute(const Judged& judged, int index);
  void BeginNewest(const Judged& judged);
  FigureKey KeyOfValue(const Judged& judged, int index, ValueType manner);
  // Whether the figure can be had from newest_.
  bool IsInNewest(const Judged& judged, int index);
  // What the feature's window adds up to where it is not in newest_, on the quickest way.
  absl::StatusOr<Summary> Summarise(const Judged& judged, int index, const LegGroup& group);
  // Those of the feature, kept up to the leg; null if there are none.
  absl::StatusOr<RunningSeries*> SeriesFor(const Judged& judged, int index);
  absl::StatusOr<RunningTotals*> TotalsFor(const Judged& judged, int index);
  // The key by the one or the other; kWithoutKey where they do not tell.
  absl::StatusOr<FigureKey> KeyInRunning(const Judged& judged, int index);
  absl::StatusOr<EntryCounts> CountEntries(const Judged& judged, int index,
                                           const LegGroup& group);
  absl::StatusOr<Value> ReadEdge(const Judged& judged, int index, const EntryKey& edge);
  void Fail(const absl::Status& status) {
    if (status_.ok()) status_ = status;
  }
  // The value with its text where it stays as long as the leg.
  Value Keep(Value value);

  Store* const store_;
  const LedgerOptions options_;
  const KeyedHasher& hasher_;
  ColumnNames names_;
  // Whether the store had images of subjects at first. If not, and as long as none was evicted,
  // the subjects in memory are all there are.
  const bool found_images_;
  // Of LookAhead, kept for their memory: by leg, and of those that are not in memory.
  std::vector<Subject*> subjects_ahead_;
  std::span<const Leg> legs_ahead_;
  uint64_t evictions_ahead_ = 0;  // at that time
  std::string record_key_;
  absl::flat_hash_set<Hash128> missing_;
  std::vector<Hash128> missing_hashes_;
  std::vector<std::string> missing_keys_;
  std::vector<std::string_view> missing_views_;
  std::vector<std::optional<std::string>> missing_values_;
  std::vector<LoggedLeg> lane_legs_;  // of Recover

  SubjectTable table_;
  absl::Status status_;
  uint64_t written_ticket_ = 0;
  uint64_t taken_ticket_ = 0;
  Sequence applied_;  // of the newest leg
  LegLogWriter log_;  // of the open epoch
  StoreBatch images_ahead_;  // of WriteAhead
  int64_t image_credit_ = 0;  // bytes; below 0 where images cost more than legs have paid for
  Sequence due_;  // subjects that were changed before it and have no image since get one
  LoggedEpochs logged_;  // those that are still needed

  std::shared_ptr<const RuleSet> rule_set_;
  uint64_t rule_set_number_ = 0;
  ColumnMap columns_;
  std::vector<FeaturePlan> plans_;
  std::vector<SeriesPlan> series_;
  EventTime windows_known_from_;  // legs of that time know all windows, as far as records go
  bool keeps_totals_before_ = false;  // some feature is over `ever`

  // Of the current leg.
  uint64_t leg_number_ = 0;
  std::vector<Remembered> remembered_;
  NewestEntries newest_;
  std::array<DirectionTotals, 2> settled_before_, all_before_;
  Arena texts_;  // of figures that are text
  std::vector<ColumnText> column_texts_;
  std::vector<std::string> column_values_;
};

}  // namespace vigla
