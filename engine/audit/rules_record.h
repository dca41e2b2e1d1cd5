// The `rules` output: the body of each rule set, in parts that fit a record. Cold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/hash.h"

namespace vigla {

// One rule set's body as it is published: canonical JSON, its SHA-256 is the fingerprint.
struct PublishedRuleSet {
  Digest fingerprint;
  std::string body;
};

// Records of schema vigla.rules.v1, in order, each at most `bytes_max` (>= 1 KiB) long.
// `body` is UTF-8.
std::vector<std::string> RenderRulesRecords(std::string_view body, size_t bytes_max);

// Puts bodies together again. A body may be there more than once (it is published again after
// an epoch that failed); parts of one body follow each other.
class RulesAssembler {
 public:
  // The rule set that the record completes, if it does. InvalidArgument for what is not a
  // rules record, DataLoss for parts that are missing, out of order, or not of that fingerprint.
  absl::StatusOr<std::optional<PublishedRuleSet>> Add(std::string_view json);
  // True between a first part and its last.
  bool IsOpen() const { return parts_seen_ > 0; }

 private:
  std::string body_;
  Digest fingerprint_;
  int parts_ = 0;
  int parts_seen_ = 0;
};

}  // namespace vigla
