// Epochs to transactions; when to try again, when to give up, when to ask recovery. Warm.
#include "connectors/kafka/kafka_output.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include "connectors/kafka/committed_offsets.h"
#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "engine/pipeline/output_headers.h"

namespace vigla {
namespace {

constexpr auto kFirstPause = std::chrono::milliseconds(50);
constexpr auto kLongestPause = std::chrono::milliseconds(2'000);
constexpr size_t kAroundValueBytes = 32 * 1024;

bool IsLog(OutputTopic topic) {
  return topic == OutputTopic::kJournal || topic == OutputTopic::kAudit ||
         topic == OutputTopic::kRules;
}

OutputMark MarkOf(int64_t offset) {
  return {offset < 0 ? std::string() : std::to_string(offset)};
}

}  // namespace

KafkaOutput::KafkaOutput(std::shared_ptr<const ClientContext> context,
                         std::shared_ptr<GroupMembership> membership, KafkaOutputOptions options)
    : context_(std::move(context)),
      membership_(std::move(membership)),
      options_(std::move(options)) {
  marks_.fill(TopicReader::kFromBeginning);
}

KafkaOutput::~KafkaOutput() = default;

std::string KafkaOutput::TopicName(OutputTopic topic) const {
  return context_->settings.output_prefix() + "." + std::string(OutputTopicName(topic));
}

absl::Status KafkaOutput::CheckTopics() {
  ClientOptions client_options;
  client_options.role = KafkaClientRole::kReader;
  client_options.caller = kOutputCaller;
  ASSIGN_OR_RETURN(const auto client, Client::Create(context_, std::move(client_options)));
  std::vector<std::string> names;
  for (int i = 0; i < kOutputTopicCount; ++i) {
    names.push_back(TopicName(static_cast<OutputTopic>(i)));
  }
  ASSIGN_OR_RETURN(const auto described, DescribeTopics(*client, names, options_.patience_ms));
  std::string missing;
  std::string split;
  for (int i = 0; i < kOutputTopicCount; ++i) {
    const bool is_log = IsLog(static_cast<OutputTopic>(i));
    if (described[i].count < 0) {
      missing += "\n  kafka-topics.sh --bootstrap-server BROKER --create --topic " + names[i] +
                 (is_log ? " --partitions 1 --config cleanup.policy=delete --config "
                           "retention.ms=-1 --config retention.bytes=-1"
                         : "");
    } else if (is_log && described[i].count != 1) {
      split += "\n  '" + names[i] + "' has " + std::to_string(described[i].count);
    }
  }
  if (!missing.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "output topics are missing, and the engine never makes any. Make them, with "
                     "the replication that your other topics have:" + missing);
  }
  if (!split.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "these output topics must have exactly one partition, since their order is "
                     "the order of commits:" + split);
  }
  return absl::OkStatus();
}

absl::Status KafkaOutput::Open() {
  producer_.reset();
  logs_.reset();
  RETURN_IF_ERROR(CheckTopics());
  ASSIGN_OR_RETURN(producer_, TransactionalProducer::Open(context_, options_.patience_ms));
  logs_ = std::make_unique<TopicReader>(context_, options_.patience_ms);
  return FindLogEnds();
}

absl::Status KafkaOutput::FindLogEnds() {
  for (const OutputTopic topic : {OutputTopic::kAudit, OutputTopic::kRules}) {
    ASSIGN_OR_RETURN(marks_[static_cast<size_t>(topic)], logs_->FindEnd(TopicName(topic)));
  }
  const std::string journal = TopicName(OutputTopic::kJournal);
  ASSIGN_OR_RETURN(const TopicReader::Tail tail, logs_->ReadTail(journal));
  marks_[static_cast<size_t>(OutputTopic::kJournal)] = tail.end;
  journal_hash_ = {};
  if (!tail.value) return absl::OkStatus();
  const auto newest = ParseJournalRecord(*tail.value, &journal_hash_);
  if (newest.ok()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   "the newest record of topic '" + journal + "' is no journal record: " +
                       std::string(ToStd(newest.status().message())));
}

absl::Status KafkaOutput::ReadLog(
    OutputTopic topic, const OutputMark& mark,
    const std::function<absl::Status(std::string_view value, const OutputMark& after)>& visit) {
  CHECK(IsLog(topic));
  if (logs_ == nullptr) {
    CHECK(producer_ == nullptr);  // after the first commit a log has moved on
    logs_ = std::make_unique<TopicReader>(context_, options_.patience_ms);
  }
  int64_t offset = TopicReader::kFromBeginning;
  if (!mark.text.empty()) {
    const char* end = mark.text.data() + mark.text.size();
    const auto [stop, error] = std::from_chars(mark.text.data(), end, offset);
    if (error != std::errc() || stop != end || offset < 0) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       "the state's position in topic '" + TopicName(topic) + "' is '" + mark.text +
                           "', which is no Kafka offset: the state belongs to other outputs");
    }
  }
  const auto until = producer_ == nullptr ? TopicReader::Until::kEndAtStart
                                          : TopicReader::Until::kEndWhenReached;
  return logs_->Read(
      TopicName(topic), offset,
      [&visit](std::string_view value, int64_t after) { return visit(value, MarkOf(after)); },
      until);
}

