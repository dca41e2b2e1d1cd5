// The digest of a subject's logical state: what it promises to be, not how it is kept. Cold.
#pragma once

#include "absl/status/statusor.h"
#include "engine/base/hash.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/subject_record.h"

namespace vigla {

// Identity, totals, visible fold marks and visible entries with all of their columns.
struct DigestInput {
  EventTime newest_time;
  bool has_legs = false;
  const RecordTotals* totals = nullptr;
  std::span<const FoldMark> fold_marks;
  DurationUs retention_us = 0;
};
absl::StatusOr<Digest> DigestSubject(const DigestInput& input, const LedgerSource& source,
                                     Ledger* ledger);

// Calls visit on every subject's record in the store, in key order, until it fails.
absl::Status ForEachStoredRecord(
    Store* store, const std::function<absl::Status(std::string_view record_key,
                                                   std::string_view value)>& visit);
// Of a subject that is in the store only.
absl::StatusOr<Digest> DigestStoredSubject(Store* store, std::string_view record_key,
                                           std::string_view value, DurationUs retention_us);

}  // namespace vigla
