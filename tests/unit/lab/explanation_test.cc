// Explanations: the golden tree, and on random streams that they are the engine's own truth, live
// and long after.
#include "engine/lab/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <tuple>

#include "engine/base/clock.h"
#include "engine/lab/explained_moment.h"
#include "engine/lab/explanation_json.h"
#include "engine/lab/explanation_text.h"
#include "engine/ledger/subject_as_of.h"
#include "engine/pipeline/leg_reader.h"
#include "engine/pipeline/memory_ports.h"
#include "engine/pipeline/pipeline.h"
#include "engine/pipeline/recording_history.h"
#include "engine/pipeline/resume_point.h"
#include "engine/rule/compiler.h"

namespace vigla {
namespace {

constexpr char kIdentityKey[] = "vigla";
constexpr char kGoldenFolder[] = "tests/golden/explanation/";

const KeyedHasher& Hasher() {
  static const auto* const hasher = new KeyedHasher(kIdentityKey);
  return *hasher;
}

LoadOptions Options() {
  LoadOptions options;
  options.hasher = &Hasher();
  options.base_currency = *CurrencyCode::Parse("EUR");
  return options;
}

// Of the rule set that was loaded last.
ConditionTrees& Trees() {
  static auto* const trees = new ConditionTrees;
  return *trees;
}

std::shared_ptr<const RuleSet> Load(const std::string& path) {
  Diagnostics diagnostics;
  LoadOptions options = Options();
  Trees().KeepFrom(&options);
  auto rule_set = LoadRuleSet({path}, options, &diagnostics);
  for (const Diagnostic& finding : diagnostics.all()) {
    if (finding.severity == Severity::kError) ADD_FAILURE() << FormatDiagnostic(finding);
  }
  return rule_set;
}

std::shared_ptr<const RuleSet> LoadText(const std::string& text) {
  const std::string path = ::testing::TempDir() + "vigla_explain_" + std::to_string(getpid()) +
                           ".yaml";
  std::ofstream(path) << text;
  auto rule_set = Load(path);
  std::filesystem::remove(path);
  return rule_set;
}

// What the engine itself says of a part of a condition.
void ExpectEngineSaysTheSame(const ExplanationNode& node, const JudgedLeg& judged) {
  LegReader reader(judged.leg, judged.rule_set, judged.figures);
  const auto program = Compile(*node.expression, judged.rule_set.rates);
  ASSERT_TRUE(program.ok());
  if (node.value.type == ValueType::kBool) {
    EXPECT_EQ(node.truth(), EvaluateTruth(*program, judged.rule_set, reader)) << node.text;
  } else {
    const Value value = Evaluate(*program, judged.rule_set, reader);
    EXPECT_EQ(node.shown, ShownValue(value, judged.rule_set.rates.base())) << node.text;
  }
  EXPECT_EQ(node.why.empty(), node.value.known) << node.text;
  const bool is_and = node.expression->kind == ExpressionKind::kAnd;
  if (is_and || node.expression->kind == ExpressionKind::kOr) {
    Truth whole = is_and ? Truth::kTrue : Truth::kFalse;
    for (const ExplanationNode& operand : node.operands) {
      whole = is_and ? evaluation::And(whole, operand.truth())
                     : evaluation::Or(whole, operand.truth());
    }
    EXPECT_EQ(node.truth(), whole) << node.text;
  }
  for (const ExplanationNode& operand : node.operands) ExpectEngineSaysTheSame(operand, judged);
}

using LegAndRule = std::tuple<uint64_t, LegOrder, std::string>;

// Explains every leg by every rule about it.
class ExplainAll final : public LegObserver {
 public:
  void Observe(const JudgedLeg& judged) override {
    ExplainOptions options;
    options.topics = {"transactions"};
    options.trees = &Trees();
    for (const Rule& rule : judged.rule_set.rules) {
      if (!IsAbout(rule, judged.leg)) continue;
      const RuleExplanation explanation = ExplainRule(rule, judged, options);
      LegReader reader(judged.leg, judged.rule_set, judged.figures);
      EXPECT_EQ(explanation.when.truth(), EvaluateTruth(rule.when, judged.rule_set, reader));
      ExpectEngineSaysTheSame(explanation.when, judged);
      ++outcomes[explanation.outcome];
      const CurrencyCode base = judged.rule_set.rates.base();
      std::string text = RenderTree(explanation, base);
      AppendExplanationJson(explanation, base, &text);
      texts[{judged.leg.sequence.value, judged.leg.order, rule.id}] = std::move(text);
    }
  }

  std::map<LegAndRule, std::string> texts;
  std::map<RuleOutcome, int> outcomes;
};

// A life of the pipeline over texts, and the state it leaves.
struct Life {
  explicit Life(std::shared_ptr<const RuleSet> rules) : rule_set(std::move(rules)) {}

