// What is wrong with packs, what that means, and the safe part of mending it. Cold.
#include "engine/app/check_command.h"

#include <cstdio>
#include <filesystem>

#include "engine/app/exit_code.h"
#include "engine/app/finding_format.h"
#include "engine/app/rule_loading.h"
#include "engine/lab/pack_check.h"
#include "engine/lab/pack_mend.h"
#include "engine/lab/state_estimate.h"
#include "engine/rule/diagnostic_codes.h"

namespace vigla {
namespace {

void PrintText(const Diagnostics& diagnostics, const RuleSet* rule_set,
               const StateEstimate& estimate) {
  PrintDiagnostics(diagnostics);
  if (rule_set == nullptr) return;
  std::printf("%s: %zu rules, %zu features, %s\n", diagnostics.all().empty() ? "clean" : "ok",
              rule_set->rules.size(), rule_set->features.size(),
              rule_set->FingerprintText().c_str());
  std::printf("state: %s\n", FormatStateEstimate(estimate).c_str());
}

void JudgeBudget(const StateEstimate& estimate, const CheckOptions& options,
                 Diagnostics* diagnostics) {
  if (options.budget_bytes == 0 || estimate.memory_bytes <= options.budget_bytes) return;
  diagnostics->Error(diagnostic::kOverBudget.code, {},
                     "an account needs about " + std::to_string(estimate.memory_bytes) +
                         " bytes of memory; the budget is " +
                         std::to_string(options.budget_bytes),
                     "most of it: " + estimate.largest);
}

void PrintMends(const std::vector<MendDone>& mends, bool as_text) {
  for (const MendDone& mend : mends) {
    std::fprintf(as_text ? stdout : stderr, "fixed[%s]: %s:%d:%d: `%s` -> `%s`\n",
                 mend.code.c_str(), mend.at.file.c_str(), mend.at.line, mend.at.column,
                 mend.old_text.c_str(), mend.new_text.c_str());
  }
}

}  // namespace

int HelpCommand(const std::string& topic) {
  if (topic == "codes") {
    std::fputs(DiagnosticCodesMarkdown().c_str(), stdout);
    return kExitOk;
  }
  const DiagnosticCode* code = FindDiagnosticCode(topic);
  if (code == nullptr) {
    std::fprintf(stderr, "vigla help: there is no code `%s`; `vigla help codes` lists them\n",
                 topic.c_str());
    return kExitUsage;
  }
  std::printf("%s: %s\n\n%s\n", std::string(code->code).c_str(),
              std::string(code->about).c_str(), std::string(code->help).c_str());
  return kExitOk;
}

int CheckCommand(const Settings& settings, const CheckOptions& options, Diagnostics before) {
  if (!options.explain.empty()) return HelpCommand(options.explain);
  for (const std::string& path : options.paths) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      std::fprintf(stderr, "vigla check: no such file or folder: %s\n", path.c_str());
      return kExitNoFile;
    }
  }
  const KeyedHasher hasher(settings.Text("engine.identity_key"));
  auto load_options = MakeLoadOptions(settings, &hasher);
  if (!load_options.ok()) {
    std::fprintf(stderr, "vigla check: %s\n",
                 std::string(load_options.status().message()).c_str());
    return ExitCodeOf(load_options.status());
  }
  load_options->today_utc_day = DayOrToday(options.today);
  if (!load_options->today_utc_day) {
    std::fprintf(stderr, "vigla check: --today takes a date such as 2026-03-31\n");
    return kExitUsage;
  }
  const std::vector<std::string> paths = WithTuning(options.paths, settings);
  if (options.fix) {
    const auto mends = MendPacks(paths, *load_options);
    if (!mends.ok()) {
      std::fprintf(stderr, "vigla check: %s\n", std::string(mends.status().message()).c_str());
      return ExitCodeOf(mends.status());
    }
    PrintMends(*mends, options.format == "text");
  }
  Diagnostics diagnostics = std::move(before);
  const auto rule_set = CheckPacks(paths, *load_options, &diagnostics);
  StateEstimate estimate;
  if (rule_set != nullptr) {
    estimate = EstimateState(*rule_set, {options.entries_per_day, load_options->retention_us});
    JudgeBudget(estimate, options, &diagnostics);
  }
  if (options.format == "json") {
    std::printf("%s\n", FindingsJson(diagnostics, rule_set.get()).c_str());
  } else if (options.format == "sarif") {
    std::printf("%s\n", FindingsSarif(diagnostics).c_str());
  } else if (options.format == "github") {
    std::fputs(FindingsGithub(diagnostics).c_str(), stdout);
  } else {
    PrintText(diagnostics, rule_set.get(), estimate);
  }
  if (diagnostics.HasErrors()) return kExitConfiguration;
  return options.deny_warnings && diagnostics.warnings() > 0 ? kExitFindings : kExitOk;
}

}  // namespace vigla
