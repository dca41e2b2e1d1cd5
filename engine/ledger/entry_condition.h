// Of which entries a feature's `where` holds, asked of many of a chunk at once. Hot.
// What it compares with constants, of the columns that each entry has, is made ready when rules are
// loaded: amounts become an interval, codes the set of those that pass. Anything else is run entry
// by entry, over those that are left. A part that is unknown holds as little as one that is false.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/ledger/chunk.h"
#include "engine/ledger/entry_reader.h"
#include "engine/rule/rule_set.h"

namespace vigla {

class EntryCondition {
 public:
  // Holds of every entry.
  EntryCondition() = default;
  // The feature has a `where`; it and the rule set must stay alive.
  EntryCondition(const Feature& feature, const RuleSet& rule_set);

  // A bit for each of the chunk's first 64 entries: those of `entries` that it holds of.
  uint64_t Holding(const Chunk& chunk, uint64_t entries, const ReadingContext& context) const;

  // Whether no part of it has to be run.
  bool IsReady() const;

 private:
  // In the order in which they are asked.
  enum class Kind : uint8_t { kAmount, kCode, kChannel, kProgram };
  struct Test {
    Kind kind = Kind::kProgram;
    // What must not be: an amount within the interval, one of the channels.
    bool is_inverted = false;
    FieldId column = 0;                         // kCode
    int64_t least = 0, most = 0;                // kAmount: base amounts, in micro-units
    std::vector<uint64_t> codes;                // kCode: a bit for each code that passes
    std::vector<std::array<char, 8>> channels;  // kChannel: as entries have them
    const WhereLiteral* literal = nullptr;
  };
  using Term = std::vector<Test>;

  static Test MakeTest(const WhereLiteral& literal, const RuleSet& rule_set);
  static bool MakeAmount(const Program& program, Test* test);
  static bool MakeCodes(const std::vector<int64_t>& listed, FieldId column, Test* test);
  static bool MakeChannels(const std::vector<std::string_view>& listed, Test* test);
  static uint64_t Passing(const Test& test, const Chunk& chunk, uint64_t entries,
                          const ReadingContext& context);
  static uint64_t PassingCodes(const Test& test, const Entry* all, uint64_t entries);

  std::vector<Term> terms_ = {{}};  // any of them, which is all of its tests
};

}  // namespace vigla
