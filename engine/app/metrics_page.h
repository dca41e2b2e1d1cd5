// What /metrics shows: the pipeline's counters in Prometheus' text form. Cold.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "engine/pipeline/pipeline.h"

namespace vigla {

// Snapshots of a running instance for the admin pages. Thread-safe; reads counters only.
class InstanceView {
 public:
  // A new life of the pipeline begins; nullptr between lives. `source` gives the lag.
  void Attach(Pipeline* pipeline, std::shared_ptr<const RuleSet> rule_set);
  void Detach();

  std::string MetricsText();
  std::string StatusJson();
  // Recovered, and at work.
  bool IsReady();

 private:
  int64_t LagRecords() const;

  std::mutex mutex_;
  Pipeline* pipeline_ = nullptr;
  std::shared_ptr<const RuleSet> rule_set_;
};

}  // namespace vigla
