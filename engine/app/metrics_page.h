// What /metrics shows: the pipeline's counters in Prometheus' text form. Cold.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "engine/app/reload.h"
#include "engine/pipeline/pipeline.h"

namespace vigla {

// Snapshots of a running instance for the admin pages. Thread-safe; reads counters only.
class InstanceView {
 public:
  // Both must outlive the view; before the first page is asked for.
  void Watch(const ActivationDesk* desk, const Reloader* reloader);
  // A new life of the pipeline begins, or has ended.
  void Attach(Pipeline* pipeline);
  void Detach();

  std::string MetricsText();
  std::string StatusJson();
  // Recovered, and at work.
  bool IsReady();

 private:
  int64_t LagRecords() const;

  std::mutex mutex_;
  Pipeline* pipeline_ = nullptr;
  const ActivationDesk* desk_ = nullptr;
  const Reloader* reloader_ = nullptr;
};

}  // namespace vigla
