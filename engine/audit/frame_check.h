// The audit log by itself: every frame sound, numbered without holes, chained. Cold.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/audit/finding_list.h"
#include "engine/audit/frame.h"
#include "engine/audit/verifier.h"

namespace vigla {

// Not thread-safe.
class FrameCheck {
 public:
  struct Item {
    uint64_t index = 0;  // in the log
    std::string json;
    Frame frame;  // views into json
  };

  FrameCheck(LogReader* log, bool begins_anywhere, std::string witness_head,
             FindingList* findings);

  // The next frame in the order of numbers, or nullptr at the end; the same until Pop. What is
  // not sound or not in order has become a finding.
  absl::StatusOr<const Item*> Peek();
  void Pop();
  // After the end: whether the head noted earlier was met.
  void CheckWitness();

  const Digest& head() const { return chain_.head(); }
  uint64_t frames() const { return frames_; }
  uint64_t next_number() const { return chain_.next_number(); }
  // Grows with every frame that is missing or unsound.
  uint64_t breaks() const { return breaks_; }

 private:
  absl::Status Fill(size_t count);
  // True once the first item ahead is the one that is due, or stands for it.
  absl::StatusOr<bool> Settle();
  void CheckChain(Item* item);
  bool PopMissing(uint64_t number);

  LogReader* const log_;
  const std::string witness_head_;
  FindingList* const findings_;
  std::deque<std::unique_ptr<Item>> ahead_;
  bool at_end_ = false;
  bool is_settled_ = false;
  bool is_broken_;  // the chain cannot be judged at the next frame
  bool is_first_;   // and neither its number
  bool witness_met_ = false;
  uint64_t next_index_ = 0;
  uint64_t frames_ = 0;
  uint64_t breaks_ = 0;
  AuditChain chain_;
  std::map<uint64_t, uint64_t> missing_;  // first -> last number of each hole
};

}  // namespace vigla
