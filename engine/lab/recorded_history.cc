// Recorded input taken by the live path up to one record. Cold.
#include "engine/lab/recorded_history.h"

#include <utility>

#include "engine/base/status.h"
#include "engine/lab/passing_output.h"
#include "engine/lab/run_here.h"
#include "engine/model/decoder.h"
#include "engine/pipeline/recording_history.h"
#include "engine/pipeline/resume_point.h"

namespace vigla {
namespace {

// Ends before the wanted record, and keeps it.
class SourceUntil final : public Source {
 public:
  SourceUntil(Source* source, const std::function<bool(const InputRecord&)>& is_wanted)
      : source_(source), is_wanted_(is_wanted) {}

  const std::optional<OwnedRecord>& found() const { return found_; }

  const std::vector<std::string>& topics() const override { return source_->topics(); }
  absl::Status Seek(const std::vector<InputPosition>& positions) override {
    return source_->Seek(positions);
  }
  absl::StatusOr<PollState> Poll(size_t records_max, size_t bytes_max, int wait_ms,
                                 RecordBatch* batch) override {
    if (found_) return PollState::kEnd;
    ASSIGN_OR_RETURN(const PollState state,
                     source_->Poll(records_max, bytes_max, wait_ms, batch));
    for (size_t i = 0; i < batch->records.size(); ++i) {
      const InputRecord& record = batch->records[i];
      if (!is_wanted_(record)) continue;
      found_ = {record.position, record.received_us, record.has_value, std::string(record.key),
                std::string(record.value)};
      batch->records.resize(i);
      return i == 0 ? PollState::kEnd : PollState::kRecords;
    }
    return state;
  }
  absl::Status ReadRun(
      const JournalRun& run,
      const std::function<absl::Status(const InputRecord&)>& visit) override {
    return source_->ReadRun(run, visit);
  }
  std::string Fingerprint() override { return {}; }
  absl::Status Verify(std::string_view) override { return absl::OkStatus(); }
  int64_t LagRecords() override { return -1; }

 private:
  Source* const source_;
  const std::function<bool(const InputRecord&)>& is_wanted_;
  std::optional<OwnedRecord> found_;
};

// What the run says to the outside is of no interest; only its state is.
class SilentOutput final : public PassingOutput {
 public:
  absl::StatusOr<CommitOutcome> Commit(const OutputEpoch& epoch) override {
    RenderJournalRecord(epoch.journal, &journal_hash_);
    return CommitOutcome::kCommitted;
  }
  Digest JournalHash() const override { return journal_hash_; }

 private:
  Digest journal_hash_;
};

absl::Status ReadState(const RuleSet& rule_set, RecordedHistory* history) {
  std::string value;
  const absl::Status read = history->store->Get(kStateHeaderKey, &value);
  RecordingHistory recording;
  if (absl::IsNotFound(read)) {  // the wanted record is the first of all
    history->since = recording.Activate(rule_set, std::nullopt);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(read);
  ASSIGN_OR_RETURN(const StateHeader header, ParseStateHeader(value));
  ASSIGN_OR_RETURN(recording, RecordingHistory::Restore(header.resume.recorded_since));
  history->since = recording.Since(rule_set);
  history->next_sequence = header.resume.next_sequence;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RecordedHistory> TakeHistory(
    Source* source, std::shared_ptr<const RuleSet> rule_set, const PipelineOptions& options,
    const LoadOptions& load_options, const std::function<bool(const InputRecord&)>& is_wanted) {
  RecordedHistory history;
  history.store = NewMemoryStore();
  SourceUntil until(source, is_wanted);
  SilentOutput output;
  PipelinePorts ports;
  ports.source = &until;
  ports.output = &output;
  ports.open_store = [&]() -> absl::StatusOr<Store*> { return history.store.get(); };
  PipelineOptions own = options;
  own.free_bytes_min = 0;
  own.lanes = 1;
  own.commit_interval_ms = 10'000;  // nobody waits for outputs
  RETURN_IF_ERROR(RunHere(own, load_options, ports, rule_set));
  RETURN_IF_ERROR(ReadState(*rule_set, &history));
  history.found = until.found();
  return history;
}

class TransactionFinder::Impl {
 public:
  Impl(std::string id, const KeyedHasher* hasher) : id_(std::move(id)), decoder_(hasher) {}

  bool IsWanted(const InputRecord& record) {
    // Only what may hold the id is decoded; JSON may spell it by escapes.
    if (record.value.find(id_) == std::string_view::npos &&
        record.value.find('\\') == std::string_view::npos) {
      return false;
    }
    arena_.Reset();
    Transaction transaction;
    const Rejection rejection = decoder_.Decode(record.value, &arena_, &transaction);
    if (rejection.code == RejectCode::kNone) return transaction.id == id_;
    // A record that can't be read may still be the one: its id as it stands there.
    return record.value.find("\"id\":\"" + id_ + "\"") != std::string_view::npos ||
           record.value.find("\"id\": \"" + id_ + "\"") != std::string_view::npos;
  }

 private:
  const std::string id_;
  Arena arena_;
  Decoder decoder_;
};

TransactionFinder::TransactionFinder(std::string id, const KeyedHasher* hasher)
    : impl_(std::make_shared<Impl>(std::move(id), hasher)) {}
TransactionFinder::~TransactionFinder() = default;

bool TransactionFinder::operator()(const InputRecord& record) const {
  return impl_->IsWanted(record);
}

}  // namespace vigla
