// What exactly once costs: an output over Kafka without transactions. Warm.
#include "bench/system/at_least_once_output.h"

#include <utility>

#include "bench/system/input_reader.h"
#include "engine/model/journal_record.h"

namespace vigla {
namespace {

constexpr int kFlushMs = 60'000;

void Demand(rd_kafka_resp_err_t error) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(rd_kafka_err2str(error));
}

void Delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) { Demand(message->err); }

rd_kafka_t* NewRdkafka(const KafkaSettings& settings, KafkaClientRole role,
                       const std::string& group) {
  char text[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (auto [name, value] : settings.PropertiesOf(role)) {
    if (name.rfind("transaction", 0) == 0 || name == "group.instance.id") continue;
    if (name == "group.id") value = group;
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text) !=
        RD_KAFKA_CONF_OK) {
      Fail(text);
    }
  }
  const bool is_producer = role == KafkaClientRole::kProducer;
  if (is_producer) rd_kafka_conf_set_dr_msg_cb(conf, &Delivered);
  rd_kafka_t* client = rd_kafka_new(is_producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf,
                                    text, sizeof text);
  if (client == nullptr) Fail(text);
  return client;
}

}  // namespace

AtLeastOnceOutput::AtLeastOnceOutput(std::unique_ptr<Output> inner, const KafkaSettings& settings,
                                     std::vector<std::string> input_topics)
    : ForwardingOutput(std::move(inner)),
      prefix_(settings.output_prefix()),
      input_topics_(std::move(input_topics)),
      producer_(NewRdkafka(settings, KafkaClientRole::kProducer, "")),
      committer_(NewRdkafka(settings, KafkaClientRole::kOffsets, prefix_ + ".positions")) {}

AtLeastOnceOutput::~AtLeastOnceOutput() {
  rd_kafka_destroy(producer_);
  rd_kafka_destroy(committer_);
}

void AtLeastOnceOutput::Tick() { rd_kafka_poll(producer_, 0); }

absl::StatusOr<CommitOutcome> AtLeastOnceOutput::Commit(const OutputEpoch& epoch) {
  OutputRecord journal;
  journal.topic = OutputTopic::kJournal;
  journal.key = prefix_;
  journal.value = RenderJournalRecord(epoch.journal, &journal_hash_);
  for (const OutputRecord& record : epoch.records) Produce(record);
  Produce(journal);
  Demand(rd_kafka_flush(producer_, kFlushMs));
  CommitPositions(epoch.positions);
  return CommitOutcome::kCommitted;
}

void AtLeastOnceOutput::Produce(const OutputRecord& record) {
  const std::string topic = prefix_ + "." + std::string(OutputTopicName(record.topic));
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  while (true) {
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        producer_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return Demand(error);
    rd_kafka_poll(producer_, 10);
  }
}

void AtLeastOnceOutput::CommitPositions(const std::vector<InputPosition>& positions) {
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(positions.size()));
  for (const InputPosition& position : positions) {
    rd_kafka_topic_partition_list_add(list, input_topics_[position.topic].c_str(),
                                      position.partition)->offset = position.next_offset;
  }
  Demand(rd_kafka_commit(committer_, list, /*async=*/0));
  rd_kafka_topic_partition_list_destroy(list);
}

}  // namespace vigla
