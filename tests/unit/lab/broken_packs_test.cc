// Every file of tests/golden/broken-packs says which findings it has, and where. Errors are those
// and no others; a warning that is named is among those found. `# help:` are words of the advice.
// All who load packs say the same.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "engine/lab/pack_check.h"
#include "engine/lab/pack_tests.h"
#include "engine/rule/diagnostic_codes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/scratch_folder.h"

namespace vigla {
namespace {

namespace fs = std::filesystem;
constexpr char kFolder[] = "tests/golden/broken-packs";

const KeyedHasher& Hasher() {
  static const auto* const hasher = new KeyedHasher("test");
  return *hasher;
}

struct Expected {
  std::vector<std::string> errors;    // "VG2103 at line 9 column 11"
  std::vector<std::string> warnings;
  std::vector<std::string> help;
  std::optional<int32_t> today;
};

Expected ExpectedIn(const std::string& path) {
  Expected expected;
  std::ifstream file(path, std::ios::binary);
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with("# today: ")) {
      expected.today = ParseDate(line.substr(9));
    } else if (line.starts_with("# expect: ")) {
      const std::string finding = line.substr(10);
      const bool warns = finding.starts_with("VG5") && !finding.starts_with("VG5017");
      (warns ? expected.warnings : expected.errors).push_back(finding);
    } else if (line.starts_with("# help: ")) {
      expected.help.push_back(line.substr(8));
    } else {
      break;
    }
  }
  return expected;
}

// Single packs, and folders of packs that are broken together.
std::vector<std::string> Cases() {
  std::vector<std::string> cases;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() || name.ends_with(".yaml")) cases.push_back(entry.path().string());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

std::vector<std::string> FilesOf(const std::string& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path)) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

LoadOptions OptionsFor(std::optional<int32_t> today) {
  LoadOptions options;
  options.hasher = &Hasher();
  options.today_utc_day = today;
  return options;
}

std::string PlaceOf(const Diagnostic& finding) {
  return finding.code + " at line " + std::to_string(finding.at.line) + " column " +
         std::to_string(finding.at.column);
}

enum class About { kPacks, kTests };

// That no test proves a rule is a finding of neither.
std::string AllOf(const Diagnostics& diagnostics, About about) {
  std::vector<std::string> texts;
  for (const Diagnostic& finding : diagnostics.all()) {
    const bool is_of_tests = finding.code.starts_with("VG6");
    const bool is_of_packs = !is_of_tests && finding.code != diagnostic::kUntested.code;
    if (about == About::kTests ? is_of_tests : is_of_packs) {
      texts.push_back(FormatDiagnostic(finding));
    }
  }
  std::sort(texts.begin(), texts.end());
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  return all;
}

class BrokenPack : public testing::TestWithParam<std::string> {};

TEST_P(BrokenPack, HasTheFindingsItSays) {
  const std::string path = GetParam();
  std::map<std::string, Expected> expected;
  std::optional<int32_t> today;
  for (const std::string& file : FilesOf(path)) {
    expected[file] = ExpectedIn(file);
    if (expected[file].today) today = expected[file].today;
  }
  Diagnostics diagnostics;
  CheckPacks({path}, OptionsFor(today), &diagnostics);
  std::map<std::string, std::vector<std::string>> errors, warnings;
  std::string text;
  for (const Diagnostic& finding : diagnostics.all()) {
    const bool is_error = finding.severity == Severity::kError;
    (is_error ? errors : warnings)[finding.at.file].push_back(PlaceOf(finding));
    text += FormatDiagnostic(finding) + "\n";
    EXPECT_FALSE(finding.at.file.empty()) << text;
    const bool is_at_end = finding.code == diagnostic::kYamlSyntax.code;
    EXPECT_TRUE(finding.at.line == 0 || is_at_end || !finding.snippet.empty()) << text;
    EXPECT_NE(FindDiagnosticCode(finding.code), nullptr) << finding.code;
  }
  for (const auto& [file, wanted] : expected) {
    EXPECT_EQ(errors[file], wanted.errors) << text;
    for (const std::string& warning : wanted.warnings) {
      const auto& found = warnings[file];
      EXPECT_NE(std::find(found.begin(), found.end(), warning), found.end())
          << warning << " is not among\n" << text;
    }
    for (const std::string& help : wanted.help) EXPECT_THAT(text, testing::HasSubstr(help));
  }
}

