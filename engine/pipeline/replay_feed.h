// Recovery's front: epochs that were committed, read again in the order that the journal
// recorded, with what was published of them to be held against. Warm.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/pipeline/feed.h"
#include "engine/pipeline/log_cursor.h"
#include "engine/pipeline/resume_point.h"
#include "engine/rule/loader.h"

namespace vigla {

// Used by the intake thread alone, before the live feed.
class ReplayFeed {
 public:
  // `header` is what the store says of itself (a fresh one if it is empty).
  ReplayFeed(const PipelineOptions& options, const LoadOptions& load_options, Source* source,
             Output* output, Feed* feed, const StateHeader& header);

  // Loads the published rule sets and takes up the order at the resume point.
  absl::Status Start();
  // kDone when the journal has been replayed to its end.
  absl::StatusOr<StepResult> Step();

  // After kDone. The fingerprint text of the active rule set, "" if there was never one.
  const std::string& rule_set() const { return rule_set_; }
  const std::string& source_fingerprint() const { return source_fingerprint_; }
  uint64_t last_epoch() const { return next_epoch_ - 1; }
  uint64_t replayed_records() const { return replayed_records_; }

 private:
  absl::Status LoadBodies();
  absl::StatusOr<std::shared_ptr<const RuleSet>> RuleSetOf(const std::string& fingerprint);
  absl::StatusOr<bool> NextEpoch();
  absl::Status ReadFrames(CommittedEpoch* epoch);
  absl::Status ReadInput(const CommittedEpoch& epoch);
  absl::Status EndOfJournal() const;

  const PipelineOptions options_;
  const LoadOptions load_options_;
  Source* source_;
  Output* output_;
  Feed* feed_;
  const StateHeader header_;
  LogCursor journal_, audit_;
  std::map<std::string, std::string> bodies_;  // by fingerprint text
  std::string rule_set_;
  std::string source_fingerprint_;
  uint64_t next_epoch_;
  Digest previous_hash_;
  uint64_t replayed_records_ = 0;
  std::shared_ptr<const CommittedEpoch> epoch_;   // being fed
  std::deque<std::unique_ptr<Batch>> batches_;    // of it, not yet submitted
};

}  // namespace vigla
