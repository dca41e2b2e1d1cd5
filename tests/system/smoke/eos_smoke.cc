// Copies records from one topic to another exactly once, with the transaction calls of librdkafka
// that the engine relies on, and stops where it is told to. Cold: tests the client, not Vigla.
//
//   eos_smoke copy  BOOTSTRAP COUNT   copies COUNT records in one committed transaction
//   eos_smoke abort BOOTSTRAP COUNT   the same, but aborts
//   eos_smoke hang  BOOTSTRAP COUNT   the same, but says "ready" before the commit and waits
//   eos_smoke twin  BOOTSTRAP         a second producer with the same id must fence the first
//
// Starts from the committed offset, which each stage prints. Every stage asserts what it can see.
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

namespace {

constexpr int kTimeoutMs = 30'000;
constexpr char kInput[] = "smoke.in";
constexpr char kOutput[] = "smoke.out";
constexpr char kGroup[] = "smoke";

void Demand(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "eos_smoke: %s\n", what.c_str());
  std::exit(1);
}

void DemandNoError(rd_kafka_error_t* error, const char* call) {
  if (error == nullptr) return;
  std::fprintf(stderr, "eos_smoke: %s: %s (%s)%s%s%s\n", call, rd_kafka_error_string(error),
               rd_kafka_error_name(error), rd_kafka_error_is_fatal(error) ? " fatal" : "",
               rd_kafka_error_is_retriable(error) ? " retriable" : "",
               rd_kafka_error_txn_requires_abort(error) ? " abortable" : "");
  std::exit(1);
}

rd_kafka_t* Client(rd_kafka_type_t type, const std::map<std::string, std::string>& properties) {
  char text[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [key, value] : properties) {
    Demand(rd_kafka_conf_set(conf, key.c_str(), value.c_str(), text, sizeof text) ==
               RD_KAFKA_CONF_OK, text);
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, text, sizeof text);
  Demand(client != nullptr, text);
  return client;
}

rd_kafka_t* Producer(const std::string& bootstrap) {
  return Client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap},
                                    {"transactional.id", "smoke"},
                                    {"transaction.timeout.ms", "60000"},
                                    {"linger.ms", "5"}});
}

rd_kafka_t* Consumer(const std::string& bootstrap) {
  rd_kafka_t* consumer =
      Client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap},
                                 {"group.id", kGroup},
                                 {"group.instance.id", "smoke-1"},
                                 {"partition.assignment.strategy", "range"},
                                 {"session.timeout.ms", "6000"},
                                 {"isolation.level", "read_committed"},
                                 {"enable.auto.commit", "false"},
                                 {"enable.auto.offset.store", "false"},
                                 {"auto.offset.reset", "earliest"}});
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, kInput, RD_KAFKA_PARTITION_UA);
  Demand(rd_kafka_subscribe(consumer, topics) == RD_KAFKA_RESP_ERR_NO_ERROR, "subscribe");
  rd_kafka_topic_partition_list_destroy(topics);
  return consumer;
}

// The committed offset; `rd_kafka_committed` asks for stable offsets, so it waits for an open one.
int64_t Committed(rd_kafka_t* consumer) {
  rd_kafka_topic_partition_list_t* partitions = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(partitions, kInput, 0);
  const rd_kafka_resp_err_t code = rd_kafka_committed(consumer, partitions, kTimeoutMs);
  Demand(code == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(code));
  const int64_t offset = partitions->elems[0].offset;
  rd_kafka_topic_partition_list_destroy(partitions);
  return offset < 0 ? 0 : offset;
}

void Produce(rd_kafka_t* producer, const rd_kafka_message_t& message) {
  const rd_kafka_resp_err_t code = rd_kafka_producev(
      producer, RD_KAFKA_V_TOPIC(kOutput),
      RD_KAFKA_V_KEY(message.key, message.key_len),
      RD_KAFKA_V_VALUE(message.payload, message.len), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_HEADER("vigla_offset", std::to_string(message.offset).c_str(), -1),
      RD_KAFKA_V_END);
  Demand(code == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(code));
}

