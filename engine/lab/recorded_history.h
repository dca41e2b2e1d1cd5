// Recorded input taken by the live path up to one record: the state that it was judged on. Cold.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/pipeline/options.h"
#include "engine/pipeline/ports.h"
#include "engine/rule/loader.h"

namespace vigla {

// A record that owns its bytes.
struct OwnedRecord {
  RecordPosition position;
  int64_t received_us = 0;
  bool has_value = true;
  std::string key, value;

  InputRecord View() const { return {position, received_us, key, value, has_value, nullptr}; }
};

struct RecordedHistory {
  std::unique_ptr<Store> store;      // every image of what came before
  Sequence next_sequence{1};
  RecordedSince since;
  std::optional<OwnedRecord> found;  // none: no record was wanted, all was taken
};

// Runs the pipeline, with everything in memory, over the source's records before the first that
// `is_wanted`. Statuses are the source's and the pipeline's.
absl::StatusOr<RecordedHistory> TakeHistory(
    Source* source, std::shared_ptr<const RuleSet> rule_set, const PipelineOptions& options,
    const LoadOptions& load_options, const std::function<bool(const InputRecord&)>& is_wanted);

// Whether a record is a transaction of that id, quickly.
class TransactionFinder {
 public:
  TransactionFinder(std::string id, const KeyedHasher* hasher);
  ~TransactionFinder();
  bool operator()(const InputRecord& record) const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace vigla
