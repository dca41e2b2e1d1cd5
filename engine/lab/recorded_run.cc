// Recorded input through a pipeline whose outputs end here. Cold.
#include "engine/lab/recorded_run.h"

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

#include "engine/audit/canonical_reader.h"
#include "engine/audit/frame.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "engine/lab/passing_output.h"
#include "engine/lab/report/text.h"
#include "engine/ledger/store.h"
#include "engine/pipeline/pipeline.h"

namespace vigla {
namespace {

// A folder that goes when the run does.
class ScratchFolder {
 public:
  ScratchFolder() = default;
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  absl::Status Make(const std::string& parent) {
    std::error_code error;
    const std::filesystem::path folder =
        parent.empty() ? std::filesystem::temp_directory_path(error)
                       : std::filesystem::path(parent);
    std::string name = (folder / "vigla-recorded-XXXXXX").string();
    if (error || ::mkdtemp(name.data()) == nullptr) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "no folder for the run's state can be made in " + folder.string());
    }
    path_ = name;
    return absl::OkStatus();
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Hands every epoch on.
class VisitingOutput final : public PassingOutput {
 public:
  explicit VisitingOutput(const RecordedRunPorts& ports) : ports_(ports) {}

  absl::StatusOr<CommitOutcome> Commit(const OutputEpoch& epoch) override {
    for (const OutputRecord& record : epoch.records) {
      if (record.topic == OutputTopic::kAudit) RETURN_IF_ERROR(CountUnknown(record.value));
      if (record.topic == OutputTopic::kRejects) RETURN_IF_ERROR(CountRefused(record.value));
    }
    if (ports_.outputs) RETURN_IF_ERROR(ports_.outputs(epoch));
    return CommitOutcome::kCommitted;
  }

  std::map<std::string, uint64_t> TakeUnknown() { return std::move(unknown_); }
  std::map<std::string, RefusedRecords> TakeRefused() { return std::move(refused_); }

 private:
  // Texts name code and field but no value, so there are few.
  absl::Status CountRefused(std::string_view record) {
    CanonicalReader json(record);
    std::string text, source;
    std::string_view key, skipped;
    json.Expect("{");
    while (json.Member(&key) && (text.empty() || source.empty())) {
      if (key == "text") {
        json.String(&text);
      } else if (key == "source") {
        json.String(&source);
      } else {
        json.Value(&skipped);
      }
    }
    if (text.empty() || source.empty()) {
      return MakeError(absl::StatusCode::kInternal, "a reject can't be read back");
    }
    RefusedRecords& of = refused_[text];
    if (++of.records == 1) of.first = source;
    return absl::OkStatus();
  }

  // Match frames alone say on how many legs a rule was unknown.
  absl::Status CountUnknown(std::string_view text) {
    constexpr std::string_view kMatches = R"({"schema":"vigla.audit.v1","kind":"matches")";
    if (!text.starts_with(kMatches)) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Frame frame, ParseFrame(text));
    if (frame.header.unknown_json.empty()) return absl::OkStatus();
    CanonicalReader json(frame.header.unknown_json);
    std::string_view rule;
    int64_t legs = 0;
    json.Expect("{");
    while (json.Member(&rule)) {
      if (json.Integer(&legs)) unknown_[std::string(rule)] += static_cast<uint64_t>(legs);
    }
    if (json.AtEnd()) return absl::OkStatus();
    return MakeError(absl::StatusCode::kInternal, "an audit frame can't be read back");
  }

  const RecordedRunPorts& ports_;
  std::map<std::string, uint64_t> unknown_;
  std::map<std::string, RefusedRecords> refused_;
};

// Shows progress and passes a stop on, beside the run.
class Onlooker {
 public:
  Onlooker(Pipeline* pipeline, const RecordedRunPorts& ports)
      : pipeline_(pipeline), ports_(ports), thread_([this] { Watch(); }) {}
  ~Onlooker() {
    ended_.store(true, std::memory_order_relaxed);
    thread_.join();
    Show();
  }
  Onlooker(const Onlooker&) = delete;
  Onlooker& operator=(const Onlooker&) = delete;

  // After the run only.
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

