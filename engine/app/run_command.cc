// The life of an instance: check, open, recover, work, and end with a code that says why. Cold.
#include "engine/app/run_command.h"

#include <filesystem>
#include <memory>
#include <thread>

#include "engine/app/admin_server.h"
#include "engine/app/exit_code.h"
#include "engine/app/instance_ports.h"
#include "engine/app/log.h"
#include "engine/app/pipeline_settings.h"
#include "engine/app/progress_bar.h"
#include "engine/app/reload.h"
#include "engine/app/rule_loading.h"
#include "engine/app/stop_signal.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

// Looks for a stop request and draws progress while the pipeline runs.
class Watcher {
 public:
  Watcher(Pipeline* pipeline, ProgressBar* progress, uint64_t input_bytes)
      : thread_([this, pipeline, progress, input_bytes] {
          Watch(pipeline, progress, input_bytes);
        }) {}
  ~Watcher() {
    ended_.store(true, std::memory_order_relaxed);
    thread_.join();
  }

 private:
  void Watch(Pipeline* pipeline, ProgressBar* progress, uint64_t input_bytes) {
    bool asked = false;
    while (!ended_.load(std::memory_order_relaxed)) {
      if (StopRequested() && !asked) {
        asked = true;
        LogInfo("stopping after the open epoch");
        pipeline->RequestStop();
      }
      progress->Show(pipeline->feed_metrics().records.Get(),
                     pipeline->feed_metrics().bytes.Get(), input_bytes,
                     pipeline->builder_metrics().alerts.Get());
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  std::atomic<bool> ended_{false};
  std::thread thread_;
};

struct Instance {
  PipelineOptions options;
  KeyedHasher hasher;
  LoadOptions load_options;
  std::unique_ptr<ActivationDesk> desk;
  std::unique_ptr<Reloader> reloader;
  InstancePorts ports;
  std::unique_ptr<Store> store;
  SystemClock clock;
  InstanceView view;
  std::unique_ptr<AdminServer> admin;

  explicit Instance(const PipelineOptions& pipeline_options)
      : options(pipeline_options), hasher(pipeline_options.identity_key) {}
};

// A half-written set at the start ends the process; its supervisor tries again.
absl::Status LoadRules(const Settings& settings, Instance* instance) {
  ASSIGN_OR_RETURN(instance->load_options, MakeLoadOptions(settings, &instance->hasher));
  if (settings.List("rules.paths").empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "no rules: name packs with --rules or rules.paths");
  }
  const RuleFileSet files{WithTuning(settings.List("rules.paths"), settings),
                          instance->load_options};
  Diagnostics diagnostics;
  auto rule_set = LoadSettledRuleSet(files, [] { return !StopRequested(); }, &diagnostics);
  diagnostics.Sort();
  PrintDiagnostics(diagnostics);
  if (rule_set == nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument, "the rules were refused");
  }
  LogInfo("rule set " + rule_set->FingerprintText() + ", " +
          std::to_string(rule_set->rules.size()) + " rules, " +
          std::to_string(instance->options.lanes) + " lane(s)");
  instance->desk = std::make_unique<ActivationDesk>(std::move(rule_set));
  instance->reloader = std::make_unique<Reloader>(files, instance->desk.get());
  instance->view.Watch(instance->desk.get(), instance->reloader.get());
  return absl::OkStatus();
}

absl::Status OpenState(const Settings& settings, Instance* instance) {
  std::string directory = settings.Text("state.dir");
  if (directory.empty() && settings.Text("input.kind") == "file" &&
      !settings.Text("output.dir").empty()) {
    directory = (std::filesystem::path(settings.Text("output.dir")) / "state").string();
  }
  if (directory.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "no state: name a folder with --state or state.dir");
  }
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  const auto block_cache = static_cast<size_t>(settings.Int("engine.block_cache_bytes"));
  // A fenced twin lets go of the lock as soon as its next commit fails.
  constexpr int kAttempts = 60;
  for (int attempt = 1;; ++attempt) {
    auto store = OpenRocksStore(directory, block_cache);
    if (store.ok()) {
      instance->store = std::move(store).value();
      return absl::OkStatus();
    }
    if (!absl::IsUnavailable(store.status())) return store.status();
    if (attempt == kAttempts || StopRequested()) {
      return MakeError(absl::StatusCode::kAborted,
                       "another process holds the state directory; stop it first");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

// Lives until one finishes; a commit of unknown outcome begins the next.
absl::Status Live(const Settings& settings, Instance* instance) {
  PipelinePorts ports;
  ports.source = instance->ports.source.get();
  ports.output = instance->ports.output.get();
  ports.clock = &instance->clock;
  ports.desk = instance->desk.get();
  ports.log = [](std::string_view message) { LogInfo(message); };
  ports.open_store = [&]() -> absl::StatusOr<Store*> {
    if (instance->store == nullptr) RETURN_IF_ERROR(OpenState(settings, instance));
    return instance->store.get();
  };
  ProgressBar progress;
  constexpr int kRestartsMax = 100;
  for (int life = 0; life < kRestartsMax; ++life) {
    auto pipeline = std::make_unique<Pipeline>(instance->options, instance->load_options, ports,
                                               nullptr);
    RETURN_IF_ERROR(pipeline->Open());
    instance->view.Attach(pipeline.get());
    absl::StatusOr<PipelineOutcome> outcome = PipelineOutcome::kFinished;
    {
      Watcher watcher(pipeline.get(), &progress, instance->ports.input_bytes);
      outcome = pipeline->RunThreaded();
    }
    instance->view.Detach();
    RETURN_IF_ERROR(outcome.status());
    if (*outcome == PipelineOutcome::kFinished) {
      LogInfo("finished: " + std::to_string(pipeline->feed_metrics().records.Get()) +
              " records, " + std::to_string(pipeline->builder_metrics().alerts.Get()) +
              " alerts, " + std::to_string(pipeline->builder_metrics().rejects.Get()) +
              " rejects in " + std::to_string(pipeline->builder_metrics().epochs.Get()) +
              " epochs");
      // The process ends: a million subjects go with it, not one by one.
      static const Pipeline* const kept = pipeline.release();
      static_cast<void>(kept);
      return absl::OkStatus();
    }
    LogWarning("the outcome of a commit is unknown; recovering");
  }
  return MakeError(absl::StatusCode::kUnavailable, "commits keep failing; giving up");
}

absl::Status Run(const Settings& settings, bool until_end, const ExchangePorts& exchange) {
  Instance instance(MakePipelineOptions(settings));
  RETURN_IF_ERROR(LoadRules(settings, &instance));
  ASSIGN_OR_RETURN(instance.ports, MakeInstancePorts(settings, until_end));
  if (exchange) exchange(settings, &instance.ports);
  if (!settings.Text("admin.listen").empty()) {
    ASSIGN_OR_RETURN(instance.admin,
                     AdminServer::Start(settings.Text("admin.listen"), &instance.view,
                                        instance.reloader.get()));
  }
  const absl::Status status = Live(settings, &instance);
  instance.desk->Close();
  return status;
}

}  // namespace

int RunCommand(const Settings& settings, bool until_end, const ExchangePorts& exchange) {
  SetLogLevel(settings.Text("log.level"));
  CatchStopSignals();
  CatchReloadSignal();
  const absl::Status status = Run(settings, until_end, exchange);
  if (!status.ok()) LogError(ToStd(status.message()));
  return ExitCodeOf(status);
}

}  // namespace vigla
