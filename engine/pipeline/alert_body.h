// The body of an alert: the reason in words, the figures, and the very entries behind them. Warm.
// Nothing in it depends on clock, epoch, lane or build (design.md, 7 hashes it).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/json_writer.h"
#include "engine/ledger/sequence_index.h"
#include "engine/pipeline/messages.h"

namespace vigla {

// Which of a leg's matches a record is about: live ones go to officers, shadow ones don't.
enum class AlertState : uint8_t { kLive, kShadow };

struct AlertSummary {
  AlertSeverity severity = AlertSeverity::kInfo;  // the highest of its matches
  int score = 0;                                  // the uncapped sum of its matches
};

// Renders alerts; the epoch builder's thread alone.
class AlertBody {
 public:
  // `topics`: the source's names, by index. `index` resolves entries to transactions.
  AlertBody(const std::vector<std::string>& topics, SequenceIndex* index)
      : topics_(topics), index_(index) {}

  // Canonical JSON (schema vigla.alert.v1) into *out, which is replaced. Larger than
  // `bytes_max`: the transaction gives way to its digest and position, then evidence and
  // conditions to their counts.
  absl::StatusOr<AlertSummary> Render(const LegResult& result, AlertState state,
                                      size_t bytes_max, std::string* out);

  // Whether the leg publishes such a record at all.
  static bool Publishes(const LegResult& result, AlertState state);

 private:
  struct Cuts {
    bool transaction = false;
    bool evidence = false;
  };
  absl::StatusOr<AlertSummary> RenderCut(const LegResult& result, AlertState state, Cuts cuts,
                                         std::string* out);
  absl::Status WriteMatches(const LegResult& result, AlertState state, Cuts cuts,
                            JsonWriter* json);
  absl::Status WriteEvidence(const LegResult& result, size_t match, JsonWriter* json);
  void WriteOrigin(const LegResult& result, JsonWriter* json) const;

  const std::vector<std::string>& topics_;
  SequenceIndex* index_;
};

}  // namespace vigla
