// The cases of google/cel-spec that use only what rules have of CEL (tests/golden/cel).
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "engine/base/status.h"
#include "gtest/gtest.h"
#include "tests/unit/rule/evaluate_text.h"

namespace vigla {
namespace {

constexpr char kCases[] = "tests/golden/cel/cases.txt";
constexpr char kLeftOut[] = "tests/golden/cel/left_out.txt";
constexpr char kDocument[] = "engine/docs/cel-conformance.md";

struct Case {
  std::string title;        // file/section/name
  std::string parameters;   // YAML
  std::string expression;
  std::string type, value;  // what it gives
};

std::string Unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain.push_back(text[i]);
    } else if (text[++i] == 'x') {
      const std::string digits(text.substr(i + 1, 2));
      plain.push_back(static_cast<char>(std::stoi(digits, nullptr, 16)));
      i += 2;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

// "  gives int 5" is {"gives", "int 5"}.
std::pair<std::string, std::string> Split(std::string_view line) {
  const size_t begin = line.find_first_not_of(' ');
  const size_t space = std::min(line.find(' ', begin), line.size());
  return {std::string(line.substr(begin, space - begin)),
          std::string(line.substr(std::min(space + 1, line.size())))};
}

std::vector<std::string> LinesOf(const char* path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) lines.push_back(line);
  }
  return lines;
}

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const std::string& line : LinesOf(kCases)) {
    const auto [word, rest] = Split(line);
    if (word == "case") {
      cases.push_back({rest, "", "", "", ""});
    } else if (word == "expression") {
      cases.back().expression = Unescaped(rest);
    } else if (word == "gives") {
      std::tie(cases.back().type, cases.back().value) = Split(rest);
      cases.back().value = Unescaped(cases.back().value);
    } else if (word == "given") {
      const auto [name, typed] = Split(rest);
      const auto [type, value] = Split(typed);
      std::string quoted;
      for (char c : Unescaped(value)) quoted += c == '\'' ? "''" : std::string(1, c);
      std::string& parameters = cases.back().parameters;
      if (parameters.empty()) parameters = "parameters:\n";
      parameters += "  " + name + ": {type: " + type + ", value: '" + quoted + "'}\n";
    } else {
      ADD_FAILURE() << line;
    }
  }
  return cases;
}

TEST(CelConformance, EveryCaseOfTheSubsetPasses) {
  const std::vector<Case> cases = Cases();
  EXPECT_GT(cases.size(), 200u);
  for (const Case& one : cases) {
    const EvaluatedText evaluated(one.expression, one.parameters);
    EXPECT_TRUE(evaluated.is_good()) << one.title << ": " << one.expression << ": "
                                     << evaluated.Show();
    if (!evaluated.is_good()) continue;
    if (one.type == "unknown") {
      EXPECT_EQ(evaluated.Show(), "unknown") << one.title << ": " << one.expression;
      continue;
    }
    EXPECT_EQ(ValueTypeName(evaluated.expression().type), one.type) << one.title;
    EXPECT_EQ(evaluated.Show(), one.value) << one.title << ": " << one.expression;
  }
}

// "file/section" of "file/section/name"; a name may have a / of its own.
std::string SectionOf(const std::string& title) {
  return title.substr(0, title.find('/', title.find('/') + 1));
}

struct Counts {
  int in = 0, unknown = 0, out = 0;
  std::map<std::string, int> reasons;
};

TEST(CelConformance, TheTableCountsTheData) {
  std::map<std::string, Counts> counts;  // by "file/section"
  std::set<std::string> titles;
  for (const Case& one : Cases()) {
    EXPECT_TRUE(titles.insert(one.title).second) << one.title;
    Counts& of = counts[SectionOf(one.title)];
    ++(one.type == "unknown" ? of.unknown : of.in);
  }
  for (const std::string& line : LinesOf(kLeftOut)) {
    const size_t tab = line.find('\t');
    Counts& of = counts[SectionOf(line.substr(0, tab))];
    ++of.out;
    ++of.reasons[line.substr(tab + 1)];
  }
  std::set<std::string> explained;
  size_t rows = 0;
  for (const std::string& line : LinesOf(kDocument)) {
    const std::vector<std::string> cells = absl::StrSplit(line, " | ");
    if (cells.size() == 2 && line.starts_with("| ")) explained.insert(cells[0].substr(2));
    if (cells.size() != 7 || cells[0] == "| file") continue;
    ++rows;
    const Counts& of = counts[cells[0].substr(2) + "/" + cells[1]];
    std::string why;
    for (const auto& [reason, count] : of.reasons) {
      why += (why.empty() ? "" : ", ") + reason + " " + std::to_string(count);
      EXPECT_TRUE(explained.contains(reason)) << reason;
    }
    std::ostringstream expected;
    expected << cells[0] << " | " << cells[1] << " | " << of.in + of.unknown + of.out << " | "
             << of.in << " | " << of.unknown << " | " << of.out << " | " << why << " |";
    EXPECT_EQ(line, expected.str());
  }
  EXPECT_EQ(rows, counts.size());
}

}  // namespace
}  // namespace vigla
