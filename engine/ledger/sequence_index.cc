// Blocks of transaction ids and positions, delta-coded on disk, the recent ones in memory. Warm.
//
//   key    'I' | block number, big-endian
//   value  version | varint, entries | entries | checksum
//   entry  varint, bytes shared with the id before | varint, rest of the id | its bytes
//          | varint, topic | signed partition | signed, offset less the partition's offset before
#include "engine/ledger/sequence_index.h"

#include <algorithm>
#include <list>
#include <map>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/ledger/byte_codec.h"

namespace vigla {
namespace {

constexpr char kIndexKeyTag = 'I';
constexpr uint8_t kVersion = 1;

std::string BlockKey(uint64_t number) {
  std::string key(1, kIndexKeyTag);
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
  return key;
}

// Ids one after the other in one string: a block is two allocations, not a thousand.
struct Block {
  uint64_t number = 0;
  std::string ids;
  std::vector<uint32_t> id_ends;
  std::vector<RecordPosition> positions;
  bool is_changed = false;

  size_t size() const { return positions.size(); }
  std::string_view Id(size_t i) const {
    const uint32_t begin = i == 0 ? 0 : id_ends[i - 1];
    return std::string_view(ids).substr(begin, id_ends[i] - begin);
  }
  void Add(std::string_view id, const RecordPosition& position) {
    ids.append(id);
    id_ends.push_back(static_cast<uint32_t>(ids.size()));
    positions.push_back(position);
  }
  void Truncate(size_t count) {
    if (count >= size()) return;
    ids.resize(count == 0 ? 0 : id_ends[count - 1]);
    id_ends.resize(count);
    positions.resize(count);
  }
};

// The offset last seen of each (topic, partition); there are few, and runs of one.
class LastOffsets {
 public:
  int64_t& Of(const RecordPosition& position) {
    for (RecordPosition& seen : seen_) {
      if (seen.topic == position.topic && seen.partition == position.partition) {
        return seen.offset;
      }
    }
    seen_.push_back({position.topic, position.partition, 0});
    return seen_.back().offset;
  }

 private:
  std::vector<RecordPosition> seen_;
};

std::string Encode(const Block& block) {
  std::string value;
  ByteWriter writer(&value);
  writer.Byte(kVersion);
  writer.Varint(block.size());
  LastOffsets last;
  std::string_view before;
  for (size_t i = 0; i < block.size(); ++i) {
    const std::string_view id = block.Id(i);
    const auto shared = static_cast<size_t>(
        std::mismatch(id.begin(), id.end(), before.begin(), before.end()).first - id.begin());
    writer.Varint(shared);
    writer.Text(id.substr(shared));
    const RecordPosition& position = block.positions[i];
    writer.Varint(position.topic);
    writer.Signed(position.partition);
    int64_t& offset = last.Of(position);
    writer.Signed(position.offset - offset);
    offset = position.offset;
    before = id;
  }
  AppendChecksum(&value);
  return value;
}

absl::StatusOr<std::unique_ptr<Block>> Decode(uint64_t number, std::string_view value) {
  ASSIGN_OR_RETURN(const std::string_view payload,
                   CheckedPayload(value, "a block of the sequence index"));
  ByteReader reader(payload);
  if (reader.Byte() != kVersion) reader.Fail();
  const uint64_t count = reader.Bounded(SequenceIndex::kBlockRecords);
  auto block = std::make_unique<Block>();
  block->number = number;
  LastOffsets last;
  std::string id;
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    id.resize(reader.Bounded(id.size()));
    id.append(reader.Text());
    RecordPosition position;
    position.topic = static_cast<uint16_t>(reader.Bounded(UINT16_MAX));
    position.partition = static_cast<int32_t>(reader.Signed());
    int64_t& offset = last.Of(position);
    offset += reader.Signed();
    position.offset = offset;
    block->Add(id, position);
  }
  if (!reader.ok() || !reader.AtEnd()) {
    return MakeError(absl::StatusCode::kDataLoss,
                     "a block of the sequence index is damaged; move the state directory away "
                     "to have it rebuilt");
  }
  return block;
}

}  // namespace

class SequenceIndex::Impl {
 public:
  Impl(Store* store, size_t cached_blocks_max)
      : store_(store), cached_blocks_max_(std::max<size_t>(1, cached_blocks_max)) {}

