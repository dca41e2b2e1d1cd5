// Counters as metric families, serialised by prometheus-cpp. Cold.
#include "engine/app/metrics_page.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "engine/base/json_writer.h"
#include "engine/model/decoder.h"

namespace vigla {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double kNanoseconds = 1e-9;

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

}  // namespace

void InstanceView::Attach(Pipeline* pipeline, std::shared_ptr<const RuleSet> rule_set) {
  std::lock_guard<std::mutex> lock(mutex_);
  pipeline_ = pipeline;
  rule_set_ = std::move(rule_set);
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
  if (rule_set_ != nullptr) {
    page.Family("vigla_rule_set_info", "The configured rule set.", MetricType::Gauge);
    page.Add(1, {{"fingerprint", rule_set_->FingerprintText()}, {"version", VIGLA_VERSION}});
  }
  if (pipeline_ != nullptr) {
    AddFeed(pipeline_->feed_metrics(), &page);
    AddLanes(pipeline_->lanes(), &page);
    AddCommits(pipeline_->builder_metrics(), &page);
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
  if (rule_set_ != nullptr) {
    json.Field("rule_set", rule_set_->FingerprintText())
        .Field("rules", static_cast<int64_t>(rule_set_->rules.size()));
  }
  if (pipeline_ != nullptr) {
    json.CounterField("records", pipeline_->feed_metrics().records.Get())
        .CounterField("last_epoch", pipeline_->builder_metrics().last_epoch.Get())
        .CounterField("alerts", pipeline_->builder_metrics().alerts.Get());
  }
  json.Field("lag_records", LagRecords()).EndObject();
  return out;
}

}  // namespace vigla
