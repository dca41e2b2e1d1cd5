// An epoch's outputs, from its batches and what the lanes found: alerts, audit, journal. Warm.
// In recovery the same work is done, and what comes out is held against what was committed.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/audit/frame.h"
#include "engine/ledger/sequence_index.h"
#include "engine/pipeline/alert_body.h"
#include "engine/pipeline/messages.h"
#include "engine/pipeline/metrics.h"
#include "engine/pipeline/options.h"
#include "engine/pipeline/rule_metrics.h"

namespace vigla {

// What an output can take; asked of it once.
struct OutputLimits {
  size_t record_bytes_max = 0;
  bool rejects_as_json = false;
};

// Used by the committing thread alone.
class EpochBuilder {
 public:
  // `topics` and `index` must outlive it. `chain` is where the audit trail stands.
  EpochBuilder(const PipelineOptions& options, const std::vector<std::string>& topics,
               const OutputLimits& limits, SequenceIndex* index, const AuditChain& chain,
               BuilderMetrics* metrics, RuleMetrics* rule_metrics);

  // In sequence. The batch must stay until Finish or Prove.
  void AddBatch(const Batch& batch);

  // Live: everything the epoch publishes. `previous` is the hash of the journal record before.
  absl::StatusOr<OutputEpoch> Finish(const EpochEnd& end, const Digest& previous,
                                     const std::vector<std::unique_ptr<LaneEpoch>>& lanes);
  // Recovery: FailedPrecondition, with the evidence, unless everything that was computed again
  // is what the outputs hold.
  absl::Status Prove(const EpochEnd& end, const std::vector<std::unique_ptr<LaneEpoch>>& lanes);
  // Takes an epoch that is committed: its memory serves those to come.
  void Reuse(OutputEpoch epoch);

 private:
  void Begin(uint64_t epoch, Sequence first, const RuleSet& rule_set,
             const Activation* activation);
  std::vector<const LegResult*> Merge(const std::vector<std::unique_ptr<LaneEpoch>>& lanes) const;
  // Alerts are appended to *records, but in recovery, where nothing is published.
  absl::Status AddResults(std::span<const LegResult* const> results,
                          std::vector<OutputRecord>* records);
  absl::Status AddAlert(const LegResult& result, AlertState state,
                        std::vector<OutputRecord>* records);
  OutputRecord TakeSpareAlert();
  void KeepSpareAlert(OutputRecord record);
  void AddUnknown(const RuleSet& rule_set, const std::vector<std::unique_ptr<LaneEpoch>>& lanes);
  void AppendMatch(const LegResult& result, const std::optional<Digest>& live,
                   const std::optional<Digest>& shadow);
  absl::Status ProveIntake(const CommittedEpoch& expected,
                           const std::vector<std::string_view>& entries);
  absl::Status ProveMatches(const EpochEnd& end,
                            const std::vector<std::string_view>& entries) const;
  void Reset();

  const PipelineOptions options_;
  const std::vector<std::string>& topics_;
  const OutputLimits limits_;
  SequenceIndex* index_;
  AlertBody alert_body_;
  AuditChain chain_;
  BuilderMetrics* metrics_;
  RuleMetrics* rule_metrics_;

  FrameBuilder intake_frames_, match_frames_;
  Sha256 input_digest_, alerts_digest_;
  uint64_t alerts_ = 0;
  bool open_ = false;
  std::vector<OutputRecord> rejects_;
  // Replay only: entries as they would be published, with where their leg stands.
  std::vector<std::string> intake_entries_;
  struct ProvenMatch {
    uint64_t sequence;
    std::string entry;
  };
  std::vector<ProvenMatch> match_entries_;
  bool is_replay_ = false;
  std::string scratch_;
  std::vector<OutputRecord> spare_alerts_;  // of epochs that are done, for their memory
  std::vector<std::string_view> texts_;     // to be hashed at once
  std::vector<Digest> digests_;             // of those
};

}  // namespace vigla
