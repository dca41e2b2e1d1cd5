// `vigla test`: the tests of packs, run on the live path. Cold.
#include "engine/lab/pack_tests.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/lab/test_code.h"
#include "engine/rule/pack_reader.h"
#include "engine/rule/pattern.h"

namespace vigla {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPackEnding = ".yaml";
constexpr std::string_view kTestEnding = ".test.yaml";

bool IsTestFile(std::string_view path) { return path.ends_with(kTestEnding); }
bool IsPackFile(std::string_view path) {
  return path.ends_with(kPackEnding) && !IsTestFile(path);
}

// Files with tests to run, by the pack that they are about.
using TestFiles = std::map<std::string, std::vector<std::string>>;

class PackTests {
 public:
  PackTests(const TestOptions& options, std::shared_ptr<const CompiledPattern> filter)
      : options_(options), filter_(std::move(filter)), hasher_(options.run.identity_key) {}

  absl::StatusOr<TestReport> Run(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) RETURN_IF_ERROR(AddPath(path));
    for (const auto& [pack, files] : files_) RETURN_IF_ERROR(RunPack(pack, files));
    return std::move(report_);
  }

 private:
  absl::Status AddPath(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error)) {
      return MakeError(absl::StatusCode::kNotFound,
                       absl::StrCat("there is no file or folder ", path));
    }
    if (!fs::is_directory(path, error)) {
      if (IsTestFile(path)) {
        AddTestFile(path);
      } else {
        AddPack(path);
      }
      return absl::OkStatus();
    }
    std::vector<std::string> found;
    for (fs::recursive_directory_iterator at(path, error), end; at != end; at.increment(error)) {
      if (error) break;
      if (at->is_regular_file(error)) found.push_back(at->path().string());
    }
    if (error) {
      return MakeError(absl::StatusCode::kUnavailable,
                       absl::StrCat("the folder ", path, " can't be read: ", error.message()));
    }
    std::sort(found.begin(), found.end());
    for (const std::string& file : found) {
      if (IsPackFile(file)) AddPack(file);
    }
    for (const std::string& file : found) {
      if (IsTestFile(file)) AddTestFile(file);
    }
    return absl::OkStatus();
  }

  void AddFile(const std::string& pack, const std::string& file) {
    std::vector<std::string>& files = files_[pack];
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  }

  // The pack's own tests, and those in the file beside it that bears its name.
  void AddPack(const std::string& path) {
    AddFile(path, path);
    const std::string beside =
        path.substr(0, path.size() - std::min(path.size(), kPackEnding.size())) +
        std::string(kTestEnding);
    std::error_code error;
    if (IsPackFile(path) && fs::exists(beside, error)) AddFile(path, beside);
  }

  // A file of tests belongs to the pack of its own name, else to the one that it names.
  void AddTestFile(const std::string& path) {
    const std::string sibling = path.substr(0, path.size() - kTestEnding.size()) +
                                std::string(kPackEnding);
    std::error_code error;
    if (fs::exists(sibling, error)) {
      AddFile(sibling, path);
      return;
    }
    const auto document = LoadPackDocument(path, &report_.diagnostics);
    if (document == nullptr) return;
    const YamlNode* name = document->root.Find("pack");
    if (name != nullptr) {
      for (const fs::directory_entry& entry :
           fs::directory_iterator(fs::path(path).parent_path() / "", error)) {
        const std::string file = entry.path().string();
        if (!IsPackFile(file)) continue;
        Diagnostics ignored;  // a broken neighbour is not this file's fault
        const auto pack = LoadPackDocument(file, &ignored);
        const YamlNode* other = pack == nullptr ? nullptr : pack->root.Find("pack");
        if (other == nullptr || other->text != name->text) continue;
        AddFile(file, path);
        return;
      }
    }
    report_.diagnostics.Error(diagnostic::kTestPack.code, {path, 0, 0},
                              "there is no pack beside this file that it could test",
                              "name it after its pack, or say `pack: NAME` in it");
  }

  absl::Status RunPack(const std::string& pack, const std::vector<std::string>& files) {
    LoadOptions load = options_.run.load;
    load.hasher = &hasher_;
    Diagnostics of_pack;  // the loader judges by errors, and another pack's are not this one's
    const std::shared_ptr<const RuleSet> rule_set = LoadRuleSet({pack}, load, &of_pack);
    Report(of_pack);
    if (rule_set == nullptr) return absl::OkStatus();
    size_t tests_found = 0;
    for (const std::string& file : files) {
      const auto document = LoadPackDocument(file, &report_.diagnostics);
      if (document == nullptr) continue;
      if (IsTestFile(file)) CheckTestFile(*document);
      const std::vector<RuleTest> tests =
          ReadRuleTests(*document, *rule_set, &report_.diagnostics);
      tests_found += tests.size();
      for (const RuleTest& test : tests) RETURN_IF_ERROR(RunTest(test, rule_set, file));
    }
    if (tests_found == 0) report_.without_tests.push_back(pack);
    return absl::OkStatus();
  }

  void Report(const Diagnostics& findings) {
    for (const Diagnostic& finding : findings.all()) report_.diagnostics.Add(finding);
  }

  // A file of tests is a list of them, or a map with `tests` and at most `pack` beside it.
  void CheckTestFile(const YamlDocument& document) {
    if (document.root.IsSequence()) return;
    for (const YamlEntry& entry : document.root.entries) {
      if (entry.key == "tests" || entry.key == "pack") continue;
      report_.diagnostics.Error(diagnostic::kTestShape.code, document.At(entry),
                                "there is no key `" + entry.key + "` here",
                                "one of: pack tests");
    }
    if (document.root.Find("tests") == nullptr) {
      report_.diagnostics.Error(diagnostic::kTestShape.code, document.At(document.root),
                                "the file has no `tests`");
    }
  }

  absl::Status RunTest(const RuleTest& test, const std::shared_ptr<const RuleSet>& rule_set,
                       const std::string& file) {
    TestResult result;
    result.pack = rule_set->rules.empty() ? file : rule_set->rules.front().pack;
    result.name = test.name;
    if (filter_ != nullptr && !filter_->Matches(result.pack + ": " + result.name)) {
      return absl::OkStatus();
    }
    result.at = test.at;
    result.transactions = static_cast<int64_t>(test.table.rows.size());
    const auto observations = RunRuleTest(test, rule_set, options_.run);
    if (observations.ok()) {
      result.differences = JudgeRuleTest(test, *observations);
    } else {
      result.differences.push_back(
          {test.at, std::string(ToStd(observations.status().message()))});
    }
    result.reproduce = "vigla test " + ShellWord(file) + " --filter " +
                       ShellWord("^" + EscapedPattern(result.pack + ": " + result.name) + "$");
    report_.failed += result.differences.empty() ? 0 : 1;
    report_.results.push_back(std::move(result));
    return absl::OkStatus();
  }

  static std::string EscapedPattern(std::string_view text) {
    std::string pattern;
    for (char c : text) {
      if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
    return pattern;
  }

  // Quoted for a POSIX shell where it needs to be.
  static std::string ShellWord(std::string_view text) {
    const auto plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("/._-+=:,").find(c) != std::string_view::npos;
    };
    if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
    std::string word = "'";
    for (char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
  }

  const TestOptions& options_;
  const std::shared_ptr<const CompiledPattern> filter_;
  const KeyedHasher hasher_;
  TestFiles files_;
  TestReport report_;
};

