// From names and texts to typed options. Cold.
#include "engine/app/pipeline_settings.h"

#include <algorithm>
#include <thread>

namespace vigla {

PipelineOptions MakePipelineOptions(const Settings& settings) {
  auto size = [&](std::string_view key) { return static_cast<size_t>(settings.Int(key)); };
  PipelineOptions options;
  options.lanes = static_cast<int>(settings.Int("engine.lanes"));
  if (options.lanes == 0) {
    options.lanes = std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
  }
  options.commit_interval_ms = settings.Int("engine.commit_interval_ms");
  options.epoch_records_max = size("engine.epoch_records_max");
  options.epoch_bytes_max = size("engine.epoch_bytes_max");
  options.batch_records_max = size("engine.batch_records_max");
  options.cache_bytes = size("engine.cache_bytes");
  options.leg_log_bytes = size("engine.leg_log_bytes");
  options.index_blocks_cached = size("engine.index_blocks_cached");
  options.frame_bytes_max = size("engine.frame_bytes_max");
  options.free_bytes_min = static_cast<uint64_t>(settings.Int("engine.free_bytes_min"));
  options.future_max_us = settings.Int("engine.future_max_hours") * kHourUs;
  options.ledger.retention_us = settings.Int("engine.retention_days") * kDayUs;
  options.ledger.lateness_max_us = settings.Int("engine.lateness_max_days") * kDayUs;
  options.ledger.write_back_bytes_max = size("engine.write_back_bytes_max");
  options.identity_key = settings.Text("engine.identity_key");
  options.instance = settings.Text("engine.instance");
  return options;
}

}  // namespace vigla
