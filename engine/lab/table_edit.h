// Small changes to a test's table, towards the boundaries of some rules. Cold.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/lab/condition_note.h"
#include "engine/lab/transaction_table.h"
#include "engine/rule/rule_set_builder.h"

namespace vigla {

// Where rules have their boundaries.
struct RuleBoundaries {
  std::vector<DurationUs> durations;                         // windows, folding, constants
  std::vector<std::string> amounts;                          // "8000", "0.01"
  std::map<std::string, std::set<std::string>> words;        // by column: what is compared with it
};
RuleBoundaries FindBoundaries(const CheckedRules& checked, const std::vector<std::string>& rules);

// Makes one change at random. Rows stay in the order of their times. Same state, same change.
class TableEditor {
 public:
  TableEditor(const RuleBoundaries& boundaries, uint64_t seed)
      : boundaries_(boundaries), random_(seed) {}

  // `notes` are of the table as it was; they may be empty.
  void Edit(const std::vector<ConditionNote>& notes, TransactionTable* table);
  size_t Below(size_t bound) { return random_() % bound; }

 private:
  void MoveTime(TransactionTable* table);
  void MoveAmount(const std::vector<ConditionNote>& notes, TransactionTable* table);
  void ChangeWord(TransactionTable* table);
  void DoubleRow(TransactionTable* table);
  void TurnRound(TransactionTable* table);

  const RuleBoundaries& boundaries_;
  std::mt19937_64 random_;
};

}  // namespace vigla
