// The smallest engine there is: each input record becomes an alert, recovered as the engine does.
#pragma once

#include <string>

namespace vigla {

inline constexpr int kCopyDone = 0;    // the input is copied to the end that it had at the start
inline constexpr int kCopyAgain = 75;  // start over, as a supervisor would
inline constexpr int kCopyWrong = 1;   // a status that no supervisor mends; printed

// One run from start to end or failure.
int CopyToEnd(const std::string& topic, const std::string& prefix);

}  // namespace vigla
