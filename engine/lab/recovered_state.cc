// A pipeline that recovers and then finds nothing to do. Cold.
#include "engine/lab/recovered_state.h"

#include <utility>

#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "engine/lab/passing_output.h"
#include "engine/pipeline/pipeline.h"

namespace vigla {
namespace {

// The runs of the journal, and no record after them.
class CommittedInput final : public Source {
 public:
  explicit CommittedInput(Source* source) : source_(source) {}

  const std::vector<std::string>& topics() const override { return source_->topics(); }
  absl::Status Seek(const std::vector<InputPosition>&) override { return absl::OkStatus(); }
  absl::StatusOr<PollState> Poll(size_t, size_t, int, RecordBatch*) override {
    return PollState::kEnd;
  }
  absl::Status ReadRun(
      const JournalRun& run,
      const std::function<absl::Status(const InputRecord&)>& visit) override {
    return source_->ReadRun(run, visit);
  }
  std::string Fingerprint() override { return {}; }
  // What is replayed is held against the journal's digests; the rest is not looked at.
  absl::Status Verify(std::string_view) override { return absl::OkStatus(); }
  int64_t LagRecords() override { return -1; }

 private:
  Source* const source_;
};

// What an instance has published, to be read only. The committed positions are not passed on: those
// of now, not of the journal's end as it was read, tell nothing.
class CommittedOutputs final : public PassingOutput {
 public:
  explicit CommittedOutputs(Output* outputs) : outputs_(outputs) {}

  absl::Status ReadLog(OutputTopic topic, const OutputMark& mark,
                       const VisitLog& visit) override {
    return outputs_->ReadLog(topic, mark, visit);
  }
  absl::StatusOr<CommitOutcome> Commit(const OutputEpoch&) override {
    return MakeError(absl::StatusCode::kInternal, "a recovery beside an instance wants to commit");
  }
  bool RejectsAsJson() const override { return outputs_->RejectsAsJson(); }
  size_t RecordBytesMax() const override { return outputs_->RecordBytesMax(); }

 private:
  Output* const outputs_;
};

}  // namespace

absl::StatusOr<uint64_t> RecoverBeside(const RecoveryInputs& inputs,
                                       std::shared_ptr<const RuleSet> rule_set,
                                       const PipelineOptions& options,
                                       const LoadOptions& load_options) {
  CommittedInput source(inputs.source);
  CommittedOutputs outputs(inputs.outputs);
  const SystemClock clock;
  PipelinePorts ports;
  ports.source = &source;
  ports.output = &outputs;
  ports.open_store = [&]() -> absl::StatusOr<Store*> { return inputs.store; };
  ports.clock = &clock;
  ports.log = inputs.log;
  PipelineOptions own = options;
  own.lanes = 1;
  own.free_bytes_min = 0;
  Pipeline pipeline(own, load_options, ports, std::move(rule_set));
  RETURN_IF_ERROR(pipeline.Open());
  size_t turn = 0;
  ASSIGN_OR_RETURN(const PipelineOutcome outcome,
                   pipeline.RunStepwise([&turn](size_t stages) { return turn++ % stages; }));
  if (outcome != PipelineOutcome::kFinished) {
    return MakeError(absl::StatusCode::kInternal, "the recovery gave up half-way");
  }
  return pipeline.replayed_records();
}

}  // namespace vigla
