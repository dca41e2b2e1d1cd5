// Builds the index of a rule set as it is loaded. Cold.
#include "engine/rule/predicate_index_builder.h"

#include <algorithm>
#include <set>

#include "engine/base/check.h"
#include "engine/rule/field.h"

namespace vigla {
namespace {

using Limit = PredicateIndex::Limit;

// Up to so many entries are tested one by one: a look-up would cost as much.
constexpr size_t kPlainMax = 6;
// A part that fewer entries ask for costs more than it saves.
constexpr size_t kPartMin = 4;
constexpr double kPassRateMax = 0.5;
constexpr size_t kPathMax = 3;
constexpr size_t kTestsMax = 10'000;

// The direction in which a comparison bounds its figure; empty for `!=`.
std::optional<Limit> LimitOfTest(const PredicateIndex::Test& test) {
  if (test.slot == PredicateIndex::kNone || test.mask == kIfNotEqual) return std::nullopt;
  // `== 0` is a figure that has not begun to count: few are below it, many above.
  const bool is_upper = test.mask == kIfLess || test.mask == kIfLessEqual ||
                        (test.mask == kIfEqual && test.key == 0);
  return Limit{test.slot, is_upper};
}

}  // namespace

PredicateIndexBuilder::PredicateIndexBuilder(const RuleSet* rule_set)
    : rule_set_(rule_set),
      index_(std::make_shared<PredicateIndex>()),
      catalogue_(rule_set, index_.get()),
      entries_of_rule_(rule_set->rules.size()) {
  index_->rules = static_cast<int>(rule_set->rules.size());
}

void PredicateIndexBuilder::AddRule(int rule, const Expression& when) {
  for (const ConditionTerm& term : TermsOf(when)) AddEntry(rule, term);
}

void PredicateIndexBuilder::AddEntry(int rule, const ConditionTerm& term) {
  std::vector<int> on_fields, on_features;
  std::set<int> seen;
  for (const ConditionLiteral& literal : term) {
    const int place = catalogue_.PlanOf(literal);
    const TestPlan& plan = catalogue_.plan(place);
    if (plan.constant == Truth::kFalse) return;  // never true, never unknown
    if (plan.constant == Truth::kTrue || !seen.insert(place).second) continue;
    (plan.reads_feature ? on_features : on_fields).push_back(place);
  }
  // Comparisons of fields first: they cost the least.
  std::stable_partition(on_fields.begin(), on_fields.end(), [&](int place) {
    return catalogue_.plan(place).test.slot != PredicateIndex::kNone;
  });
  PredicateIndex::Entry entry;
  entry.rule = rule;
  entry.first_test = static_cast<int32_t>(index_->tests.size());
  entry.field_tests = static_cast<uint16_t>(on_fields.size());
  on_fields.insert(on_fields.end(), on_features.begin(), on_features.end());
  CHECK(on_fields.size() < kTestsMax);  // a rule has at most 4,000 nodes
  entry.tests = static_cast<uint16_t>(on_fields.size());
  uses_of_slot_.resize(index_->slots.size());
  for (int place : on_fields) {
    const PredicateIndex::Test& test = catalogue_.plan(place).test;
    index_->tests.push_back(test);
    if (test.slot != PredicateIndex::kNone) ++uses_of_slot_[test.slot];
  }
  entries_of_rule_[rule].push_back(static_cast<int32_t>(index_->entries.size()));
  index_->entries.push_back(entry);
  plans_.push_back(std::move(on_fields));
}

std::shared_ptr<const PredicateIndex> PredicateIndexBuilder::Build() {
  uses_of_slot_.resize(index_->slots.size());
  BuildRoots();
  return index_;
}

void PredicateIndexBuilder::BuildRoots() {
  const auto build = [&](const std::vector<int>& rules) {
    std::vector<int> always, transaction;
    for (int rule : rules) {
      const bool is_whole = rule_set_->rules[rule].subject == RuleSubject::kTransaction;
      (is_whole ? transaction : always).push_back(rule);
    }
    return PredicateIndex::Roots{BuildRoot(always), BuildRoot(transaction)};
  };
  for (size_t kind = 0; kind < index_->leg.size(); ++kind) {
    for (size_t order = 0; order < index_->leg[kind].size(); ++order) {
      index_->leg[kind][order] = build(rule_set_->rules_of_leg[kind][order]);
    }
  }
  for (size_t kind = 0; kind < index_->intake.size(); ++kind) {
    for (const Direction side : {Direction::kDebit, Direction::kCredit}) {
      std::vector<int> rules;
      for (int index : rule_set_->intake_rules) {
        const Rule& rule = rule_set_->rules[index];
        const RuleSubject other =
            side == Direction::kDebit ? RuleSubject::kCreditor : RuleSubject::kDebtor;
        if (rule.state == RuleState::kLive && static_cast<size_t>(rule.on) == kind &&
            rule.subject != other) {
          rules.push_back(index);
        }
      }
      index_->intake[kind][static_cast<size_t>(side)] = build(rules);
    }
  }
}

int32_t PredicateIndexBuilder::BuildRoot(const std::vector<int>& rules) {
  Entries entries;
  for (int rule : rules) {
    const Entries& of_rule = entries_of_rule_[rule];
    entries.insert(entries.end(), of_rule.begin(), of_rule.end());
  }
  return entries.empty() ? PredicateIndex::kNone : BuildNode(std::move(entries), {});
}

int32_t PredicateIndexBuilder::BuildNode(Entries entries, const Path& path) {
  std::vector<PredicateIndex::Partition> partitions;
  if (path.size() < kPathMax) {
    for (const auto& [part, taken] : TakeParts(path, &entries)) {
      partitions.push_back(BuildPartition(part, taken, path));
    }
  }
  // Children are whole by now, so that what belongs to this node stands together.
  PredicateIndex::Node node;
  node.partitions_begin = static_cast<int32_t>(index_->partitions.size());
  for (auto& partition : partitions) index_->partitions.push_back(std::move(partition));
  node.partitions_end = static_cast<int32_t>(index_->partitions.size());
  BuildRuns(entries, &node);
  index_->nodes.push_back(node);
  return static_cast<int32_t>(index_->nodes.size()) - 1;
}

std::vector<std::pair<PredicateIndexBuilder::Part, double>> PredicateIndexBuilder::PartsOf(
    int32_t entry) const {
  std::vector<std::pair<Part, double>> parts;
  for (int place : plans_[entry]) {
    const TestPlan& plan = catalogue_.plan(place);
    if (!plan.keys.empty()) {
      const double rate = plan.pass_rate * static_cast<double>(
          plan.test.slot == PredicateIndex::kNone ? 1 : plan.keys.size());
      if (rate <= kPassRateMax) parts.push_back({Part{plan.key_slot}, rate});
    } else if (plan.test.slot == PredicateIndex::kNone && !plan.reads_feature) {
      const Part part{PredicateIndex::kNone, plan.test.predicate, plan.test.negated};
      parts.push_back({part, std::min(plan.pass_rate, kPassRateMax)});
    }
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.second < b.second; });
  return parts;
}

