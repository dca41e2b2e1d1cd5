// Holds what entries promise of an output against what the output has. Warm. Both are read side by
// side, one output record for each promise, so that memory is bounded by their disorder.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "engine/audit/finding_list.h"
#include "engine/audit/verifier.h"
#include "engine/base/hash.h"

namespace vigla {

// An output record as promised or as found: its name, and the digest of its content.
struct NamedDigest {
  std::string name;
  Digest digest;
};

// Not thread-safe.
class PromiseMatch {
 public:
  // Names the record and its content. False: not a record of the output; the finding is made.
  using Read = std::function<bool(std::string_view record, uint64_t index, NamedDigest* found)>;

  // `log` may be nullptr: then nothing is compared.
  PromiseMatch(std::string log_name, LogReader* log, Read read, FindingList* findings);

  // Whether records must stand in the order of the promises (files), or need not (partitions).
  void set_in_order(bool in_order) { in_order_ = in_order; }
  // Passes over what precedes the first promise: the logs' beginning has expired.
  void set_skips_older(bool skips) { skips_older_ = skips; }

  // An entry promises this record. Reads one record of the output.
  absl::Status Promise(NamedDigest promised, std::string_view by);
  // Reads the rest, and reports promises that were not kept.
  absl::Status Finish();

  uint64_t records() const { return next_index_; }

 private:
  struct Pending {
    Digest digest;
    uint64_t ordinal;
    std::string by;
  };
  struct Early {
    Digest digest;
    uint64_t index;
  };
  static constexpr size_t kMatchedKept = 65'536;

  absl::Status ReadOne();
  void Match(const std::string& name, const Pending& promise, const Early& found);

  const std::string log_name_;
  LogReader* const log_;
  const Read read_;
  FindingList* const findings_;
  bool in_order_ = true;
  bool skips_older_ = false;
  bool at_end_ = false;
  uint64_t next_ordinal_ = 0;
  uint64_t next_index_ = 0;
  uint64_t last_ordinal_ = 0, last_index_ = 0;  // of the last match
  bool any_match_ = false;
  absl::flat_hash_map<std::string, Pending> pending_;
  absl::flat_hash_map<std::string, Early> early_;
  absl::flat_hash_set<std::string> matched_;  // the newest kMatchedKept names
  std::deque<std::string> matched_order_;
};

}  // namespace vigla
