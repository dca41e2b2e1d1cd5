// The conditions of rules on the legs of a test: what each stood at, and how far from its limit.
// Cold.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/pipeline/leg_observer.h"

namespace vigla {

struct ConditionNote {
  size_t row = 0;        // of the table
  std::string rule;
  std::string role;      // "debtor", "creditor"
  std::string text;      // as the rule has it
  bool known = true;
  bool holds = false;
  std::string value;     // "" where the two have no order
  std::string limit;
  std::string distance;  // value - limit, with its sign; "" where it means nothing
  // The distance of a money condition, in micro-units.
  std::optional<int64_t> distance_micros;
};

// Collects the notes of every rule on every leg that a rule is judged on. Any thread.
class ConditionNotes final : public LegObserver {
 public:
  void Observe(const JudgedLeg& judged) override;
  const std::vector<ConditionNote>& notes() const { return notes_; }

 private:
  std::mutex mutex_;
  std::vector<ConditionNote> notes_;
};

// "debits_10m >= burst: 19 against 20, 1 short" and the like.
std::string ConditionNoteText(const ConditionNote& note);

}  // namespace vigla
