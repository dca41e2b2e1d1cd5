// Batches on their way into the rings. Hot.
#include "engine/pipeline/feed.h"

#include <algorithm>

namespace vigla {

Feed::Feed(const PipelineOptions& options, const std::vector<std::string>& topics,
           const KeyedHasher* hasher, const std::vector<std::unique_ptr<Lane>>& lanes,
           BuilderRing* builder, RecycleRing* recycled, const Counter* records_taken)
    : intake_(options, hasher),
      sequencer_(topics, hasher),
      lanes_(lanes),
      builder_(builder),
      recycled_(recycled),
      records_taken_(records_taken),
      records_waiting_max_(2 * options.ring_batches * options.batch_records_max) {}

bool Feed::Push(Outgoing& outgoing) {
  if (auto* to_lane = std::get_if<ToLane>(&outgoing)) {
    return lanes_[to_lane->lane]->input().TryPush(to_lane->message);
  }
  auto& message = std::get<BuilderMessage>(outgoing);
  const size_t records = message.batch == nullptr ? 0 : message.batch->records.size();
  const uint64_t waiting = records_pushed_ - records_taken_->Get();
  if (waiting > 0 && waiting + records > records_waiting_max_) return false;
  if (!builder_->TryPush(message)) return false;
  records_pushed_ += records;
  return true;
}

bool Feed::Flush() {
  while (!outbox_.empty()) {
    if (!Push(outbox_.front())) {
      metrics_.ring_full.Add(1);
      return false;
    }
    outbox_.pop_front();
  }
  return true;
}

std::unique_ptr<Batch> Feed::NewBatch() {
  std::unique_ptr<Batch> batch;
  if (!recycled_->TryPop(&batch)) batch = std::make_unique<Batch>();
  batch->lane_legs.resize(lanes_.size());
  return batch;
}

void Feed::SendToLanes(const LaneMessage& message) {
  for (size_t lane = 0; lane < lanes_.size(); ++lane) {
    outbox_.emplace_back(ToLane{lane, message});
  }
}

void Feed::Activate(std::shared_ptr<const ActivationOrder> order, bool is_new) {
  intake_.SetRuleSet(order->rule_set);
  if (is_new) activation_ = std::make_shared<Activation>(order->activation);
  LaneMessage message;
  message.activation = std::move(order);
  SendToLanes(message);
}

void Feed::Submit(std::unique_ptr<Batch> batch, bool is_replay) {
  batch->is_replay = is_replay;
  batch->epoch = sequencer_.open_epoch();
  batch->activation = std::move(activation_);
  activation_ = nullptr;
  intake_.Process(batch.get());
  sequencer_.Append(batch.get());
  metrics_.batches.Add(1);
  metrics_.records.Add(batch->records.size());
  metrics_.bytes.Add(batch->input.bytes);
  for (const SequencedRecord& record : batch->records) {
    metrics_.verdicts[static_cast<size_t>(record.verdict)].Add(1);
    if (record.verdict == AuditVerdict::kUnreadable) {
      metrics_.rejects[static_cast<size_t>(record.rejection.code)].Add(1);
    }
  }
  for (size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (batch->lane_legs[lane].empty()) continue;
    LaneMessage message;
    message.batch = batch.get();
    outbox_.emplace_back(ToLane{lane, std::move(message)});
  }
  BuilderMessage message;
  message.batch = std::move(batch);
  outbox_.emplace_back(std::move(message));
  Flush();
}

void Feed::Send(std::shared_ptr<const EpochEnd> end) {
  LaneMessage message;
  message.epoch_end = end;
  SendToLanes(message);
  BuilderMessage to_builder;
  to_builder.epoch_end = std::move(end);
  outbox_.emplace_back(std::move(to_builder));
  Flush();
}

void Feed::EndEpoch(EndOptions options) {
  auto end = std::make_shared<EpochEnd>(sequencer_.Cut());
  end->write_ticket = next_ticket_++;
  end->source_fingerprint = std::move(options.source_fingerprint);
  end->expected = std::move(options.expected);
  activation_ = nullptr;
  metrics_.epochs.Add(1);
  Send(std::move(end));
}

void Feed::EndAll() {
  auto end = std::make_shared<EpochEnd>();
  end->write_ticket = next_ticket_++;
  end->is_last = true;
  end->last_sequence = {sequencer_.next_sequence().value - 1};
  Send(std::move(end));
}

uint64_t Feed::EpochsUnderWay() const {
  // Of all lanes alike, and of no ticket before the first.
  const uint64_t written = lanes_[0]->signals().written_ticket.load(std::memory_order_relaxed);
  return next_ticket_ - 1 - std::max(written, kFirstLiveTicket - 1);
}

bool Feed::HasCachePressure() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const std::unique_ptr<Lane>& lane) {
    return lane->signals().cache_pressure.load(std::memory_order_relaxed);
  });
}

}  // namespace vigla
