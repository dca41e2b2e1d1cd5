// Loads packs, reads their tests, and says which rules no test proves. Cold.
#include "engine/lab/pack_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "engine/lab/test_code.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/pack_reader.h"

namespace vigla {
namespace {

constexpr std::string_view kPackEnding = ".yaml";
constexpr std::string_view kTestEnding = ".test.yaml";

// A file of tests is a list of them, or a map with `tests` and at most `pack` beside it.
void CheckTestFile(const YamlDocument& document, Diagnostics* diagnostics) {
  if (document.root.IsSequence()) return;
  for (const YamlEntry& entry : document.root.entries) {
    if (entry.key == "tests" || entry.key == "pack") continue;
    diagnostics->Error(diagnostic::kTestShape.code, document.At(entry),
                       "there is no key `" + entry.key + "` here", "one of: pack tests");
  }
  if (document.root.Find("tests") == nullptr) {
    diagnostics->Error(diagnostic::kTestShape.code, document.At(document.root),
                       "the file has no `tests`");
  }
}

// The file of tests beside a pack, if there is one; "" otherwise.
std::string TestFileBeside(const std::string& pack, const UnsavedTexts& unsaved) {
  if (!pack.ends_with(kPackEnding) || pack.ends_with(kTestEnding)) return "";
  const std::string beside =
      pack.substr(0, pack.size() - kPackEnding.size()) + std::string(kTestEnding);
  return IsThere(beside, unsaved) ? beside : "";
}

// In how many tests of a pack a rule has an outcome, and in how many it has none.
struct Proof {
  bool matches = false;
  bool stays_silent = false;
};

// The tests of one pack, against that pack alone.
class PackTestCheck {
 public:
  PackTestCheck(const std::string& pack, const UnsavedTexts& unsaved, const LoadOptions& options,
                Diagnostics* diagnostics)
      : pack_(pack), unsaved_(unsaved), options_(options), diagnostics_(diagnostics) {}

  void Run() {
    Diagnostics ignored;  // the set's loading has said it
    LoadOptions options = options_;
    options.lints = false;
    rule_set_ = LoadUnsavedRuleSet({pack_}, unsaved_, options, &ignored);
    const auto document = LoadUnsavedDocument(pack_, unsaved_, &ignored);
    if (rule_set_ == nullptr || document == nullptr) return;
    ReadTests(*document);
    if (const std::string beside = TestFileBeside(pack_, unsaved_); !beside.empty()) {
      Diagnostics findings;
      const auto tests = LoadUnsavedDocument(beside, unsaved_, &findings);
      if (tests != nullptr) {
        ReadTests(*tests);
      } else {
        for (const Diagnostic& finding : findings.all()) diagnostics_->Add(finding);
      }
    }
    if (options_.lints && !has_errors_) ReportUntested(*document);
  }

 private:
  void ReadTests(const YamlDocument& document) {
    Diagnostics findings;
    const std::vector<RuleTest> tests = ReadTestsOf(document, *rule_set_, &findings);
    has_errors_ = has_errors_ || findings.HasErrors();
    for (const Diagnostic& finding : findings.all()) diagnostics_->Add(finding);
    for (const RuleTest& test : tests) {
      std::set<std::string> named;
      for (const Expectation& expectation : test.expectations) named.insert(expectation.rule);
      for (const Rule& rule : rule_set_->rules) {
        Proof& proof = proofs_[rule.id];
        (named.contains(rule.id) ? proof.matches : proof.stays_silent) = true;
      }
    }
  }

  void ReportUntested(const YamlDocument& document) {
    for (const YamlNode& node : ItemsAt(document.root, "rules")) {
      const std::optional<std::string> id = TextAt(node, "rule");
      const bool is_on = std::any_of(rule_set_->rules.begin(), rule_set_->rules.end(),
                                     [&](const Rule& rule) { return rule.id == id; });
      if (!id || !is_on) continue;
      const Proof& proof = proofs_[*id];
      if (proof.matches && proof.stays_silent) continue;
      std::string missing = proof.matches ? "in which it comes close and stays silent"
                            : proof.stays_silent ? "in which it matches"
                                                 : "at all";
      const YamlNode& place = *node.Find("rule");
      Diagnostic& finding = diagnostics_->Warning(
          diagnostic::kUntested.code, document.At(place),
          "`" + *id + "` has no test " + missing,
          "rules/README.md shows how to write one in a minute");
      finding.snippet = document.Line(place.line);
    }
  }

  const std::string& pack_;
  const UnsavedTexts& unsaved_;
  const LoadOptions& options_;
  Diagnostics* diagnostics_;
  std::shared_ptr<const RuleSet> rule_set_;
  std::map<std::string, Proof> proofs_;
  bool has_errors_ = false;
};

}  // namespace

std::vector<RuleTest> ReadTestsOf(const YamlDocument& document, const RuleSet& rule_set,
                                  Diagnostics* diagnostics) {
  Diagnostics findings;
  if (document.file.ends_with(kTestEnding)) CheckTestFile(document, &findings);
  std::vector<RuleTest> tests = ReadRuleTests(document, rule_set, &findings);
  for (Diagnostic finding : findings.all()) {
    if (finding.snippet.empty() && finding.at.file == document.file) {
      finding.snippet = document.Line(finding.at.line);
      LocateMend(document.source, document.line_starts, &finding);
    }
    diagnostics->Add(std::move(finding));
  }
  return tests;
}

std::shared_ptr<const RuleSet> CheckPacks(const std::vector<std::string>& paths,
                                          const LoadOptions& options, Diagnostics* diagnostics) {
  return CheckUnsavedPacks(paths, {}, options, diagnostics);
}

std::shared_ptr<const RuleSet> CheckUnsavedPacks(const std::vector<std::string>& paths,
                                                 const UnsavedTexts& unsaved,
                                                 const LoadOptions& options,
                                                 Diagnostics* diagnostics) {
  Diagnostics of_packs;
  const auto rule_set = LoadUnsavedRuleSet(paths, unsaved, options, &of_packs);
  for (const Diagnostic& finding : of_packs.all()) diagnostics->Add(finding);
  Diagnostics repeated;
  for (const std::string& file : PackFiles(paths, &repeated)) {
    PackTestCheck(file, unsaved, options, diagnostics).Run();
  }
  diagnostics->Sort();
  return rule_set;
}

}  // namespace vigla
