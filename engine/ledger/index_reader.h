// The sequence index of a store, read by whoever does not write it. Cold.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/ledger/index_block.h"
#include "engine/ledger/sequence_index.h"
#include "engine/ledger/store.h"

namespace vigla {

struct SequencedTransaction {
  Sequence sequence;
  IndexedTransaction transaction;
};

// Beside a running writer it sees what the store had when it was opened. Not thread-safe.
class IndexReader {
 public:
  explicit IndexReader(Store* store) : store_(store) {}

  // NotFound if the index does not hold it.
  absl::StatusOr<IndexedTransaction> Resolve(Sequence sequence);
  // Every transaction of that id, newest first, at most `most`. Goes through the whole index.
  absl::StatusOr<std::vector<SequencedTransaction>> Find(std::string_view id, size_t most);
  // The newest sequence it holds; 0 if it holds none.
  absl::StatusOr<Sequence> Newest();

 private:
  Store* const store_;
  std::optional<IndexBlock> block_;  // the last one read
};

}  // namespace vigla
