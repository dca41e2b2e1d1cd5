// How fast librdkafka alone copies every record to another topic exactly once. Hot.
//
//   copy_rate BOOTSTRAP FROM TO COMMIT_INTERVAL_MS
//
// Prints {"records","seconds","cpu_seconds","commits"}. The clock runs from the end of the first
// commit to the end of the last, over the records between them; both clients have the engine's
// settings, hence zstd for what is produced.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "bench/system/input_reader.h"

namespace vigla {
namespace {

constexpr int kCallMs = 60'000;

void Demand(rd_kafka_error_t* error) {
  if (error != nullptr) Fail(rd_kafka_error_string(error));
}

class Copier {
 public:
  Copier(const KafkaSettings& settings, const std::string& topic)
      : producer_(NewClient(settings, KafkaClientRole::kProducer)),
        topic_(rd_kafka_topic_new(producer_, topic.c_str(), nullptr)),
        group_(rd_kafka_consumer_group_metadata_new(settings.group_id().c_str())) {
    Demand(rd_kafka_init_transactions(producer_, kCallMs));
    Demand(rd_kafka_begin_transaction(producer_));
  }
  ~Copier() {
    rd_kafka_consumer_group_metadata_destroy(group_);
    rd_kafka_topic_destroy(topic_);
    rd_kafka_destroy(producer_);
  }
  Copier(const Copier&) = delete;
  Copier& operator=(const Copier&) = delete;

  void Copy(const rd_kafka_message_t& message) {
    while (rd_kafka_produce(topic_, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, message.payload,
                            message.len, message.key, message.key_len, nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        Fail(rd_kafka_err2str(rd_kafka_last_error()));
      }
      rd_kafka_poll(producer_, 10);
    }
  }

  // Commits what was copied with the reader's positions, and begins anew.
  void Commit(const InputReader& reader) {
    rd_kafka_topic_partition_list_t* positions = reader.Positions();
    Demand(rd_kafka_send_offsets_to_transaction(producer_, positions, group_, kCallMs));
    rd_kafka_topic_partition_list_destroy(positions);
    Demand(rd_kafka_commit_transaction(producer_, kCallMs));
    Demand(rd_kafka_begin_transaction(producer_));
  }

 private:
  rd_kafka_t* producer_;
  rd_kafka_topic_t* topic_;
  rd_kafka_consumer_group_metadata_t* group_;
};

}  // namespace
}  // namespace vigla

int main(int argc, char** argv) {
  if (argc != 5) vigla::Fail("usage: copy_rate BOOTSTRAP FROM TO COMMIT_INTERVAL_MS");
  const double interval = std::atoi(argv[4]) / 1000.0;
  const auto settings = vigla::KafkaSettings::Create({{"bootstrap.servers", argv[1]}}, argv[3]);
  if (!settings.ok()) vigla::Fail(settings.status().ToString());
  vigla::InputReader reader(*settings, argv[2]);
  vigla::Copier copier(*settings, argv[3]);
  int64_t records = 0;
  int64_t at_first_commit = 0;
  int commits = 0;
  double began = 0;
  double ended = 0;
  double due = 0;
  while (!reader.IsEnded()) {
    reader.Poll(10, [&](const rd_kafka_message_t& message) {
      if (records++ == 0) due = vigla::NowSeconds() + interval;
      copier.Copy(message);
    });
    if (records == 0 || (vigla::NowSeconds() < due && !reader.IsEnded())) continue;
    copier.Commit(reader);
    ended = vigla::NowSeconds();
    due = ended + interval;
    if (commits++ == 0) {
      began = ended;
      at_first_commit = records;
    }
  }
  if (records != reader.RecordsAtStart()) vigla::Fail("records are missing");
  if (commits < 2) vigla::Fail("too few records for two commits");
  std::printf("{\"records\":%lld,\"seconds\":%.6f,\"cpu_seconds\":%.3f,\"commits\":%d}\n",
              static_cast<long long>(records - at_first_commit), ended - began, vigla::CpuSeconds(),
              commits);
}
