// Findings of one verification: the first ones are kept, all are counted. Cold.
#pragma once

#include <string>
#include <utility>

#include "engine/audit/verifier.h"

namespace vigla {

// Writes into a report that the caller owns. Not thread-safe.
class FindingList {
 public:
  FindingList(VerifyReport* report, size_t findings_max)
      : report_(report), findings_max_(findings_max) {}

  void Add(FindingCode code, std::string log, uint64_t record, std::string text) {
    ++report_->findings_total;
    if (report_->findings.size() < findings_max_) {
      report_->findings.push_back({code, std::move(log), record, std::move(text)});
    }
  }
  uint64_t total() const { return report_->findings_total; }

 private:
  VerifyReport* report_;
  const size_t findings_max_;
};

}  // namespace vigla
