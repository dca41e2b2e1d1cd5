// Assertions about the program itself; on in release. Bad input is never a CHECK. Hot.
#pragma once

namespace vigla {

// Prints the condition and where it stands, and aborts.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

#define CHECK(condition)                                               \
  do {                                                                 \
    if (__builtin_expect(!(condition), 0)) {                           \
      ::vigla::CheckFailed(#condition, __FILE__, __LINE__);            \
    }                                                                  \
  } while (false)

}  // namespace vigla
