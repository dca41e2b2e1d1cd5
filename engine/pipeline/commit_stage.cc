// Commit first, legs and images after, in epoch order. Warm.
#include "engine/pipeline/commit_stage.h"

#include <algorithm>

#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr int64_t kGateIntervalNs = 500'000'000;
// Polled at a rate that is no burden, batches are so much smaller than full ones.
constexpr size_t kSmallBatches = 16;

}  // namespace

CommitStage::CommitStage(const PipelineOptions& options,
                         const std::vector<std::string>& topics, const Ports& ports,
                         const std::vector<std::unique_ptr<Lane>>& lanes,
                         const StateHeader& header)
    : options_(options),
      topics_(topics),
      ports_(ports),
      lanes_(lanes),
      input_(options.ring_batches * kSmallBatches),
      recycled_(options.ring_batches * kSmallBatches),
      index_(ports.store, options.index_blocks_cached),
      builder_(options, topics,
               {ports.output->RecordBytesMax(), ports.output->RejectsAsJson()}, &index_,
               AuditChain(header.resume.audit_head, header.resume.next_audit_frame), &metrics_,
               &rule_metrics_),
      header_(header),
      lane_epochs_(lanes.size()) {}

absl::Status CommitStage::Start(const std::vector<LegLogPart>& log) {
  log_ = LegLogTail(log);
  return index_.Start(header_.resume.next_sequence);
}

absl::StatusOr<StepResult> CommitStage::Step() {
  ports_.output->Tick();
  CheckGate();
  if (done_) return StepResult::kDone;
  if (end_ != nullptr) {
    if (!CollectLaneEpochs()) return StepResult::kIdle;
    RETURN_IF_ERROR(EndEpoch());
    return StepResult::kWorked;
  }
  BuilderMessage message;
  if (!input_.TryPop(&message)) return StepResult::kIdle;
  if (message.batch != nullptr) {
    const int64_t start = ports_.clock->NowNs();
    metrics_.records_taken.Add(message.batch->records.size());
    builder_.AddBatch(*message.batch);
    metrics_.build_ns_total.Add(static_cast<uint64_t>(ports_.clock->NowNs() - start));
    batches_.push_back(std::move(message.batch));
  } else {
    end_ = std::move(message.epoch_end);
  }
  return StepResult::kWorked;
}

bool CommitStage::CollectLaneEpochs() {
  bool complete = true;
  for (size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (lane_epochs_[lane] == nullptr) lanes_[lane]->output().TryPop(&lane_epochs_[lane]);
    complete = complete && lane_epochs_[lane] != nullptr;
  }
  return complete;
}

absl::Status CommitStage::EndEpoch() {
  const EpochEnd& end = *end_;
  if (!end.is_last) {
    if (end.expected != nullptr) {
      RETURN_IF_ERROR(builder_.Prove(end, lane_epochs_));
      NoteResumePoint(end, *end.expected);
    } else {
      RETURN_IF_ERROR(Commit(end));
      if (must_restart_) return absl::OkStatus();
    }
    header_.last_epoch = end.epoch;
    header_.base_currency = end.rule_set->rates.base().Text();
    metrics_.last_epoch.Set(end.epoch);
    if (end.activation && ports_.desk != nullptr) {
      ports_.desk->NoteActive(
          {end.activation->activation.after, end.epoch, end.first_sequence},
          end.activation->ticket);
    }
  }
  RETURN_IF_ERROR(WriteState(end));
  for (std::unique_ptr<Batch>& batch : batches_) {
    batch->Clear();
    recycled_.TryPush(batch);
  }
  batches_.clear();
  for (auto& epoch : lane_epochs_) epoch = nullptr;
  done_ = end.is_last;
  end_ = nullptr;
  return absl::OkStatus();
}

absl::Status CommitStage::Commit(const EpochEnd& end) {
  const int64_t start = ports_.clock->NowNs();
  ASSIGN_OR_RETURN(OutputEpoch epoch,
                   builder_.Finish(end, ports_.output->JournalHash(), lane_epochs_));
  const int64_t built = ports_.clock->NowNs();
  ASSIGN_OR_RETURN(const CommitOutcome outcome, ports_.output->Commit(epoch));
  const int64_t committed_ns = ports_.clock->NowNs();
  if (outcome == CommitOutcome::kUnknown) {
    must_restart_ = true;
    return absl::OkStatus();
  }
  metrics_.epochs.Add(1);
  metrics_.build_ns_total.Add(static_cast<uint64_t>(built - start));
  metrics_.commit_ns_total.Add(static_cast<uint64_t>(committed_ns - built));
  metrics_.last_commit_ns.Set(static_cast<uint64_t>(committed_ns - built));
  NoteLatencies();
  CommittedEpoch committed;
  committed.journal = epoch.journal;
  committed.journal_hash = ports_.output->JournalHash();
  committed.journal_mark = ports_.output->Mark(OutputTopic::kJournal);
  committed.audit_mark = ports_.output->Mark(OutputTopic::kAudit);
  NoteResumePoint(end, committed);
  builder_.Reuse(std::move(epoch));
  return absl::OkStatus();
}

