// Figures by going through a window's entries: the definition of every windowed feature. Hot.
// Running totals (running_totals.h) are a quicker way to the same, for windows with many entries.
#pragma once

#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/ledger/entry_group.h"
#include "engine/ledger/figure.h"
#include "engine/ledger/ledger.h"

namespace vigla {

// Entries with a time in (after, through], but for one.
struct Window {
  EventTime after, through;
  std::optional<EntryKey> left_out;
};

// The window of a feature on a leg; nothing at or before `cutoff` is visible.
Window WindowOf(const FeaturePlan& plan, const Leg& leg, EventTime cutoff);

// Goes through windows of one subject's ledger. The judged leg is context.leg.
class WindowScan {
 public:
  WindowScan(const LedgerSource& source, const ReadingContext& context, const KeyedHasher& hasher,
             Ledger* ledger)
      : source_(source), context_(context), hasher_(hasher), ledger_(*ledger), reader_(context) {}

  // The leg must have all fields of the feature's `per`. Leaves summary->edge to the caller.
  absl::Status Summarise(const FeaturePlan& plan, const Window& window, const LegGroup& group,
                         Summary* summary);
  // The newest `most` entries behind the feature, oldest first.
  absl::StatusOr<std::vector<Entry>> Newest(const FeaturePlan& plan, const Window& window,
                                            const LegGroup& group, size_t most);

 private:
  enum class Belongs : uint8_t { kNo, kToWholeOnly, kYes };
  // Of the entry the reader stands on.
  Belongs Judge(const FeaturePlan& plan, const Window& window, const LegGroup& group);
  void Collect(const FeaturePlan& plan, Summary* summary);

  const LedgerSource& source_;
  const ReadingContext& context_;
  const KeyedHasher& hasher_;
  Ledger& ledger_;
  EntryReader reader_;
  absl::flat_hash_set<Hash128> seen_;
};

}  // namespace vigla
