// `vigla test --update`: what failing tests expect, rewritten to what the pack says. Cold.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/lab/pack_tests.h"

namespace vigla {

// A file of tests with its new text, and how it differs: a unified diff without context.
struct TestFileUpdate {
  std::string file;
  std::string text;
  std::string diff;
  int tests = 0;  // that were rewritten
};

// For each test that fails (and that the filter chooses): expectations that hold stay as they are
// written; those that don't become what the rule did, or go where it stayed silent; what was not
// expected is added at the end. Everything else keeps its bytes. A second update changes nothing.
// Nothing is written here. Errors as RunPackTests', and FailedPrecondition if packs or tests can't
// be read.
absl::StatusOr<std::vector<TestFileUpdate>> UpdateExpectations(
    const std::vector<std::string>& paths, const TestOptions& options);

}  // namespace vigla