void CommitStage::NoteLatencies() {
  const int64_t now_us = ports_.clock->NowUtcUs();
  for (const std::unique_ptr<Batch>& batch : batches_) {
    metrics_.end_to_end_us.AddAll(
        batch->input.records, now_us,
        [&](const InputRecord& record) { return batch->ReceivedUs(record); });
  }
}

void CommitStage::NoteResumePoint(const EpochEnd& end, const CommittedEpoch& committed) {
  ResumePoint& point = header_.resume;
  point.next_epoch = end.epoch + 1;
  point.next_sequence = {end.last_sequence.value + 1};
  point.positions.clear();
  for (const InputPosition& position : end.positions) {
    point.positions.push_back(
        {topics_[position.topic], position.partition, position.next_offset});
  }
  point.previous_journal_hash = committed.journal_hash;
  point.audit_head = committed.journal.audit_head;
  point.next_audit_frame = committed.journal.last_audit_frame + 1;
  point.journal_mark = committed.journal_mark;
  point.audit_mark = committed.audit_mark;
  point.rule_set = committed.journal.rule_set;
  point.recorded_since = end.recorded_since;
  point.newest_event_time = end.newest_event_time;
  point.source_fingerprint = committed.journal.source_fingerprint;
}

absl::Status CommitStage::WriteState(const EpochEnd& end) {
  const int64_t start = ports_.clock->NowNs();
  StoreBatch batch;
  std::vector<std::string> legs;
  Sequence first_needed{end.last_sequence.value + 1};
  for (auto& lane : lane_epochs_) {
    WriteBack& write_back = lane->write_back;
    batch.bytes += write_back.batch.bytes;
    std::move(write_back.batch.operations.begin(), write_back.batch.operations.end(),
              std::back_inserter(batch.operations));
    if (!write_back.leg_log.empty()) legs.push_back(std::move(write_back.leg_log));
    first_needed = std::min(first_needed, write_back.first_unsaved);
  }
  metrics_.images_written.Add(batch.operations.size());
  metrics_.image_bytes.Add(batch.bytes);
  log_.Advance(end.last_sequence, std::move(legs), first_needed, &batch);
  index_.TakeWriteBack(&batch);
  batch.Put(std::string(kStateHeaderKey), RenderStateHeader(header_));
  // Neighbours in the store's order share their search for a place in its memory table.
  std::stable_sort(batch.operations.begin(), batch.operations.end(),
                   [](const StoreBatch::Operation& a, const StoreBatch::Operation& b) {
                     return a.key < b.key;
                   });
  const absl::Status written = ports_.store->Write(batch, /*sync=*/end.is_last);
  if (absl::IsUnavailable(written)) {
    // The epoch is committed; a new process recovers what the store lacks.
    return MakeError(absl::StatusCode::kResourceExhausted,
                     "the state can't be written: " + std::string(written.message()));
  }
  RETURN_IF_ERROR(written);
  for (const auto& lane : lanes_) {
    // Pairs with the acquire load in Lane::Step.
    lane->signals().written_ticket.store(end.write_ticket, std::memory_order_release);
  }
  metrics_.write_ns_total.Add(static_cast<uint64_t>(ports_.clock->NowNs() - start));
  return absl::OkStatus();
}

void CommitStage::CheckGate() {
  const int64_t now = ports_.clock->NowNs();
  if (gate_checked_ns_ != 0 && now - gate_checked_ns_ < kGateIntervalNs) return;
  gate_checked_ns_ = now;
  const uint64_t free_bytes = ports_.store->FreeBytes();
  const bool closed = free_bytes < options_.free_bytes_min;
  gate_closed_.store(closed, std::memory_order_relaxed);
  metrics_.free_bytes.Set(free_bytes);
  metrics_.gate_closed.Set(closed ? 1 : 0);
  metrics_.disk_bytes.Set(ports_.store->DiskBytes());
}

}  // namespace vigla