// One validation: who checks, who tests and who runs is told the same, to the byte.
TEST_P(BrokenPack, IsToldTheSameByAll) {
  const std::string path = GetParam();
  const LoadOptions options = OptionsFor(std::nullopt);
  Diagnostics of_run, of_check;
  LoadRuleSet({path}, options, &of_run);
  CheckPacks({path}, options, &of_check);
  TestOptions test_options;
  test_options.run.identity_key = "test";
  const auto report = RunPackTests({path}, test_options);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(AllOf(report->diagnostics, About::kTests), AllOf(of_check, About::kTests));
  if (fs::is_directory(path)) GTEST_SKIP() << "packs are tested one by one";
  EXPECT_EQ(AllOf(of_check, About::kPacks), AllOf(of_run, About::kPacks));
  EXPECT_EQ(AllOf(report->diagnostics, About::kPacks), AllOf(of_run, About::kPacks));
}

INSTANTIATE_TEST_SUITE_P(Packs, BrokenPack, testing::ValuesIn(Cases()), [](const auto& info) {
  return fs::path(info.param).stem().string();
});

std::set<std::string> CodesOf(const std::vector<std::string>& paths, const LoadOptions& options) {
  Diagnostics diagnostics;
  CheckPacks(paths, options, &diagnostics);
  std::set<std::string> codes;
  for (const Diagnostic& finding : diagnostics.all()) codes.insert(finding.code);
  return codes;
}

// Files too large to be kept, and what depends on the settings.
std::set<std::string> CodesOfMadeCases() {
  const ScratchFolder scratch;
  std::set<std::string> codes;
  const auto load = [&](const std::vector<std::string>& paths, const LoadOptions& options) {
    codes.merge(CodesOf(paths, options));
  };
  const LoadOptions options = OptionsFor(std::nullopt);
  load({scratch.Write("large.yaml", "about: " + std::string(1 << 20, 'x'))}, options);
  std::string many = "pack: p\nversion: 1\nlists: {l: {of: int, items: [";
  for (int i = 0; i < 200'001; ++i) many += "1,";
  load({scratch.Write("many.yaml", many + "]}}\n")}, options);
  std::string counts = "pack: p\nversion: 1\nfeatures:\n";
  for (int i = 0; i < 10'001; ++i) {
    counts += " f" + std::to_string(i) + ": {count: debits, over: " + std::to_string(i + 10) +
              "s}\n";
  }
  load({scratch.Write("features.yaml", counts)}, options);
  fs::create_directory(fs::path(scratch.path()) / "empty");
  load({scratch.path() + "/empty"}, options);
  LoadOptions short_ledgers = options;
  short_ledgers.retention_us = 10 * kDayUs;
  load({scratch.Write("long.yaml",
                      "pack: p\nversion: 1\nfeatures: {n: {count: debits, over: 9d}}\n")},
       short_ledgers);
  LoadOptions overridden = options;
  overridden.overrides.push_back({"nobody.nothing", "1", {}});
  load({scratch.Write("one.yaml", "pack: p\nversion: 1\n")}, overridden);
  const std::string lonely = scratch.Write("lonely.test.yaml", "tests: []\n");
  const auto report = RunPackTests({lonely}, TestOptions());
  for (const Diagnostic& finding : report->diagnostics.all()) codes.insert(finding.code);
  return codes;
}

TEST(BrokenPacks, ShowEveryCode) {
  // The configuration's codes, and the budget, are the commands' own: tests/unit/app.
  std::set<std::string> shown = CodesOfMadeCases();
  shown.insert(std::string(diagnostic::kOverBudget.code));
  shown.insert(std::string(diagnostic::kChangesWhileRead.code));
  for (const std::string& path : Cases()) {
    for (const std::string& file : FilesOf(path)) {
      const Expected expected = ExpectedIn(file);
      for (const auto* list : {&expected.errors, &expected.warnings}) {
        for (const std::string& finding : *list) shown.insert(finding.substr(0, 6));
      }
    }
  }
  for (const DiagnosticCode& code : DiagnosticCodes()) {
    // Tuning files have cases of their own, in tuning_test.cc.
    if (code.code.starts_with("VG0") || code.code.starts_with("VG7")) continue;
    EXPECT_TRUE(shown.contains(std::string(code.code))) << code.code << ": " << code.about;
  }
}

TEST(BrokenPacks, AreManyAndOfEveryKind) { EXPECT_GE(Cases().size(), 300u); }

}  // namespace
}  // namespace vigla
