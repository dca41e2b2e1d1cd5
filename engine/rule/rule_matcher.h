// Searches a predicate index for the rules that match a leg. Hot.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "engine/rule/found_rules.h"
#include "engine/rule/leg_answers.h"
#include "engine/rule/predicate_index.h"
#include "engine/rule/rule_set.h"
#include "engine/rule/table_narrowing.h"

namespace vigla {

// Belongs to one thread. Allocates in SetRuleSet only.
class RuleMatcher {
 public:
  // `rule_set` must stay alive.
  void SetRuleSet(const RuleSet& rule_set);

  // Finds the rules of a table that are true or unknown on the leg that `reader` (evaluator.h)
  // reads. All calls up to the next ForEach are about one leg, and their results add up.
  template <class Reader>
  void Match(int32_t table, Reader& reader) {
    if (table != PredicateIndex::kNone) Search<Reader>(*this, reader, table).Run();
  }

  // Calls visit(int rule, Truth truth) on what was found; each is true or unknown, and those that
  // are true come by rule. Then the leg is done with.
  template <class Visit>
  void ForEach(Visit visit) {
    found_.TakeAll(visit);
    answers_.NextLeg();
  }

 private:
  template <class Reader>
  class Search;

  const PredicateIndex* index_ = nullptr;
  LegAnswers answers_;
  FoundRules found_;
  TableBitmaps bitmaps_;
};

// One table on one leg.
template <class Reader>
class RuleMatcher::Search {
 public:
  Search(RuleMatcher& matcher, Reader& reader, int32_t table)
      : matcher_(matcher),
        index_(*matcher.index_),
        table_(index_.tables.data()[table]),
        entries_(index_.entries.data() + table_.first_entry),
        limits_(index_.limits.data() + table_.first_entry),
        segment_of_(index_.segment_of.data() + table_.first_entry),
        asking_(index_.words.data() + table_.asking),
        plain_(index_.words.data() + table_.plain),
        leg_(matcher.answers_, reader),
        narrowing_(index_, table_, &matcher.bitmaps_, &leg_) {}

  void Run() {
    narrowing_.Run();
    for (const int32_t line : narrowing_.lines()) {
      for (int32_t word = line; word < line + PredicateIndex::kLine; ++word) {
        if (narrowing_.left(word) != 0) VisitWord(word);
      }
    }
  }

 private:
  using Figure = LegAnswers::Figure;

  void VisitWord(int32_t word) {
    const int32_t base = word * 64;
    const uint64_t unknown = narrowing_.unknown(word);
    const PredicateIndex::Segment* const segments = index_.segments.data();
    for (uint64_t left = narrowing_.left(word); left != 0;) {
      const int32_t first = base + std::countr_zero(left);
      const PredicateIndex::Segment& segment = segments[segment_of_[first]];
      const uint64_t own = left & segment.mask;
      left ^= own;
      if (segment.slot == PredicateIndex::kNone) {
        VisitEntries(base, own, unknown, narrowing_.is_careful());
      } else if (MayReach(segment, limits_[first])) {  // limits ascend
        VisitSegment(segment, base, own, unknown);
      }
    }
  }

  // As far as can be told without reading the segment's feature.
  bool MayReach(const PredicateIndex::Segment& segment, int64_t limit) {
    if (!leg_.IsUnread(segment.slot)) return limit <= Reached(segment, leg_.Read(segment.slot));
    return !segment.has_largest || !leg_.IsBelow(segment.slot, limit);
  }

  // No limit above it is reached by the feature's figure.
  static int64_t Reached(const PredicateIndex::Segment& segment, const Figure& figure) {
    constexpr int64_t kAny = std::numeric_limits<int64_t>::max();
    if (figure.is_exact()) return segment.Directed(figure.key);
    if (figure.state != KeyState::kRounded) return kAny;
    // What was rounded may be larger than its key says.
    const int64_t key = segment.Directed(figure.key);
    return key == kAny ? kAny : key + 1;
  }

  void VisitSegment(const PredicateIndex::Segment& segment, int32_t base, uint64_t left,
                    uint64_t unknown) {
    if (leg_.IsUnread(segment.slot)) {
      // Features may be dear: this one is not read for entries that fields leave out.
      const uint64_t asking = left & asking_[base / 64];
      if (asking != 0 && (left ^= LeftOutByFields(base, asking)) == 0) return;
    }
    const Figure& figure = leg_.Read(segment.slot);
    if (!figure.has_key()) {
      if (figure.state != KeyState::kUnknown) return VisitEntries(base, left, unknown, true);
      return VisitUnknown(base, left);
    }
    const int64_t reached = Reached(segment, figure);
    if (limits_[base + std::countr_zero(left)] > reached) return;
    uint64_t passing = left;
    while (limits_[base + Last(passing)] > reached) passing ^= uint64_t{1} << Last(passing);
    if (figure.is_exact()) {
      return VisitEntries(base, passing, unknown, narrowing_.is_careful());
    }
    // Or smaller: which limits of about its key it reaches the key doesn't tell.
    uint64_t near = 0;
    while (passing != 0 && limits_[base + Last(passing)] >= segment.Directed(figure.key)) {
      const uint64_t last = uint64_t{1} << Last(passing);
      near |= last;
      passing ^= last;
    }
    VisitEntries(base, passing, unknown, narrowing_.is_careful());
    VisitEntries(base, near, unknown, true);
  }

  // Entries that can be no more than unknown.
  void VisitUnknown(int32_t base, uint64_t left) {
    const uint64_t plain = narrowing_.is_careful() ? 0 : left & plain_[base / 64];
    if (plain != 0) matcher_.found_.AddUnknown(entries_ + base, plain);
    left ^= plain;
    VisitEntries(base, left, left, narrowing_.is_careful());
  }

  static int Last(uint64_t bits) { return 63 - std::countl_zero(bits); }

  // Of these entries.
  uint64_t LeftOutByFields(int32_t base, uint64_t asking) {
    uint64_t left_out = 0;
    for (; asking != 0; asking &= asking - 1) {
      const int bit = std::countr_zero(asking);
      const PredicateIndex::Entry& entry = entries_[base + bit];
      if (leg_.Conjunction(entry, entry.open_field_tests) == Truth::kFalse) {
        left_out |= uint64_t{1} << bit;
      }
    }
    return left_out;
  }

  // Careful: asks the settled tests as well, as some figure has no exact key.
  void VisitEntries(int32_t base, uint64_t left, uint64_t unknown, bool is_careful) {
    for (; left != 0; left &= left - 1) {
      const int bit = std::countr_zero(left);
      const PredicateIndex::Entry& entry = entries_[base + bit];
      Visit(entry, is_careful ? entry.tests : entry.open_tests, (unknown >> bit & 1) != 0);
    }
  }

  void Visit(const PredicateIndex::Entry& entry, int tests, bool is_unknown) {
    const Truth truth = tests == 0 ? Truth::kTrue : leg_.Conjunction(entry, tests);
    if (truth == Truth::kFalse) return;
    matcher_.found_.Add(entry.rule, is_unknown ? Truth::kUnknown : truth);
  }

  RuleMatcher& matcher_;
  const PredicateIndex& index_;
  const PredicateIndex::Table& table_;
  const PredicateIndex::Entry* const entries_;  // these three by place in the table
  const int64_t* const limits_;
  const int32_t* const segment_of_;
  const uint64_t* const asking_;  // these two by word
  const uint64_t* const plain_;
  LegQuestions<Reader> leg_;
  TableNarrowing<Reader> narrowing_;
};

}  // namespace vigla
