// The end of a process whose own invariant is broken. Cold.
#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace vigla {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "vigla: broken invariant at %s:%d: %s\n", file, line, condition);
  std::abort();
}

}  // namespace vigla
