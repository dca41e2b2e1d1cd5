// The oldest head first; among equals, turns. Hot.
#include "connectors/kafka/arrival_merge.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <limits>

namespace vigla {
namespace {

size_t BytesOf(const rd_kafka_message_t& message) { return message.len + message.key_len + 64; }

}  // namespace

ArrivalMerge::~ArrivalMerge() { Clear(); }

void ArrivalMerge::Clear() {
  for (auto& [key, lane] : lanes_) {
    for (const Arrival& arrival : lane.arrivals) rd_kafka_message_destroy(arrival.message);
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

void ArrivalMerge::Add(uint16_t topic, rd_kafka_message_t* message, int64_t arrival_ms) {
  Lane& lane = lanes_[{topic, message->partition}];
  lane.has_more = true;
  if (lane.arrivals.empty()) {
    chosen_ = nullptr;  // a new head may be older than what goes at the moment
    // A partition that fell behind is waited for anew each time that it has shown something:
    // otherwise the others would stay ahead of it until they all end.
    waiting_since_ms_ = -1;
  }
  lane.arrivals.push_back({arrival_ms, message});
  ++messages_;
  bytes_ += BytesOf(*message);
}

void ArrivalMerge::Choose(int64_t now_ms) {
  chosen_ = nullptr;
  others_head_ms_ = std::numeric_limits<int64_t>::max();
  bool must_wait = false;
  for (auto& [key, lane] : lanes_) {
    if (lane.arrivals.empty()) {
      must_wait = must_wait || lane.has_more;
      continue;
    }
    int64_t not_chosen_ms = lane.arrivals.front().time_ms;
    if (chosen_ == nullptr || lane.Order() < chosen_->Order()) {
      not_chosen_ms = chosen_ == nullptr ? others_head_ms_ : chosen_->arrivals.front().time_ms;
      chosen_ = &lane;
      chosen_topic_ = key.first;
    }
    others_head_ms_ = std::min(others_head_ms_, not_chosen_ms);
  }
  if (chosen_ == nullptr) return;
  if (!must_wait || bytes_ >= kBytesMax) {
    waiting_since_ms_ = -1;
  } else {
    if (waiting_since_ms_ < 0) waiting_since_ms_ = now_ms;
    if (now_ms - waiting_since_ms_ < kWaitMsMax) {
      chosen_ = nullptr;
      return;
    }
  }
  if (must_wait) others_head_ms_ = 0;  // it goes on alone, one record at a time
  chosen_->last_turn = ++turns_;
  turn_left_ = kTurnRecords;
}

bool ArrivalMerge::MayGoOn() const {
  if (chosen_ == nullptr || chosen_->arrivals.empty()) return false;
  const int64_t head_ms = chosen_->arrivals.front().time_ms;
  return head_ms < others_head_ms_ || (head_ms == others_head_ms_ && turn_left_ > 0);
}

rd_kafka_message_t* ArrivalMerge::Take(uint16_t* topic, int64_t now_ms) {
  if (!MayGoOn()) {
    Choose(now_ms);
    if (chosen_ == nullptr) return nullptr;
  }
  const Arrival arrival = chosen_->arrivals.front();
  chosen_->arrivals.pop_front();
  if (arrival.time_ms == others_head_ms_) --turn_left_;
  --messages_;
  bytes_ -= BytesOf(*arrival.message);
  *topic = chosen_topic_;
  return arrival.message;
}

}  // namespace vigla