std::map<PredicateIndexBuilder::Part, PredicateIndexBuilder::Entries>
PredicateIndexBuilder::TakeParts(const Path& path, Entries* entries) const {
  std::map<Part, Entries> taken;
  if (entries->size() <= kPlainMax) return taken;
  std::set<Part> banned(path.begin(), path.end());
  // Each entry takes its best part; parts that too few ask for are given up, one round after the
  // other, until none is left that too few ask for.
  while (true) {
    taken.clear();
    Entries rest;
    for (int32_t entry : *entries) {
      const auto parts = PartsOf(entry);
      const auto best = std::find_if(parts.begin(), parts.end(), [&](const auto& part) {
        return !banned.contains(part.first);
      });
      if (best == parts.end()) {
        rest.push_back(entry);
      } else {
        taken[best->first].push_back(entry);
      }
    }
    const size_t banned_before = banned.size();
    for (const auto& [part, wanted] : taken) {
      if (wanted.size() < kPartMin) banned.insert(part);
    }
    if (banned.size() > banned_before) continue;
    *entries = std::move(rest);
    return taken;
  }
}

PredicateIndex::Partition PredicateIndexBuilder::BuildPartition(const Part& part,
                                                                const Entries& entries,
                                                                const Path& path) {
  PredicateIndex::Partition partition;
  partition.slot = part.slot;
  partition.predicate = part.predicate;
  partition.negated = part.negated;
  Path inner = path;
  inner.push_back(part);
  partition.whole = BuildNode(entries, inner);
  if (part.slot == PredicateIndex::kNone) return partition;
  std::map<int64_t, Entries> entries_of_key;
  for (int32_t entry : entries) {
    const auto& plans = plans_[entry];
    const auto place = std::find_if(plans.begin(), plans.end(), [&](int p) {
      return catalogue_.plan(p).key_slot == part.slot && !catalogue_.plan(p).keys.empty();
    });
    for (int64_t key : catalogue_.plan(*place).keys) entries_of_key[key].push_back(entry);
  }
  for (auto& [key, of_key] : entries_of_key) {
    partition.child_of_key.emplace(key, BuildNode(std::move(of_key), inner));
  }
  return partition;
}

