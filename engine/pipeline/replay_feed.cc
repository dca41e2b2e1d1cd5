// The journal read again, epoch by epoch. Warm.
#include "engine/pipeline/replay_feed.h"

#include "engine/audit/rules_record.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

absl::Status Stop(const std::string& message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, message);
}

void CopyRecord(const InputRecord& from, Batch* batch) {
  RecordBatch& input = batch->input;
  InputRecord record = from;
  record.key = input.arena.Copy(from.key);
  input.CopyValue(from.value, &record);
  if (from.headers != nullptr) {
    input.header_storage.push_back(std::make_unique<std::vector<Header>>());
    record.headers = input.header_storage.back().get();
    for (const Header& header : *from.headers) {
      record.headers->push_back({input.arena.Copy(header.key), input.arena.Copy(header.value)});
    }
  }
  input.bytes += record.value.size() + record.key.size();
  input.records.push_back(record);
}

}  // namespace

ReplayFeed::ReplayFeed(const PipelineOptions& options, const LoadOptions& load_options,
                       Source* source, Output* output, Feed* feed, const StateHeader& header)
    : options_(options),
      load_options_(load_options),
      source_(source),
      output_(output),
      feed_(feed),
      header_(header),
      journal_(output, OutputTopic::kJournal, header.resume.journal_mark),
      audit_(output, OutputTopic::kAudit, header.resume.audit_mark),
      rule_set_(header.resume.rule_set),
      source_fingerprint_(header.resume.source_fingerprint),
      next_epoch_(header.resume.next_epoch),
      previous_hash_(header.resume.previous_journal_hash) {}

absl::Status ReplayFeed::LoadBodies() {
  RulesAssembler assembler;
  LogCursor rules(output_, OutputTopic::kRules, {});
  std::string record;
  OutputMark after;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rules.Next(&record, &after));
    if (!more) return absl::OkStatus();
    ASSIGN_OR_RETURN(auto published, assembler.Add(record));
    if (published) {
      bodies_["sha256:" + published->fingerprint.Hex()] = std::move(published->body);
    }
  }
}

absl::StatusOr<std::shared_ptr<const RuleSet>> ReplayFeed::RuleSetOf(
    const std::string& fingerprint) {
  auto body = bodies_.find(fingerprint);
  if (body == bodies_.end()) {
    return Stop("the journal names the rule set " + fingerprint +
                ", whose body is not in the output 'rules'; recovery can't judge without it");
  }
  ASSIGN_OR_RETURN(auto rule_set, LoadRuleSetBody(body->second, load_options_));
  if (rule_set->FingerprintText() != fingerprint) {
    return Stop("the body of the rule set " + fingerprint + " in the output 'rules' loads as " +
                rule_set->FingerprintText() +
                "; it was changed, or this version reads it differently");
  }
  return rule_set;
}

absl::Status ReplayFeed::Start() {
  RETURN_IF_ERROR(LoadBodies());
  RETURN_IF_ERROR(feed_->sequencer().Restore(header_.resume));
  if (rule_set_.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto rule_set, RuleSetOf(rule_set_));
  feed_->Activate(feed_->sequencer().Resume(std::move(rule_set)), /*is_new=*/false);
  return absl::OkStatus();
}

absl::Status ReplayFeed::ReadFrames(CommittedEpoch* epoch) {
  const JournalRecord& journal = epoch->journal;
  for (uint64_t number = journal.first_audit_frame; number <= journal.last_audit_frame;
       ++number) {
    std::string frame;
    ASSIGN_OR_RETURN(const bool more, audit_.Next(&frame, &epoch->audit_mark));
    if (!more) {
      return Stop("the audit trail ends before frame " + std::to_string(number) +
                  ", which the journal's epoch " + std::to_string(journal.epoch) + " names");
    }
    epoch->audit_frames.push_back(std::move(frame));
  }
  return absl::OkStatus();
}

