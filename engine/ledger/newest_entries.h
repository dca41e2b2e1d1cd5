// The newest entries of the judged leg's subject as bitmaps, of which figures are made. Hot.
// Features have windows, directions and conditions in common: each is asked of an entry once a
// leg, however many features there are. A third way to what WindowScan defines, for windows that
// the newest chunk holds whole.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/ledger/figure.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/window_scan.h"

namespace vigla {

class NewestEntries {
 public:
  // Allocates; nothing else does. `plans` must stay alive.
  void SetPlans(const std::vector<FeaturePlan>& plans);
  // Forgets the leg at hand and its subject.
  void NextLeg() { chunk_ = nullptr; }

  // False where the feature is not made of bitmaps, or the window reaches beyond them. All calls
  // up to the next NextLeg are about one leg and its subject's ledger.
  bool Covers(int feature, const Window& window, const Ledger& ledger);
  // Where it covers. Leaves summary->edge to the caller.
  void Summarise(int feature, const Window& window, const ReadingContext& context,
                 const KeyedHasher& hasher, Summary* summary);

 private:
  static constexpr size_t kEntriesMax = 64;

  // What a feature shares with others, by number; kNone: it has none.
  static constexpr int kNone = -1;
  struct Shares {
    const FeaturePlan* plan = nullptr;
    bool can_share = false;
    int window = kNone, selection = kNone, where = kNone, distinct = kNone;
  };
  // Each is meaningful only if it is of this leg.
  struct Entries {
    uint64_t leg = 0;
    uint64_t bits = 0;
  };
  struct Condition {
    const Program* where = nullptr;
    uint64_t leg = 0;
    uint64_t asked = 0, holds = 0;
  };
  // Entries with one value have one representative.
  struct Distinct {
    FieldRef field;
    uint64_t leg = 0;
    uint64_t asked = 0, known = 0;
    std::array<Hash128, kEntriesMax> identities;
    std::array<uint8_t, kEntriesMax> representatives;
  };

  void Begin(const Chunk& chunk);
  uint64_t WindowOf(const Shares& shares, const Window& window);
  uint64_t SelectionOf(const Shares& shares);
  uint64_t BitOf(const EntryKey& key) const;
  uint64_t Holding(Condition* condition, uint64_t entries, const ReadingContext& context);
  int64_t CountDistinct(Distinct* distinct, uint64_t entries, const ReadingContext& context,
                        const KeyedHasher& hasher);
  void AddAmounts(const FeaturePlan& plan, uint64_t entries, Summary* summary) const;

  std::vector<Shares> shares_;  // by feature
  std::vector<Entries> windows_, selections_;
  std::vector<Condition> conditions_;
  std::vector<Distinct> distincts_;
  uint64_t leg_ = 0;
  const Chunk* chunk_ = nullptr;  // null until the leg's first figure
  uint64_t with_rate_ = 0;
};

}  // namespace vigla
