// A regular expression of a rule, compiled at load. Hot (Matches).
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

namespace vigla {

// Linear in the text, whatever the pattern: RE2. Immutable, hence safe to share between threads.
class CompiledPattern {
 public:
  static constexpr size_t kPatternBytesMax = 1024;

  // InvalidArgument with RE2's own words if it isn't one, or if it is too long or too large.
  static absl::StatusOr<std::shared_ptr<const CompiledPattern>> Compile(std::string_view pattern);
  ~CompiledPattern();

  // Whether the pattern is found anywhere in the text.
  bool Matches(std::string_view text) const;

 private:
  class Impl;
  explicit CompiledPattern(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigla
