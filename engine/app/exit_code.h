// What the shell is told: small for findings, sysexits above (interfaces.md, 2). Cold.
#pragma once

#include "absl/status/status.h"

namespace vigla {

enum ExitCode : int {
  kExitOk = 0,
  kExitFindings = 1,       // lint, failed tests
  kExitUsage = 64,
  kExitInputData = 65,
  kExitNoFile = 66,
  kExitUnavailable = 69,   // broker unreachable
  kExitBug = 70,
  kExitInputOutput = 74,
  kExitTryAgain = 75,      // the supervisor restarts
  kExitProofFailed = 76,
  kExitPermission = 77,
  kExitConfiguration = 78,
};

// FailedPrecondition and DataLoss: a proof failed. Unavailable: the broker. ResourceExhausted,
// Aborted: try again. NotFound: no such file. Anything else is a bug.
int ExitCodeOf(const absl::Status& status);

}  // namespace vigla