  void Run(const std::vector<std::string>& records, LegObserver* observer) {
    for (const std::string& record : records) source.Append(record);
    const SystemClock clock;
    PipelinePorts ports;
    ports.source = &source;
    ports.output = &output;
    ports.open_store = [this]() -> absl::StatusOr<Store*> { return store.get(); };
    ports.clock = &clock;
    ports.leg_observer = observer;
    options.identity_key = kIdentityKey;
    options.free_bytes_min = 0;
    Pipeline pipeline(options, Options(), ports, rule_set);
    ASSERT_TRUE(pipeline.Open().ok());
    size_t turn = 0;
    const auto outcome =
        pipeline.RunStepwise([&turn](size_t stages) { return turn++ % stages; });
    ASSERT_TRUE(outcome.ok() && *outcome == PipelineOutcome::kFinished);
  }

  // Judges a record again on what the state was before it, made from what it is now.
  void JudgeAgain(uint64_t sequence, const std::string& text, LegObserver* observer) {
    std::string value;
    ASSERT_TRUE(store->Get(kStateHeaderKey, &value).ok());
    const auto header = ParseStateHeader(value);
    ASSERT_TRUE(header.ok());
    const auto recording = RecordingHistory::Restore(header->resume.recorded_since);
    ASSERT_TRUE(recording.ok());
    const std::unique_ptr<Store> as_of = NewMemoryStore();
    ExplainedMoment moment;
    moment.options = options;
    moment.hasher = &Hasher();
    moment.topics = {"transactions"};
    moment.rule_set = rule_set;
    moment.since = recording->Since(*rule_set);
    moment.sequence = {sequence};
    moment.record.position.offset = static_cast<int64_t>(sequence) - 1;
    moment.record.value = text;
    moment.store = as_of.get();
    moment.prepare = [&](const Leg& leg) {
      return CopySubjectAsOf(store.get(), leg, Hasher(), options.ledger.retention_us,
                             as_of.get())
          .status();
    };
    const auto verdict = JudgeAtMoment(moment, observer);
    ASSERT_TRUE(verdict.ok()) << verdict.status();
  }

