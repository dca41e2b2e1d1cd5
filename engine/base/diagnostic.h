// What is wrong in a file that a person wrote: where, what, and what to do. Cold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigla {

// 1-based line and column (in code points); 0 means "the whole file".
struct SourcePosition {
  std::string file;
  int line = 0;
  int column = 0;
};

enum class Severity : uint8_t { kError, kWarning };

// One finding. `code` is stable ("VG2103"), `advice` says what to write instead.
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string code;
  SourcePosition at;
  std::string message;
  std::string advice;
  std::string snippet;  // the source line, without its line end
};

// Collects findings; all of a file are reported at once. Not thread-safe.
class Diagnostics {
 public:
  void Error(std::string_view code, SourcePosition at, std::string message,
             std::string advice = "");
  void Warning(std::string_view code, SourcePosition at, std::string message,
               std::string advice = "");
  bool HasErrors() const { return errors_ > 0; }
  int errors() const { return errors_; }
  int warnings() const { return static_cast<int>(all_.size()) - errors_; }
  std::vector<Diagnostic>& all() { return all_; }
  const std::vector<Diagnostic>& all() const { return all_; }
  // By file, line, column and code, which is the order in which people read.
  void Sort();

 private:
  std::vector<Diagnostic> all_;
  int errors_ = 0;
};

// `error[VG2103]: file:line:col: message`, the snippet with a caret, and the advice.
std::string FormatDiagnostic(const Diagnostic& diagnostic);

// The candidate closest to `word` (edit distance <= 2 and less than half its length), or "".
std::string NearestWord(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace vigla
