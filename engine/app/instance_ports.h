// The ports of an instance, as its settings name them: files or Kafka. Cold.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/app/setting.h"
#include "engine/pipeline/ports.h"

namespace vigla {

struct InstancePorts {
  std::unique_ptr<Source> source;
  std::unique_ptr<Output> output;
  uint64_t input_bytes = 0;  // of files, for progress; 0: unknown
};

// Puts others in their place.
using ExchangePorts = std::function<void(const Settings& settings, InstancePorts* ports)>;

// InvalidArgument names the setting that is missing or wrong.
absl::StatusOr<InstancePorts> MakeInstancePorts(const Settings& settings, bool until_end);

// The source alone, to read records again beside a running instance.
absl::StatusOr<std::unique_ptr<Source>> MakeInputSource(const Settings& settings);
// The output alone, to read its logs beside a running instance; nullptr if no settings name one.
absl::StatusOr<std::unique_ptr<Output>> MakeReadOutput(const Settings& settings);

}  // namespace vigla
