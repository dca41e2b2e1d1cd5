// Output topics as logs to verify: read committed, from their beginnings, beside a running
// instance and without disturbing it. Cold.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "engine/app/setting.h"
#include "engine/audit/verifier.h"
#include "engine/pipeline/ports.h"

namespace vigla {

class TopicLogs {
 public:
  // The log of a topic; it reads to the end that the topic has when it is reached.
  std::unique_ptr<LogReader> Open(OutputTopic topic) const;

 private:
  friend absl::StatusOr<TopicLogs> OpenTopicLogs(const Settings& settings);
  struct Connection;
  std::shared_ptr<Connection> connection_;
};

// InvalidArgument if the settings don't name a broker.
absl::StatusOr<TopicLogs> OpenTopicLogs(const Settings& settings);

}  // namespace vigla
