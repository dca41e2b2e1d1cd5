// Loads packs from texts, for the tests of the loader.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/rule/loader.h"
#include "tests/unit/scratch_folder.h"

namespace vigla {

inline const KeyedHasher& TestHasher() {
  static const auto* const hasher = new KeyedHasher("test");
  return *hasher;
}

inline LoadOptions TestLoadOptions() {
  LoadOptions options;
  options.hasher = &TestHasher();
  return options;
}

using TestFolder = ScratchFolder;

struct LoadedText {
  std::shared_ptr<const RuleSet> rule_set;
  Diagnostics diagnostics;

  std::string Findings() const {
    std::string text;
    for (const Diagnostic& finding : diagnostics.all()) text += FormatDiagnostic(finding) + "\n";
    return text;
  }
  std::vector<std::string> Codes() const {
    std::vector<std::string> codes;
    for (const Diagnostic& finding : diagnostics.all()) codes.push_back(finding.code);
    return codes;
  }
};

inline LoadedText LoadTexts(const std::vector<std::string>& texts,
                            const LoadOptions& options = TestLoadOptions()) {
  TestFolder folder;
  std::vector<std::string> paths;
  for (const std::string& text : texts) {
    paths.push_back(folder.Write("pack" + std::to_string(paths.size()) + ".yaml", text));
  }
  LoadedText loaded;
  loaded.rule_set = LoadRuleSet(paths, options, &loaded.diagnostics);
  return loaded;
}

// A pack with one rule around a condition; `declarations` stand before the rules.
inline std::string PackWith(const std::string& when, const std::string& declarations = "",
                            const std::string& more = "") {
  return "pack: p\nversion: 1\n" + declarations +
         "rules:\n  - rule: r\n    title: t\n    subject: debtor\n    severity: low\n"
         "    score: 1\n    reason: why\n    when: >-\n      " +
         when + "\n" + more;
}

}  // namespace vigla
