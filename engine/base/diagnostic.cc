// Findings in what people wrote, and how they read. Cold.
#include "engine/base/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace vigla {
namespace {

constexpr int kDistanceMax = 2;

// The number of single-byte insertions, deletions, replacements and swaps of neighbours between
// the two (optimal string alignment); anything over kDistanceMax is as good as infinite.
int EditDistance(std::string_view a, std::string_view b) {
  const size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > kDistanceMax) return kDistanceMax + 1;
  std::vector<int> before(b.size() + 1);
  std::vector<int> above(b.size() + 1);
  std::vector<int> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

bool IsContinuationByte(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

// White space as wide as the snippet's text before `column`: tabs stay tabs, so that the caret
// stands right whatever the terminal's tab stops are.
std::string Indent(std::string_view snippet, int column) {
  std::string indent;
  int at = 1;
  for (const char byte : snippet) {
    if (IsContinuationByte(byte)) continue;
    if (at++ >= column) break;
    indent.push_back(byte == '\t' ? '\t' : ' ');
  }
  return indent;
}

}  // namespace

void Diagnostics::Error(std::string_view code, SourcePosition at, std::string message,
                        std::string advice) {
  all_.push_back({Severity::kError, std::string(code), std::move(at), std::move(message),
                  std::move(advice), ""});
  ++errors_;
}

void Diagnostics::Warning(std::string_view code, SourcePosition at, std::string message,
                          std::string advice) {
  all_.push_back({Severity::kWarning, std::string(code), std::move(at), std::move(message),
                  std::move(advice), ""});
}

void Diagnostics::Sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.at.file, a.at.line, a.at.column, a.code) <
           std::tie(b.at.file, b.at.line, b.at.column, b.code);
  });
}

std::string FormatDiagnostic(const Diagnostic& diagnostic) {
  std::string text = diagnostic.severity == Severity::kError ? "error[" : "warning[";
  text += diagnostic.code + "]: ";
  if (!diagnostic.at.file.empty()) {
    text += diagnostic.at.file;
    if (diagnostic.at.line > 0) {
      text += ":" + std::to_string(diagnostic.at.line);
      if (diagnostic.at.column > 0) text += ":" + std::to_string(diagnostic.at.column);
    }
    text += ": ";
  }
  text += diagnostic.message + "\n";
  if (!diagnostic.snippet.empty()) {
    const std::string number = diagnostic.at.line > 0 ? std::to_string(diagnostic.at.line) : "";
    const std::string margin(number.size(), ' ');
    text += "  " + number + " | " + diagnostic.snippet + "\n";
    if (diagnostic.at.column > 0) {
      text += "  " + margin + " | " + Indent(diagnostic.snippet, diagnostic.at.column) + "^\n";
    }
  }
  if (!diagnostic.advice.empty()) text += "  help: " + diagnostic.advice + "\n";
  return text;
}

std::string NearestWord(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view nearest;
  int nearest_distance = kDistanceMax + 1;
  for (const std::string_view candidate : candidates) {
    const int distance = EditDistance(word, candidate);
    if (distance < nearest_distance && 2 * static_cast<size_t>(distance) < word.size()) {
      nearest = candidate;
      nearest_distance = distance;
    }
  }
  return std::string(nearest);
}

}  // namespace vigla
