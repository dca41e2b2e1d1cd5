// Texts that YAML takes for something else because they lack quotes. Cold.
#include <algorithm>

#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/yaml_tree.h"

namespace vigla {
namespace {

// Keys whose values are words or expressions, and never a map or a list.
bool TakesText(std::string_view key) {
  for (const std::string_view text : {"when", "if", "where", "reason", "title", "because", "about",
                                      "officer", "rationale", "risk", "approved", "owner"}) {
    if (key == text) return true;
  }
  return false;
}

std::string InSingleQuotes(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

// Whether YAML still has something to say about the line.
bool IsWrong(const YamlDocument& document, const Replacement& mend, int line,
             const YamlLimits& limits) {
  std::string source = document.source;
  source.replace(mend.begin, mend.end - mend.begin, mend.new_text);
  YamlLimits once = limits;
  once.mends_max = 0;
  Diagnostics findings;
  ReadYaml("", std::move(source), once, &findings);
  return std::any_of(findings.all().begin(), findings.all().end(), [&](const Diagnostic& finding) {
    const bool of_yaml = finding.code == diagnostic::kYamlSyntax.code ||
                         finding.code == diagnostic::kTag.code;
    return of_yaml && finding.at.line <= line;
  });
}

}  // namespace

std::optional<Replacement> QuotesFor(const YamlDocument& document, int line,
                                     const YamlLimits& limits) {
  const std::string text = document.Line(line);
  const size_t key_begin = text.find_first_not_of(" -");
  if (key_begin == std::string::npos) return std::nullopt;
  const size_t colon = text.find(": ", key_begin);
  if (colon == std::string::npos || !TakesText(text.substr(key_begin, colon - key_begin))) {
    return std::nullopt;
  }
  const size_t begin = text.find_first_not_of(' ', colon + 1);
  const size_t end = text.find_last_not_of(" \t\r") + 1;
  if (begin == std::string::npos || begin >= end) return std::nullopt;
  const std::string value = text.substr(begin, end - begin);
  // Quoted or a block already; behind ` #` might be a comment.
  if (std::string_view("'\"|>").find(value[0]) != std::string_view::npos ||
      value.find(" #") != std::string::npos) {
    return std::nullopt;
  }
  // A text that goes on in the next line would need its quote there.
  const std::string next = document.Line(line + 1);
  const size_t next_begin = next.find_first_not_of(' ');
  if (next_begin != std::string::npos && next_begin > key_begin) return std::nullopt;
  Replacement mend{value, InSingleQuotes(value)};
  mend.begin = document.line_starts[static_cast<size_t>(line) - 1] + begin;
  mend.end = mend.begin + value.size();
  mend.line = line;
  mend.column = 1 + static_cast<int>(std::count_if(
                        text.begin(), text.begin() + static_cast<ptrdiff_t>(begin),
                        [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
  return IsWrong(document, mend, line, limits) ? std::nullopt : std::optional(mend);
}

}  // namespace vigla
