// An input that arrives at a steady rate: record i is due i / rate after the first poll, and that
// is its received time whenever it is really polled. So who polls late has the delay in whatever
// is counted from then on (no coordinated omission). Warm.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "engine/pipeline/ports.h"

namespace vigla {

class PacedSource final : public Source {
 public:
  PacedSource(std::unique_ptr<Source> inner, double records_per_second)
      : inner_(std::move(inner)), us_per_record_(1e6 / records_per_second) {}

  const std::vector<std::string>& topics() const override { return inner_->topics(); }
  absl::Status Seek(const std::vector<InputPosition>& positions) override {
    return inner_->Seek(positions);
  }
  absl::StatusOr<PollState> Poll(size_t records_max, size_t bytes_max, int wait_ms,
                                 RecordBatch* batch) override {
    const int64_t now_us = clock_.NowUtcUs();
    if (began_us_ == 0) began_us_ = now_us;
    const auto due = static_cast<int64_t>(static_cast<double>(now_us - began_us_) / us_per_record_);
    if (due <= polled_) {
      // Until the next one is due, but no longer than is asked for.
      const int64_t wait_us = std::min<int64_t>(DueUs(polled_ + 1) - now_us, wait_ms * 1000);
      if (wait_us > 0) std::this_thread::sleep_for(std::chrono::microseconds(wait_us));
      return PollState::kIdle;
    }
    ASSIGN_OR_RETURN(const PollState state,
                     inner_->Poll(std::min(records_max, static_cast<size_t>(due - polled_)),
                                  bytes_max, wait_ms, batch));
    for (InputRecord& record : batch->records) record.received_us = DueUs(++polled_);
    return state;
  }
  absl::Status ReadRun(const JournalRun& run,
                       const std::function<absl::Status(const InputRecord&)>& visit) override {
    return inner_->ReadRun(run, visit);
  }
  std::string Fingerprint() override { return inner_->Fingerprint(); }
  absl::Status Verify(std::string_view fingerprint) override {
    return inner_->Verify(fingerprint);
  }
  int64_t LagRecords() override { return inner_->LagRecords(); }

 private:
  int64_t DueUs(int64_t record) const {
    return began_us_ + static_cast<int64_t>(static_cast<double>(record) * us_per_record_);
  }

  std::unique_ptr<Source> inner_;
  const double us_per_record_;
  const SystemClock clock_;
  int64_t began_us_ = 0;  // since 1970; 0: nothing has been asked for
  int64_t polled_ = 0;
};

}  // namespace vigla
