// What shipping the audit trail costs: an output that leaves it out. Its entries are made all the
// same, as the journal has their digest; what that costs is in bench/micro/audit_bench. Warm.
#pragma once

#include "bench/system/forwarding_output.h"

namespace vigla {

class UnauditedOutput final : public ForwardingOutput {
 public:
  using ForwardingOutput::ForwardingOutput;

  absl::StatusOr<CommitOutcome> Commit(const OutputEpoch& epoch) override {
    OutputEpoch rest;
    rest.epoch = epoch.epoch;
    rest.journal = epoch.journal;
    rest.positions = epoch.positions;
    for (const OutputRecord& record : epoch.records) {
      if (record.topic != OutputTopic::kAudit) rest.records.push_back(record);
    }
    return ForwardingOutput::Commit(rest);
  }
};

}  // namespace vigla
