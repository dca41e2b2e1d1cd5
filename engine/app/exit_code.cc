// Statuses as exit codes. Cold.
#include "engine/app/exit_code.h"

namespace vigla {

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kDataLoss:
      return kExitProofFailed;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kExitUnavailable;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
      return kExitTryAgain;
    case absl::StatusCode::kNotFound:
      return kExitNoFile;
    case absl::StatusCode::kInvalidArgument:
      return kExitConfiguration;
    case absl::StatusCode::kPermissionDenied:
      return kExitPermission;
    default:
      return kExitBug;
  }
}

}  // namespace vigla
