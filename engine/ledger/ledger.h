// One subject's entries in the order of their keys, of which memory holds the newest part. Hot.
// The newest chunk is part of the subject's record; older ones lie apart, each under its own key.
// In memory is a suffix of them without gaps; a chunk in it may lack its entries, which come back
// from the store when they are asked for. Late entries go into the chunk they belong to.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/status.h"
#include "engine/ledger/chunk.h"
#include "engine/ledger/store.h"

namespace vigla {

// Where a ledger finds the part that is not in memory.
struct LedgerSource {
  Store* store = nullptr;
  ColumnNames* names = nullptr;
  std::string_view record_key;
  uint64_t written_epoch = 0;  // batches up to this one are in the store
};

class Ledger {
 public:
  // A full newest chunk gives its oldest entries to a chunk apart and keeps the rest, so that
  // short windows need nothing but the record.
  static constexpr size_t kNewestMax = 64;
  static constexpr size_t kMovedApart = 48;
  static constexpr size_t kApartMax = 96;  // late entries grow a chunk up to here
  static constexpr size_t kLoadedMax = 256;  // chunks apart with entries, if clean

  struct Place {
    const Chunk* chunk = nullptr;  // valid until the next call
    size_t offset = 0;
  };

  // The newest entries come from `pool`, which must outlive the ledger, if there is one.
  explicit Ledger(BlockPool* pool = nullptr) : newest_(pool) {}
  Ledger(Chunk newest, bool has_more_in_store);

  bool empty() const { return newest_.empty(); }
  const Chunk& newest() const { return newest_; }
  bool HasChunksApart() const { return apart_count() > 0 || more_in_store_; }
  // The first time of the oldest chunk apart in memory, if there is one.
  const EventTime* OldestApart() const;

  // Entries with a time after `cutoff` only; `entry` must be one of them.
  absl::StatusOr<Place> Insert(const LedgerSource& source, const Entry& entry,
                               const EntryTexts& texts);
  // Forgets chunks without an entry after `cutoff`, here and in the store. *oldest_apart is the
  // first time of the oldest chunk known to be apart, and is brought up to date.
  absl::Status DropThrough(const LedgerSource& source, EventTime cutoff, EventTime* oldest_apart);
  // Entries before this key may be missing.
  EntryKey dropped_before() const {
    return older_ == nullptr ? kNothingDropped : older_->dropped_before;
  }

  // Calls visit(const Chunk&, size_t offset) on the entries after `key`, oldest first, until it
  // returns false. The chunk is valid during the call only.
  template <typename Visit>
  absl::Status ForEachAfter(const LedgerSource& source, const EntryKey& key, Visit visit);
  // The same for entries not after `key`, newest first.
  template <typename Visit>
  absl::Status ForEachThrough(const LedgerSource& source, const EntryKey& key, Visit visit);
  // Whether more than `limit` entries are later than `time`; may say no where there are, but
  // never where more than the newest chunk and one chunk apart are.
  bool HasMoreThan(size_t limit, EventTime time) const;
  // Brings the newest entries close. Purely a matter of speed.
  void PrefetchNewest() const { newest_.PrefetchLast(); }

  // Puts what changed since the last call, but for the newest chunk, into a batch of `epoch`.
  void TakeChanges(const LedgerSource& source, uint64_t epoch, StoreBatch* batch);
  // Lets go of entries that the store has.
  void Trim(uint64_t written_epoch);

  size_t HeapBytes() const {
    return newest_.HeapBytes() + (older_ == nullptr ? 0 : sizeof(Older) + older_->bytes);
  }

 private:
  struct ChunkApart {
    EntryKey first;
    size_t count = 0;
    bool is_dirty = true;
    bool is_stored = false;       // the store has it, or a batch on the way there, under `first`
    uint64_t handed_epoch = 0;    // of the newest batch with it
    std::unique_ptr<Chunk> body;  // null if let go
    size_t body_bytes = 0;
  };
  static constexpr EntryKey kNothingDropped{EventTime::Min(), {}, Direction::kDebit};
  // Most ledgers have none.
  struct Older {
    std::deque<ChunkApart> apart;
    std::vector<EntryKey> deleted;  // keys of chunks that the store must forget
    EntryKey dropped_before = kNothingDropped;
    size_t bytes = 0;   // of memory that chunks apart take
    size_t dirty = 0;   // chunks apart that changed
    size_t loaded = 0;  // chunks apart with a body
    size_t hand = 0;    // where letting go goes on
  };

  size_t apart_count() const { return older_ == nullptr ? 0 : older_->apart.size(); }
  Older& older() {
    if (older_ == nullptr) older_ = std::make_unique<Older>();
    return *older_;
  }
  // Chunks apart first, then the newest.
  EntryKey FirstOf(size_t chunk) const;
  // The last chunk whose first entry is not after `key`; 0 if there is none.
  size_t ChunkFor(const EntryKey& key) const;
  absl::StatusOr<const Chunk*> Body(const LedgerSource& source, size_t chunk);
  // Brings chunks into memory until none that has entries after `key` is missing.
  absl::Status Reach(const LedgerSource& source, const EntryKey& key);
  void MoveApart();
  absl::StatusOr<Place> InsertApart(const LedgerSource& source, size_t chunk, const Entry& entry,
                                    const EntryTexts& texts);
  void SplitApart(size_t chunk);
  void SetBody(ChunkApart* apart, std::unique_ptr<Chunk> body);
  void Recount(ChunkApart* apart);
  void LetGoOfOne(uint64_t written_epoch, size_t keep);
  static bool IsSafe(const ChunkApart& apart, uint64_t written_epoch) {
    return !apart.is_dirty && apart.handed_epoch <= written_epoch;
  }

  Chunk newest_;
  std::unique_ptr<Older> older_;  // null until it is needed
  bool more_in_store_ = false;
};

template <typename Visit>
absl::Status Ledger::ForEachAfter(const LedgerSource& source, const EntryKey& key, Visit visit) {
  const auto goes_on = [&](const Chunk& chunk) {
    for (size_t offset = chunk.CountThrough(key); offset < chunk.size(); ++offset) {
      if (!visit(chunk, offset)) return false;
    }
    return true;
  };
  if (newest_.empty() || key < newest_.first()) {
    if (more_in_store_) RETURN_IF_ERROR(Reach(source, key));
    for (size_t i = ChunkFor(key); i < apart_count(); ++i) {
      ASSIGN_OR_RETURN(const Chunk* const chunk, Body(source, i));
      if (!goes_on(*chunk)) return absl::OkStatus();
    }
  }
  goes_on(newest_);
  return absl::OkStatus();
}

template <typename Visit>
absl::Status Ledger::ForEachThrough(const LedgerSource& source, const EntryKey& key, Visit visit) {
  if (more_in_store_) RETURN_IF_ERROR(Reach(source, key));
  for (size_t i = ChunkFor(key);;) {
    ASSIGN_OR_RETURN(const Chunk* const chunk, Body(source, i));
    for (size_t offset = chunk->CountThrough(key); offset-- > 0;) {
      if (!visit(*chunk, offset)) return absl::OkStatus();
    }
    if (i-- > 0) continue;
    if (!more_in_store_) return absl::OkStatus();
    // As many chunks as there were come in front; those before the one just read are next.
    const size_t before = apart_count();
    RETURN_IF_ERROR(Reach(source, EntryKey::EndOf(FirstOf(0).time - 1)));
    if (apart_count() == before) return absl::OkStatus();
    i = apart_count() - before - 1;
  }
}

}  // namespace vigla