std::string PlaceText(const SourcePosition& at) {
  return absl::StrCat(at.file, ":", at.line, ":", at.column);
}

std::string XmlText(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default:
        // XML 1.0 has no place for other control characters.
        escaped += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return escaped;
}

}  // namespace

absl::StatusOr<TestReport> RunPackTests(const std::vector<std::string>& paths,
                                        const TestOptions& options) {
  std::shared_ptr<const CompiledPattern> filter;
  if (!options.filter.empty()) {
    ASSIGN_OR_RETURN(filter, CompiledPattern::Compile(options.filter));
  }
  return PackTests(options, std::move(filter)).Run(paths);
}

std::string FormatTestReport(const TestReport& report) {
  std::string text;
  for (const TestResult& result : report.results) {
    if (result.differences.empty()) continue;
    absl::StrAppend(&text, "FAILED ", PlaceText(result.at), ": ", result.pack, ": ", result.name,
                    "\n");
    for (const TestDifference& difference : result.differences) {
      absl::StrAppend(&text, "  ", PlaceText(difference.at), ": ", difference.text, "\n");
    }
    absl::StrAppend(&text, "  reproduce: ", result.reproduce, "\n");
  }
  for (const std::string& pack : report.without_tests) {
    absl::StrAppend(&text, "note: ", pack, " has no tests\n");
  }
  const size_t count = report.results.size();
  absl::StrAppend(&text, count, count == 1 ? " test, " : " tests, ", report.failed, " failed\n");
  return text;
}

std::string FormatTestReportJunit(const TestReport& report) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  absl::StrAppend(&xml, "<testsuites tests=\"", report.results.size(), "\" failures=\"",
                  report.failed, "\" errors=\"", report.diagnostics.errors(), "\">\n");
  absl::StrAppend(&xml, "<testsuite name=\"vigla test\" tests=\"", report.results.size(),
                  "\" failures=\"", report.failed, "\" errors=\"", report.diagnostics.errors(),
                  "\">\n");
  for (const TestResult& result : report.results) {
    absl::StrAppend(&xml, "<testcase classname=\"", XmlText(result.pack), "\" name=\"",
                    XmlText(result.name), "\" file=\"", XmlText(result.at.file), "\" line=\"",
                    result.at.line, "\"");
    if (result.differences.empty()) {
      xml += "/>\n";
      continue;
    }
    absl::StrAppend(&xml, "><failure message=\"", XmlText(result.differences[0].text), "\">");
    for (const TestDifference& difference : result.differences) {
      absl::StrAppend(&xml, XmlText(PlaceText(difference.at)), ": ", XmlText(difference.text),
                      "\n");
    }
    absl::StrAppend(&xml, "reproduce: ", XmlText(result.reproduce), "</failure></testcase>\n");
  }
  for (const Diagnostic& finding : report.diagnostics.all()) {
    if (finding.severity != Severity::kError) continue;
    absl::StrAppend(&xml, "<testcase classname=\"", XmlText(finding.at.file), "\" name=\"",
                    XmlText(finding.code), "\"><error message=\"", XmlText(finding.message),
                    "\"/></testcase>\n");
  }
  return xml + "</testsuite>\n</testsuites>\n";
}

}  // namespace vigla
