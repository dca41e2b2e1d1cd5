// Fills a topic with the lines of standard input, keyed as a payment system would key them. Warm.
//
//   vigla generate … | produce_lines BOOTSTRAP TOPIC [RECORDS_PER_SECOND SECONDS]
//
// A record's key is its debtor's account, its creditor's where it has none (a cash deposit), so
// that one debtor's payments share a partition, in order. Prints {"records","bytes","accounts"},
// the last the number of different accounts, whichever side they were on.
//
// With a rate, record i is due i / rate after the start, and that moment is its timestamp whenever
// it is really sent: who is held up by a slow broker sends late, and a latency that is counted from
// the timestamp has the delay in it (no coordinated omission). Prints {"began_us","late_us_max"},
// too: the moment record 0 was due, and how long after it was due a record was handed over at most.
#include <librdkafka/rdkafka.h>
#include <simdjson.h>
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
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

// Paced, it lingers as the library does by default: that is a part of what its user waits for.
rd_kafka_t* NewProducer(const char* bootstrap, bool is_paced, int64_t* delivered) {
  const std::pair<const char*, const char*> kProperties[] = {
      {"enable.idempotence", "true"},
      {"linger.ms", is_paced ? "5" : "50"},
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

// Milliseconds since 1970 as the record's time; 0 is now.
struct Line {
  std::string_view text, key;
  int64_t timestamp_ms = 0;
};

void Produce(rd_kafka_t* producer, const char* topic, const Line& line) {
  while (true) {
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_VALUE(const_cast<char*>(line.text.data()), line.text.size()),
        RD_KAFKA_V_KEY(line.key.data(), line.key.size()), RD_KAFKA_V_TIMESTAMP(line.timestamp_ms),
        RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) Fail(rd_kafka_err2str(error));
    rd_kafka_poll(producer, 10);
  }
}

int64_t NowUs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

// When each record is due. Waits in steps of half a millisecond: a sleep for each record would
// cost more than the record.
class Pacer {
 public:
  explicit Pacer(double records_per_second)
      : records_per_second_(records_per_second), began_us_(NowUs()) {}

  // Returns once the record is due; the moment that it was, in microseconds since 1970.
  int64_t WaitFor(int64_t record, rd_kafka_t* producer) {
    const int64_t due_us =
        began_us_ + static_cast<int64_t>(static_cast<double>(record) * 1e6 / records_per_second_);
    int64_t now_us = NowUs();
    while (now_us < due_us) {
      rd_kafka_poll(producer, 0);
      std::this_thread::sleep_for(
          std::chrono::microseconds(std::max<int64_t>(500, due_us - now_us)));
      now_us = NowUs();
    }
    late_us_max_ = std::max(late_us_max_, now_us - due_us);
    return due_us;
  }
  int64_t began_us() const { return began_us_; }
  int64_t late_us_max() const { return late_us_max_; }

 private:
  const double records_per_second_;
  const int64_t began_us_;
  int64_t late_us_max_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 5) {
    Fail("usage: produce_lines BOOTSTRAP TOPIC [RECORDS_PER_SECOND SECONDS]");
  }
  const bool is_paced = argc == 5;
  const double rate = is_paced ? std::atof(argv[3]) : 0;
  const int64_t records_max =
      is_paced ? static_cast<int64_t>(rate * std::atof(argv[4])) : INT64_MAX;
  if (is_paced && (rate <= 0 || records_max <= 0)) Fail("a rate and a time are positive");
  int64_t delivered = 0;
  rd_kafka_t* producer = NewProducer(argv[1], is_paced, &delivered);
  Pacer pacer(rate);
  AccountReader reader;
  absl::flat_hash_set<uint64_t> accounts;  // by hash: the count is a figure, not a promise
  int64_t records = 0;
  int64_t bytes = 0;
  char* text = nullptr;
  size_t capacity = 0;
  ssize_t length = 0;
  while (records < records_max && (length = getline(&text, &capacity, stdin)) > 0) {
    if (text[length - 1] == '\n') --length;
    const std::string_view line(text, static_cast<size_t>(length));
    const auto [debtor, creditor] = reader.Read(line);
    for (const std::string_view account : {debtor, creditor}) {
      if (!account.empty()) accounts.insert(XXH3_64bits(account.data(), account.size()));
    }
    const int64_t due_us = is_paced ? pacer.WaitFor(records, producer) : 0;
    Produce(producer, argv[2], {line, debtor.empty() ? creditor : debtor, due_us / 1000});
    bytes += length;
    if (++records % 1024 == 0) rd_kafka_poll(producer, 0);
  }
  std::free(text);
  rd_kafka_flush(producer, kFlushMs);
  if (delivered != records) Fail("not every record was acknowledged");
  rd_kafka_destroy(producer);
  std::printf("{\"records\":%lld,\"bytes\":%lld,\"accounts\":%zu", static_cast<long long>(records),
              static_cast<long long>(bytes), accounts.size());
  if (is_paced) {
    std::printf(",\"began_us\":%lld,\"late_us_max\":%lld", static_cast<long long>(pacer.began_us()),
                static_cast<long long>(pacer.late_us_max()));
  }
  std::printf("}\n");
}
