// Finds packs and their tests, and reads them. Cold.
#include "engine/lab/test_suite.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/lab/pack_check.h"
#include "engine/lab/test_code.h"
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

class SuiteReader {
 public:
  // `filter` may be nullptr.
  SuiteReader(const LoadOptions& options, const CompiledPattern* filter,
              const UnsavedTexts& unsaved)
      : options_(options), filter_(filter), unsaved_(unsaved) {}

  absl::StatusOr<TestSuite> Read(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) RETURN_IF_ERROR(AddPath(path));
    for (const auto& [pack, files] : files_) ReadPackSuite(pack, files);
    return std::move(suite_);
  }

 private:
  absl::Status AddPath(const std::string& path) {
    if (!IsThere(path, unsaved_)) {
      return MakeError(absl::StatusCode::kNotFound,
                       absl::StrCat("there is no file or folder ", path));
    }
    std::error_code error;
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
    if (IsPackFile(path) && IsThere(beside, unsaved_)) AddFile(path, beside);
  }

  // A file of tests belongs to the pack of its own name, else to the one that it names.
  void AddTestFile(const std::string& path) {
    const std::string sibling = path.substr(0, path.size() - kTestEnding.size()) +
                                std::string(kPackEnding);
    if (IsThere(sibling, unsaved_)) {
      AddFile(sibling, path);
      return;
    }
    const auto document = LoadUnsavedDocument(path, unsaved_, &suite_.diagnostics);
    if (document == nullptr) return;
    const YamlNode* name = document->root.Find("pack");
    if (name != nullptr) {
      std::error_code error;
      for (const fs::directory_entry& entry :
           fs::directory_iterator(fs::path(path).parent_path() / "", error)) {
        const std::string file = entry.path().string();
        if (!IsPackFile(file)) continue;
        Diagnostics ignored;  // a broken neighbour is not this file's fault
        const auto pack = LoadUnsavedDocument(file, unsaved_, &ignored);
        const YamlNode* other = pack == nullptr ? nullptr : pack->root.Find("pack");
        if (other == nullptr || other->text != name->text) continue;
        AddFile(file, path);
        return;
      }
    }
    suite_.diagnostics.Error(diagnostic::kTestPack.code, {path, 0, 0},
                              "there is no pack beside this file that it could test",
                              "name it after its pack, or say `pack: NAME` in it");
  }

  void ReadPackSuite(const std::string& path, const std::vector<std::string>& files) {
    Diagnostics of_pack;  // the loader judges by errors, and another pack's are not this one's
    PackSuite pack;
    pack.path = path;
    pack.rule_set = LoadUnsavedRuleSet({path}, unsaved_, options_, &of_pack);
    Report(of_pack);
    if (pack.rule_set == nullptr) return;
    pack.pack = pack.rule_set->rules.empty() ? path : pack.rule_set->rules.front().pack;
    for (const std::string& file : files) {
      const auto document = LoadUnsavedDocument(file, unsaved_, &suite_.diagnostics);
      if (document == nullptr) continue;
      for (RuleTest& test : ReadTestsOf(*document, *pack.rule_set, &suite_.diagnostics)) {
        pack.has_tests = true;
        if (filter_ != nullptr && !filter_->Matches(pack.pack + ": " + test.name)) continue;
        pack.tests.push_back({std::move(test), file});
      }
    }
    suite_.packs.push_back(std::move(pack));
  }

  void Report(const Diagnostics& findings) {
    for (const Diagnostic& finding : findings.all()) {
      const bool is_known =
          std::any_of(suite_.diagnostics.all().begin(), suite_.diagnostics.all().end(),
                      [&](const Diagnostic& other) {
                        return other.code == finding.code && other.message == finding.message &&
                               other.at.file == finding.at.file && other.at.line == finding.at.line;
                      });
      if (!is_known) suite_.diagnostics.Add(finding);  // a tuning file is read with each pack
    }
  }

  const LoadOptions& options_;
  const CompiledPattern* const filter_;
  const UnsavedTexts& unsaved_;
  TestFiles files_;
  TestSuite suite_;
};

}  // namespace

absl::StatusOr<TestSuite> ReadTestSuite(const std::vector<std::string>& paths,
                                        const RuleTestOptions& options, const std::string& filter,
                                        const UnsavedTexts& unsaved) {
  std::shared_ptr<const CompiledPattern> pattern;
  if (!filter.empty()) {
    ASSIGN_OR_RETURN(pattern, CompiledPattern::Compile(filter));
  }
  auto hasher = std::make_unique<const KeyedHasher>(options.identity_key);
  LoadOptions load = options.load;
  load.hasher = hasher.get();
  ASSIGN_OR_RETURN(TestSuite suite, SuiteReader(load, pattern.get(), unsaved).Read(paths));
  suite.hasher = std::move(hasher);
  suite.load = std::move(load);
  return suite;
}

}  // namespace vigla
