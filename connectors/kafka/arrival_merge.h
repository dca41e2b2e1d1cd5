// Puts partitions that are delivered in chunks back into the order in which records arrived. Hot.
// A client that catches up gets some thousand records of one partition, then of the next. Taken as
// they come they would make legs late that were not: a subject's payments stand in many partitions.
// So the oldest head of all partitions goes first, once every partition that has more shows one.
// Partitions whose heads arrived in the same millisecond take turns.
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
  // How long it waits for them: a broker may be away. A client whose queue was full looks again
  // after a second, so this is longer.
  static constexpr int64_t kWaitMsMax = 2'000;
  // So many records of a partition go in its turn: the journal notes every change of partition.
  static constexpr int kTurnRecords = 64;

  ArrivalMerge() = default;
  ~ArrivalMerge();
  ArrivalMerge(const ArrivalMerge&) = delete;
  ArrivalMerge& operator=(const ArrivalMerge&) = delete;

  // Records of the partition may come: it is waited for until it ends.
  void Expect(uint16_t topic, int32_t partition);
  // The partition's log has no more at the moment.
  void MarkEnd(uint16_t topic, int32_t partition);
  void Add(uint16_t topic, rd_kafka_message_s* message, int64_t arrival_ms);

  // The message to go next, or nullptr while one must be waited for. The caller destroys it.
  rd_kafka_message_s* Take(uint16_t* topic, int64_t now_ms);

  bool IsEmpty() const { return messages_ == 0; }
  void Clear();

 private:
  struct Arrival {
    int64_t time_ms;
    rd_kafka_message_s* message;
  };
  struct Lane {
    std::deque<Arrival> arrivals;
    int64_t last_turn = 0;
    bool has_more = false;

    // Who goes first has the lesser: the oldest head, then who waited longest.
    std::pair<int64_t, int64_t> Order() const { return {arrivals.front().time_ms, last_turn}; }
  };
  using Key = std::pair<uint16_t, int32_t>;

  bool MayGoOn() const;
  void Choose(int64_t now_ms);

  std::map<Key, Lane> lanes_;
  Lane* chosen_ = nullptr;  // goes next while it may go on
  uint16_t chosen_topic_ = 0;
  int64_t others_head_ms_ = 0;
  int turn_left_ = 0;  // of records as old as the others' oldest head
  int64_t turns_ = 0;
  size_t messages_ = 0;
  size_t bytes_ = 0;
  int64_t waiting_since_ms_ = -1;
};

}  // namespace vigla