  std::shared_ptr<const RuleSet> rule_set;
  MemorySource source;
  MemoryOutput output;
  std::unique_ptr<Store> store = NewMemoryStore();
  PipelineOptions options;
};

constexpr std::string_view kRandomPack = R"yaml(pack: random
version: 1
rates: {base: EUR, USD: 0.92}
parameters:
  limit: {type: money, value: 3000 EUR, min: 1 EUR, max: 9000 EUR}
macros:
  cash: kind == cash_deposit && known(channel)
features:
  paid:     {sum: amount, of: both, over: 3d, where: amount < limit}
  pieces:   {count: debits, over: 10m}
  usual:    {mean: amount, of: debits, over: 30d, skip: 1d}
  middle:   {median: amount, of: both, over: 7d}
  quiet:    {idle: both, over: 90d}
  same:     {count: both, over: 30d, per: counterparty, prior: true}
  bigger:   {count: both, over: 30d, where: amount > this.amount}
  all_time: {count: both, over: ever}
  greatest: {max: amount, of: both, over: ever}
  devices:  {distinct: initiator, of: both, over: 30d}
  party_day: {sum: amount, of: both, over: 24h, on: party}
rules:
  - {rule: r.sum, title: t, subject: both, severity: low, score: 1, reason: "{paid} {usual|none}",
     when: "(paid > limit || pieces >= 3) && (!known(usual) || amount > usual * 2)",
     once_per: {key: [account, counterparty], for: 2d}}
  - {rule: r.logic, title: t, subject: debtor, severity: low, score: 1, reason: "{middle}",
     when: "cash || channel in ['atm', 'branch'] && amount / (pieces - 1) > middle",
     unless: [{id: small, if: amount < limit / 10, because: b, approved: a, until: 2026-02-01}]}
  - {rule: r.quiet, title: t, subject: both, severity: low, score: 1, reason: "{quiet}",
     when: quiet > duration("1d") && same == 0 && bigger < 2}
  - {rule: r.ever, title: t, subject: creditor, severity: low, score: 1, state: shadow,
     reason: "{all_time}",
     when: "all_time % 3 == 0 && amount >= greatest
            && (devices > 1 ? pieces == 0 : amount > limit)"}
  - {rule: r.party, title: t, subject: both, on: party, severity: low, score: 1,
     reason: "{party_day}", when: party_day > limit}
  - {rule: v.negative, title: t, subject: transaction, kind: validity, action: reject,
     severity: low, score: 1, reason: r, when: amount.original <= 0}
)yaml";

std::vector<std::string> RandomRecords(uint32_t seed, int count) {
  std::mt19937 random(seed);
  const auto below = [&random](int n) { return static_cast<int>(random() % n); };
  const auto quoted = [](const std::string& text) { return "\"" + text + "\""; };
  int64_t ms = 1767225600000;  // 2026-01-01
  std::vector<std::string> records;
  for (int i = 0; i < count; ++i) {
    ms += below(6) == 0 ? below(3 * 86'400'000) : below(400'000);
    int64_t at = ms;
    if (below(8) == 0) at -= below(3 * 86'400'000);
    if (below(40) == 0) at -= int64_t{9} * 86'400'000;  // too late
    const char* const currencies[] = {"EUR", "EUR", "USD", "GBP"};
    std::string record = "{\"id\":\"t" + std::to_string(i) + "\",\"time\":" + std::to_string(at) +
                         ",\"amount\":\"" + std::to_string(below(5000) - 250) +
                         ".50\",\"currency\":" + quoted(currencies[below(4)]);
    const auto side = [&](const char* name) {
      const std::string who = std::to_string(below(4));
      record += std::string(",\"") + name + "\":{\"account\":\"A" + who + "\"";
      if (below(3) > 0) record += ",\"party\":\"P" + who + "\"";
      record += "}";
    };
    side("debtor");
    if (below(5) > 0) side("creditor");
    if (below(2) == 0) record += ",\"kind\":\"cash_deposit\"";
    if (below(2) == 0) record += below(2) == 0 ? ",\"channel\":\"atm\"" : ",\"channel\":\"web\"";
    if (below(2) == 0) record += ",\"initiator\":\"I" + std::to_string(below(3)) + "\"";
    if (below(9) == 0) record += ",\"status\":\"rejected\"";
    records.push_back(record + "}");
  }
  return records;
}

TEST(ExplanationTest, IsTheEnginesTruthLiveAndAsOfThenFromALaterState) {
  std::map<RuleOutcome, int> outcomes, outcomes_again;
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    Life life(LoadText(std::string(kRandomPack)));
    ASSERT_NE(life.rule_set, nullptr);
    const std::vector<std::string> records = RandomRecords(seed, 300);
    ExplainAll live, again;
    life.Run(records, &live);
    ASSERT_FALSE(HasFatalFailure());
    for (size_t i = 0; i < records.size(); ++i) {
      life.JudgeAgain(i + 1, records[i], &again);
      ASSERT_FALSE(HasFatalFailure()) << records[i];
    }
    for (const auto& [key, text] : live.texts) {
      EXPECT_EQ(text, again.texts[key]);
      if (HasFailure()) return;
    }
    for (const auto& [outcome, legs] : live.outcomes) outcomes[outcome] += legs;
    for (const auto& [outcome, legs] : again.outcomes) outcomes_again[outcome] += legs;
  }
  // The streams have something of everything.
  for (const RuleOutcome outcome :
       {RuleOutcome::kClear, RuleOutcome::kUnknown, RuleOutcome::kAlert, RuleOutcome::kShadow,
        RuleOutcome::kFolded, RuleOutcome::kExcepted, RuleOutcome::kTooLate}) {
    EXPECT_GT(outcomes[outcome], 0) << RuleOutcomeName(outcome);
  }
  // A rejected transaction's legs are explained afterwards, though no lane ever saw them.
  EXPECT_GT(outcomes_again[RuleOutcome::kDecidedReject], 0);
  EXPECT_GT(outcomes_again[RuleOutcome::kNotJudged], 0);
}

// The text of one transaction under one rule against a file; REGENERATE=1 writes the file.
void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = kGoldenFolder + name;
  if (std::getenv("REGENERATE") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str()) << path;
}

TEST(ExplanationTest, DurationsReadAsPeopleSayThem) {
  const auto shown = [](int64_t us) {
    return ShownValue(Value::Integer(ValueType::kDuration, us), *CurrencyCode::Parse("EUR"));
  };
  EXPECT_EQ(shown(0), "0s");
  EXPECT_EQ(shown(30 * kDayUs), "30d");
  EXPECT_EQ(shown(149'127'133'983), "1d 17h 25m 27.133983s");
  EXPECT_EQ(shown(-1'500'000), "-1.5s");
}

TEST(ExplanationTest, GoldenTrees) {
  Life life(Load("tests/golden/packs/structuring_example.yaml"));
  ASSERT_NE(life.rule_set, nullptr);
  const auto cash = [](const char* id, const char* time, const char* more, const char* amount) {
    return std::string("{\"id\":\"") + id + "\",\"time\":\"" + time +
           "\",\"kind\":\"cash_deposit\",\"creditor\":{\"account\":\"KARL\"},\"amount\":\"" +
           amount + "\",\"currency\":\"EUR\"" + more + "}";
  };
  ExplainAll all;
  life.Run({cash("a", "2026-03-02T09:00:00Z", ",\"channel\":\"branch\"", "9200.00"),
            cash("b", "2026-03-03T09:00:00Z", ",\"channel\":\"atm\"", "9300.00"),
            cash("c", "2026-03-05T08:59:59Z", ",\"channel\":\"branch\"", "9400.00"),
            cash("d", "2026-03-05T10:00:00Z", "", "9400.00")},
           &all);
  const std::string rule = "structuring.cash_pieces";
  ExpectGolden("two_pieces.txt", all.texts[{2, LegOrder::kCreditorAccount, rule}] + "\n");
  ExpectGolden("three_pieces.txt", all.texts[{3, LegOrder::kCreditorAccount, rule}] + "\n");
  ExpectGolden("no_channel.txt", all.texts[{4, LegOrder::kCreditorAccount, rule}] + "\n");
}

}  // namespace
}  // namespace vigla
