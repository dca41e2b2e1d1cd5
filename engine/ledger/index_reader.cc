// The sequence index of a store, read by whoever does not write it. Cold.
#include "engine/ledger/index_reader.h"

#include "engine/base/status.h"
#include "engine/ledger/index_key.h"

namespace vigla {

absl::StatusOr<IndexedTransaction> IndexReader::Resolve(Sequence sequence) {
  if (!block_ || !block_->Has(sequence)) {
    std::string value;
    const absl::Status read =
        store_->Get(IndexKey(sequence.value / SequenceIndex::kBlockRecords), &value);
    if (!read.ok() && !absl::IsNotFound(read)) return read;
    if (read.ok()) {
      ASSIGN_OR_RETURN(block_, IndexBlock::Decode(value, SequenceIndex::kBlockRecords));
    }
    if (!read.ok() || !block_->Has(sequence)) {
      return MakeError(absl::StatusCode::kNotFound,
                       "sequence " + std::to_string(sequence.value) + " is not in the index");
    }
  }
  return IndexedTransaction{std::string(block_->IdOf(sequence)), block_->PositionOf(sequence)};
}

absl::StatusOr<std::vector<SequencedTransaction>> IndexReader::Find(std::string_view id,
                                                                    size_t most) {
  std::vector<SequencedTransaction> found;
  absl::Status status;
  RETURN_IF_ERROR(store_->ScanBackward(
      IndexKey(0), IndexKeyEnd(), [&](std::string_view, std::string_view value) {
    absl::StatusOr<IndexBlock> block = IndexBlock::Decode(value, SequenceIndex::kBlockRecords);
    if (!block.ok()) {
      status = block.status();
      return false;
    }
    for (uint64_t at = block->end().value; at-- > block->first().value && found.size() < most;) {
      if (block->IdOf({at}) != id) continue;
      found.push_back({{at}, {std::string(id), block->PositionOf({at})}});
    }
    return found.size() < most;
  }));
  RETURN_IF_ERROR(status);
  return found;
}

absl::StatusOr<Sequence> IndexReader::Newest() {
  Sequence newest{0};
  absl::Status status;
  RETURN_IF_ERROR(store_->ScanBackward(
      IndexKey(0), IndexKeyEnd(), [&](std::string_view, std::string_view value) {
    absl::StatusOr<IndexBlock> block = IndexBlock::Decode(value, SequenceIndex::kBlockRecords);
    status = block.status();
    if (block.ok()) newest = {block->end().value - 1};
    return false;
  }));
  RETURN_IF_ERROR(status);
  return newest;
}

}  // namespace vigla
