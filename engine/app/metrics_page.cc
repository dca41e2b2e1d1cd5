// Counters as metric families, serialised by prometheus-cpp. Cold.
#include "engine/app/metrics_page.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <ctime>
#include <limits>

#include "engine/base/json_writer.h"
#include "engine/model/decoder.h"

namespace vigla {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double kNanoseconds = 1e-9;
constexpr double kMicroseconds = 1e-6;

// Families in the making; each Add is one sample.
class Page {
 public:
  void Family(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
  }
  void Add(double value, std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    if (families_.back().type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    families_.back().metric.push_back(std::move(metric));
  }
  void Counter(std::string name, std::string help, double value) {
    Family(std::move(name), std::move(help), MetricType::Counter);
    Add(value);
  }
  void Gauge(std::string name, std::string help, double value) {
    Family(std::move(name), std::move(help), MetricType::Gauge);
    Add(value);
  }
  // Sum and count only: a mean over any interval, without the price of buckets.
  void Summary(std::string name, std::string help, double sum, uint64_t count) {
    Family(std::move(name), std::move(help), MetricType::Summary);
    ClientMetric metric;
    metric.summary.sample_sum = sum;
    metric.summary.sample_count = count;
    families_.back().metric.push_back(std::move(metric));
  }
  // The sum of histograms that have one writer each.
  void Histogram(std::string name, std::string help,
                 const std::vector<const LatencyHistogram*>& histograms) {
    Family(std::move(name), std::move(help), MetricType::Histogram);
    ClientMetric metric;
    uint64_t count = 0, sum_us = 0;
    for (size_t i = 0; i <= LatencyHistogram::kLimitsUs.size(); ++i) {
      for (const LatencyHistogram* histogram : histograms) count += histogram->Count(i);
      const double limit = i < LatencyHistogram::kLimitsUs.size()
                               ? static_cast<double>(LatencyHistogram::kLimitsUs[i]) * kMicroseconds
                               : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({count, limit});
    }
    for (const LatencyHistogram* histogram : histograms) sum_us += histogram->SumUs();
    metric.histogram.sample_count = count;
    metric.histogram.sample_sum = static_cast<double>(sum_us) * kMicroseconds;
    families_.back().metric.push_back(std::move(metric));
  }
  std::string Text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

void AddFeed(FeedMetrics& feed, Page* page) {
  page->Family("vigla_transactions_total", "Records sequenced, by verdict.",
               MetricType::Counter);
  for (int i = 0; i < 4; ++i) {
    page->Add(static_cast<double>(feed.verdicts[i].Get()),
              {{"verdict", std::string(AuditVerdictName(static_cast<AuditVerdict>(i)))}});
  }
  page->Family("vigla_rejects_total", "Records that could not be read, by reason.",
               MetricType::Counter);
  for (size_t code = 1; code < feed.rejects.size(); ++code) {
    page->Add(static_cast<double>(feed.rejects[code].Get()),
              {{"code", std::string(RejectCodeName(static_cast<RejectCode>(code)))}});
  }
  page->Counter("vigla_input_bytes_total", "Bytes of records sequenced.",
                static_cast<double>(feed.bytes.Get()));
  page->Counter("vigla_ring_full_total", "Times that intake found a ring full and waited.",
                static_cast<double>(feed.ring_full.Get()));
}

void AddLanes(const std::vector<std::unique_ptr<Lane>>& lanes, Page* page) {
  uint64_t legs = 0, late = 0, too_late = 0, matched = 0, bytes = 0, subjects = 0, evictions = 0;
  std::vector<const LatencyHistogram*> judge_us;
  for (const auto& lane : lanes) judge_us.push_back(&lane->metrics().judge_us);
  page->Histogram("vigla_judge_seconds",
                  "From a record's received time (of files: when it was read) to the verdict on "
                  "each of its legs.",
                  judge_us);
  page->Family("vigla_ring_depth", "Messages waiting in front of a lane.", MetricType::Gauge);
  for (size_t i = 0; i < lanes.size(); ++i) {
    LaneMetrics& lane = lanes[i]->metrics();
    legs += lane.legs.Get();
    late += lane.late.Get();
    too_late += lane.too_late.Get();
    matched += lane.matched_legs.Get();
    bytes += lane.cache_bytes.Get();
    subjects += lane.subjects.Get();
    evictions += lane.evictions.Get();
    page->Add(static_cast<double>(lanes[i]->input().Size()),
              {{"ring", "lane" + std::to_string(i)}});
  }
  page->Counter("vigla_legs_total", "Legs judged.", static_cast<double>(legs));
  page->Family("vigla_late_legs_total", "Legs older than their subject's newest entry.",
               MetricType::Counter);
  page->Add(static_cast<double>(late), {{"kind", "late"}});
  page->Add(static_cast<double>(too_late), {{"kind", "too_late"}});
  page->Counter("vigla_matched_legs_total", "Legs with at least one match.",
                static_cast<double>(matched));
  page->Gauge("vigla_cache_bytes", "Memory of subjects.", static_cast<double>(bytes));
  page->Gauge("vigla_cached_subjects", "Subjects in memory.", static_cast<double>(subjects));
  page->Counter("vigla_evictions_total", "Subjects dropped from memory.",
                static_cast<double>(evictions));
}

void AddCommits(BuilderMetrics& builder, Page* page) {
  page->Family("vigla_alerts_total", "Alerts published, by severity.", MetricType::Counter);
  for (int i = 0; i < 5; ++i) {
    page->Add(static_cast<double>(builder.alerts_by_severity[i].Get()),
              {{"severity", std::string(AlertSeverityName(static_cast<AlertSeverity>(i)))}});
  }
  page->Counter("vigla_shadow_alerts_total", "Alerts of shadow rules.",
                static_cast<double>(builder.shadow_alerts.Get()));
  page->Counter("vigla_audit_frames_total", "Audit frames published.",
                static_cast<double>(builder.audit_frames.Get()));
  page->Counter("vigla_epochs_total", "Epochs committed by this process.",
                static_cast<double>(builder.epochs.Get()));
  page->Summary("vigla_epoch_commit_seconds", "Time that commits took.",
                static_cast<double>(builder.commit_ns_total.Get()) * kNanoseconds,
                builder.epochs.Get());
  page->Histogram("vigla_end_to_end_seconds",
                  "From a record's received time (of files: when it was read) to the commit of "
                  "what came of it.",
                  {&builder.end_to_end_us});
  page->Counter("vigla_epoch_build_seconds_total", "Time spent rendering epochs.",
                static_cast<double>(builder.build_ns_total.Get()) * kNanoseconds);
  page->Counter("vigla_write_back_seconds_total", "Time spent writing images.",
                static_cast<double>(builder.write_ns_total.Get()) * kNanoseconds);
  page->Counter("vigla_image_bytes_total", "Bytes of images written.",
                static_cast<double>(builder.image_bytes.Get()));
  page->Gauge("vigla_state_disk_bytes", "Size of the state on disk.",
              static_cast<double>(builder.disk_bytes.Get()));
  page->Gauge("vigla_state_disk_free_bytes", "Free bytes of the state's volume.",
              static_cast<double>(builder.free_bytes.Get()));
  page->Gauge("vigla_disk_gate_closed", "1 while no epoch is begun for want of disk.",
              static_cast<double>(builder.gate_closed.Get()));
}

void AddRules(const RuleMetrics::Snapshot& rules, Page* page) {
  page->Family("vigla_matches_total", "Legs that a rule matched, folded and excepted included.",
               MetricType::Counter);
  for (const auto& [rule, counts] : rules.by_rule) {
    if (counts.live > 0) {
      page->Add(static_cast<double>(counts.live), {{"rule", rule}, {"state", "live"}});
    }
    if (counts.shadow > 0) {
      page->Add(static_cast<double>(counts.shadow), {{"rule", rule}, {"state", "shadow"}});
    }
  }
  page->Family("vigla_rule_unknown_total", "Legs on which a rule's condition was unknown.",
               MetricType::Counter);
  for (const auto& [rule, counts] : rules.by_rule) {
    if (counts.unknown > 0) page->Add(static_cast<double>(counts.unknown), {{"rule", rule}});
  }
  page->Family("vigla_exceptions_applied_total", "Matches that an exception held back.",
               MetricType::Counter);
  for (const auto& [key, count] : rules.exceptions) {
    page->Add(static_cast<double>(count), {{"rule", key.first}, {"exception", key.second}});
  }
}

// The end of each exception's last day. One that is past no longer applies to new events.
void AddExceptions(const RuleSet& rule_set, Page* page) {
  constexpr int64_t kDaySeconds = 86'400;
  const int64_t now = std::time(nullptr);
  int64_t expired = 0;
  page->Family("vigla_exception_expires_timestamp_seconds",
               "When an exception stops applying, by event time.", MetricType::Gauge);
  for (const Rule& rule : rule_set.rules) {
    for (const Exception& exception : rule.exceptions) {
      if (!exception.until_utc_day) continue;
      const int64_t ends = (int64_t{*exception.until_utc_day} + 1) * kDaySeconds;
      if (ends <= now) ++expired;
      page->Add(static_cast<double>(ends), {{"rule", rule.id}, {"exception", exception.id}});
    }
  }
  page->Gauge("vigla_exceptions_expired", "Exceptions whose last day is past.",
              static_cast<double>(expired));
}

void AddReloads(const ReloadRecord& last, Page* page) {
  page->Gauge("vigla_reload_success", "1 if the newest load of the rules succeeded.",
              last.success ? 1 : 0);
  page->Gauge("vigla_reload_timestamp_seconds", "When rules were last loaded with success.",
              static_cast<double>(last.success_unix_seconds));
  page->Gauge("vigla_reload_duration_seconds", "Time that the newest reload took to load.",
              last.seconds);
  page->Family("vigla_reloads_total", "Reloads, by result.", MetricType::Counter);
  page->Add(static_cast<double>(last.accepted), {{"result", "accepted"}});
  page->Add(static_cast<double>(last.unchanged), {{"result", "unchanged"}});
  page->Add(static_cast<double>(last.refused), {{"result", "refused"}});
}

// What judges, since when, and what will where that is another set.
void WriteRuleSet(const ActivationDesk& desk, JsonWriter* json) {
  const auto wanted = desk.wanted().rule_set;
  const ActiveRuleSet active = desk.active();
  if (!active.fingerprint.empty()) json->Field("rule_set", active.fingerprint);
  if (active.epoch > 0) {
    json->CounterField("activation_epoch", active.epoch)
        .CounterField("activation_sequence", active.first_sequence.value);
  }
  if (active.fingerprint != wanted->FingerprintText()) {
    json->Field("next_rule_set", wanted->FingerprintText());
  }
  json->Field("rules", static_cast<int64_t>(wanted->rules.size())).Key("files").BeginArray();
  for (const RuleFile& file : wanted->files) {
    json->BeginObject().Field("name", file.name).Field("sha256", file.digest.Hex()).EndObject();
  }
  json->EndArray();
}

void WriteReload(const ReloadRecord& last, JsonWriter* json) {
  if (last.result.empty()) return;
  json->Key("last_reload")
      .BeginObject()
      .Field("result", last.result)
      .Field("by", last.by)
      .Field("at", last.at)
      .OptionalField("rule_set", last.rule_set)
      .OptionalField("error", last.first_error)
      .EndObject();
}

}  // namespace

void InstanceView::Watch(const ActivationDesk* desk, const Reloader* reloader) {
  std::lock_guard<std::mutex> lock(mutex_);
  desk_ = desk;
  reloader_ = reloader;
}

void InstanceView::Attach(Pipeline* pipeline) {
  std::lock_guard<std::mutex> lock(mutex_);
  pipeline_ = pipeline;
}

void InstanceView::Detach() {
  std::lock_guard<std::mutex> lock(mutex_);
  pipeline_ = nullptr;
}

int64_t InstanceView::LagRecords() const {
  if (pipeline_ == nullptr) return -1;
  return static_cast<int64_t>(pipeline_->feed_metrics().lag_records_plus_one.Get()) - 1;
}

bool InstanceView::IsReady() {
  std::lock_guard<std::mutex> lock(mutex_);
  return pipeline_ != nullptr && pipeline_->IsLive();
}

std::string InstanceView::MetricsText() {
  std::lock_guard<std::mutex> lock(mutex_);
  Page page;
  page.Gauge("vigla_ready", "1 when recovered and at work.",
             pipeline_ != nullptr && pipeline_->IsLive() ? 1 : 0);
  page.Gauge("vigla_lag_records", "Records not yet consumed; -1 where unknown.",
             static_cast<double>(LagRecords()));
  if (desk_ != nullptr) {
    const auto wanted = desk_->wanted().rule_set;
    const std::string active = desk_->active().fingerprint;
    page.Family("vigla_rule_set_info",
                "The rule set that judges; before the first epoch, the one that will.",
                MetricType::Gauge);
    page.Add(1, {{"fingerprint", active.empty() ? wanted->FingerprintText() : active},
                 {"version", VIGLA_VERSION}});
    AddExceptions(*wanted, &page);
  }
  if (reloader_ != nullptr) AddReloads(reloader_->last(), &page);
  if (pipeline_ != nullptr) {
    AddFeed(pipeline_->feed_metrics(), &page);
    AddLanes(pipeline_->lanes(), &page);
    AddCommits(pipeline_->builder_metrics(), &page);
    AddRules(pipeline_->rule_metrics().Read(), &page);
  }
  return page.Text();
}

std::string InstanceView::StatusJson() {
  std::lock_guard<std::mutex> lock(mutex_);
  std::string out;
  JsonWriter json(&out);
  const bool live = pipeline_ != nullptr && pipeline_->IsLive();
  json.BeginObject()
      .Field("schema", "vigla.status.v1")
      .Field("state", live ? "live" : "recovering")
      .Field("engine", VIGLA_VERSION);
  if (desk_ != nullptr) WriteRuleSet(*desk_, &json);
  if (reloader_ != nullptr) WriteReload(reloader_->last(), &json);
  if (pipeline_ != nullptr) {
    json.CounterField("records", pipeline_->feed_metrics().records.Get())
        .CounterField("last_epoch", pipeline_->builder_metrics().last_epoch.Get())
        .CounterField("alerts", pipeline_->builder_metrics().alerts.Get());
  }
  json.Field("lag_records", LagRecords()).EndObject();
  return out;
}

}  // namespace vigla
