// The journal by itself: hashes, links, epochs, sequences and offsets without holes. Cold.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "engine/audit/finding_list.h"
#include "engine/audit/verifier.h"
#include "engine/model/journal_record.h"

namespace vigla {

// Not thread-safe.
class JournalCheck {
 public:
  JournalCheck(LogReader* log, bool begins_anywhere, FindingList* findings)
      : log_(log), begins_anywhere_(begins_anywhere), findings_(findings) {}

  // The next sound record in the order of epochs; what is not sound or not in order becomes a
  // finding. False at the end.
  absl::StatusOr<bool> Next(JournalRecord* record);

  // Index in the log of the record that Next gave last.
  uint64_t index() const { return index_; }
  uint64_t epochs() const { return epochs_; }

 private:
  struct Item {
    uint64_t index = 0;
    JournalRecord record;
    Digest hash;
  };
  // Reads until `ahead_` has `count` items or the log ends; unsound records are left out.
  absl::Status Fill(size_t count);
  void ReportUnsound(std::string_view json, uint64_t index, const absl::Status& status);
  void CheckLinks(const Item& item);
  void CheckRuns(const JournalRecord& record);

  LogReader* const log_;
  const bool begins_anywhere_;
  FindingList* const findings_;
  std::deque<Item> ahead_;
  bool at_end_ = false;
  uint64_t next_index_ = 0;
  uint64_t index_ = 0;
  uint64_t epochs_ = 0;
  uint64_t unsound_ = 0;         // records left out since the last sound one
  bool is_broken_ = false;       // links cannot be judged at the next record
  JournalRecord last_;           // as Next gave it; epoch 0 before the first
  Digest last_hash_;             // zeros before the first
  Sequence due_{1};
  std::map<std::pair<std::string, int32_t>, int64_t> last_offset_;
};

}  // namespace vigla
