// `vigla explain`: why a rule did or did not fire on a transaction. Cold.
#include "engine/app/explain_command.h"

#include <algorithm>
#include <cstdio>

#include "engine/app/exit_code.h"
#include "engine/app/explain_moment.h"
#include "engine/app/pipeline_settings.h"
#include "engine/app/rule_loading.h"
#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "engine/lab/explanation_json.h"
#include "engine/lab/explanation_text.h"

namespace vigla {
namespace {

// Explains the legs as they are judged.
class Collector final : public LegObserver {
 public:
  Collector(std::string rule, ExplainOptions options)
      : rule_(std::move(rule)), options_(std::move(options)) {}

  void Observe(const JudgedLeg& judged) override {
    for (const Rule& rule : judged.rule_set.rules) {
      if (!rule_.empty() && rule.id != rule_) continue;
      if (IsAbout(rule, judged.leg)) explained_.push_back(ExplainRule(rule, judged, options_));
    }
  }

  const std::vector<RuleExplanation>& explained() const { return explained_; }

 private:
  const std::string rule_;
  const ExplainOptions options_;
  std::vector<RuleExplanation> explained_;
};

bool IsMatch(const RuleExplanation& explanation) {
  switch (explanation.outcome) {
    case RuleOutcome::kClear:
    case RuleOutcome::kUnknown:
    case RuleOutcome::kTooLate:
    case RuleOutcome::kNotJudged: return false;
    default: return true;
  }
}

std::string VerdictText(const MomentVerdict& verdict) {
  std::string text = "verdict at intake: " + std::string(AuditVerdictName(verdict.verdict));
  for (const std::string& rule : verdict.deciding_rules) {
    text += (&rule == &verdict.deciding_rules.front() ? " by " : ", ") + rule;
  }
  if (!verdict.rejection.empty()) text += ": " + verdict.rejection;
  return text + "\n";
}

std::string TreeText(const Collector& collector, const MomentVerdict& verdict, bool one_rule,
                     CurrencyCode base) {
  std::string text = VerdictText(verdict);
  if (!one_rule) {
    for (const RuleExplanation& explanation : collector.explained()) {
      text += RenderVerdictLine(explanation);
    }
  }
  for (const RuleExplanation& explanation : collector.explained()) {
    if (one_rule || IsMatch(explanation)) text += "\n" + RenderTree(explanation, base);
  }
  return text;
}

std::string DocumentJson(const Collector& collector, const MomentVerdict& verdict,
                         const MomentToExplain& made) {
  const RuleSet& rule_set = *made.moment.rule_set;
  std::string text;
  JsonWriter json(&text);
  json.BeginObject()
      .Field("schema", "vigla.explanation.v1")
      .CounterField("sequence", made.moment.sequence.value)
      .Field("rule_set", rule_set.FingerprintText())
      .Field("base_currency", rule_set.rates.base().Text())
      .Field("verdict", AuditVerdictName(verdict.verdict))
      .Key("by")
      .BeginArray();
  for (const std::string& rule : verdict.deciding_rules) json.String(rule);
  json.EndArray().OptionalField("rejection", verdict.rejection);
  if (!collector.explained().empty()) {
    const RuleExplanation& first = collector.explained().front();
    json.Field("id", first.transaction_id)
        .Field("time", FormatTime(first.time))
        .Field("source", first.source);
  }
  json.Field("certain", made.is_certain).Key("notes").BeginArray();
  for (const std::string& note : made.notes) json.String(note);
  json.EndArray().Key("rules").BeginArray();
  for (const RuleExplanation& explanation : collector.explained()) {
    std::string part;
    AppendExplanationJson(explanation, rule_set.rates.base(), &part);
    json.Raw(part);
  }
  json.EndArray().EndObject();
  return text + "\n";
}

absl::Status CheckRuleIsThere(const std::string& id, const RuleSet& rule_set) {
  std::vector<std::string_view> ids;
  for (const Rule& rule : rule_set.rules) ids.push_back(rule.id);
  if (id.empty() || std::find(ids.begin(), ids.end(), id) != ids.end()) return absl::OkStatus();
  const std::string nearest = NearestWord(id, ids);
  return MakeError(absl::StatusCode::kInvalidArgument,
                   "no rule '" + id + "' is live or shadow in the rule set" +
                       (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

absl::StatusOr<int> Explain(const Settings& settings, const ExplainCommandOptions& options) {
  const PipelineOptions pipeline = MakePipelineOptions(settings);
  const KeyedHasher hasher(pipeline.identity_key);
  ExplainSetup setup{settings, options, hasher, {}, pipeline};
  ASSIGN_OR_RETURN(setup.load, MakeLoadOptions(settings, &hasher));
  ConditionTrees trees;
  trees.KeepFrom(&setup.load);
  ASSIGN_OR_RETURN(const auto made,
                   options.from.empty() ? MomentFromState(setup) : MomentFromInput(setup));
  RETURN_IF_ERROR(CheckRuleIsThere(options.rule, *made->moment.rule_set));
  made->moment.options = pipeline;
  made->moment.hasher = &hasher;
  made->moment.record = made->record.View();

  ExplainOptions explain;
  explain.trees = &trees;
  explain.since = &made->moment.since;
  explain.entries_most = options.entries;
  explain.topics = made->moment.topics;
  explain.name_entry = [&](Sequence sequence, ExplainedEntry* entry) {
    const auto found = made->index->Resolve(sequence);
    if (!found.ok()) return;
    entry->id = found->id;
    const RecordPosition& position = found->position;
    if (position.topic >= explain.topics.size()) return;
    AppendSourceText(explain.topics[position.topic], position.partition, position.offset,
                     &entry->source);
  };
  Collector collector(options.rule, explain);
  ASSIGN_OR_RETURN(const MomentVerdict verdict, JudgeAtMoment(made->moment, &collector));
  for (const std::string& note : made->notes) {
    std::fprintf(stderr, "vigla explain: note: %s\n", note.c_str());
  }
  const CurrencyCode base = made->moment.rule_set->rates.base();
  const std::string text = options.as_json
                               ? DocumentJson(collector, verdict, *made)
                               : TreeText(collector, verdict, !options.rule.empty(), base);
  std::fputs(text.c_str(), stdout);
  if (collector.explained().empty() && verdict.verdict != AuditVerdict::kUnreadable) {
    std::fprintf(stderr, "vigla explain: %s\n",
                 options.rule.empty() ? "no rule is about any leg of the transaction"
                                      : "the rule is about no leg of the transaction");
  }
  return made->is_certain ? kExitOk : kExitFindings;
}

}  // namespace

int ExplainCommand(const Settings& settings, const ExplainCommandOptions& options) {
  const absl::StatusOr<int> code = Explain(settings, options);
  if (code.ok()) return *code;
  std::fprintf(stderr, "vigla explain: %s\n", std::string(code.status().message()).c_str());
  if (absl::IsUnavailable(code.status())) return kExitTryAgain;
  if (absl::IsInvalidArgument(code.status())) return kExitUsage;
  return ExitCodeOf(code.status());
}

}  // namespace vigla