// Consumes `count` records, produces each and returns the offset after the last.
int64_t CopyRecords(rd_kafka_t* consumer, rd_kafka_t* producer, int count) {
  int64_t next = -1;
  for (int copied = 0; copied < count;) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, kTimeoutMs);
    Demand(message != nullptr, "no record in time");
    Demand(message->err == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(message->err));
    Demand(next < 0 || message->offset == next, "a gap in the offsets");
    next = message->offset + 1;
    Produce(producer, *message);
    rd_kafka_message_destroy(message);
    ++copied;
  }
  return next;
}

int Copy(const std::string& stage, const std::string& bootstrap, int count) {
  rd_kafka_t* producer = Producer(bootstrap);
  DemandNoError(rd_kafka_init_transactions(producer, kTimeoutMs), "init_transactions");
  rd_kafka_t* consumer = Consumer(bootstrap);
  std::printf("from %lld\n", static_cast<long long>(Committed(consumer)));

  DemandNoError(rd_kafka_begin_transaction(producer), "begin_transaction");
  const int64_t next = CopyRecords(consumer, producer, count);
  rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata(consumer);
  rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(offsets, kInput, 0)->offset = next;
  DemandNoError(rd_kafka_send_offsets_to_transaction(producer, offsets, group, kTimeoutMs),
                "send_offsets_to_transaction");
  rd_kafka_topic_partition_list_destroy(offsets);
  rd_kafka_consumer_group_metadata_destroy(group);
  Demand(rd_kafka_flush(producer, kTimeoutMs) == RD_KAFKA_RESP_ERR_NO_ERROR, "flush");

  if (stage == "hang") {
    std::printf("ready\n");
    std::fflush(stdout);
    for (;;) pause();
  }
  if (stage == "abort") {
    DemandNoError(rd_kafka_abort_transaction(producer, kTimeoutMs), "abort_transaction");
  } else {
    DemandNoError(rd_kafka_commit_transaction(producer, kTimeoutMs), "commit_transaction");
    Demand(Committed(consumer) == next, "the committed offset is not the one that was sent");
  }
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  rd_kafka_destroy(producer);
  return 0;
}

int Twin(const std::string& bootstrap) {
  rd_kafka_t* older = Producer(bootstrap);
  DemandNoError(rd_kafka_init_transactions(older, kTimeoutMs), "init_transactions (older)");
  rd_kafka_message_t message;
  std::memset(&message, 0, sizeof message);
  char key[] = "twin";
  message.key = message.payload = key;
  message.key_len = message.len = 4;
  DemandNoError(rd_kafka_begin_transaction(older), "begin_transaction (older)");
  Produce(older, message);
  rd_kafka_flush(older, kTimeoutMs);

  rd_kafka_t* newer = Producer(bootstrap);
  DemandNoError(rd_kafka_init_transactions(newer, kTimeoutMs), "init_transactions (newer)");

  rd_kafka_error_t* error = rd_kafka_commit_transaction(older, kTimeoutMs);
  Demand(error != nullptr, "the older twin could commit");
  std::printf("the older twin: %s%s\n", rd_kafka_error_name(error),
              rd_kafka_error_is_fatal(error) ? ", fatal" : "");
  Demand(rd_kafka_error_is_fatal(error), "the older twin's error is not fatal");
  rd_kafka_error_destroy(error);
  rd_kafka_destroy(older);
  rd_kafka_destroy(newer);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Demand(argc >= 3, "usage: eos_smoke copy|abort|hang|twin BOOTSTRAP [COUNT]");
  const std::string stage = argv[1];
  std::printf("librdkafka %s\n", rd_kafka_version_str());
  if (stage == "twin") return Twin(argv[2]);
  Demand(argc == 4, "a count is missing");
  return Copy(stage, argv[2], std::atoi(argv[3]));
}
