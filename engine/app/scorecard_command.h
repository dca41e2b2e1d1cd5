// `vigla scorecard`: alerts and what officers made of them. Cold.
#pragma once

#include <string>

namespace vigla {

struct ScorecardCommandOptions {
  std::string alerts;        // a back-test's JSON, or alerts.ndjson
  std::string dispositions;  // NDJSON
  std::string fail_on;       // "retire": exit 1 if any rule is to be retired; "tune": or tuned
  std::string html;          // a file; "": none
  std::string format = "table";
};

// Exit 0; 1: as fail_on asks; 65: a file can't be understood; else as exit_code.h has it.
int ScorecardCommand(const ScorecardCommandOptions& options);

}  // namespace vigla
