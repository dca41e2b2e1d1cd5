// What a leg answers to the tests of an index: each is asked once. Hot.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/rule/evaluator.h"
#include "engine/rule/order_key.h"
#include "engine/rule/predicate_index.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// The answers of the leg at hand; belongs to one thread. Allocates in SetRuleSet only.
class LegAnswers {
 public:
  enum class State : uint8_t { kUnknown, kRounded, kExact, kWithoutKey };
  // A field or feature as tests compare it.
  struct Figure {
    int64_t key = 0;
    uint32_t leg = 0;  // meaningful only if it is the leg at hand
    State state = State::kUnknown;
    bool has_key() const { return state == State::kRounded || state == State::kExact; }
  };

  // `rule_set` must stay alive.
  void SetRuleSet(const RuleSet& rule_set);
  // Forgets the leg at hand.
  void NextLeg();

 private:
  template <class Reader>
  friend class LegQuestions;
  struct Remembered {
    uint32_t leg = 0;
    Truth truth = Truth::kUnknown;
  };

  const RuleSet* rule_set_ = nullptr;
  uint32_t leg_ = 1;
  std::vector<Figure> figures_;         // by slot
  std::vector<Remembered> remembered_;  // by predicate
};

// Asks the leg that `reader` (evaluator.h) reads, where the answer is not there yet.
template <class Reader>
class LegQuestions {
 public:
  using Figure = LegAnswers::Figure;

  LegQuestions(LegAnswers& answers, Reader& reader)
      : reader_(reader),
        rule_set_(*answers.rule_set_),
        leg_(answers.leg_),
        figures_(answers.figures_.data()),
        remembered_(answers.remembered_.data()),
        slots_(rule_set_.index->slots.data()),
        tests_(rule_set_.index->tests.data()) {}

  const Figure& Read(int16_t slot) {
    if (IsUnread(slot)) Fill(slots_[slot], &figures_[slot]);
    return figures_[slot];
  }

  bool IsUnread(int16_t slot) const { return figures_[slot].leg != leg_; }

  // Of a slot that holds a field; what it was made a key of.
  std::string_view TextOf(int16_t slot) { return reader_.Field(slots_[slot].field).text; }

  // Of an entry's first so many tests.
  Truth Conjunction(const PredicateIndex::Entry& entry, int tests) {
    const PredicateIndex::Test* test = tests_ + entry.first_test;
    Truth all = Truth::kTrue;
    for (const PredicateIndex::Test* const end = test + tests; test != end; ++test) {
      const Truth truth = TruthOf(*test);
      if (truth == Truth::kFalse) return truth;
      if (truth == Truth::kUnknown) all = truth;
    }
    return all;
  }

  Truth Ask(int32_t predicate) {
    LegAnswers::Remembered& remembered = remembered_[predicate];
    if (remembered.leg != leg_) {
      const Program& program = rule_set_.index->predicates[predicate];
      remembered = {leg_, EvaluateTruth(program, rule_set_, reader_)};
    }
    return remembered.truth;
  }

 private:
  Truth TruthOf(const PredicateIndex::Test& test) {
    if (test.slot != PredicateIndex::kNone) {
      const Figure& figure = Read(test.slot);
      if (figure.state == LegAnswers::State::kUnknown) return Truth::kUnknown;
      if (figure.key != test.key || (figure.state == LegAnswers::State::kExact && test.exact)) {
        if (figure.has_key()) return evaluation::Satisfies(figure.key, test.key, test.mask);
      }
    }
    const Truth truth = Ask(test.predicate);
    return test.negated ? evaluation::Not(truth) : truth;
  }

  void Fill(const PredicateIndex::Slot& slot, Figure* figure) {
    const Value& value =
        slot.is_feature ? reader_.Feature(slot.feature) : reader_.Field(slot.field);
    figure->leg = leg_;
    figure->state = LegAnswers::State::kUnknown;
    if (!value.known) return;
    const std::optional<OrderKey> key = KeyOfValue(value, slot.manner);
    if (!key) {
      figure->state = LegAnswers::State::kWithoutKey;
      return;
    }
    figure->key = key->key;
    figure->state = key->exact ? LegAnswers::State::kExact : LegAnswers::State::kRounded;
  }

  Reader& reader_;
  const RuleSet& rule_set_;
  const uint32_t leg_;
  Figure* const figures_;
  LegAnswers::Remembered* const remembered_;
  const PredicateIndex::Slot* const slots_;
  const PredicateIndex::Test* const tests_;
};

}  // namespace vigla
