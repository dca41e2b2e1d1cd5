// What a subject's record holds: its image, as bytes and as numbers. Warm.
// Drawn in engine/docs/formats.md, 'Ledger images'; golden bytes under tests/golden/ledger/.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/ledger/chunk.h"
#include "engine/ledger/lane_state.h"

namespace vigla {

inline constexpr uint8_t kRecordFormatVersion = 1;

// Count, sum, least, greatest, first and last per direction. Most subjects have settled legs
// only; totals of all legs are kept apart from the first other one on.
class RecordTotals {
 public:
  RecordTotals() = default;
  explicit RecordTotals(const SubjectTotals& totals);
  RecordTotals(const RecordTotals& other);
  RecordTotals& operator=(const RecordTotals& other);

  void Add(const Entry& entry);
  const std::array<DirectionTotals, 2>& settled() const { return settled_; }
  const std::array<DirectionTotals, 2>& all() const { return all_ ? *all_ : settled_; }
  SubjectTotals Spelled() const { return {settled(), all()}; }
  size_t HeapBytes() const { return all_ ? sizeof(*all_) : 0; }

 private:
  friend class RecordCodec;
  std::array<DirectionTotals, 2> settled_;
  std::unique_ptr<std::array<DirectionTotals, 2>> all_;
};

struct SubjectRecord {
  Sequence last_sequence;       // of the newest leg applied
  EventTime newest_time;        // of all legs; meaningful if has_legs
  bool has_legs = false;
  std::optional<EventTime> oldest_chunk;  // first time of the oldest chunk apart; none: none is
  RecordTotals totals;
  std::vector<FoldMark> fold_marks;       // by (time, sequence) of their adding
  Chunk newest;                 // the chunk that is not apart
};

// The same without owning it.
struct RecordView {
  Sequence last_sequence;
  EventTime newest_time;
  bool has_legs = false;
  std::optional<EventTime> oldest_chunk;
  const RecordTotals& totals;
  std::span<const FoldMark> fold_marks;
  const Chunk& newest;
};

std::string EncodeRecord(const RecordView& record, const ColumnNames& names);
// DataLoss if it is damaged or of another version. Entries of its chunk come from `pool`, if any.
absl::StatusOr<SubjectRecord> DecodeRecord(std::string_view value, ColumnNames* names,
                                           BlockPool* pool = nullptr);

}  // namespace vigla
