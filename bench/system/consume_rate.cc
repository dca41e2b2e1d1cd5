// How fast librdkafka alone hands out a topic's records: the yardstick of the engine's rate. Hot.
//
//   consume_rate BOOTSTRAP TOPIC
//
// Prints {"records","bytes","seconds","cpu_seconds"}. The clock runs from the first record's
// arrival to the last's, so that connecting is outside; processor time is the whole process's.
#include <cstdio>

#include "bench/system/input_reader.h"

int main(int argc, char** argv) {
  if (argc != 3) vigla::Fail("usage: consume_rate BOOTSTRAP TOPIC");
  const auto settings =
      vigla::KafkaSettings::Create({{"bootstrap.servers", argv[1]}}, "consume-rate");
  if (!settings.ok()) vigla::Fail(settings.status().ToString());
  vigla::InputReader reader(*settings, argv[2]);
  int64_t records = 0;
  int64_t bytes = 0;
  uint64_t first_bytes = 0;  // each record is touched, as any use of it would
  double began = 0;
  while (!reader.IsEnded()) {
    reader.Poll(1000, [&](const rd_kafka_message_t& message) {
      if (records++ == 0) began = vigla::NowSeconds();
      bytes += static_cast<int64_t>(message.len);
      if (message.len != 0) first_bytes += *static_cast<const unsigned char*>(message.payload);
    });
  }
  const double seconds = vigla::NowSeconds() - began;
  if (records != reader.RecordsAtStart() || (bytes != 0 && first_bytes == 0)) {
    vigla::Fail("records are missing");
  }
  std::printf("{\"records\":%lld,\"bytes\":%lld,\"seconds\":%.6f,\"cpu_seconds\":%.3f}\n",
              static_cast<long long>(records), static_cast<long long>(bytes), seconds,
              vigla::CpuSeconds());
}
