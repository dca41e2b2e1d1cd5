// Where a reload leaves a rule set, and where it learns from which epoch on the set judges. Warm.
// It outlives the lives of a pipeline: a set that one life did not activate is the next one's.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "engine/rule/rule_set.h"

namespace vigla {

// The set that judged the newest committed epoch.
struct ActiveRuleSet {
  std::string fingerprint;      // "" before the first
  uint64_t epoch = 0;           // of its activation; 0: earlier than this process has read
  Sequence first_sequence;      // the first that it judged, where the epoch is known
};

// Thread-safe.
class ActivationDesk {
 public:
  // Counts submissions; 0 is the set that the process was started with.
  struct Wanted {
    std::shared_ptr<const RuleSet> rule_set;
    uint64_t ticket = 0;
  };

  explicit ActivationDesk(std::shared_ptr<const RuleSet> configured) {
    wanted_.rule_set = std::move(configured);
  }

  // The set is to judge from the next epoch on, in place of any that still waits. Returns its
  // ticket.
  uint64_t Submit(std::shared_ptr<const RuleSet> rule_set);
  Wanted wanted() const;
  // Cheap: what the intake thread asks once a batch.
  uint64_t newest_ticket() const { return newest_ticket_.load(std::memory_order_acquire); }

  // Whether the submission, or one after it, is committed or needed no activation; waits at most
  // so long, and no longer than until Close.
  bool WaitUntilSettled(uint64_t ticket, std::chrono::milliseconds timeout);
  ActiveRuleSet active() const;
  // Nothing will be settled any more: wakes who waits.
  void Close();

  // From the pipeline: an epoch that activates the set is committed (or was, and is proved).
  void NoteActive(ActiveRuleSet active, uint64_t ticket);
  // From the pipeline: this set is active already.
  void NoteUnchanged(const std::string& fingerprint, uint64_t ticket);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Wanted wanted_;
  std::atomic<uint64_t> newest_ticket_{0};  // release store in Submit
  uint64_t settled_ticket_ = 0;
  bool closed_ = false;
  ActiveRuleSet active_;
};

}  // namespace vigla
