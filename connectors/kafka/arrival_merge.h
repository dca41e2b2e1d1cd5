// Puts partitions that are delivered in chunks back into the order in which records arrived. Hot.
// A client that catches up gets some thousand records of one partition, then of the next. Taken as
// they come they would make legs late that were not: a subject's payments stand in many partitions.
// So the oldest head of all partitions goes first, once every partition that has more shows one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

struct rd_kafka_message_s;

namespace vigla {

// Owns the messages it holds. Not thread-safe.
class ArrivalMerge {
 public:
  // Beyond it the merge no longer waits for partitions that show nothing.
  static constexpr size_t kBytesMax = size_t{64} << 20;
  // A partition goes on while its head is at most so much after the oldest head of the others:
  // the journal notes every change of partition.
  static constexpr int64_t kSlackMs = 5;
  // How long it waits for them: a broker may be away.
  static constexpr int64_t kWaitMsMax = 500;

  ArrivalMerge() = default;
  ~ArrivalMerge();
  ArrivalMerge(const ArrivalMerge&) = delete;
  ArrivalMerge& operator=(const ArrivalMerge&) = delete;

  // Records of the partition may come: it is waited for until it ends.
  void Expect(uint16_t topic, int32_t partition);
  // The partition's log has no more at the moment.
  void MarkEnd(uint16_t topic, int32_t partition);
  void Add(uint16_t topic, rd_kafka_message_s* message);

  // The message to go next, or nullptr while one must be waited for. The caller destroys it.
  rd_kafka_message_s* Take(uint16_t* topic, int64_t now_ms);

  bool IsEmpty() const { return messages_ == 0; }
  void Clear();

 private:
  struct Lane {
    std::deque<rd_kafka_message_s*> messages;
    int64_t head_time = 0;  // of the first message: its timestamp
    bool has_more = false;
  };
  using Key = std::pair<uint16_t, int32_t>;

  void Choose(int64_t now_ms);

  std::map<Key, Lane> lanes_;
  Lane* chosen_ = nullptr;       // goes next while its head is not after chosen_until_
  uint16_t chosen_topic_ = 0;
  int64_t chosen_until_ = 0;     // the oldest head of the others
  size_t messages_ = 0;
  size_t bytes_ = 0;
  int64_t waiting_since_ms_ = -1;
};

}  // namespace vigla
