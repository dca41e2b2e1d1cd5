// Error construction in one place: every message says what is wrong and what to do. Cold.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace vigla {

// Debian's abseil has a string_view of its own; this is the one conversion towards it.
inline absl::string_view ToAbsl(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}
inline std::string_view ToStd(absl::string_view text) {
  return std::string_view(text.data(), text.size());
}

inline absl::Status MakeError(absl::StatusCode code, std::string_view message) {
  return absl::Status(code, ToAbsl(message));
}

#define VIGLA_CONCAT_INNER(a, b) a##b
#define VIGLA_CONCAT(a, b) VIGLA_CONCAT_INNER(a, b)

// Returns from the enclosing function if `expression` is not ok.
#define RETURN_IF_ERROR(expression)                \
  do {                                             \
    absl::Status status_of_call = (expression);    \
    if (!status_of_call.ok()) return status_of_call; \
  } while (false)

// `ASSIGN_OR_RETURN(auto value, CallThatReturnsStatusOr());`
#define ASSIGN_OR_RETURN(target, expression) \
  ASSIGN_OR_RETURN_NAMED(VIGLA_CONCAT(status_or_, __LINE__), target, expression)
#define ASSIGN_OR_RETURN_NAMED(name, target, expression) \
  auto name = (expression);                              \
  if (!name.ok()) return name.status();                  \
  target = std::move(name).value()

}  // namespace vigla
