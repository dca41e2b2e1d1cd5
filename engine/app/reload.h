// Reloads of the rules: read, compared, handed to the pipeline, and an answer that says so. Cold.
// All or nothing: a set that does not load leaves the one in use alone.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "engine/app/rule_files.h"
#include "engine/pipeline/activation_desk.h"

namespace vigla {

enum class ReloadResult : uint8_t {
  kActive,     // committed: it judges from the epoch that the answer names
  kAccepted,   // it will, at the next epoch's beginning
  kUnchanged,  // the files say what is in use
  kRefused,    // the files are wrong; the set in use stays
  kBusy,       // too many reloads wait already
  kStopping,   // the instance ends
};
std::string_view ReloadResultName(ReloadResult result);

struct ReloadAnswer {
  ReloadResult result = ReloadResult::kRefused;
  std::string json;  // schema vigla.reload.v1
  int HttpCode() const;
};

// What /status and /metrics show of reloads. The load at the start counts as the first.
struct ReloadRecord {
  std::string result;       // "" before the first reload
  std::string by;           // "http", "signal"
  std::string at;           // RFC 3339; the wall clock, which nothing else depends on
  std::string rule_set;     // that the files had; "" if they were refused
  std::string first_error;  // as `check` prints it
  int64_t success_unix_seconds = 0;  // of the newest set that loaded
  bool success = true;
  double seconds = 0;       // reading and compiling
  uint64_t accepted = 0, unchanged = 0, refused = 0;
};

// Serves SIGHUP from a thread of its own. Thread-safe; reloads happen one after the other.
class Reloader {
 public:
  // `desk` has the set that is in use and must outlive it.
  Reloader(RuleFileSet files, ActivationDesk* desk);
  ~Reloader();

  // Reads the files and, if they are another rule set, submits it. With `wait` the answer comes
  // when the activation is committed, but no later than after `wait`.
  ReloadAnswer Reload(std::string_view by, std::chrono::milliseconds wait);
  ReloadRecord last() const;

 private:
  void ServeSignals();
  ReloadAnswer ReloadOne(std::string_view by, std::chrono::milliseconds wait);
  std::shared_ptr<const RuleSet> Load(Diagnostics* findings, double* seconds) const;
  void Note(std::string_view by, ReloadResult result, const RuleSet* loaded,
            const Diagnostics& findings, double seconds);

  const RuleFileSet files_;
  ActivationDesk* const desk_;
  std::mutex one_at_a_time_;
  std::atomic<int> waiting_{0};
  // The set before the newest: dropped here, not by a thread that has transactions to judge.
  std::shared_ptr<const RuleSet> retired_;
  mutable std::mutex record_mutex_;
  ReloadRecord record_;
  std::atomic<bool> ended_{false};
  std::thread signals_;
};

}  // namespace vigla
