// Fills a topic with the lines of standard input, keyed as a payment system would key them. Warm.
//
//   vigla generate … | produce_lines BOOTSTRAP TOPIC
//
// A record's key is its debtor's account, its creditor's where it has none (a cash deposit), so
// that one debtor's payments share a partition, in order. Prints {"records","bytes","accounts"},
// the last the number of different accounts, whichever side they were on.
#include <librdkafka/rdkafka.h>
#include <simdjson.h>
#include <xxhash.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"

namespace {

constexpr int kFlushMs = 120'000;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "produce_lines: %s\n", what.c_str());
  std::exit(1);
}

void Delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(rd_kafka_err2str(message->err));
  ++*static_cast<int64_t*>(opaque);
}

rd_kafka_t* NewProducer(const char* bootstrap, int64_t* delivered) {
  constexpr std::pair<const char*, const char*> kProperties[] = {
      {"enable.idempotence", "true"},
      {"linger.ms", "50"},
      {"partitioner", "murmur2"},
      {"queue.buffering.max.messages", "1000000"},
      {"queue.buffering.max.kbytes", "1048576"},
  };
  char text[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  bool ok = rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, text, sizeof text) ==
            RD_KAFKA_CONF_OK;
  for (const auto& [name, value] : kProperties) {
    ok = ok && rd_kafka_conf_set(conf, name, value, text, sizeof text) == RD_KAFKA_CONF_OK;
  }
  rd_kafka_conf_set_dr_msg_cb(conf, &Delivered);
  rd_kafka_conf_set_opaque(conf, delivered);
  rd_kafka_t* producer = ok ? rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text) : nullptr;
  if (producer == nullptr) Fail(text);
  return producer;
}

// The accounts of one line; "" where a side is absent. The views last until the next call.
class AccountReader {
 public:
  std::pair<std::string_view, std::string_view> Read(std::string_view line) {
    if (buffer_.size() < line.size() + simdjson::SIMDJSON_PADDING) {
      buffer_.resize(2 * line.size() + simdjson::SIMDJSON_PADDING);
    }
    std::memcpy(buffer_.data(), line.data(), line.size());
    if (parser_.parse(buffer_.data(), line.size(), false).get(document_) != simdjson::SUCCESS) {
      Fail("a line is not JSON: " + std::string(line.substr(0, 200)));
    }
    return {AccountOf("/debtor/account"), AccountOf("/creditor/account")};
  }

 private:
  std::string_view AccountOf(std::string_view pointer) const {
    std::string_view account;
    if (document_.at_pointer(pointer).get(account) != simdjson::SUCCESS) return {};
    return account;
  }

  simdjson::dom::parser parser_;
  simdjson::dom::element document_;
  std::vector<char> buffer_;
};

void Produce(rd_kafka_t* producer, rd_kafka_topic_t* topic, std::string_view line,
             std::string_view key) {
  while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                          const_cast<char*>(line.data()), line.size(), key.data(), key.size(),
                          nullptr) != 0) {
    if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      Fail(rd_kafka_err2str(rd_kafka_last_error()));
    }
    rd_kafka_poll(producer, 10);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) Fail("usage: produce_lines BOOTSTRAP TOPIC");
  int64_t delivered = 0;
  rd_kafka_t* producer = NewProducer(argv[1], &delivered);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(producer, argv[2], nullptr);
  AccountReader reader;
  absl::flat_hash_set<uint64_t> accounts;  // by hash: the count is a figure, not a promise
  int64_t records = 0;
  int64_t bytes = 0;
  char* text = nullptr;
  size_t capacity = 0;
  ssize_t length = 0;
  while ((length = getline(&text, &capacity, stdin)) > 0) {
    if (text[length - 1] == '\n') --length;
    const std::string_view line(text, static_cast<size_t>(length));
    const auto [debtor, creditor] = reader.Read(line);
    for (const std::string_view account : {debtor, creditor}) {
      if (!account.empty()) accounts.insert(XXH3_64bits(account.data(), account.size()));
    }
    Produce(producer, topic, line, debtor.empty() ? creditor : debtor);
    bytes += length;
    if (++records % 1024 == 0) rd_kafka_poll(producer, 0);
  }
  std::free(text);
  rd_kafka_flush(producer, kFlushMs);
  if (delivered != records) Fail("not every record was acknowledged");
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(producer);
  std::printf("{\"records\":%lld,\"bytes\":%lld,\"accounts\":%zu}\n",
              static_cast<long long>(records), static_cast<long long>(bytes), accounts.size());
}
