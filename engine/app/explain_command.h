// `vigla explain`: why a rule did or did not fire on a transaction. Cold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/app/setting.h"

namespace vigla {

struct ExplainCommandOptions {
  std::string transaction;         // an id, or @FILE: a transaction that nobody has recorded
  std::optional<uint64_t> sequence;  // which one, where the id has come several times
  std::string rule;                // empty: a line for every rule, and the tree of those that match
  std::vector<std::string> from;   // recorded input; empty: an instance's state
  bool has_rules = false;          // rules were named on the command line: what if?
  int entries = 20;                // listed behind each feature
  bool as_json = false;            // schema vigla.explanation.v1
};

// Exit 0: explained. 1: explained, but not with certainty (entries have left retention).
// 66: no such transaction, or what the rule saw has left retention; 75: try again; 76: what the
// instance has published does not follow from its input; 64, 69, 78 as everywhere.
int ExplainCommand(const Settings& settings, const ExplainCommandOptions& options);

}  // namespace vigla
