// Builds the index of a rule set as it is loaded. Cold.
#include "engine/rule/predicate_index_builder.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "engine/base/check.h"

namespace vigla {
namespace {

// What fewer entries ask about is asked one by one: a dimension would cost as much.
constexpr int kAskedMin = 4;
// A predicate is a dimension only if one entry in so many has it, which bounds how many there are;
// fields are few.
constexpr int kEntriesPerPredicate = 64;
constexpr size_t kTestsMax = 10'000;

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
  std::vector<int> plans;
  std::set<int> seen;
  for (const ConditionLiteral& literal : term) {
    const int place = catalogue_.PlanOf(literal);
    const TestPlan& plan = catalogue_.plan(place);
    if (plan.constant == Truth::kFalse) return;  // never true, never unknown
    if (plan.constant != Truth::kTrue && seen.insert(place).second) plans.push_back(place);
  }
  CHECK(plans.size() < kTestsMax);  // a rule has at most 4,000 nodes
  // Comparisons of fields first: they cost the least; features may have to be computed.
  std::stable_sort(plans.begin(), plans.end(), [this](int a, int b) {
    const auto cost = [this](int place) {
      const TestPlan& plan = catalogue_.plan(place);
      return std::tuple(plan.reads_feature, plan.test.slot == PredicateIndex::kNone);
    };
    return cost(a) < cost(b);
  });
  entries_of_rule_[rule].push_back({rule, std::move(plans)});
}

std::shared_ptr<const PredicateIndex> PredicateIndexBuilder::Build() {
  BuildRoots();
  const auto trim = [](auto&... vectors) { (vectors.shrink_to_fit(), ...); };
  PredicateIndex& index = *index_;
  trim(index.slots, index.predicates, index.calculations,
       index.tests, index.entries, index.limits, index.segment_of,
       index.segments, index.tables, index.dimensions, index.words, index.flips, index.event_keys,
       index.event_entries, index.texts);
  return index_;
}

void PredicateIndexBuilder::BuildRoots() {
  const auto build = [&](const std::vector<int>& rules) {
    std::vector<int> always, transaction;
    for (int rule : rules) {
      const bool is_whole = rule_set_->rules[rule].subject == RuleSubject::kTransaction;
      (is_whole ? transaction : always).push_back(rule);
    }
    return PredicateIndex::Roots{TableOf(always), TableOf(transaction)};
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

int32_t PredicateIndexBuilder::TableOf(const std::vector<int>& rules) {
  const auto [place, added] = table_of_rules_.try_emplace(rules, PredicateIndex::kNone);
  if (!added) return place->second;
  Entries entries;
  for (int rule : rules) {
    const Entries& of_rule = entries_of_rule_[rule];
    entries.insert(entries.end(), of_rule.begin(), of_rule.end());
  }
  if (!entries.empty()) place->second = BuildTable(std::move(entries));
  return place->second;
}

int32_t PredicateIndexBuilder::BuildTable(Entries entries) {
  ChooseLeads(&entries);
  const auto place_of = [this](const EntryDraft& entry) {
    const PredicateIndex::Segment segment = SegmentOf(entry);
    return std::tuple(BoundOf(entry), segment.slot, segment.flipped, LimitOf(entry));
  };
  std::stable_sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
    return place_of(a) < place_of(b);
  });
  PredicateIndex::Table table;
  constexpr size_t kPerLine = 64 * PredicateIndex::kLine;
  table.words =
      static_cast<int32_t>((entries.size() + kPerLine - 1) / kPerLine * PredicateIndex::kLine);
  table.first_entry = static_cast<int32_t>(index_->entries.size());
  table.all = static_cast<int32_t>(index_->words.size());
  table.asking = table.all + table.words;
  table.plain = table.asking + table.words;
  index_->words.resize(index_->words.size() + 3 * static_cast<size_t>(table.words));
  for (size_t i = 0; i < entries.size(); ++i) {
    index_->words[static_cast<size_t>(table.all) + i / 64] |= uint64_t{1} << (i % 64);
  }
  std::map<DimensionSubject, DimensionDraft> dimensions = DraftDimensions(entries);
  for (size_t i = 0; i < entries.size(); ++i) {
    WriteEntry(entries[i], static_cast<int32_t>(i), &dimensions);
    const PredicateIndex::Entry& entry = index_->entries.back();
    const auto mark = [&](int32_t bitmap) {
      index_->words[static_cast<size_t>(bitmap) + i / 64] |= uint64_t{1} << (i % 64);
    };
    if (entry.open_field_tests > 0) mark(table.asking);
    if (entry.open_tests == 0 && entries_of_rule_[entry.rule].size() == 1) mark(table.plain);
  }
  WriteSegments(entries);
  WriteDimensions(dimensions, &table);
  index_->tables.push_back(table);
  return static_cast<int32_t>(index_->tables.size()) - 1;
}

// The limit on the feature that most have a limit on; rather one that a figure must reach than
// one that it must stay below, as most figures do.
void PredicateIndexBuilder::ChooseLeads(Entries* entries) const {
  const auto can_lead = [this](const TestPlan& plan) {
    return (plan.form == TestForm::kLeast || plan.form == TestForm::kMost) &&
           index_->slots[plan.slot].kind == PredicateIndex::Slot::Kind::kFeature;
  };
  std::map<int16_t, int> uses;
  for (const EntryDraft& entry : *entries) {
    for (int place : entry.plans) {
      const TestPlan& plan = catalogue_.plan(place);
      if (can_lead(plan)) ++uses[plan.slot];
    }
  }
  for (EntryDraft& entry : *entries) {
    std::tuple<bool, int, int> best;
    for (int place : entry.plans) {
      const TestPlan& plan = catalogue_.plan(place);
      if (!can_lead(plan)) continue;
      const std::tuple rank(plan.form == TestForm::kLeast, uses[plan.slot], -plan.slot);
      if (entry.lead != PredicateIndex::kNone && rank <= best) continue;
      best = rank;
      entry.lead = place;
    }
  }
}

PredicateIndex::Segment PredicateIndexBuilder::SegmentOf(const EntryDraft& entry) const {
  PredicateIndex::Segment segment;
  if (entry.lead == PredicateIndex::kNone) return segment;
  const TestPlan& plan = catalogue_.plan(entry.lead);
  segment.slot = plan.slot;
  segment.flipped = plan.form == TestForm::kMost;
  segment.has_largest =
      !segment.flipped && HasLargestAmount(rule_set_->features[index_->slots[plan.slot].place]);
  return segment;
}

int16_t PredicateIndexBuilder::BoundOf(const EntryDraft& entry) const {
  return entry.lead == PredicateIndex::kNone ? PredicateIndex::kNone
                                             : catalogue_.plan(entry.lead).bound_slot;
}

int64_t PredicateIndexBuilder::LimitOf(const EntryDraft& entry) const {
  if (entry.lead == PredicateIndex::kNone) return 0;
  return SegmentOf(entry).Directed(catalogue_.plan(entry.lead).limit);
}

std::map<DimensionSubject, DimensionDraft> PredicateIndexBuilder::DraftDimensions(
    const Entries& entries) const {
  std::map<DimensionSubject, int> asked;
  for (const EntryDraft& entry : entries) {
    for (int place : entry.plans) {
      const TestPlan& plan = catalogue_.plan(place);
      const auto subject = DimensionDraft::SubjectOf(plan, *index_);
      if (subject) ++asked[*subject];
      const auto bound = DimensionDraft::BoundOf(plan);
      if (bound) ++asked[*bound];
    }
  }
  const int predicate_asked_min =
      std::max(kAskedMin, static_cast<int>(entries.size()) / kEntriesPerPredicate);
  std::map<DimensionSubject, DimensionDraft> drafts;
  for (const auto& [subject, count] : asked) {
    const bool is_predicate = subject.kind == PredicateIndex::Dimension::Kind::kPredicate;
    if (count >= (is_predicate ? predicate_asked_min : kAskedMin)) {
      drafts.emplace(subject, DimensionDraft(subject));
    }
  }
  return drafts;
}

void PredicateIndexBuilder::WriteEntry(const EntryDraft& draft, int32_t place,
                                       std::map<DimensionSubject, DimensionDraft>* dimensions) {
  std::vector<const TestPlan*> open, settled;
  PredicateIndex::Entry entry;
  for (int number : draft.plans) {
    const TestPlan& plan = catalogue_.plan(number);
    bool is_asked = number == draft.lead;
    if (const auto subject = DimensionDraft::SubjectOf(plan, *index_)) {
      const auto found = dimensions->find(*subject);
      if (found != dimensions->end()) is_asked = found->second.Add(place, plan);
    } else if (const auto bound = DimensionDraft::BoundOf(plan)) {
      const auto found = dimensions->find(*bound);
      if (found != dimensions->end()) found->second.Add(place, plan);
    }
    const bool is_predicate = plan.form == TestForm::kOther;
    if (is_asked && (plan.is_settled || is_predicate)) {
      settled.push_back(&plan);
    } else {
      open.push_back(&plan);
      if (!plan.reads_feature) ++entry.open_field_tests;
    }
  }
  entry.rule = draft.rule;
  entry.first_test = static_cast<int32_t>(index_->tests.size());
  entry.open_tests = static_cast<uint16_t>(open.size());
  entry.tests = static_cast<uint16_t>(open.size() + settled.size());
  for (const TestPlan* plan : open) index_->tests.push_back(plan->test);
  for (const TestPlan* plan : settled) index_->tests.push_back(plan->test);
  index_->entries.push_back(entry);
  index_->limits.push_back(LimitOf(draft));
}

void PredicateIndexBuilder::WriteSegments(const Entries& entries) {
  for (size_t i = 0; i < entries.size(); ++i) {
    PredicateIndex::Segment segment = SegmentOf(entries[i]);
    const PredicateIndex::Segment* const last = i % 64 == 0 ? nullptr : &index_->segments.back();
    if (last == nullptr || last->slot != segment.slot || last->flipped != segment.flipped) {
      index_->segments.push_back(segment);
    }
    index_->segments.back().mask |= uint64_t{1} << (i % 64);
    index_->segment_of.push_back(static_cast<int32_t>(index_->segments.size()) - 1);
  }
}

// Bounds first: they leave the fewest entries. Predicates last: they cost the most, and are not
// asked where no entry is left that has them.
void PredicateIndexBuilder::WriteDimensions(
    const std::map<DimensionSubject, DimensionDraft>& dimensions, PredicateIndex::Table* table) {
  table->dimensions_begin = static_cast<int32_t>(index_->dimensions.size());
  const auto write = [&](bool bounds) {
    for (const auto& [subject, draft] : dimensions) {  // by kind
      const bool is_bound = subject.slot != PredicateIndex::kNone &&
                            index_->slots[static_cast<size_t>(subject.slot)].kind ==
                                PredicateIndex::Slot::Kind::kBound;
      if (is_bound == bounds) index_->dimensions.push_back(draft.Write(*table, index_.get()));
    }
  };
  write(true);
  table->bounds_end = static_cast<int32_t>(index_->dimensions.size());
  write(false);
  table->dimensions_end = static_cast<int32_t>(index_->dimensions.size());
}

}  // namespace vigla
