// Says when each alert of a topic became visible to who reads only what is committed. Warm.
//
//   alert_times BOOTSTRAP TOPIC     until its standard input ends
//
// Reads with the library's own settings, as a case system would. Prints a line an alert once it has
// ended: the time at which the alert's transaction was received (its record's timestamp, as the
// alert's body states it), and the microseconds since 1970 at which the alert was in hand.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/system/input_reader.h"

namespace vigla {
namespace {

constexpr int kWaitMs = 20;
constexpr int kRequestMs = 30'000;

struct Seen {
  std::string received;
  int64_t at_us = 0;
};

int64_t NowUs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

rd_kafka_t* NewReader(const char* bootstrap) {
  const std::pair<const char*, const char*> kProperties[] = {
      {"bootstrap.servers", bootstrap},
      {"group.id", "alert-times"},
      {"enable.auto.commit", "false"},
      {"isolation.level", "read_committed"},
  };
  char text[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : kProperties) {
    if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) Fail(text);
  }
  rd_kafka_t* reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
  if (reader == nullptr) Fail(text);
  rd_kafka_poll_set_consumer(reader);
  return reader;
}

void AssignAll(rd_kafka_t* reader, const char* topic) {
  rd_kafka_topic_t* handle = rd_kafka_topic_new(reader, topic, nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(reader, 0, handle, &metadata, kRequestMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(rd_kafka_err2str(error));
  rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(1);
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    rd_kafka_topic_partition_list_add(all, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(reader, all);
  rd_kafka_topic_partition_list_destroy(all);
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(handle);
}

bool HasStandardInputEnded() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  char byte = 0;
  return ::poll(&input, 1, 0) > 0 && ::read(STDIN_FILENO, &byte, 1) <= 0;
}

// A quote inside of a text is escaped, so what is looked for can only be a member.
std::string ReceivedOf(std::string_view body) {
  constexpr std::string_view kMember = "\"received\":\"";
  const size_t origin = body.rfind("\"origin\":{");
  const size_t start = origin == body.npos ? body.npos : body.find(kMember, origin);
  if (start == body.npos) Fail("an alert that does not say when its transaction was received");
  body.remove_prefix(start + kMember.size());
  return std::string(body.substr(0, body.find('"')));
}

}  // namespace
}  // namespace vigla

int main(int argc, char** argv) {
  if (argc != 3) vigla::Fail("usage: alert_times BOOTSTRAP TOPIC");
  rd_kafka_t* reader = vigla::NewReader(argv[1]);
  vigla::AssignAll(reader, argv[2]);
  std::vector<vigla::Seen> seen;
  bool is_ending = false;
  while (true) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(reader, vigla::kWaitMs);
    if (message == nullptr) {
      if (is_ending) break;
      is_ending = vigla::HasStandardInputEnded();
      continue;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) vigla::Fail(rd_kafka_message_errstr(message));
    const std::string_view body(static_cast<const char*>(message->payload), message->len);
    seen.push_back({vigla::ReceivedOf(body), vigla::NowUs()});
    rd_kafka_message_destroy(message);
  }
  for (const vigla::Seen& each : seen) {
    std::printf("%s %lld\n", each.received.c_str(), static_cast<long long>(each.at_us));
  }
  rd_kafka_consumer_close(reader);
  rd_kafka_destroy(reader);
}