std::pair<Limit, Limit> PredicateIndexBuilder::LimitsOf(int32_t entry) const {
  const PredicateIndex::Entry& whole = index_->entries[entry];
  Limit first, second;
  const auto rank = [&](Limit limit) {  // larger is better
    const PredicateIndex::Slot& slot = index_->slots[limit.slot];
    if (slot.is_feature) return std::pair(0, uses_of_slot_[limit.slot]);
    return std::pair(slot.manner == ValueType::kDecimal ? 2 : 1, limit.flipped ? 0 : 1);
  };
  std::vector<Limit> limits;
  for (int i = 0; i < whole.tests; ++i) {
    const PredicateIndex::Test& test = index_->tests[whole.first_test + i];
    if (test.slot == PredicateIndex::kNone) continue;
    const ValueType manner = index_->slots[test.slot].manner;
    if (manner != ValueType::kInt && manner != ValueType::kDecimal) continue;
    if (const std::optional<Limit> limit = LimitOfTest(test)) limits.push_back(*limit);
  }
  for (Limit limit : limits) {
    if (first.slot == PredicateIndex::kNone || rank(limit) > rank(first)) first = limit;
  }
  for (Limit limit : limits) {
    if (!index_->slots[limit.slot].is_feature || limit.slot == first.slot) continue;
    if (second.slot == PredicateIndex::kNone || rank(limit) > rank(second)) second = limit;
  }
  return {first, second};
}

int64_t PredicateIndexBuilder::LimitOf(int32_t entry, Limit limit) const {
  const PredicateIndex::Entry& whole = index_->entries[entry];
  for (int i = 0; i < whole.tests; ++i) {
    const PredicateIndex::Test& test = index_->tests[whole.first_test + i];
    const std::optional<Limit> own = LimitOfTest(test);
    if (own && *own == limit) return limit.Directed(test.key);
  }
  CHECK(false);
}

void PredicateIndexBuilder::BuildRuns(const Entries& entries, PredicateIndex::Node* node) {
  using Place = std::pair<int16_t, bool>;
  const auto place_of = [](Limit limit) { return Place(limit.slot, limit.flipped); };
  std::map<Place, std::map<Place, Entries>> runs;
  node->plain_begin = static_cast<int32_t>(index_->plain.size());
  for (int32_t entry : entries) {
    const auto [first, second] = LimitsOf(entry);
    if (entries.size() <= kPlainMax || first.slot == PredicateIndex::kNone) {
      index_->plain.push_back(entry);
    } else {
      runs[place_of(first)][place_of(second)].push_back(entry);
    }
  }
  node->plain_end = static_cast<int32_t>(index_->plain.size());
  node->runs_begin = static_cast<int32_t>(index_->runs.size());
  for (const auto& [first_place, groups] : runs) {
    const Limit first{first_place.first, first_place.second};
    std::vector<PredicateIndex::Group> sorted;
    for (const auto& [second_place, of_group] : groups) {
      sorted.push_back(BuildGroup(first, {second_place.first, second_place.second}, of_group));
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      return a.lowest_first < b.lowest_first;
    });
    PredicateIndex::Run run;
    run.first = first;
    run.begin = static_cast<int32_t>(index_->groups.size());
    index_->groups.insert(index_->groups.end(), sorted.begin(), sorted.end());
    run.end = static_cast<int32_t>(index_->groups.size());
    index_->runs.push_back(run);
  }
  node->runs_end = static_cast<int32_t>(index_->runs.size());
}

PredicateIndex::Group PredicateIndexBuilder::BuildGroup(Limit first, Limit second,
                                                        const Entries& entries) {
  std::vector<PredicateIndex::GroupEntry> sorted;
  for (int32_t entry : entries) {
    const bool has_second = second.slot != PredicateIndex::kNone;
    sorted.push_back({LimitOf(entry, first), has_second ? LimitOf(entry, second) : 0, entry});
  }
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first_limit, a.entry) < std::tie(b.first_limit, b.entry);
  });
  PredicateIndex::Group group;
  group.second = second;
  group.lowest_first = sorted.front().first_limit;
  group.begin = static_cast<int32_t>(index_->group_entries.size());
  group.first_block = static_cast<int32_t>(index_->lowest_second.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i % PredicateIndex::kBlock == 0) {
      index_->lowest_second.push_back(sorted[i].second_limit);
    }
    int64_t& lowest = index_->lowest_second.back();
    lowest = std::min(lowest, sorted[i].second_limit);
  }
  index_->group_entries.insert(index_->group_entries.end(), sorted.begin(), sorted.end());
  group.end = static_cast<int32_t>(index_->group_entries.size());
  return group;
}

}  // namespace vigla
