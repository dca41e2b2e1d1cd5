// Makes the safe changes that findings propose, in the files themselves. Cold.
// Safe is what can't change the meaning of anything that worked: only errors are mended, so
// that nothing that was loaded before means something else afterwards, and only where there is
// exactly one thing that can have been meant.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/rule/loader.h"

namespace vigla {

struct MendDone {
  std::string code;
  SourcePosition at;  // of the text that was replaced
  std::string old_text;
  std::string new_text;
};

// Mends packs and their tests until nothing is left that it could mend; a second call finds
// nothing to do. Every other byte of a file stays. A file's change that would leave it with more
// errors is not made. Unavailable if a file can't be written.
absl::StatusOr<std::vector<MendDone>> MendPacks(const std::vector<std::string>& paths,
                                                const LoadOptions& options);

}  // namespace vigla
