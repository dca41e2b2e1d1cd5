// Runs the production stages on one thread, in an order that a seed decides, with crashes. The
// ports are in memory; everything between them is what production runs.
#pragma once

#include <unistd.h>

#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/audit/frame.h"
#include "engine/pipeline/memory_ports.h"
#include "engine/pipeline/pipeline.h"
#include "engine/rule/loader.h"

namespace vigla {

// Time stands still unless a test moves it.
class FakeClock final : public Clock {
 public:
  int64_t NowNs() const override { return now_ns; }
  int64_t NowUtcUs() const override { return now_ns / 1000; }
  int64_t now_ns = 1;
};

inline std::shared_ptr<const RuleSet> LoadPackText(const std::string& text,
                                                   const LoadOptions& options) {
  const std::string path = "/tmp/vigla_pack_" + std::to_string(getpid()) + ".yaml";
  std::ofstream(path) << text;
  Diagnostics diagnostics;
  auto rule_set = LoadRuleSet({path}, options, &diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.severity == Severity::kError) {
      std::fprintf(stderr, "%s\n", FormatDiagnostic(diagnostic).c_str());
    }
  }
  return rule_set;
}

struct SimulationOptions {
  uint64_t seed = 1;
  PipelineOptions pipeline;
  double crash_chance = 0;         // a step
  double commit_fault_chance = 0;  // a step: the next commit's outcome is unknown
  bool lanes_change = false;       // each life has its own number of lanes
  bool threaded = false;           // real threads instead of seeded steps
  ActivationDesk* desk = nullptr;  // with it, its newest set is run, not Run's argument
  std::function<void()> before_step;  // not with threads; may append input, submit rule sets
  std::function<size_t(size_t)> choose;  // of so many stages; without it the seed does
};

// What must not depend on lanes, epochs, batches, evictions or crashes.
struct SimulationResult {
  absl::Status status;
  std::vector<std::string> alerts;
  std::vector<std::string> shadow_alerts;
  std::vector<std::string> rejects;
  std::vector<std::string> intake_entries;
  std::vector<std::string> match_entries;
  Digest state;
  int lives = 0;
};

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options)
      : options_(options), hasher_(options.pipeline.identity_key),
        store_(NewMemoryStore()), random_(options.seed) {
    load_options_.hasher = &hasher_;
    load_options_.base_currency = *CurrencyCode::Parse("EUR");
  }

  MemorySource& source() { return source_; }
  MemoryOutput& output() { return output_; }
  Store* store() { return store_.get(); }
  const LoadOptions& load_options() const { return load_options_; }

  // Between two runs: the state directory, or everything that was published, is gone.
  void LoseState() { store_ = NewMemoryStore(); }
  void LoseOutputs() { output_ = MemoryOutput(); }

  // Lives follow each other until one finishes.
  SimulationResult Run(const std::shared_ptr<const RuleSet>& rule_set) {
    SimulationResult result;
    result.status = RunLives(rule_set, &result);
    for (const OutputRecord& record : output_.records(OutputTopic::kAlerts)) {
      result.alerts.push_back(record.value);
    }
    for (const OutputRecord& record : output_.records(OutputTopic::kAlertsShadow)) {
      result.shadow_alerts.push_back(record.value);
    }
    for (const OutputRecord& record : output_.records(OutputTopic::kRejects)) {
      result.rejects.push_back(record.value);
    }
    for (const OutputRecord& record : output_.records(OutputTopic::kAudit)) {
      const auto frame = ParseFrame(record.value);
      auto& entries = frame->header.kind == FrameKind::kIntake ? result.intake_entries
                                                               : result.match_entries;
      for (std::string_view entry : frame->entries) entries.emplace_back(entry);
    }
    return result;
  }

 private:
  absl::Status RunLives(const std::shared_ptr<const RuleSet>& rule_set,
                        SimulationResult* result) {
    while (true) {
      ++result->lives;
      if (options_.lanes_change) options_.pipeline.lanes = static_cast<int>(random_() % 4 + 1);
      PipelinePorts ports;
      ports.source = &source_;
      ports.output = &output_;
      ports.open_store = [this]() -> absl::StatusOr<Store*> { return store_.get(); };
      ports.clock = &clock_;
      ports.desk = options_.desk;
      Pipeline pipeline(options_.pipeline, load_options_, ports, rule_set);
      if (const absl::Status opened = pipeline.Open(); !opened.ok()) return opened;
      const auto outcome =
          options_.threaded
              ? pipeline.RunThreaded()
              : pipeline.RunStepwise([&](size_t stages) { return Choose(stages); });
      if (!outcome.ok()) return outcome.status();
      if (*outcome == PipelineOutcome::kRestart) continue;
      // Images and logged legs: the store is the whole state.
      const auto digest =
          StoredLogicalDigest(store_.get(), hasher_, options_.pipeline.ledger.retention_us);
      if (!digest.ok()) return digest.status();
      result->state = *digest;
      return absl::OkStatus();
    }
  }

  size_t Choose(size_t stages) {
    if (options_.before_step) options_.before_step();
    if (options_.choose) return options_.choose(stages);
    std::uniform_real_distribution<double> uniform;
    if (uniform(random_) < options_.crash_chance) return stages;
    if (uniform(random_) < options_.commit_fault_chance) {
      output_.set_next_fault(uniform(random_) < 0.5 ? MemoryOutput::Fault::kLostBeforeCommit
                                                    : MemoryOutput::Fault::kLostAfterCommit);
    }
    return random_() % stages;
  }

  SimulationOptions options_;
  LoadOptions load_options_;
  KeyedHasher hasher_;
  MemorySource source_;
  MemoryOutput output_;
  std::unique_ptr<Store> store_;
  FakeClock clock_;
  std::mt19937_64 random_;
};

}  // namespace vigla