absl::StatusOr<std::vector<InputPosition>> KafkaOutput::CommittedPositions() {
  return ReadCommittedOffsets(context_, options_.input_topics, options_.patience_ms);
}

TransactionContent KafkaOutput::ContentOf(const OutputEpoch& epoch, OutputRecord* journal) const {
  TransactionContent content;
  content.records.reserve(epoch.records.size() + 1);
  for (const OutputRecord& record : epoch.records) content.records.push_back(&record);
  content.records.push_back(journal);
  for (const InputPosition& position : epoch.positions) {
    CHECK(position.topic < options_.input_topics.size());
    content.offsets.push_back({options_.input_topics[position.topic], position.partition,
                               position.next_offset});
  }
  return content;
}

absl::Status KafkaOutput::ReplaceProducer() {
  ++producer_resets_;
  context_->hooks.Log(KafkaLogLevel::kInfo,
                      "the last commit was slow or lost a connection: making a new producer, so "
                      "that a late request can't end the next transaction");
  producer_.reset();
  ASSIGN_OR_RETURN(producer_, TransactionalProducer::Open(context_, options_.patience_ms));
  // A twin may have been the owner in between, and is fenced now; but what it committed stands.
  TopicReader journal(context_, options_.patience_ms);
  const int64_t from = marks_[static_cast<size_t>(OutputTopic::kJournal)];
  const absl::Status foreign = journal.Read(
      TopicName(OutputTopic::kJournal), from,
      [](std::string_view, int64_t) { return absl::CancelledError(); });
  if (absl::IsCancelled(foreign)) {
    producer_.reset();
    return MakeError(absl::StatusCode::kAborted,
                     "another instance with output prefix '" + context_->settings.output_prefix() +
                         "' has committed epochs in between; this one has to recover from them");
  }
  return foreign;
}

absl::StatusOr<CommitOutcome> KafkaOutput::Commit(const OutputEpoch& epoch) {
  CHECK(producer_ != nullptr);
  logs_.reset();
  OutputRecord journal;
  journal.topic = OutputTopic::kJournal;
  journal.key = context_->settings.output_prefix();
  Digest hash;
  journal.value = RenderJournalRecord(epoch.journal, &hash);
  journal.headers = OutputHeaders("journal.v1", epoch.journal.rule_set, epoch.epoch,
                                  options_.instance);
  TransactionContent content = ContentOf(epoch, &journal);

  const SystemClock clock;
  const int64_t deadline_ns = clock.NowNs() + int64_t{options_.patience_ms} * 1'000'000;
  auto pause = kFirstPause;
  while (true) {
    if (producer_->IsTainted()) RETURN_IF_ERROR(ReplaceProducer());
    content.membership = membership_->Current();
    if (content.membership == nullptr && !content.offsets.empty()) {
      context_->hooks.Log(KafkaLogLevel::kWarning,
                          "the partitions are not held any more: the epoch is not committed");
      producer_.reset();
      return CommitOutcome::kUnknown;
    }
    ASSIGN_OR_RETURN(const TransactionEnd end, producer_->Try(content));
    if (end == TransactionEnd::kCommitted) break;
    if (end == TransactionEnd::kDoubtful) {
      producer_.reset();
      return CommitOutcome::kUnknown;
    }
    if (clock.NowNs() > deadline_ns) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "the epoch was aborted again and again for " +
                           std::to_string(options_.patience_ms / 1000) + " s");
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
  journal_hash_ = hash;
  for (int i = 0; i < kOutputTopicCount; ++i) {
    const int64_t after = producer_->OffsetAfter(static_cast<OutputTopic>(i));
    if (after >= 0 && IsLog(static_cast<OutputTopic>(i))) marks_[i] = after;
  }
  return CommitOutcome::kCommitted;
}

OutputMark KafkaOutput::Mark(OutputTopic topic) {
  return MarkOf(marks_[static_cast<size_t>(topic)]);
}

size_t KafkaOutput::RecordBytesMax() const {
  const size_t bytes_max = context_->settings.message_bytes_max();
  return bytes_max > 2 * kAroundValueBytes ? bytes_max - kAroundValueBytes : bytes_max / 2;
}

void KafkaOutput::Tick() {
  if (producer_ != nullptr) producer_->ServeCallbacks();
}

}  // namespace vigla
