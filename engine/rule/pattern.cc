// A regular expression of a rule, compiled at load. Hot (Matches).
#include "engine/rule/pattern.h"

#include <re2/re2.h>

#include <string>
#include <utility>

#include "engine/base/status.h"

namespace vigla {

class CompiledPattern::Impl {
 public:
  Impl(std::string_view pattern, const RE2::Options& options)
      : regex(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  const RE2 regex;
};

CompiledPattern::CompiledPattern(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CompiledPattern::~CompiledPattern() = default;

absl::StatusOr<std::shared_ptr<const CompiledPattern>> CompiledPattern::Compile(
    std::string_view pattern) {
  if (pattern.size() > kPatternBytesMax) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "the pattern has " + std::to_string(pattern.size()) +
                         " bytes; at most 1024 are allowed");
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(4 << 20);
  auto impl = std::make_unique<Impl>(pattern, options);
  if (!impl->regex.ok()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "not a regular expression of RE2: " + impl->regex.error());
  }
  return std::shared_ptr<const CompiledPattern>(new CompiledPattern(std::move(impl)));
}

bool CompiledPattern::Matches(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), impl_->regex);
}

}  // namespace vigla
