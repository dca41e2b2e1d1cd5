// The one total order: sequences, the runs that record it, and where epochs begin and end. Hot.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/pipeline/batch.h"
#include "engine/pipeline/messages.h"
#include "engine/pipeline/recording_history.h"
#include "engine/pipeline/resume_point.h"

namespace vigla {

// Used by the intake thread alone. It neither knows where records come from nor whether they
// are live or replayed.
class Sequencer {
 public:
  // `topics`: the source's names, by index. `hasher` must outlive it.
  Sequencer(const std::vector<std::string>& topics, const KeyedHasher* hasher);

  // Takes up the order at a resume point. NotFound if it names a topic that `topics` lacks.
  absl::Status Restore(const ResumePoint& resume);

  // The rule set judges from the next record on; only between epochs. `before` is the
  // fingerprint text of the one until then, "" if there was none; `ticket` is the desk's.
  std::shared_ptr<const ActivationOrder> Activate(std::shared_ptr<const RuleSet> rule_set,
                                                  const std::string& before,
                                                  uint64_t ticket = 0);
  // Recovery: the same, as the journal recorded it.
  std::shared_ptr<const ActivationOrder> Repeat(std::shared_ptr<const RuleSet> rule_set,
                                                const Activation& recorded,
                                                uint64_t ticket = 0);
  // As Activate, for a set that was active already: no entry, no new dates.
  std::shared_ptr<const ActivationOrder> Resume(std::shared_ptr<const RuleSet> rule_set) const;

  // Gives the batch's records their sequences and legs.
  void Append(Batch* batch);

  bool IsOpen() const { return open_records_ > 0; }
  uint64_t open_records() const { return open_records_; }
  size_t open_bytes() const { return open_bytes_; }
  // About what the open epoch's runs will take in its journal record, which is one record.
  size_t open_run_bytes() const { return open_run_bytes_; }
  uint64_t open_epoch() const { return epoch_; }
  Sequence next_sequence() const { return next_sequence_; }
  const std::vector<InputPosition>& positions() const { return positions_; }

  // Ends the open epoch (which may be empty but for an activation) and opens the next.
  EpochEnd Cut();

 private:
  void Note(const RecordPosition& position);

  const std::vector<std::string> topics_;
  const KeyedHasher* hasher_;
  RecordingHistory recording_;
  uint64_t epoch_ = 1;
  Sequence next_sequence_{1};
  Sequence epoch_first_{1};
  uint64_t open_records_ = 0;
  size_t open_bytes_ = 0;
  size_t open_run_bytes_ = 0;
  std::vector<JournalRun> runs_;
  std::vector<InputPosition> positions_;  // sorted by (topic, partition)
  size_t last_position_ = 0;              // index of the last run's partition in positions_
  std::optional<ActivationOrder> activation_;
  std::shared_ptr<const RuleSet> rule_set_;
  std::optional<EventTime> newest_;
};

}  // namespace vigla
