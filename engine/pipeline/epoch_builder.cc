// Outputs of an epoch: rendered once, in the order of sequences, whatever the lanes were. Warm.
#include "engine/pipeline/epoch_builder.h"

#include <algorithm>

#include "engine/audit/rules_record.h"
#include "engine/base/sha256_batch.h"
#include "engine/base/status.h"
#include "engine/pipeline/output_headers.h"
#include "engine/pipeline/reject_record.h"
#include "engine/pipeline/subject_reference.h"

namespace vigla {
namespace {

constexpr int kSemantics = 1;
constexpr size_t kSpareBytesMax = 64 * 1024;  // of a value; few are larger
// Enough alerts to be hashed side by side, few enough to stay in a processor's cache until then.
constexpr size_t kResultsAtOnce = 16;

AuditMatch ToAuditMatch(const Match& match, const Rule& rule,
                        std::span<const AuditValue> values) {
  AuditMatch audit;
  audit.rule = rule.id;
  audit.version = rule.version;
  audit.result = match.result;
  audit.into = match.into;
  audit.exception = match.exception;
  audit.values = values;
  return audit;
}

}  // namespace

EpochBuilder::EpochBuilder(const PipelineOptions& options,
                           const std::vector<std::string>& topics, const OutputLimits& limits,
                           SequenceIndex* index, const AuditChain& chain,
                           BuilderMetrics* metrics, RuleMetrics* rule_metrics)
    : options_(options),
      topics_(topics),
      limits_(limits),
      index_(index),
      alert_body_(topics, index),
      chain_(chain),
      metrics_(metrics),
      rule_metrics_(rule_metrics),
      intake_frames_(FrameKind::kIntake, options.frame_bytes_max),
      match_frames_(FrameKind::kMatches, options.frame_bytes_max) {}

void EpochBuilder::Begin(uint64_t epoch, Sequence first, const RuleSet& rule_set,
                         const Activation* activation) {
  const std::string fingerprint = rule_set.FingerprintText();
  intake_frames_.Begin(epoch, first, fingerprint);
  match_frames_.Begin(epoch, first, fingerprint);
  open_ = true;
  if (activation == nullptr) return;
  scratch_.clear();
  AppendActivationEntry(*activation, &scratch_);
  intake_frames_.Add(scratch_, activation->first_sequence);
  if (is_replay_) intake_entries_.push_back(scratch_);
}

void EpochBuilder::AddBatch(const Batch& batch) {
  const RuleSet& rule_set = *batch.rule_set;
  is_replay_ = batch.is_replay;
  if (!open_) Begin(batch.epoch, batch.first_sequence, rule_set, batch.activation.get());
  texts_.clear();
  for (const InputRecord& input : batch.input.records) texts_.push_back(input.value);
  digests_.resize(texts_.size());
  Sha256Batch(texts_, std::nullopt, digests_.data());
  static_assert(sizeof(Digest) == sizeof(Digest::bytes));
  input_digest_.Update({reinterpret_cast<const char*>(digests_.data()),
                        digests_.size() * sizeof(Digest)});
  std::vector<std::string_view> by;
  for (size_t i = 0; i < batch.records.size(); ++i) {
    const InputRecord& input = batch.input.records[i];
    const SequencedRecord& record = batch.records[i];
    const Sequence sequence{batch.first_sequence.value + i};
    IntakeEntry entry;
    entry.sequence = sequence;
    entry.topic = topics_[input.position.topic];
    entry.partition = input.position.partition;
    entry.offset = input.position.offset;
    entry.digest = digests_[i];
    entry.verdict = record.verdict;
    by.clear();
    for (uint16_t rule : record.deciding_rules) by.push_back(rule_set.rules[rule].id);
    entry.by = by;
    if (record.verdict != AuditVerdict::kUnreadable) {
      entry.id = record.transaction.id;
    } else if (!is_replay_) {
      rejects_.push_back(MakeReject(input, record.rejection, topics_[input.position.topic],
                                    limits_.rejects_as_json, limits_.record_bytes_max));
    }
    index_->Append(sequence, entry.id, input.position);
    scratch_.clear();
    AppendIntakeEntry(entry, &scratch_);
    intake_frames_.Add(scratch_, sequence);
    if (is_replay_) intake_entries_.push_back(scratch_);
  }
}

std::vector<const LegResult*> EpochBuilder::Merge(
    const std::vector<std::unique_ptr<LaneEpoch>>& lanes) const {
  std::vector<const LegResult*> merged;
  for (const auto& lane : lanes) {
    for (const LegResult& result : lane->results) merged.push_back(&result);
  }
  std::sort(merged.begin(), merged.end(), [](const LegResult* a, const LegResult* b) {
    return std::tie(a->leg->sequence, a->leg->order) < std::tie(b->leg->sequence, b->leg->order);
  });
  return merged;
}

absl::Status EpochBuilder::AddAlert(const LegResult& result, AlertState state,
                                    std::vector<OutputRecord>* records) {
  if (!AlertBody::Publishes(result, state)) return absl::OkStatus();
  OutputRecord& record = records->emplace_back(TakeSpareAlert());
  const bool is_live = state == AlertState::kLive;
  record.topic = is_live ? OutputTopic::kAlerts : OutputTopic::kAlertsShadow;
  ASSIGN_OR_RETURN(const AlertSummary summary,
                   alert_body_.Render(result, state, limits_.record_bytes_max, &record.value));
  if (is_replay_) return absl::OkStatus();
  record.key = result.leg->subject_id;
  SetAlertHeaders(result, summary, options_.instance, &record.headers);
  if (is_live) {
    metrics_->alerts.Add(1);
    metrics_->alerts_by_severity[static_cast<size_t>(summary.severity)].Add(1);
  } else {
    metrics_->shadow_alerts.Add(1);
  }
  return absl::OkStatus();
}

absl::Status EpochBuilder::AddResults(std::span<const LegResult* const> results,
                                      std::vector<OutputRecord>* records) {
  while (!results.empty()) {
    const auto some = results.first(std::min(results.size(), kResultsAtOnce));
    results = results.subspan(some.size());
    const size_t first = records->size();
    for (const LegResult* result : some) {
      RETURN_IF_ERROR(AddAlert(*result, AlertState::kLive, records));
      RETURN_IF_ERROR(AddAlert(*result, AlertState::kShadow, records));
    }
    texts_.clear();
    for (size_t i = first; i < records->size(); ++i) texts_.push_back((*records)[i].value);
    digests_.resize(texts_.size());
    Sha256Batch(texts_, std::nullopt, digests_.data());
    const Digest* digest = digests_.data();
    for (const LegResult* result : some) {
      std::optional<Digest> live, shadow;
      if (AlertBody::Publishes(*result, AlertState::kLive)) {
        live = *digest++;
        alerts_digest_.Update(live->View());
        ++alerts_;
      }
      if (AlertBody::Publishes(*result, AlertState::kShadow)) shadow = *digest++;
      AppendMatch(*result, live, shadow);
    }
    if (!is_replay_) continue;
    for (OutputRecord& record : *records) KeepSpareAlert(std::move(record));
    records->clear();
  }
  return absl::OkStatus();
}

void EpochBuilder::AppendMatch(const LegResult& result, const std::optional<Digest>& live,
                               const std::optional<Digest>& shadow) {
  const RuleSet& rule_set = *result.batch->rule_set;
  const Leg& leg = *result.leg;
  std::vector<std::vector<AuditValue>> values(result.matches.size());
  std::vector<AuditMatch> matches;
  for (size_t i = 0; i < result.matches.size(); ++i) {
    const Match& match = result.matches[i];
    const Rule& rule = rule_set.rules[match.rule];
    if (match.result != AuditResult::kTooLate) {
      for (size_t f = 0; f < rule.features.size(); ++f) {
        for (const FeatureFigure& figure : result.features) {
          if (figure.feature != rule.features[f]) continue;
          values[i].push_back({rule.feature_names[f], figure.text});
        }
      }
    }
    matches.push_back(ToAuditMatch(match, rule, values[i]));
  }
  const std::string reference = SubjectReference(options_.identity_key, leg);
  const std::string alert_id = live || shadow ? AlertIdText(result.alert_id) : std::string();
  MatchEntry entry;
  entry.sequence = leg.sequence;
  entry.kind = leg.subject_kind;
  entry.ref = reference;
  entry.role = RoleText(leg.order);
  entry.matches = matches;
  entry.alert_id = alert_id;
  entry.alert_digest = live;
  entry.shadow_digest = shadow;
  scratch_.clear();
  AppendMatchEntry(entry, &scratch_);
  match_frames_.Add(scratch_, leg.sequence);
  if (is_replay_) match_entries_.push_back({leg.sequence.value, scratch_});
}

void EpochBuilder::AddUnknown(const RuleSet& rule_set,
                              const std::vector<std::unique_ptr<LaneEpoch>>& lanes) {
  for (size_t rule = 0; rule < rule_set.rules.size(); ++rule) {
    int64_t legs = 0;
    for (const auto& lane : lanes) {
      if (rule < lane->unknown.size()) legs += lane->unknown[rule];
    }
    if (legs == 0) continue;
    match_frames_.AddUnknown(rule_set.rules[rule].id, static_cast<uint64_t>(legs));
    rule_metrics_->AddUnknown(rule_set.rules[rule].id, static_cast<uint64_t>(legs));
  }
}

absl::StatusOr<OutputEpoch> EpochBuilder::Finish(
    const EpochEnd& end, const Digest& previous,
    const std::vector<std::unique_ptr<LaneEpoch>>& lanes) {
  const Activation* activation = end.activation ? &end.activation->activation : nullptr;
  is_replay_ = false;
  if (!open_) Begin(end.epoch, end.first_sequence, *end.rule_set, activation);
  OutputEpoch epoch;
  epoch.epoch = end.epoch;
  const std::string fingerprint = end.rule_set->FingerprintText();
  auto publish = [&](OutputTopic topic, std::string value, std::string_view schema) {
    epoch.records.push_back({topic, "", std::move(value),
                             OutputHeaders(schema, fingerprint, end.epoch, options_.instance)});
  };
  if (activation != nullptr) {
    for (std::string& part : RenderRulesRecords(end.rule_set->body, limits_.record_bytes_max)) {
      publish(OutputTopic::kRules, std::move(part), "rules.v1");
    }
  }
  const std::vector<const LegResult*> results = Merge(lanes);
  RETURN_IF_ERROR(AddResults(results, &epoch.records));
  rule_metrics_->Add(*end.rule_set, results);
  for (OutputRecord& reject : rejects_) epoch.records.push_back(std::move(reject));
  metrics_->rejects.Add(rejects_.size());
  AddUnknown(*end.rule_set, lanes);

  JournalRecord& journal = epoch.journal;
  journal.epoch = end.epoch;
  journal.first_sequence = end.first_sequence;
  journal.last_sequence = end.last_sequence;
  journal.runs = end.runs;
  journal.input_digest = input_digest_.Finish();
  journal.rule_set = fingerprint;
  if (activation != nullptr) journal.activation = *activation;
  journal.alerts_digest = alerts_digest_.Finish();
  journal.alerts = alerts_;
  journal.first_audit_frame = chain_.next_number();
  std::vector<std::string> frames;
  intake_frames_.Finish(end.last_sequence, &chain_, &frames);
  match_frames_.Finish(end.last_sequence, &chain_, &frames);
  metrics_->audit_frames.Add(frames.size());
  for (std::string& frame : frames) publish(OutputTopic::kAudit, std::move(frame), "audit.v1");
  journal.last_audit_frame = chain_.next_number() - 1;
  journal.audit_head = chain_.head();
  journal.newest_event_time = end.newest_event_time;
  journal.source_fingerprint = end.source_fingerprint;
  journal.previous = previous;
  journal.engine_version = VIGLA_VERSION;
  journal.semantics = kSemantics;
  epoch.positions = end.positions;
  Reset();
  return epoch;
}

void EpochBuilder::Reuse(OutputEpoch epoch) {
  // The last frame is one of matches.
  FrameBuilder* frames = &match_frames_;
  spare_alerts_.clear();
  for (auto record = epoch.records.rbegin(); record != epoch.records.rend(); ++record) {
    if (record->topic == OutputTopic::kAlerts) KeepSpareAlert(std::move(*record));
    if (record->topic != OutputTopic::kAudit) continue;
    frames->Reuse(std::move(record->value));
    frames = &intake_frames_;
  }
}

OutputRecord EpochBuilder::TakeSpareAlert() {
  OutputRecord record;
  if (spare_alerts_.empty()) return record;
  record = std::move(spare_alerts_.back());
  spare_alerts_.pop_back();
  return record;
}

void EpochBuilder::KeepSpareAlert(OutputRecord record) {
  if (record.value.capacity() <= kSpareBytesMax) spare_alerts_.push_back(std::move(record));
}

void EpochBuilder::Reset() {
  open_ = false;
  alerts_ = 0;
  rejects_.clear();
  intake_entries_.clear();
  match_entries_.clear();
}

absl::Status EpochBuilder::Prove(const EpochEnd& end,
                                 const std::vector<std::unique_ptr<LaneEpoch>>& lanes) {
  const CommittedEpoch& expected = *end.expected;
  is_replay_ = true;
  if (!open_) {
    Begin(end.epoch, end.first_sequence, *end.rule_set,
          end.activation ? &end.activation->activation : nullptr);
  }
  std::vector<OutputRecord> unpublished;
  RETURN_IF_ERROR(AddResults(Merge(lanes), &unpublished));
  std::vector<std::string_view> intake, matches;
  for (const std::string& text : expected.audit_frames) {
    ASSIGN_OR_RETURN(const Frame frame, ParseFrame(text));
    RETURN_IF_ERROR(CheckFrame(frame));
    auto& entries = frame.header.kind == FrameKind::kIntake ? intake : matches;
    entries.insert(entries.end(), frame.entries.begin(), frame.entries.end());
  }
  RETURN_IF_ERROR(ProveIntake(expected, intake));
  RETURN_IF_ERROR(ProveMatches(end, matches));
  chain_ = AuditChain(expected.journal.audit_head, expected.journal.last_audit_frame + 1);
  std::vector<std::string> frames;
  AuditChain discarded = chain_;
  intake_frames_.Finish(end.last_sequence, &discarded, &frames);
  match_frames_.Finish(end.last_sequence, &discarded, &frames);
  alerts_digest_.Finish();
  Reset();
  return absl::OkStatus();
}

absl::Status EpochBuilder::ProveIntake(const CommittedEpoch& expected,
                                       const std::vector<std::string_view>& entries) {
  const std::string epoch = std::to_string(expected.journal.epoch);
  if (input_digest_.Finish() != expected.journal.input_digest) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "epoch " + epoch +
                         ": the input that was read again is not the input that was judged (its "
                         "digest differs from the journal's). Input records must not change or "
                         "vanish while the state lags behind them");
  }
  if (entries.size() != intake_entries_.size() ||
      !std::equal(entries.begin(), entries.end(), intake_entries_.begin())) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "epoch " + epoch +
                         ": intake entries that were computed again differ from the audit trail. "
                         "Was the state or the trail written by another version or edited?");
  }
  return absl::OkStatus();
}

absl::Status EpochBuilder::ProveMatches(const EpochEnd& end,
                                        const std::vector<std::string_view>& entries) const {
  const auto [committed, computed] =
      std::mismatch(entries.begin(), entries.end(), match_entries_.begin(), match_entries_.end(),
                    [](std::string_view a, const ProvenMatch& b) { return a == b.entry; });
  if (committed == entries.end() && computed == match_entries_.end()) return absl::OkStatus();
  const uint64_t sequence =
      computed == match_entries_.end() ? end.last_sequence.value : computed->sequence;
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   "epoch " + std::to_string(end.epoch) + ", at or before sequence " +
                       std::to_string(sequence) +
                       ": the leg's result that was computed again differs from the audit "
                       "trail; nothing was written. Compare with `vigla verify audit`");
}

}  // namespace vigla
