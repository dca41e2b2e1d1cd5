// What shipping the audit trail costs: an output that leaves it out. Its entries are made all the
// same, as the journal has their digest; what that costs is in bench/micro/audit_bench. Warm.
#pragma once

#include "bench/system/forwarding_output.h"

namespace vigla {

class UnauditedOutput final : public ForwardingOutput {
 public:
  using ForwardingOutput::ForwardingOutput;

  absl::StatusOr<CommitOutcome> Commit(const OutputEpoch& epoch) override {
    OutputEpoch rest = epoch;
    std::erase_if(rest.records, [](const OutputRecord& record) {
      return record.topic == OutputTopic::kAudit;
    });
    return ForwardingOutput::Commit(rest);
  }
};

}  // namespace vigla
