// Finds pack files and loads them, or the body of a set that was published. Cold.
#include "engine/rule/loader.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/rule/canonical_body.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/pack_reader.h"
#include "engine/rule/pack_text.h"
#include "engine/rule/rule_set_builder.h"
#include "engine/rule/tuning.h"

namespace vigla {
namespace {

namespace fs = std::filesystem;

bool IsPackFile(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".yaml") && !name.ends_with(".test.yaml") && !name.starts_with(".");
}

// The pack files of a path, by name; an error where there is none.
std::vector<fs::path> PackFilesOf(const std::string& path, Diagnostics* diagnostics) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return {path};
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(path, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    std::error_code ignored;
    if (IsPackFile(entry->path()) && entry->is_regular_file(ignored)) {
      files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  if (failed) {
    diagnostics->Error(diagnostic::kUnreadable.code, {path}, "the folder can't be read",
                       "check the path and its permissions");
  } else if (files.empty()) {
    diagnostics->Error(diagnostic::kNoPacks.code, {path}, "the folder has no *.yaml",
                       "name a folder of packs, or a pack");
  }
  return files;
}

using TuningFiles = std::vector<std::shared_ptr<const YamlDocument>>;

void FillSnippets(const std::vector<std::unique_ptr<Pack>>& packs, const TuningFiles& tuning,
                  Diagnostics* diagnostics) {
  std::map<std::string, const YamlDocument*> documents;
  for (const auto& pack : packs) documents[pack->document->file] = pack->document.get();
  for (const auto& file : tuning) documents[file->file] = file.get();
  for (Diagnostic& finding : diagnostics->all()) {
    const auto document = documents.find(finding.at.file);
    if (document == documents.end()) {
      if (finding.mend && !finding.mend->is_located) finding.mend.reset();  // of a list's file
      continue;
    }
    const YamlDocument& source = *document->second;
    if (finding.snippet.empty()) finding.snippet = source.Line(finding.at.line);
    LocateMend(source.source, source.line_starts, &finding);
  }
}

// A macro's error is found at each of its uses; people need it once.
void DropRepeated(Diagnostics* diagnostics) {
  std::set<std::tuple<std::string, int, int, std::string, std::string>> seen;
  Diagnostics kept;
  for (Diagnostic& finding : diagnostics->all()) {
    const SourcePosition& at = finding.at;
    if (!seen.emplace(at.file, at.line, at.column, finding.code, finding.message).second) continue;
    kept.Add(std::move(finding));
  }
  kept.Sort();
  *diagnostics = std::move(kept);
}

}  // namespace

std::unique_ptr<YamlDocument> LoadUnsavedDocument(const std::string& path,
                                                  const UnsavedTexts& unsaved,
                                                  Diagnostics* diagnostics) {
  const auto text = unsaved.find(path);
  if (text == unsaved.end()) return LoadPackDocument(path, diagnostics);
  return ReadYaml(path, text->second, YamlLimits(), diagnostics);
}

bool IsThere(const std::string& path, const UnsavedTexts& unsaved) {
  std::error_code ignored;
  return unsaved.contains(path) || fs::exists(path, ignored);
}

std::vector<std::string> PackFiles(const std::vector<std::string>& paths,
                                   Diagnostics* diagnostics) {
  std::vector<std::string> files;
  std::set<fs::path> seen;
  if (paths.empty()) {
    diagnostics->Error(diagnostic::kNoPacks.code, {}, "no rules were named",
                       "name a folder of packs, or a pack");
  }
  for (const std::string& path : paths) {
    for (const fs::path& file : PackFilesOf(path, diagnostics)) {
      std::error_code ignored;
      if (seen.insert(fs::weakly_canonical(file, ignored)).second) files.push_back(file.string());
    }
  }
  return files;
}

std::shared_ptr<const RuleSet> LoadRuleSet(const std::vector<std::string>& paths,
                                           const LoadOptions& options,
                                           Diagnostics* diagnostics) {
  return LoadUnsavedRuleSet(paths, {}, options, diagnostics);
}

std::shared_ptr<const RuleSet> LoadUnsavedRuleSet(const std::vector<std::string>& paths,
                                                  const UnsavedTexts& unsaved,
                                                  const LoadOptions& options,
                                                  Diagnostics* diagnostics) {
  CHECK(options.hasher != nullptr);
  std::vector<std::unique_ptr<Pack>> packs;
  std::vector<RuleFile> files;
  TuningFiles tuning;
  std::vector<std::string> all = paths;
  all.insert(all.end(), options.tuning.begin(), options.tuning.end());
  for (const fs::path file : PackFiles(all, diagnostics)) {
    auto document = LoadUnsavedDocument(file.string(), unsaved, diagnostics);
    if (document == nullptr) continue;
    files.push_back({file.filename().string(), Sha256::Of(document->source), file.string()});
    if (IsTuning(*document)) {
      tuning.push_back(std::move(document));
      continue;
    }
    auto pack = ReadPack(std::move(document), diagnostics);
    if (pack == nullptr) continue;
    pack->folder = file.has_parent_path() ? file.parent_path().string() : ".";
    packs.push_back(std::move(pack));
  }
  ApplyTuning(tuning, packs,
              options.tuning.empty() ? TuningScope::kAllPacks : TuningScope::kSomePacks,
              diagnostics);
  ApplyOverrides(options.overrides, packs, diagnostics);
  if (options.edit_packs) options.edit_packs(&packs);
  RuleSetBuilder builder(std::move(packs), std::move(files), options, diagnostics);
  std::shared_ptr<const RuleSet> rule_set = builder.Build();
  FillSnippets(builder.packs(), tuning, diagnostics);
  DropRepeated(diagnostics);
  return rule_set;
}

absl::StatusOr<std::shared_ptr<const RuleSet>> LoadRuleSetBody(std::string_view body,
                                                               const LoadOptions& options) {
  CHECK(options.hasher != nullptr);
  ASSIGN_OR_RETURN(ParsedBody parsed, ParseBody(body));
  LoadOptions own = options;
  own.base_currency = parsed.base;
  own.dated_rates = std::move(parsed.dated_rates);
  own.today_utc_day = std::nullopt;
  own.overrides.clear();
  own.edit_packs = nullptr;
  own.lints = false;
  own.edit_checked = nullptr;
  Diagnostics diagnostics;
  std::vector<std::unique_ptr<Pack>> packs;
  for (auto& document : parsed.packs) {
    auto pack = ReadPack(std::move(document), &diagnostics);
    if (pack != nullptr) packs.push_back(std::move(pack));
  }
  RuleSetBuilder builder(std::move(packs), {}, own, &diagnostics);
  std::shared_ptr<const RuleSet> rule_set = builder.Build();
  if (rule_set == nullptr) {
    diagnostics.Sort();
    for (const Diagnostic& finding : diagnostics.all()) {
      if (finding.severity != Severity::kError) continue;
      return MakeError(absl::StatusCode::kInvalidArgument,
                       "the body of a rule set does not load: " + FormatDiagnostic(finding));
    }
  }
  if (rule_set->body != body) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "the body of a rule set is not in its canonical form: it was not written "
                     "by this engine, or has been changed");
  }
  return rule_set;
}

}  // namespace vigla