absl::Status ReplayFeed::ReadInput(const CommittedEpoch& epoch) {
  for (const JournalRun& run : epoch.journal.runs) {
    RETURN_IF_ERROR(source_->ReadRun(run, [&](const InputRecord& record) -> absl::Status {
      if (batches_.empty() ||
          batches_.back()->input.records.size() >= options_.batch_records_max ||
          batches_.back()->input.bytes >= options_.batch_bytes_max) {
        batches_.push_back(feed_->NewBatch());
      }
      CopyRecord(record, batches_.back().get());
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

absl::Status ReplayFeed::EndOfJournal() const {
  // The store is written after the commit: an epoch that it has and the journal lacks means
  // that the outputs were cut back, or belong to another instance.
  if (last_epoch() < header_.last_epoch) {
    return Stop("the state holds epoch " + std::to_string(header_.last_epoch) +
                " but the journal ends at epoch " + std::to_string(last_epoch()) +
                ": outputs were lost or belong to another state. Restore the outputs, or move "
                "both the state and the outputs away to start over");
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ReplayFeed::NextEpoch() {
  auto epoch = std::make_shared<CommittedEpoch>();
  epoch->audit_mark = header_.resume.audit_mark;
  if (epoch_ != nullptr) epoch->audit_mark = epoch_->audit_mark;
  std::string record;
  ASSIGN_OR_RETURN(const bool more, journal_.Next(&record, &epoch->journal_mark));
  if (!more) {
    RETURN_IF_ERROR(EndOfJournal());
    return false;
  }
  ASSIGN_OR_RETURN(epoch->journal, ParseJournalRecord(record, &epoch->journal_hash));
  const JournalRecord& journal = epoch->journal;
  if (journal.epoch != next_epoch_ || journal.previous != previous_hash_ ||
      journal.first_sequence != feed_->sequencer().next_sequence()) {
    return Stop("the journal does not go on where the state ends: expected epoch " +
                std::to_string(next_epoch_) + ", found epoch " + std::to_string(journal.epoch) +
                (journal.epoch == next_epoch_ ? " with another predecessor" : ""));
  }
  if (journal.semantics != 1) {
    return Stop("epoch " + std::to_string(journal.epoch) + " was judged by semantics " +
                std::to_string(journal.semantics) +
                ", which this version does not have; stop the older version cleanly first, so "
                "that nothing has to be replayed");
  }
  RETURN_IF_ERROR(ReadFrames(epoch.get()));
  if (journal.activation) {
    ASSIGN_OR_RETURN(auto rule_set, RuleSetOf(journal.activation->after));
    feed_->Activate(feed_->sequencer().Repeat(std::move(rule_set), *journal.activation),
                    /*is_new=*/true);
  }
  RETURN_IF_ERROR(ReadInput(*epoch));
  next_epoch_ = journal.epoch + 1;
  previous_hash_ = epoch->journal_hash;
  rule_set_ = journal.rule_set;
  source_fingerprint_ = journal.source_fingerprint;
  replayed_records_ += journal.last_sequence.value + 1 - journal.first_sequence.value;
  epoch_ = std::move(epoch);
  return true;
}

absl::StatusOr<StepResult> ReplayFeed::Step() {
  if (!feed_->Flush()) return StepResult::kIdle;
  if (!batches_.empty()) {
    std::unique_ptr<Batch> batch = std::move(batches_.front());
    batches_.pop_front();
    feed_->Submit(std::move(batch), /*is_replay=*/true);
    if (!batches_.empty()) return StepResult::kWorked;
  } else {
    if (feed_->HasCachePressure()) return StepResult::kIdle;
    ASSIGN_OR_RETURN(const bool more, NextEpoch());
    if (!more) return StepResult::kDone;
    if (!batches_.empty()) return StepResult::kWorked;
  }
  Feed::EndOptions end;
  end.source_fingerprint = epoch_->journal.source_fingerprint;
  end.expected = epoch_;
  feed_->EndEpoch(std::move(end));
  return StepResult::kWorked;
}

}  // namespace vigla
