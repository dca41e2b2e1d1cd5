// Every file of tests/golden/packs/broken says which errors it has, and where; no more, no less.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "engine/rule/diagnostic_codes.h"
#include "gtest/gtest.h"
#include "tests/unit/rule/load_text.h"

namespace vigla {
namespace {

constexpr char kFolder[] = "tests/golden/packs/broken";

std::vector<std::string> Files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().stem().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// "VG2103 at line 9 column 11", one a line.
std::string ExpectedIn(const std::string& path) {
  std::ifstream file(path);
  const std::string head = "# expect: ";
  std::string line, expected;
  while (std::getline(file, line) && line.starts_with(head)) {
    expected += line.substr(head.size()) + "\n";
  }
  return expected;
}

class BrokenPack : public testing::TestWithParam<std::string> {};

TEST_P(BrokenPack, HasTheErrorsItSays) {
  const std::string path = std::string(kFolder) + "/" + GetParam() + ".yaml";
  Diagnostics diagnostics;
  const auto rule_set = LoadRuleSet({path}, TestLoadOptions(), &diagnostics);
  EXPECT_EQ(rule_set, nullptr);
  std::string found, text;
  for (const Diagnostic& finding : diagnostics.all()) {
    if (finding.severity != Severity::kError) continue;
    found += finding.code + " at line " + std::to_string(finding.at.line) + " column " +
             std::to_string(finding.at.column) + "\n";
    text += FormatDiagnostic(finding) + "\n";
    EXPECT_EQ(finding.at.file, path);
    EXPECT_FALSE(finding.snippet.empty());
  }
  EXPECT_EQ(found, ExpectedIn(path)) << text;
}

INSTANTIATE_TEST_SUITE_P(Packs, BrokenPack, testing::ValuesIn(Files()),
                         [](const auto& info) { return info.param; });

// Codes that no single file can show.
const std::set<std::string_view> kShownElsewhere = {
    diagnostic::kFileTooLarge.code, diagnostic::kTooManyNodes.code,
    diagnostic::kNoPacks.code,      diagnostic::kDuplicatePack.code,
    diagnostic::kOtherRates.code,   diagnostic::kRetention.code,
    diagnostic::kTooManyRules.code, diagnostic::kUnknownParameter.code,
    diagnostic::kChangesWhileRead.code,
};

TEST(BrokenPacks, ShowEveryErrorCode) {
  std::string all;
  for (const std::string& file : Files()) {
    all += ExpectedIn(std::string(kFolder) + "/" + file + ".yaml");
  }
  for (const DiagnosticCode& code : DiagnosticCodes()) {
    if (code.code.starts_with("VG5") || kShownElsewhere.contains(code.code)) continue;
    if (code.code.starts_with("VG7")) continue;  // tuning files: tuning_test.cc
    EXPECT_NE(all.find(code.code), std::string::npos) << code.code << ": " << code.about;
  }
}

TEST(DiagnosticCodes, AreDistinctAndInOrder) {
  std::string_view last;
  for (const DiagnosticCode& code : DiagnosticCodes()) {
    EXPECT_LT(last, code.code);
    EXPECT_EQ(code.code.size(), 6u);
    EXPECT_FALSE(code.about.empty());
    last = code.code;
  }
}

}  // namespace
}  // namespace vigla
