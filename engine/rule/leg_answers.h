// What a leg answers to the tests of an index: each is asked once. Hot.
#pragma once

#include <cstdint>
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
  // A field or feature as tests compare it.
  struct Figure : FigureKey {
    uint32_t leg = 0;  // meaningful only if it is the leg at hand
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

// Asks the leg that `reader` (evaluator.h) reads, where the answer is not there yet. A reader that
// can make the key of a feature without its value has, too:
//   FigureKey KeyOfFeature(int index, ValueType manner);
// and one that knows what a feature cannot exceed (PredicateIndex::Slot), unless it is unknown:
//   FigureKey KeyOfBound(DirectionSet directions, ValueType manner);
// and one that can tell of a mean that it stays below a key without making it: kExact. kUnknown:
// that it is unknown; kWithoutKey: neither. Asked of features of which HasLargestAmount holds.
//   KeyState StateBelow(int index, int64_t key);
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
    if (IsUnread(slot)) Fill(slot);
    return figures_[slot];
  }

  bool IsBound(int16_t slot) const {
    return slots_[slot].kind == PredicateIndex::Slot::Kind::kBound;
  }
  bool IsUnread(int16_t slot) const { return figures_[slot].leg != leg_; }

  // Whether the feature in an unread slot, of which HasLargestAmount holds, is known to be below a
  // key. If it turns out to be unknown it is read thereby.
  bool IsBelow(int16_t slot, int64_t key) {
    if constexpr (requires { reader_.StateBelow(slots_[slot].place, key); }) {
      const KeyState state = reader_.StateBelow(slots_[slot].place, key);
      if (state == KeyState::kUnknown) figures_[slot] = {FigureKey(), leg_};
      return state == KeyState::kExact;
    }
    return false;
  }

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
      const Program& program = rule_set_.index->predicates.data()[predicate];
      remembered = {leg_, EvaluateTruth(program, rule_set_, reader_)};
    }
    return remembered.truth;
  }

 private:
  Truth TruthOf(const PredicateIndex::Test& test) {
    if (test.slot != PredicateIndex::kNone) {
      const Figure& figure = Read(test.slot);
      if (figure.state == KeyState::kUnknown) return Truth::kUnknown;
      if (test.other_slot != PredicateIndex::kNone) {
        const Figure& other = Read(test.other_slot);
        if (other.state == KeyState::kUnknown) return Truth::kUnknown;
        if (figure.has_key() && other.has_key() &&
            (figure.key != other.key || (figure.is_exact() && other.is_exact()))) {
          return evaluation::Satisfies(figure.key, other.key, test.mask);
        }
      } else if (figure.has_key() &&
                 (figure.key != test.key || (figure.is_exact() && test.exact))) {
        return evaluation::Satisfies(figure.key, test.key, test.mask);
      }
    }
    const Truth truth = Ask(test.predicate);
    return test.negated ? evaluation::Not(truth) : truth;
  }

  // Not inlined: whoever reads a figure finds it there most of the time.
  [[gnu::noinline]] void Fill(int16_t slot) {
    const FigureKey key = KeyOf(slots_[slot]);
    figures_[slot] = {key, leg_};
  }

  FigureKey KeyOf(const PredicateIndex::Slot& slot) {
    switch (slot.kind) {
      case PredicateIndex::Slot::Kind::kField:
        return KeyOfFigureValue(reader_.Field(slot.field), slot.manner);
      case PredicateIndex::Slot::Kind::kFeature:
        if constexpr (requires { reader_.KeyOfFeature(slot.place, slot.manner); }) {
          return reader_.KeyOfFeature(slot.place, slot.manner);
        } else {
          return KeyOfFigureValue(reader_.Feature(slot.place), slot.manner);
        }
      case PredicateIndex::Slot::Kind::kBound:
        if constexpr (requires { reader_.KeyOfBound(slot.directions, slot.manner); }) {
          return reader_.KeyOfBound(slot.directions, slot.manner);
        } else {
          return {};
        }
      case PredicateIndex::Slot::Kind::kCalculation: break;
    }
    const Program& program = rule_set_.index->calculations[static_cast<size_t>(slot.place)];
    return KeyOfFigureValue(Evaluate(program, rule_set_, reader_), slot.manner);
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
