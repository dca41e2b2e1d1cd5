// What a pipeline may be told. Every field says its unit, its default and what it trades. Cold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/ledger/lane_state.h"

namespace vigla {

struct PipelineOptions {
  // Threads that own subjects. More lanes use more cores; results do not depend on it.
  int lanes = 1;
  // Time between an epoch's first record and its cut, longer only while commits don't keep up.
  // Shorter: alerts are visible sooner; longer: fewer, larger Kafka transactions.
  int64_t commit_interval_ms = 100;
  // An epoch is cut after so many records or bytes of input, whatever the time.
  size_t epoch_records_max = 100'000;
  size_t epoch_bytes_max = size_t{32} << 20;
  // Records and bytes polled at once: the unit that travels through the rings.
  size_t batch_records_max = 512;
  size_t batch_bytes_max = size_t{1} << 20;
  // Full batches that may wait in front of each lane; a full ring stops the poll. Twice as many
  // records may wait for the epoch builder, in however small batches: it takes none while it
  // commits, which lanes must not wait for.
  size_t ring_batches = 64;
  // Of all lanes together; `ledger.cache_bytes_max` is derived from it.
  size_t cache_bytes = size_t{1} << 30;
  // The log of legs, of all lanes together; `ledger.leg_log_bytes_max` is derived from it.
  size_t leg_log_bytes = size_t{56} << 20;
  // Decoded blocks of the sequence index kept for evidence, 1,024 transactions each.
  size_t index_blocks_cached = 2'048;
  // Largest audit frame; Kafka's record limit is the reason for the default.
  size_t frame_bytes_max = 900 * 1024;
  // No new epoch is begun while the state volume has less free than this.
  uint64_t free_bytes_min = uint64_t{256} << 20;
  // Event times later than received time by more than this are refused.
  DurationUs future_max_us = kDayUs;
  LedgerOptions ledger;
  // Key of the identity hash; the state remembers its fingerprint and refuses another.
  std::string identity_key = "vigla";
  // Name in ce_source headers.
  std::string instance = "vigla";
};

}  // namespace vigla
