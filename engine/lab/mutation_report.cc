// What a run of mutants found: for people and for programs. Cold.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "engine/lab/mutation_run.h"

namespace vigla {
namespace {

std::string PlaceText(const SourcePosition& at) {
  return absl::StrCat(at.file, ":", at.line, ":", at.column);
}

std::string_view FateName(MutantFate fate) {
  static constexpr std::string_view kNames[] = {"killed", "survived", "equivalent", "invalid"};
  return kNames[static_cast<size_t>(fate)];
}

// One digit, downwards: 89.97 must not read as 90.0.
std::string ScoreText(double score) {
  return absl::StrFormat("%.1f", std::floor(score * 10.0) / 10.0);
}

bool IsGoodEnough(const PackMutation& pack, double min_score) {
  return pack.failing_tests == 0 && pack.Score() >= min_score;
}

void AppendSurvivor(const PackMutation& pack, const MutantResult& mutant, std::string* text) {
  absl::StrAppend(text, "SURVIVED ", PlaceText(mutant.at), ": ", pack.pack, ": ",
                  ToAbsl(MutantKindName(mutant.kind)), ": ", mutant.what, "\n");
  if (!mutant.test.empty()) {
    absl::StrAppend(text, "  no test notices; this one would:\n", mutant.test);
  } else if (mutant.tried > 0) {
    absl::StrAppend(text, "  equivalent or not found: in ", mutant.tried,
                    " tables near the boundary it says what the original says\n");
  } else {
    absl::StrAppend(text, "  equivalent or not found: no table was tried\n");
  }
}

void AppendMutant(const MutantResult& mutant, std::string* text) {
  JsonWriter json(text);
  json.BeginObject()
      .Field("kind", MutantKindName(mutant.kind))
      .Field("file", mutant.at.file)
      .Field("line", static_cast<int64_t>(mutant.at.line))
      .Field("column", static_cast<int64_t>(mutant.at.column))
      .Field("what", mutant.what)
      .Key("rules")
      .BeginArray();
  for (const std::string& rule : mutant.rules) json.String(rule);
  json.EndArray()
      .Field("fate", FateName(mutant.fate))
      .OptionalField("why", mutant.why)
      .OptionalField("killed_by", mutant.killed_by)
      .OptionalField("test", mutant.test);
  if (mutant.fate == MutantFate::kSurvived) {
    json.Field("tables_tried", static_cast<int64_t>(mutant.tried));
  }
  json.EndObject();
}

}  // namespace

std::string FormatMutationReport(const MutationReport& report, double min_score) {
  std::string text;
  for (const PackMutation& pack : report.packs) {
    if (pack.failing_tests > 0) {
      absl::StrAppend(&text, "FAILED ", pack.path, ": ", pack.failing_tests,
                      " of its tests fail; they must hold before mutants mean anything\n");
      continue;
    }
    for (const MutantResult& mutant : pack.mutants) {
      if (mutant.fate == MutantFate::kSurvived) AppendSurvivor(pack, mutant, &text);
    }
  }
  for (const PackMutation& pack : report.packs) {
    if (pack.failing_tests > 0) continue;
    absl::StrAppend(&text, IsGoodEnough(pack, min_score) ? "" : "FAILED ", pack.path, ": ",
                    ScoreText(pack.Score()), " % of mutants killed (",
                    pack.Count(MutantFate::kKilled), " killed, ",
                    pack.Count(MutantFate::kSurvived), " survived, ",
                    pack.Count(MutantFate::kEquivalent), " equivalent)\n");
  }
  const bool good = IsMutationGoodEnough(report, min_score);
  absl::StrAppend(&text, report.packs.size(), report.packs.size() == 1 ? " pack, " : " packs, ",
                  good ? "all" : "not all", " at ", ScoreText(min_score), " % or more\n");
  return text;
}

std::string FormatMutationReportJson(const MutationReport& report, double min_score) {
  std::string text = "{\"schema\":\"vigla.mutation.v1\",\"passed\":";
  text += IsMutationGoodEnough(report, min_score) ? "true" : "false";
  absl::StrAppend(&text, ",\"min_score\":\"", ScoreText(min_score), "\",\"packs\":[");
  for (const PackMutation& pack : report.packs) {
    if (text.back() != '[') text += ',';
    text += "{\"pack\":";
    AppendJsonString(pack.pack, &text);
    text += ",\"file\":";
    AppendJsonString(pack.path, &text);
    absl::StrAppend(&text, ",\"failing_tests\":", pack.failing_tests, ",\"score\":\"",
                    ScoreText(pack.failing_tests > 0 ? 0 : pack.Score()), "\"");
    for (MutantFate fate : {MutantFate::kKilled, MutantFate::kSurvived, MutantFate::kEquivalent,
                            MutantFate::kInvalid}) {
      absl::StrAppend(&text, ",\"", ToAbsl(FateName(fate)), "\":", pack.Count(fate));
    }
    text += ",\"mutants\":[";
    for (const MutantResult& mutant : pack.mutants) {
      if (text.back() != '[') text += ',';
      AppendMutant(mutant, &text);
    }
    text += "]}";
  }
  return text + "]}\n";
}

bool IsMutationGoodEnough(const MutationReport& report, double min_score) {
  if (report.diagnostics.HasErrors()) return false;
  for (const PackMutation& pack : report.packs) {
    if (!IsGoodEnough(pack, min_score)) return false;
  }
  return true;
}

}  // namespace vigla
