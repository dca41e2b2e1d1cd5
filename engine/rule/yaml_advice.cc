// Recognises common slips in files that are not YAML. Cold.
#include <algorithm>

#include "engine/rule/yaml_advice.h"

namespace vigla {
namespace {

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

size_t IndentOf(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// The nearest line above that holds anything.
std::string LineAbove(const YamlDocument& document, int line) {
  while (--line > 0) {
    std::string text = document.Line(line);
    if (text.find_first_not_of(" \t\r") != std::string::npos) return text;
  }
  return "";
}

bool IsMergeMark(std::string_view line) {
  return line.starts_with("<<<<<<<") || line.starts_with("=======") || line.starts_with(">>>>>>>");
}

bool IsTabIndented(std::string_view line) {
  return Has(line.substr(0, std::min(line.find_first_not_of(" \t"), line.size())), "\t");
}

// No-break and zero-width spaces, and the mark that begins some files.
bool HasForeignIndent(std::string_view line) {
  line.remove_prefix(IndentOf(line));
  for (const std::string_view space : {"\u00A0", "\u202F", "\u200B", "\uFEFF"}) {
    if (line.starts_with(space)) return true;
  }
  return false;
}

// An en dash, em dash, minus sign or bullet where a list's item begins.
bool HasForeignDash(std::string_view line) {
  line.remove_prefix(IndentOf(line));
  for (const std::string_view dash : {"\u2013", "\u2014", "\u2212", "\u2022"}) {
    if (line.starts_with(dash)) return true;
  }
  return false;
}

std::string AboutBytes(const YamlDocument& document, std::string_view problem) {
  if (document.source.starts_with("\xFF\xFE") || document.source.starts_with("\xFE\xFF")) {
    return "the file is UTF-16: save it as UTF-8";
  }
  if (Has(problem, "UTF-8")) {
    return "these bytes are no UTF-8, perhaps of an older Windows encoding: save the file as UTF-8";
  }
  return Has(problem, "control characters") ? "take the character out" : "";
}

std::string AboutOpen(std::string_view problem) {
  if (Has(problem, "quoted scalar")) return "the quote that opens here is never closed";
  if (Has(problem, "flow mapping")) {
    return "the `{` that opens here needs its `}`, and commas between the entries";
  }
  if (Has(problem, "flow sequence")) {
    return "the `[` that opens here needs its `]`, and commas between the items";
  }
  return "";
}

std::string AboutLine(std::string_view line, std::string_view above, std::string_view problem) {
  if (Has(problem, "could not find expected ':'")) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return "a key and its value stand as `key: value`";
    return "a colon needs a space behind it: `key: value`";
  }
  // A quote mends the other cases.
  const size_t colon = above.find(": ");
  const bool above_has_value =
      colon != std::string_view::npos && above.find_first_not_of(" \r", colon + 1) < above.size();
  if (Has(problem, "mapping values") && above_has_value && IndentOf(line) > IndentOf(above)) {
    return "the line stands further right than the one above it, which has its value already: "
           "begin both in the same column";
  }
  if (Has(problem, "expected '-' indicator") || Has(problem, "did not find expected key")) {
    return "keys of one map begin in the same column, and items of one list, too: move the line";
  }
  return "";
}

}  // namespace

std::string AdviceForYaml(const YamlDocument& document, int line, std::string_view problem) {
  const std::string text = document.Line(line);
  const std::string above = LineAbove(document, line);
  if (std::string advice = AboutBytes(document, problem); !advice.empty()) return advice;
  if (IsMergeMark(text) || IsMergeMark(above)) {
    return "a merge left its marks: keep one of the two sides, and take out the marks";
  }
  if (IsTabIndented(text)) return "indent with spaces: YAML knows no tabs there";
  if (HasForeignIndent(text) || HasForeignIndent(above)) {
    return "a line begins with a space that is none to YAML (as pasted from a document): indent "
           "with plain spaces";
  }
  if (HasForeignDash(text) || HasForeignDash(above)) {
    return "items of a list begin with the plain sign, `- `, and not with a dash or a bullet";
  }
  if (std::string advice = AboutOpen(problem); !advice.empty()) return advice;
  if (std::string advice = AboutLine(text, above, problem); !advice.empty()) return advice;
  return "quote the text if it holds `: `, ` #` or begins with a YAML sign";
}

}  // namespace vigla
