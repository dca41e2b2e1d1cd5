// What is wrong in a file that a person wrote: where, what, and what to do. Cold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

// A note says what is worth knowing; nothing has to be done about it.
enum class Severity : uint8_t { kError, kWarning, kNote };
std::string_view SeverityName(Severity severity);  // "error"

// A change to the source that mends a finding and that a program may make by itself.
struct Replacement {
  std::string old_text;  // what stands there now; "" only inserts
  std::string new_text;
  // Where, once the source is at hand (Locate): a range of bytes, and where it begins and ends.
  size_t begin = 0;
  size_t end = 0;
  int line = 0, column = 0;          // 0 before: where the finding is
  int end_line = 0, end_column = 0;  // of what follows the range
  bool is_located = false;
};

// One finding. `code` is stable ("VG2103"), `advice` says what to write instead.
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string code;
  SourcePosition at;
  std::string message;
  std::string advice;
  std::string snippet;  // the source line, without its line end
  std::optional<Replacement> mend = std::nullopt;

  // What stands at the finding's place has to be `new_text` instead. Nothing if that is empty.
  void Mend(std::string_view old_text, std::string_view new_text);
};

// Collects findings; all of a file are reported at once. Not thread-safe. What the three calls
// return is the new finding, until the next one is added.
class Diagnostics {
 public:
  Diagnostic& Error(std::string_view code, SourcePosition at, std::string message,
                    std::string advice = "");
  Diagnostic& Warning(std::string_view code, SourcePosition at, std::string message,
                      std::string advice = "");
  Diagnostic& Note(std::string_view code, SourcePosition at, std::string message,
                   std::string advice = "");
  void Add(Diagnostic finding);
  bool HasErrors() const { return errors_ > 0; }
  int errors() const { return errors_; }
  int warnings() const { return warnings_; }
  std::vector<Diagnostic>& all() { return all_; }
  const std::vector<Diagnostic>& all() const { return all_; }
  // By file, line, column and code, which is the order in which people read.
  void Sort();

 private:
  std::vector<Diagnostic> all_;
  int errors_ = 0;
  int warnings_ = 0;
};

// Finds a replacement's place: `source` has its old text at the finding's line and column, as it
// is or between quotes. Otherwise the replacement is taken away: a guess is no mend.
// `line_starts` are byte offsets.
void LocateMend(std::string_view source, const std::vector<size_t>& line_starts,
                Diagnostic* finding);
// The source with every located replacement made but those that overlap an earlier one.
std::string WithMends(std::string_view source, std::vector<Replacement> mends);

// `error[VG2103]: file:line:col: message`, the snippet with a caret, and the advice.
std::string FormatDiagnostic(const Diagnostic& diagnostic);

// The candidate closest to `word` (the same but for upper and lower case, else an edit distance
// <= 2 and less than half its length), or "".
std::string NearestWord(std::string_view word, const std::vector<std::string_view>& candidates);
// The same, but "" where two different candidates are equally close.
std::string OnlyNearestWord(std::string_view word,
                            const std::vector<std::string_view>& candidates);

// How diagnostics cite a text: `text`.
std::string Quoted(std::string_view text);
// Advice: "did you mean `nearest`?", or what else to say where nothing is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view otherwise = "");
// The same, or else "one of:" with all candidates; "" if there are none.
std::string DidYouMeanOneOf(std::string_view word,
                            const std::vector<std::string_view>& candidates);

}  // namespace vigla
