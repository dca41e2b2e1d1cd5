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

struct Excerpt {
  std::string text;
  int column;
};

// The line as a terminal may be shown it, or of a very long one what stands around the column.
Excerpt ExcerptAround(std::string line, int column) {
  for (char& byte : line) {
    const auto code = static_cast<uint8_t>(byte);
    if ((code < 0x20 && byte != '\t') || code == 0x7F) byte = '?';
  }
  constexpr int kShownMax = 160, kBefore = 100, kBehind = 50;  // code points
  std::vector<size_t> starts;
  for (size_t i = 0; i < line.size(); ++i) {
    if (!IsContinuationByte(line[i])) starts.push_back(i);
  }
  const int length = static_cast<int>(starts.size());
  if (length <= kShownMax) return {line, column};
  starts.push_back(line.size());
  const int end = std::min(std::max(column + kBehind, kShownMax), length);
  const int begin = column + kBehind <= kShownMax ? 0 : std::min(column - kBefore, end);
  std::string text = line.substr(starts[begin], starts[end] - starts[begin]);
  if (end < length) text += "…";
  return begin == 0 ? Excerpt{text, column} : Excerpt{"…" + text, column - begin + 1};
}

}  // namespace

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError: return "error";
    case Severity::kWarning: return "warning";
    case Severity::kNote: return "note";
  }
  return "";
}

void Diagnostic::Mend(std::string_view old_text, std::string_view new_text) {
  if (new_text.empty() || old_text == new_text) return;
  mend = Replacement{std::string(old_text), std::string(new_text)};
}

Diagnostic& Diagnostics::Error(std::string_view code, SourcePosition at, std::string message,
                               std::string advice) {
  Add({Severity::kError, std::string(code), std::move(at), std::move(message), std::move(advice),
       ""});
  return all_.back();
}

Diagnostic& Diagnostics::Warning(std::string_view code, SourcePosition at, std::string message,
                                 std::string advice) {
  Add({Severity::kWarning, std::string(code), std::move(at), std::move(message),
       std::move(advice), ""});
  return all_.back();
}

Diagnostic& Diagnostics::Note(std::string_view code, SourcePosition at, std::string message,
                              std::string advice) {
  Add({Severity::kNote, std::string(code), std::move(at), std::move(message), std::move(advice),
       ""});
  return all_.back();
}

void Diagnostics::Add(Diagnostic finding) {
  errors_ += finding.severity == Severity::kError;
  warnings_ += finding.severity == Severity::kWarning;
  all_.push_back(std::move(finding));
}

void Diagnostics::Sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.at.file, a.at.line, a.at.column, a.code) <
           std::tie(b.at.file, b.at.line, b.at.column, b.code);
  });
}

std::string FormatDiagnostic(const Diagnostic& diagnostic) {
  std::string text(SeverityName(diagnostic.severity));
  text += "[" + diagnostic.code + "]: ";
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
    const Excerpt excerpt = ExcerptAround(diagnostic.snippet, diagnostic.at.column);
    text += "  " + number + " | " + excerpt.text + "\n";
    if (diagnostic.at.column > 0) {
      text += "  " + margin + " | " + Indent(excerpt.text, excerpt.column) + "^\n";
    }
  }
  if (!diagnostic.advice.empty()) text += "  help: " + diagnostic.advice + "\n";
  return text;
}

void LocateMend(std::string_view source, const std::vector<size_t>& line_starts,
                Diagnostic* finding) {
  if (!finding->mend || finding->mend->is_located) return;
  Replacement& mend = *finding->mend;
  SourcePosition at = finding->at;
  if (mend.line > 0) at = {"", mend.line, mend.column};
  if (at.line < 1 || static_cast<size_t>(at.line) > line_starts.size() || at.column < 1) {
    finding->mend.reset();
    return;
  }
  size_t begin = line_starts[static_cast<size_t>(at.line) - 1];
  for (int column = 1; column < at.column && begin < source.size(); ++column) {
    ++begin;
    while (begin < source.size() && IsContinuationByte(source[begin])) ++begin;
  }
  mend.line = mend.end_line = at.line;
  mend.column = at.column;
  const auto stands_at = [&](size_t place) {
    return source.substr(place, mend.old_text.size()) == mend.old_text;
  };
  const bool quoted = begin < source.size() && (source[begin] == '"' || source[begin] == '\'');
  if (!stands_at(begin) && quoted && stands_at(begin + 1)) {
    ++begin;
    ++mend.column;
  }
  if (begin > source.size() || !stands_at(begin) ||
      mend.old_text.find_first_of("\r\n") != std::string::npos) {
    finding->mend.reset();
    return;
  }
  mend.begin = begin;
  mend.end = begin + mend.old_text.size();
  mend.end_column = mend.column;
  for (const char byte : mend.old_text) mend.end_column += IsContinuationByte(byte) ? 0 : 1;
  mend.is_located = true;
}

std::string WithMends(std::string_view source, std::vector<Replacement> mends) {
  std::stable_sort(mends.begin(), mends.end(), [](const Replacement& a, const Replacement& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  std::string text;
  size_t at = 0;
  for (const Replacement& mend : mends) {
    if (!mend.is_located || mend.begin < at || mend.end > source.size()) continue;
    text += source.substr(at, mend.begin - at);
    text += mend.new_text;
    at = mend.end;
  }
  return text + std::string(source.substr(at));
}

namespace {

bool IsSameButForCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// How far a candidate is from the word; over kDistanceMax if it is not meant.
int DistanceTo(std::string_view word, std::string_view candidate) {
  if (IsSameButForCase(word, candidate)) return 0;
  const int distance = EditDistance(word, candidate);
  return 2 * static_cast<size_t>(distance) < word.size() ? distance : kDistanceMax + 1;
}

// Without the spaces of no width, or of another kind, that pasted text carries along.
std::string WithoutInvisible(std::string_view word) {
  std::string visible(word);
  for (const std::string_view space :
       {"\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF", "\u00A0", "\u00AD"}) {
    for (size_t at; (at = visible.find(space)) != std::string::npos;) {
      visible.erase(at, space.size());
    }
  }
  return visible;
}

}  // namespace

std::string NearestWord(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string visible = WithoutInvisible(word);
  std::string_view nearest;
  int nearest_distance = kDistanceMax + 1;
  for (const std::string_view candidate : candidates) {
    const int distance = DistanceTo(visible, candidate);
    if (distance < nearest_distance) {
      nearest = candidate;
      nearest_distance = distance;
    }
  }
  return std::string(nearest);
}

std::string OnlyNearestWord(std::string_view word,
                            const std::vector<std::string_view>& candidates) {
  const std::string nearest = NearestWord(word, candidates);
  if (nearest.empty()) return "";
  const std::string visible = WithoutInvisible(word);
  const int distance = DistanceTo(visible, nearest);
  for (const std::string_view candidate : candidates) {
    if (candidate != nearest && DistanceTo(visible, candidate) == distance) return "";
  }
  return nearest;
}

std::string Quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view otherwise) {
  const std::string nearest = NearestWord(word, candidates);
  return nearest.empty() ? std::string(otherwise) : "did you mean " + Quoted(nearest) + "?";
}

std::string DidYouMeanOneOf(std::string_view word,
                            const std::vector<std::string_view>& candidates) {
  std::string all;
  for (const std::string_view candidate : candidates) all += " " + std::string(candidate);
  return DidYouMean(word, candidates, all.empty() ? "" : "one of:" + all);
}

}  // namespace vigla