  absl::Status Start(Sequence next) {
    next_ = next;
    recent_.clear();
    blocks_.clear();
    const uint64_t number = next.value / kBlockRecords;
    const size_t before = next.value % kBlockRecords;
    auto block = std::make_unique<Block>();
    block->number = number;
    if (next.value == 1) {
      block->Add("", {});  // sequence 0 is nobody's
    } else if (before > 0) {
      ASSIGN_OR_RETURN(block, Load(number));
      if (block->size() < before) {
        return MakeError(absl::StatusCode::kDataLoss,
                         "the sequence index lacks transactions that the state holds; move the "
                         "state directory away to have it rebuilt");
      }
      block->Truncate(before);
    }
    Insert(std::move(block));
    return absl::OkStatus();
  }

  void Append(Sequence sequence, std::string_view id, const RecordPosition& position) {
    CHECK(sequence == next_);
    const uint64_t number = sequence.value / kBlockRecords;
    auto it = blocks_.find(number);
    if (it == blocks_.end()) {
      auto block = std::make_unique<Block>();
      block->number = number;
      Insert(std::move(block));
      it = blocks_.find(number);
    }
    Block& block = *it->second.block;
    CHECK(block.size() == sequence.value % kBlockRecords);
    block.Add(id, position);
    block.is_changed = true;
    ++next_.value;
  }

  absl::StatusOr<IndexedTransaction> Resolve(Sequence sequence) {
    const uint64_t number = sequence.value / kBlockRecords;
    auto it = blocks_.find(number);
    if (it == blocks_.end()) {
      ASSIGN_OR_RETURN(std::unique_ptr<Block> block, Load(number));
      Insert(std::move(block));
      it = blocks_.find(number);
    } else {
      recent_.splice(recent_.begin(), recent_, it->second.place);
    }
    const Block& block = *it->second.block;
    const size_t i = sequence.value % kBlockRecords;
    if (i >= block.size()) {
      return MakeError(absl::StatusCode::kNotFound, "no transaction has that sequence");
    }
    return IndexedTransaction{std::string(block.Id(i)), block.positions[i]};
  }

  void TakeWriteBack(StoreBatch* batch) {
    for (auto& [number, cached] : blocks_) {
      if (!cached.block->is_changed) continue;
      batch->Put(BlockKey(number), Encode(*cached.block));
      cached.block->is_changed = false;
    }
    Evict();
  }

 private:
  struct Cached {
    std::unique_ptr<Block> block;
    std::list<uint64_t>::iterator place;
  };

  absl::StatusOr<std::unique_ptr<Block>> Load(uint64_t number) {
    std::string value;
    RETURN_IF_ERROR(store_->Get(BlockKey(number), &value));
    return Decode(number, value);
  }

  void Insert(std::unique_ptr<Block> block) {
    const uint64_t number = block->number;
    recent_.push_front(number);
    blocks_[number] = {std::move(block), recent_.begin()};
    Evict();
  }

  // The block being appended to stays: its successor in memory would otherwise miss its head.
  void Evict() {
    auto place = recent_.end();
    while (blocks_.size() > cached_blocks_max_ && place != recent_.begin()) {
      --place;
      const uint64_t number = *place;
      const Cached& cached = blocks_.at(number);
      if (cached.block->is_changed || number == next_.value / kBlockRecords) continue;
      blocks_.erase(number);
      place = recent_.erase(place);
    }
  }

  Store* store_;
  const size_t cached_blocks_max_;
  Sequence next_{1};
  std::map<uint64_t, Cached> blocks_;
  std::list<uint64_t> recent_;  // most recently used first
};

SequenceIndex::SequenceIndex(Store* store, size_t cached_blocks_max)
    : impl_(std::make_unique<Impl>(store, cached_blocks_max)) {}
SequenceIndex::~SequenceIndex() = default;

absl::Status SequenceIndex::Start(Sequence next) { return impl_->Start(next); }
void SequenceIndex::Append(Sequence sequence, std::string_view id,
                           const RecordPosition& position) {
  impl_->Append(sequence, id, position);
}
absl::StatusOr<IndexedTransaction> SequenceIndex::Resolve(Sequence sequence) {
  return impl_->Resolve(sequence);
}
void SequenceIndex::TakeWriteBack(StoreBatch* batch) { impl_->TakeWriteBack(batch); }

}  // namespace vigla
