// What the pipeline needs from outside: records in, outputs out, and the commit between. Cold
// interfaces, called once a batch or once an epoch.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/model/decoder.h"
#include "engine/model/journal_record.h"
#include "engine/model/subject.h"

namespace vigla {

struct Header {
  std::string_view key;
  std::string_view value;
};

// A record of an input topic, byte for byte. All text lives in the arena of its RecordBatch.
struct InputRecord {
  RecordPosition position;
  int64_t received_us = 0;  // the Kafka record's timestamp; 0: none (files)
  std::string_view key;
  std::string_view value;
  bool has_value = true;  // false: a tombstone
  std::vector<Header>* headers = nullptr;  // nullptr: none; owned by the batch
  // Bytes after the value that go with it, for who decodes it in place; RecordBatch::CopyValue.
  size_t padding_bytes = 0;
};

// Polled records in the order in which they were received; the order becomes the total order.
struct RecordBatch {
  Arena arena;
  std::vector<InputRecord> records;
  std::vector<std::unique_ptr<std::vector<Header>>> header_storage;
  size_t bytes = 0;

  // Sets the value of a record of this batch to a copy that is decoded where it stands.
  void CopyValue(std::string_view value, InputRecord* record) {
    char* const copy = static_cast<char*>(
        arena.Allocate(value.size() + Decoder::kPaddingBytes, /*alignment=*/1));
    if (!value.empty()) std::memcpy(copy, value.data(), value.size());
    record->value = {copy, value.size()};
    record->padding_bytes = Decoder::kPaddingBytes;
  }
  void Clear() {
    arena.Reset();
    records.clear();
    header_storage.clear();
    bytes = 0;
  }
};

// The position after what was consumed, by (topic, partition).
struct InputPosition {
  uint16_t topic = 0;
  int32_t partition = 0;
  int64_t next_offset = 0;
  auto operator<=>(const InputPosition&) const = default;
};

enum class PollState : uint8_t {
  kRecords,  // the batch has at least one
  kIdle,     // none at the moment
  kEnd,      // none will come: the input is read to the end that was found at the start
};

// Port: the input topics. Used by one thread. Statuses: Unavailable = try again later;
// FailedPrecondition = stop with evidence; anything else ends the process with 70.
class Source {
 public:
  virtual ~Source() = default;
  // Names of the topics (or files' base names), by RecordPosition::topic.
  virtual const std::vector<std::string>& topics() const = 0;
  // Live reading starts (or starts over) after these positions; partitions not named start at
  // the earliest record.
  virtual absl::Status Seek(const std::vector<InputPosition>& positions) = 0;
  // Appends at most `records_max` records and about `bytes_max` bytes to an empty batch; waits
  // at most `wait_ms` for the first.
  virtual absl::StatusOr<PollState> Poll(size_t records_max, size_t bytes_max, int wait_ms,
                                         RecordBatch* batch) = 0;
  // Recovery: exactly the records of a run, in order. FailedPrecondition if any is missing.
  virtual absl::Status ReadRun(const JournalRun& run,
                               const std::function<absl::Status(const InputRecord&)>& visit) = 0;
  // What the source must find again at the next start, such as a digest of a file's bytes up
  // to the position; stored in the journal record, given back to Seek's caller via Verify.
  virtual std::string Fingerprint() = 0;
  virtual absl::Status Verify(std::string_view fingerprint) = 0;
  // Records after the consumed position, or -1 where unknown; for metrics.
  virtual int64_t LagRecords() = 0;
};

enum class OutputTopic : uint8_t { kAlerts, kAlertsShadow, kAudit, kJournal, kRules, kRejects };
inline constexpr int kOutputTopicCount = 6;
std::string_view OutputTopicName(OutputTopic topic);  // "alerts", "alerts.shadow", …

struct OutputRecord {
  OutputTopic topic = OutputTopic::kAlerts;
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

// One epoch's outputs, to be visible together or not at all.
struct OutputEpoch {
  uint64_t epoch = 0;
  std::vector<OutputRecord> records;  // journal record excluded
  JournalRecord journal;              // rendered by the output, which may add what it alone knows
  std::vector<InputPosition> positions;  // group offsets, Kafka only
};

// Where the output's own logs stood after a commit: from here recovery reads on.
struct OutputMark {
  std::string text;  // opaque, printable; stored with the state
};

enum class CommitOutcome : uint8_t {
  kCommitted,
  kUnknown,  // recovery must find out: the caller starts over with Open
};

// Port: the outputs and the commit. Used by one thread, but ReadLog before the first Commit.
class Output {
 public:
  virtual ~Output() = default;
  // First thing at every start and after every kUnknown: fences older instances and settles
  // what they left open (Kafka: init_transactions; files: truncates to the last whole journal
  // line). After it the logs are stable.
  virtual absl::Status Open() = 0;
  // Records of one of the output's own topics after `mark` ("" = all), in order, up to the end of
  // what is committed. Before Open too, beside the instance that writes: nothing is touched then.
  using VisitLog =
      std::function<absl::Status(std::string_view value, const OutputMark& after)>;
  virtual absl::Status ReadLog(OutputTopic topic, const OutputMark& mark,
                               const VisitLog& visit) = 0;
  // Group offsets as committed: empty if there are none (a warning, not an error).
  virtual absl::StatusOr<std::vector<InputPosition>> CommittedPositions() = 0;
  // All or nothing. Retries what may be retried, aborts and repeats what may be aborted.
  // An error is final: ResourceExhausted = the disk is full, Aborted = fenced by a twin.
  virtual absl::StatusOr<CommitOutcome> Commit(const OutputEpoch& epoch) = 0;
  // The mark after the last committed epoch's records of the topic.
  virtual OutputMark Mark(OutputTopic topic) = 0;
  // The hash of the last committed journal record (RenderJournalRecord's, with whatever the
  // output added): the next record's `previous`. Zeros before the first.
  virtual Digest JournalHash() const = 0;
  // True: a reject's value is one line of JSON (schema vigla.reject.v1). False: the original
  // bytes, with the reason in headers.
  virtual bool RejectsAsJson() const = 0;
  // The largest value a record may have; larger outputs are cut by the caller's rules.
  virtual size_t RecordBytesMax() const = 0;
  // Called often by the thread that owns the output, so that a client may serve callbacks.
  virtual void Tick() {}
};

}  // namespace vigla
