// A block of the sequence index: ids and positions of consecutive transactions. Warm.
// Drawn in engine/docs/formats.md, 'Sequence index'; golden bytes under tests/golden/ledger/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/model/subject.h"

namespace vigla {

inline constexpr uint8_t kIndexFormatVersion = 1;

class IndexBlock {
 public:
  explicit IndexBlock(Sequence first) : first_(first) {}

  Sequence first() const { return first_; }
  // The one that Append takes next.
  Sequence end() const { return {first_.value + positions_.size()}; }
  bool Has(Sequence sequence) const { return first_ <= sequence && sequence < end(); }

  void Append(std::string_view id, const RecordPosition& position);
  // Forgets what is at or after `end`.
  void Truncate(Sequence end);
  std::string_view IdOf(Sequence sequence) const;
  const RecordPosition& PositionOf(Sequence sequence) const {
    return positions_[sequence.value - first_.value];
  }

  std::string Encode() const;
  // DataLoss if it is damaged, or has more than `records_max`.
  static absl::StatusOr<IndexBlock> Decode(std::string_view value, uint64_t records_max);

 private:
  Sequence first_;
  std::string ids_;             // one after the other
  std::vector<uint32_t> ends_;  // of each in ids_
  std::vector<RecordPosition> positions_;
};

}  // namespace vigla
