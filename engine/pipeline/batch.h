// Polled records, decoded and in sequence, with the legs they fall into: what rings carry. Hot.
// The epoch builder owns every batch of the epochs that are not yet committed; lanes hold plain
// pointers, which stay valid until the lane has handed over the epoch that the batch belongs to.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/audit/entry.h"
#include "engine/model/decoder.h"
#include "engine/model/journal_record.h"
#include "engine/model/leg.h"
#include "engine/pipeline/ports.h"
#include "engine/rule/rule_set.h"

namespace vigla {

struct SequencedRecord {
  Transaction transaction;  // meaningless if unreadable
  Rejection rejection;      // why it is unreadable
  std::span<const uint16_t> deciding_rules;  // indices into RuleSet::rules; in the arena
  BaseAmount base_amount;
  bool has_base_amount = false;
  AuditVerdict verdict = AuditVerdict::kValid;
};

struct Batch {
  RecordBatch input;
  std::vector<SequencedRecord> records;     // parallel to input.records
  Sequence first_sequence;                  // of records[0]; the others follow without holes
  std::vector<std::vector<Leg>> lane_legs;  // by lane, in (sequence, leg order)
  std::shared_ptr<const RuleSet> rule_set;
  uint64_t epoch = 0;                       // the one it belongs to
  int64_t polled_us = 0;                    // since 1970
  std::shared_ptr<const Activation> activation;  // took effect before its first record
  bool is_replay = false;                   // recovery: committed in an earlier life

  size_t IndexOf(Sequence sequence) const { return sequence.value - first_sequence.value; }
  const SequencedRecord& RecordOf(Sequence sequence) const { return records[IndexOf(sequence)]; }
  const InputRecord& InputOf(Sequence sequence) const {
    return input.records[IndexOf(sequence)];
  }
  // When it was received; for metrics only.
  int64_t ReceivedUs(const InputRecord& record) const {
    return record.received_us != 0 ? record.received_us : polled_us;
  }
  void Clear() {
    input.Clear();
    records.clear();
    for (auto& legs : lane_legs) legs.clear();
    rule_set = nullptr;
    activation = nullptr;
    is_replay = false;
  }
};

}  // namespace vigla
