// From a sequence to its transaction's id and source position, in blocks of 1,024. Warm.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/ledger/store.h"
#include "engine/model/subject.h"

namespace vigla {

struct IndexedTransaction {
  std::string id;
  RecordPosition position;  // topic as the instance numbers them
};

// The same in the index's own memory, until its next call.
struct IndexedView {
  std::string_view id;
  RecordPosition position;
};

// Owned by one thread, which appends in sequence order and resolves. Rejected and unreadable
// records have sequences too (id "" where there is none), so that sequences have no holes.
class SequenceIndex {
 public:
  static constexpr uint64_t kBlockRecords = 1024;

  // `cached_blocks_max` decoded blocks are kept, least recently used first out; unwritten
  // blocks are always kept.
  SequenceIndex(Store* store, size_t cached_blocks_max);
  ~SequenceIndex();

  // Before the first Append after opening a store: the next sequence to be appended. Loads the
  // part of its block that comes before it, and forgets what the store has after it.
  absl::Status Start(Sequence next);
  void Append(Sequence sequence, std::string_view id, const RecordPosition& position);
  // NotFound if it was never appended.
  absl::StatusOr<IndexedView> Resolve(Sequence sequence);
  // Puts every block changed since the last call.
  void TakeWriteBack(StoreBatch* batch);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigla
