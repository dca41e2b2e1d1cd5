// Findings as text for people or JSON for programs. Cold.
#include "engine/app/check_command.h"

#include <cstdio>
#include <filesystem>

#include "engine/app/exit_code.h"
#include "engine/app/rule_loading.h"
#include "engine/base/json_writer.h"

namespace vigla {
namespace {

std::string FindingsJson(const Diagnostics& diagnostics, const RuleSet* rule_set) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject()
      .Field("schema", "vigla.check.v1")
      .Field("ok", !diagnostics.HasErrors())
      .Field("errors", int64_t{diagnostics.errors()})
      .Field("warnings", int64_t{diagnostics.warnings()});
  if (rule_set != nullptr) {
    json.Field("rule_set", rule_set->FingerprintText())
        .Field("rules", static_cast<int64_t>(rule_set->rules.size()));
  }
  json.Key("findings").BeginArray();
  for (const Diagnostic& finding : diagnostics.all()) {
    json.BeginObject()
        .Field("severity", finding.severity == Severity::kError ? "error" : "warning")
        .Field("code", finding.code)
        .Field("file", finding.at.file)
        .Field("line", int64_t{finding.at.line})
        .Field("column", int64_t{finding.at.column})
        .Field("message", finding.message)
        .OptionalField("advice", finding.advice)
        .OptionalField("snippet", finding.snippet)
        .EndObject();
  }
  json.EndArray().EndObject();
  return out;
}

}  // namespace

int CheckCommand(const Settings& settings, const CheckOptions& options) {
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
  if (!options.today.empty()) {
    load_options->today_utc_day = ParseDate(options.today);
    if (!load_options->today_utc_day) {
      std::fprintf(stderr, "vigla check: --today takes a date such as 2026-03-31\n");
      return kExitUsage;
    }
  }
  Diagnostics diagnostics;
  const auto rule_set =
      LoadRuleSet(WithTuning(options.paths, settings), *load_options, &diagnostics);
  diagnostics.Sort();
  if (options.as_json) {
    std::printf("%s\n", FindingsJson(diagnostics, rule_set.get()).c_str());
  } else {
    PrintDiagnostics(diagnostics);
    if (rule_set != nullptr) {
      std::printf("%s: %zu rules, %zu features, %s\n", diagnostics.all().empty() ? "clean" : "ok",
                  rule_set->rules.size(), rule_set->features.size(),
                  rule_set->FingerprintText().c_str());
    }
  }
  if (diagnostics.HasErrors()) return kExitConfiguration;
  return options.deny_warnings && diagnostics.warnings() > 0 ? kExitFindings : kExitOk;
}

}  // namespace vigla