 private:
  void Watch() {
    while (!ended_.load(std::memory_order_relaxed)) {
      if (!stopped() && ports_.is_stopped && ports_.is_stopped()) {
        stopped_.store(true, std::memory_order_relaxed);
        pipeline_->RequestStop();
      }
      Show();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  void Show() {
    if (!ports_.progress) return;
    ports_.progress({pipeline_->feed_metrics().records.Get(),
                     pipeline_->feed_metrics().bytes.Get(),
                     pipeline_->builder_metrics().alerts.Get()});
  }

  Pipeline* pipeline_;
  const RecordedRunPorts& ports_;
  std::atomic<bool> ended_{false};
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

PipelineOptions WithoutCommits(PipelineOptions options) {
  options.commit_interval_ms = 1'000;  // nobody waits to see an alert
  options.free_bytes_min = 0;
  options.ledger.is_recoverable = false;
  return options;
}

RecordedRunTotals TotalsOf(Pipeline* pipeline) {
  RecordedRunTotals totals;
  FeedMetrics& feed = pipeline->feed_metrics();
  auto verdict = [&](AuditVerdict of) { return feed.verdicts[static_cast<size_t>(of)].Get(); };
  totals.records = feed.records.Get();
  totals.bytes = feed.bytes.Get();
  totals.valid = verdict(AuditVerdict::kValid);
  totals.flagged = verdict(AuditVerdict::kFlagged);
  totals.rejected = verdict(AuditVerdict::kRejected);
  totals.unreadable = verdict(AuditVerdict::kUnreadable);
  totals.alerts = pipeline->builder_metrics().alerts.Get();
  totals.shadow_alerts = pipeline->builder_metrics().shadow_alerts.Get();
  for (const auto& lane : pipeline->lanes()) totals.legs += lane->metrics().legs.Get();
  return totals;
}

}  // namespace

std::string RefusedText(const RecordedRunTotals& totals) {
  if (totals.refused.empty()) return "";
  std::vector<std::pair<std::string, RefusedRecords>> reasons(totals.refused.begin(),
                                                              totals.refused.end());
  std::stable_sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) {
    return a.second.records > b.second.records;
  });
  std::string text = "refused, and not judged:\n";
  for (const auto& [reason, of] : reasons) {
    text += "  " + GroupDigits(static_cast<int64_t>(of.records)) +
            (of.records == 1 ? " record, at " : " records, the first at ") + of.first + ": " +
            reason + "\n";
  }
  return text;
}

absl::StatusOr<RecordedRunTotals> RunRecorded(std::shared_ptr<const RuleSet> rule_set,
                                              const RecordedRunOptions& options,
                                              const RecordedRunPorts& ports) {
  const PipelineOptions pipeline_options = WithoutCommits(options.pipeline);
  const KeyedHasher hasher(pipeline_options.identity_key);
  LoadOptions load = options.load;
  load.hasher = &hasher;
  ScratchFolder scratch;
  RETURN_IF_ERROR(scratch.Make(options.scratch_folder));
  constexpr size_t kBlockCacheBytes = size_t{64} << 20;
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> store,
                   OpenRocksStore(scratch.path(), kBlockCacheBytes));

  VisitingOutput output(ports);
  const SystemClock clock;
  PipelinePorts pipeline_ports;
  pipeline_ports.source = ports.source;
  pipeline_ports.output = &output;
  pipeline_ports.open_store = [&store]() -> absl::StatusOr<Store*> { return store.get(); };
  pipeline_ports.clock = &clock;
  pipeline_ports.log = [](std::string_view) {};
  pipeline_ports.leg_observer = ports.observer;
  Pipeline pipeline(pipeline_options, load, pipeline_ports, std::move(rule_set));
  RETURN_IF_ERROR(pipeline.Open());

  const int64_t start_ns = clock.NowNs();
  absl::StatusOr<PipelineOutcome> outcome = PipelineOutcome::kFinished;
  bool stopped = false;
  {
    Onlooker onlooker(&pipeline, ports);
    outcome = pipeline.RunThreaded();
    stopped = onlooker.stopped();
  }
  RETURN_IF_ERROR(outcome.status());
  if (stopped) return MakeError(absl::StatusCode::kCancelled, "stopped before the input's end");
  if (*outcome != PipelineOutcome::kFinished) {
    return MakeError(absl::StatusCode::kInternal, "the pipeline gave up half-way");
  }
  RecordedRunTotals totals = TotalsOf(&pipeline);
  totals.unknown = output.TakeUnknown();
  totals.refused = output.TakeRefused();
  totals.seconds = static_cast<double>(clock.NowNs() - start_ns) * 1e-9;
  return totals;
}

}  // namespace vigla
