// What a leg answers to the tests of an index: each is asked once. Hot.
#pragma once

#include <cstdint>
#include <optional>
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
      : answers_(answers), index_(*answers.rule_set_->index), reader_(reader) {}

  const Figure& Read(int16_t slot) {
    Figure& figure = answers_.figures_[slot];
    if (figure.leg != answers_.leg_) Fill(index_.slots[slot], &figure);
    return figure;
  }

  bool IsUnreadFeature(int16_t slot) const {
    return index_.slots[slot].is_feature && answers_.figures_[slot].leg != answers_.leg_;
  }

  // Of an entry's first so many tests.
  Truth Conjunction(const PredicateIndex::Entry& entry, int tests) {
    const PredicateIndex::Test* test = &index_.tests[entry.first_test];
    Truth all = Truth::kTrue;
    for (const PredicateIndex::Test* const end = test + tests; test != end; ++test) {
      const Truth truth = TruthOf(*test);
      if (truth == Truth::kFalse) return truth;
      if (truth == Truth::kUnknown) all = truth;
    }
    return all;
  }

  bool HoldsNot(int32_t predicate, bool negated) {
    const Truth truth = Ask(predicate);
    return truth == (negated ? Truth::kTrue : Truth::kFalse);
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

  Truth Ask(int32_t predicate) {
    LegAnswers::Remembered& remembered = answers_.remembered_[predicate];
    if (remembered.leg != answers_.leg_) {
      const Program& program = index_.predicates[predicate];
      remembered = {answers_.leg_, EvaluateTruth(program, *answers_.rule_set_, reader_)};
    }
    return remembered.truth;
  }

  void Fill(const PredicateIndex::Slot& slot, Figure* figure) {
    const Value& value =
        slot.is_feature ? reader_.Feature(slot.feature) : reader_.Field(slot.field);
    figure->leg = answers_.leg_;
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

  LegAnswers& answers_;
  const PredicateIndex& index_;
  Reader& reader_;
};

}  // namespace vigla
