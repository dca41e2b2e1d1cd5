// The oldest head first, ties by topic and partition. Hot.
#include "connectors/kafka/arrival_merge.h"

#include <librdkafka/rdkafka.h>

#include <limits>

namespace vigla {
namespace {

int64_t TimeOf(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type;
  return rd_kafka_message_timestamp(&message, &type);
}

size_t BytesOf(const rd_kafka_message_t& message) { return message.len + message.key_len + 64; }

}  // namespace

ArrivalMerge::~ArrivalMerge() { Clear(); }

void ArrivalMerge::Clear() {
  for (auto& [key, lane] : lanes_) {
    for (rd_kafka_message_t* message : lane.messages) rd_kafka_message_destroy(message);
  }
  lanes_.clear();
  chosen_ = nullptr;
  messages_ = bytes_ = 0;
  waiting_since_ms_ = -1;
}

void ArrivalMerge::Expect(uint16_t topic, int32_t partition) {
  lanes_[{topic, partition}].has_more = true;
  chosen_ = nullptr;
}

void ArrivalMerge::MarkEnd(uint16_t topic, int32_t partition) {
  lanes_[{topic, partition}].has_more = false;
}

void ArrivalMerge::Add(uint16_t topic, rd_kafka_message_t* message) {
  Lane& lane = lanes_[{topic, message->partition}];
  lane.has_more = true;
  if (lane.messages.empty()) {
    lane.head_time = TimeOf(*message);
    chosen_ = nullptr;  // a new head may be older than what goes at the moment
  }
  lane.messages.push_back(message);
  ++messages_;
  bytes_ += BytesOf(*message);
}

void ArrivalMerge::Choose(int64_t now_ms) {
  chosen_ = nullptr;
  chosen_until_ = std::numeric_limits<int64_t>::max();
  bool must_wait = false;
  for (auto& [key, lane] : lanes_) {
    if (lane.messages.empty()) {
      must_wait = must_wait || lane.has_more;
      continue;
    }
    if (chosen_ == nullptr || lane.head_time < chosen_->head_time) {
      if (chosen_ != nullptr) chosen_until_ = chosen_->head_time;
      chosen_ = &lane;
      chosen_topic_ = key.first;
    } else if (lane.head_time < chosen_until_) {
      chosen_until_ = lane.head_time;
    }
  }
  if (chosen_ == nullptr) return;
  if (chosen_until_ != std::numeric_limits<int64_t>::max()) chosen_until_ += kSlackMs;
  if (!must_wait || bytes_ >= kBytesMax) {
    waiting_since_ms_ = -1;
    return;
  }
  if (waiting_since_ms_ < 0) waiting_since_ms_ = now_ms;
  if (now_ms - waiting_since_ms_ < kWaitMsMax) chosen_ = nullptr;
}

rd_kafka_message_t* ArrivalMerge::Take(uint16_t* topic, int64_t now_ms) {
  if (chosen_ == nullptr || chosen_->messages.empty() || chosen_->head_time > chosen_until_) {
    Choose(now_ms);
    if (chosen_ == nullptr) return nullptr;
  }
  rd_kafka_message_t* message = chosen_->messages.front();
  chosen_->messages.pop_front();
  --messages_;
  bytes_ -= BytesOf(*message);
  *topic = chosen_topic_;
  if (chosen_->messages.empty()) {
    chosen_ = nullptr;
  } else {
    chosen_->head_time = TimeOf(*chosen_->messages.front());
  }
  return message;
}

}  // namespace vigla
