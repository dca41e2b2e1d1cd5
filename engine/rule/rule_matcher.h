// Searches a predicate index for the rules that match a leg. Hot.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "engine/rule/leg_answers.h"
#include "engine/rule/predicate_index.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Belongs to one thread. Allocates in SetRuleSet only.
class RuleMatcher {
 public:
  // `rule_set` must stay alive.
  void SetRuleSet(const RuleSet& rule_set);

  // Finds the rules below a node that are true or unknown on the leg that `reader` (evaluator.h)
  // reads. All calls up to the next ForEach are about one leg, and their results add up.
  template <class Reader>
  void Match(int32_t node, Reader& reader) {
    if (node != PredicateIndex::kNone) Search<Reader>(*this, reader).VisitNode(node);
  }

  // Calls visit(int rule, Truth truth) on what was found, by rule; each is true or unknown. Then
  // the leg is done with.
  template <class Visit>
  void ForEach(Visit visit) {
    for (size_t word = 0; word < found_.size(); ++word) {
      Found& found = found_[word];
      uint64_t rules = found.is_true | found.is_unknown;
      if (rules == 0) continue;
      const uint64_t is_true = found.is_true;
      found = Found{};
      for (; rules != 0; rules &= rules - 1) {
        const int bit = std::countr_zero(rules);
        visit(static_cast<int>(word * 64) + bit,
              (is_true >> bit & 1) != 0 ? Truth::kTrue : Truth::kUnknown);
      }
    }
    answers_.NextLeg();
  }

 private:
  struct Found {
    uint64_t is_true = 0;
    uint64_t is_unknown = 0;
  };

  void Mark(int rule, Truth truth) {
    Found& found = found_[static_cast<size_t>(rule) / 64];
    (truth == Truth::kTrue ? found.is_true : found.is_unknown) |= uint64_t{1} << (rule % 64);
  }

  template <class Reader>
  class Search;

  const PredicateIndex* index_ = nullptr;
  LegAnswers answers_;
  std::vector<Found> found_;  // 64 rules each
};

template <class Reader>
class RuleMatcher::Search {
 public:
  Search(RuleMatcher& matcher, Reader& reader)
      : matcher_(matcher), index_(*matcher.index_), leg_(matcher.answers_, reader) {}

  // The builder bounds the depth.
  void VisitNode(int32_t number) {
    const PredicateIndex::Node& node = index_.nodes[number];
    for (int32_t i = node.partitions_begin; i < node.partitions_end; ++i) {
      VisitPartition(index_.partitions[i]);
    }
    for (int32_t i = node.runs_begin; i < node.runs_end; ++i) VisitRun(index_.runs[i]);
    for (int32_t i = node.plain_begin; i < node.plain_end; ++i) {
      VisitEntry(index_.entries[index_.plain[i]]);
    }
  }

 private:
  void VisitPartition(const PredicateIndex::Partition& partition) {
    if (partition.slot == PredicateIndex::kNone) {
      if (leg_.HoldsNot(partition.predicate, partition.negated)) return;
    } else {
      const LegAnswers::Figure& figure = leg_.Read(partition.slot);
      if (figure.has_key()) {
        const auto child = partition.child_of_key.find(figure.key);
        if (child != partition.child_of_key.end()) VisitNode(child->second);
        return;
      }
    }
    VisitNode(partition.whole);
  }

  void VisitRun(const PredicateIndex::Run& run) {
    const PredicateIndex::Group* group = &index_.groups[run.begin];
    const PredicateIndex::Group* const end = group + (run.end - run.begin);
    if (leg_.IsUnreadFeature(run.first.slot) &&
        std::none_of(group, end, [this](const auto& g) { return IsAnyLeft(g.begin, g.end); })) {
      return;
    }
    const LegAnswers::Figure& first = leg_.Read(run.first.slot);
    if (!first.has_key()) {
      for (; group != end; ++group) VisitGroup(*group, group->end);
      return;
    }
    const int64_t key = run.first.Directed(first.key);
    for (; group != end && group->lowest_first <= key; ++group) {
      VisitGroup(*group, Reached(*group, key));
    }
  }

  // Where the entries end whose first limit is reached.
  int32_t Reached(const PredicateIndex::Group& group, int64_t key) const {
    const PredicateIndex::GroupEntry* const entries = index_.group_entries.data();
    if (entries[group.end - 1].first_limit <= key) return group.end;
    return static_cast<int32_t>(
        std::upper_bound(entries + group.begin, entries + group.end, key,
                         [](int64_t k, const auto& entry) { return k < entry.first_limit; }) -
        entries);
  }

  void VisitGroup(const PredicateIndex::Group& group, int32_t end) {
    const PredicateIndex::GroupEntry* const entries = index_.group_entries.data();
    const bool has_second = group.second.slot != PredicateIndex::kNone;
    if (has_second && leg_.IsUnreadFeature(group.second.slot) && !IsAnyLeft(group.begin, end)) {
      return;
    }
    const LegAnswers::Figure* const second = has_second ? &leg_.Read(group.second.slot) : nullptr;
    if (second == nullptr || !second->has_key()) {
      for (int32_t i = group.begin; i < end; ++i) VisitEntry(index_.entries[entries[i].entry]);
      return;
    }
    const int64_t key = group.second.Directed(second->key);
    const int64_t* lowest = &index_.lowest_second[group.first_block];
    for (int32_t block = group.begin; block < end; block += PredicateIndex::kBlock, ++lowest) {
      if (*lowest > key) continue;
      const int32_t block_end = std::min(end, block + PredicateIndex::kBlock);
      for (int32_t i = block; i < block_end; ++i) {
        if (entries[i].second_limit <= key) VisitEntry(index_.entries[entries[i].entry]);
      }
    }
  }

  // Whether an entry is left by its tests on fields.
  bool IsAnyLeft(int32_t begin, int32_t end) {
    for (int32_t i = begin; i < end; ++i) {
      const PredicateIndex::Entry& entry = index_.entries[index_.group_entries[i].entry];
      if (leg_.Conjunction(entry, entry.field_tests) != Truth::kFalse) return true;
    }
    return false;
  }

  void VisitEntry(const PredicateIndex::Entry& entry) {
    const Truth truth = leg_.Conjunction(entry, entry.tests);
    if (truth != Truth::kFalse) matcher_.Mark(entry.rule, truth);
  }

  RuleMatcher& matcher_;
  const PredicateIndex& index_;
  LegQuestions<Reader> leg_;
};

}  // namespace vigla
