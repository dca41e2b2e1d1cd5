// Appends records to the total order and notes, run by run, where they came from. Hot.
#include "engine/pipeline/sequencer.h"

#include <algorithm>
#include <tuple>

#include "engine/base/status.h"
#include "engine/pipeline/legs.h"

namespace vigla {
namespace {

constexpr size_t kRunBytes = 128;  // of a run in JSON, beside its topic's name

}  // namespace

Sequencer::Sequencer(const std::vector<std::string>& topics, const KeyedHasher* hasher)
    : topics_(topics), hasher_(hasher) {}

absl::Status Sequencer::Restore(const ResumePoint& resume) {
  epoch_ = resume.next_epoch;
  next_sequence_ = epoch_first_ = resume.next_sequence;
  newest_ = resume.newest_event_time;
  ASSIGN_OR_RETURN(recording_, RecordingHistory::Restore(resume.recorded_since));
  positions_.clear();
  for (const NamedPosition& named : resume.positions) {
    auto topic = std::find(topics_.begin(), topics_.end(), named.topic);
    if (topic == topics_.end()) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       "the state has consumed the input '" + named.topic +
                           "', which the configuration no longer names; add it again, or start "
                           "with a new output and state");
    }
    positions_.push_back({static_cast<uint16_t>(topic - topics_.begin()), named.partition,
                          named.next_offset});
  }
  std::sort(positions_.begin(), positions_.end());
  return absl::OkStatus();
}

std::shared_ptr<const ActivationOrder> Sequencer::Activate(
    std::shared_ptr<const RuleSet> rule_set, const std::string& before, uint64_t ticket) {
  Activation activation;
  activation.before = before;
  activation.after = rule_set->FingerprintText();
  for (const RuleFile& file : rule_set->files) {
    activation.files.emplace_back(file.name, file.digest.Hex());
  }
  activation.first_sequence = next_sequence_;
  activation.newest_before = newest_;
  return Repeat(std::move(rule_set), activation, ticket);
}

std::shared_ptr<const ActivationOrder> Sequencer::Repeat(
    std::shared_ptr<const RuleSet> rule_set, const Activation& recorded, uint64_t ticket) {
  CHECK(!IsOpen());
  auto order = std::make_shared<ActivationOrder>();
  order->since = recording_.Activate(*rule_set, newest_);
  order->activation = recorded;
  order->rule_set = rule_set;
  order->ticket = ticket;
  rule_set_ = std::move(rule_set);
  activation_ = *order;
  return order;
}

std::shared_ptr<const ActivationOrder> Sequencer::Resume(
    std::shared_ptr<const RuleSet> rule_set) const {
  auto order = std::make_shared<ActivationOrder>();
  order->since = recording_.Since(*rule_set);
  order->rule_set = std::move(rule_set);
  return order;
}

void Sequencer::Append(Batch* batch) {
  batch->first_sequence = next_sequence_;
  rule_set_ = batch->rule_set;
  for (size_t i = 0; i < batch->records.size(); ++i) {
    const InputRecord& input = batch->input.records[i];
    const SequencedRecord& record = batch->records[i];
    Note(input.position);
    AppendLegs(*hasher_, i, batch);
    // What enters no ledger moves no clock: a rejected payment dated 2099 must not.
    if (record.verdict == AuditVerdict::kValid || record.verdict == AuditVerdict::kFlagged) {
      if (!newest_ || record.transaction.time > *newest_) newest_ = record.transaction.time;
    }
  }
  next_sequence_.value += batch->records.size();
  open_records_ += batch->records.size();
  open_bytes_ += batch->input.bytes;
}

void Sequencer::Note(const RecordPosition& position) {
  if (!runs_.empty()) {
    JournalRun& run = runs_.back();
    if (run.partition == position.partition && position.offset > run.last_offset &&
        run.topic == topics_[position.topic]) {
      run.last_offset = position.offset;
      ++run.records;
      positions_[last_position_].next_offset = position.offset + 1;
      return;
    }
  }
  runs_.push_back({topics_[position.topic], position.partition, position.offset,
                   position.offset, 1});
  open_run_bytes_ += topics_[position.topic].size() + kRunBytes;
  const InputPosition wanted{position.topic, position.partition, 0};
  auto it = std::lower_bound(positions_.begin(), positions_.end(), wanted,
                             [](const InputPosition& a, const InputPosition& b) {
                               return std::tie(a.topic, a.partition) <
                                      std::tie(b.topic, b.partition);
                             });
  if (it == positions_.end() || it->topic != wanted.topic || it->partition != wanted.partition) {
    it = positions_.insert(it, wanted);
  }
  it->next_offset = position.offset + 1;
  last_position_ = static_cast<size_t>(it - positions_.begin());
}

EpochEnd Sequencer::Cut() {
  EpochEnd end;
  end.epoch = epoch_++;
  end.first_sequence = epoch_first_;
  end.last_sequence = {next_sequence_.value - 1};
  end.runs = std::move(runs_);
  end.positions = positions_;
  end.rule_set = rule_set_;
  end.activation = std::move(activation_);
  end.newest_event_time = newest_;
  end.recorded_since = recording_.Serialise();
  runs_.clear();
  activation_.reset();
  epoch_first_ = next_sequence_;
  open_records_ = 0;
  open_bytes_ = 0;
  open_run_bytes_ = 0;
  return end;
}

}  // namespace vigla
