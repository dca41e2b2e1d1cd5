// `vigla` with one port exchanged: what a choice costs that the product does not leave open. Cold.
//
//   engine_variant paced:RECORDS_PER_SECOND run -c FILE …   records arrive at that rate
//   engine_variant at-least-once run -c FILE …              without transactions
//   engine_variant unaudited run -c FILE …                  without the audit topic
//
// Everything after the first argument is vigla's. States and outputs of variants are not for use.
#include <cstdlib>
#include <string>
#include <string_view>

#include "bench/system/at_least_once_output.h"
#include "bench/system/input_reader.h"
#include "bench/system/paced_source.h"
#include "bench/system/unaudited_output.h"
#include "engine/app/command_line.h"

namespace vigla {
namespace {

constexpr std::string_view kPaced = "paced:";

void Exchange(std::string_view variant, const Settings& settings, InstancePorts* ports) {
  if (variant.substr(0, kPaced.size()) == kPaced) {
    const double rate = std::atof(std::string(variant.substr(kPaced.size())).c_str());
    if (rate <= 0) Fail("a rate is positive");
    ports->source = std::make_unique<PacedSource>(std::move(ports->source), rate);
  } else if (variant == "unaudited") {
    ports->output = std::make_unique<UnauditedOutput>(std::move(ports->output));
  } else if (variant == "at-least-once") {
    const auto kafka = KafkaSettings::Create(settings.kafka(), settings.Text("output.prefix"));
    if (!kafka.ok()) Fail(kafka.status().ToString());
    ports->output = std::make_unique<AtLeastOnceOutput>(std::move(ports->output), *kafka,
                                                        settings.List("input.topics"));
  } else {
    Fail("there is no variant '" + std::string(variant) + "'");
  }
}

}  // namespace
}  // namespace vigla

int main(int argc, char** argv) {
  if (argc < 3) vigla::Fail("usage: engine_variant VARIANT run …");
  const std::string_view variant = argv[1];
  return vigla::RunCommandLine(argc - 1, argv + 1,
                               [&](const vigla::Settings& settings, vigla::InstancePorts* ports) {
                                 vigla::Exchange(variant, settings, ports);
                               });
}
