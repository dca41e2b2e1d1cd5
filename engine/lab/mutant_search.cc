// Searches tests that kill mutants. Cold.
#include "engine/lab/mutant_search.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/base/hash.h"
#include "engine/lab/condition_note.h"
#include "engine/lab/table_edit.h"
#include "engine/lab/test_text.h"

namespace vigla {
namespace {

constexpr size_t kEditsMax = 4;
constexpr size_t kBasesMax = 12;

using Observations = std::vector<Observation>;

// What original and mutant say, each reduced to the rules that differ.
class Contest {
 public:
  Contest(const VariantLoader& loader, const RuleTestOptions& options, const Mutant& mutant)
      : loader_(loader), options_(options), mutant_(mutant) {}

  bool Load() {
    auto original = loader_.Load(mutant_.rules, nullptr);
    auto changed = loader_.Load(mutant_.rules, &mutant_);
    if (!original.ok() || !changed.ok()) return false;
    original_ = *std::move(original);
    changed_ = *std::move(changed);
    return true;
  }

  bool Differ(const RuleTest& test) const {
    const auto before = Run(test, original_);
    const auto after = Run(test, changed_);
    return before && after && !IsSame(*before, *after);
  }

  std::optional<Observations> Original(const RuleTest& test) const { return Run(test, original_); }
  std::optional<Observations> Changed(const RuleTest& test) const { return Run(test, changed_); }

  std::vector<ConditionNote> Notes(const RuleTest& test) const {
    ConditionNotes notes;
    if (!RunRuleTest(test, original_, options_, &notes).ok()) return {};
    std::vector<ConditionNote> measured;
    for (const ConditionNote& note : notes.notes()) {
      if (note.distance_micros) measured.push_back(note);
    }
    return measured;
  }

 private:
  std::optional<Observations> Run(const RuleTest& test,
                                  const std::shared_ptr<const RuleSet>& rule_set) const {
    const auto observations = RunRuleTest(test, rule_set, options_);
    if (!observations.ok()) return std::nullopt;
    return loader_.Relevant(mutant_.rules, *rule_set, *observations);
  }

  const VariantLoader& loader_;
  const RuleTestOptions& options_;
  const Mutant& mutant_;
  std::shared_ptr<const RuleSet> original_;
  std::shared_ptr<const RuleSet> changed_;
};

// Rows that don't matter go.
void Shrink(const Contest& contest, RuleTest* test) {
  for (size_t i = test->table.rows.size(); i-- > 0;) {
    if (test->table.rows.size() == 1) return;
    RuleTest smaller = *test;
    smaller.table.rows.erase(smaller.table.rows.begin() + static_cast<std::ptrdiff_t>(i));
    if (contest.Differ(smaller)) *test = std::move(smaller);
  }
}

// The first tests are those in which the rules have most to say; big tables come last.
std::vector<size_t> Bases(const PackSuite& pack, const std::vector<Observations>& whole,
                          const std::vector<std::string>& rules) {
  std::vector<size_t> bases(pack.tests.size());
  for (size_t i = 0; i < bases.size(); ++i) bases[i] = i;
  const auto rank = [&](size_t i) {
    const bool speaks = !OfRules(whole[i], rules).empty();
    return std::pair(!speaks, pack.tests[i].test.table.rows.size());
  };
  std::stable_sort(bases.begin(), bases.end(),
                   [&](size_t a, size_t b) { return rank(a) < rank(b); });
  bases.resize(std::min(bases.size(), kBasesMax));
  return bases;
}

}  // namespace

SearchResult MutantSearch::Find(const Mutant& mutant, int tries_max) const {
  SearchResult result;
  Contest contest(loader_, options_, mutant);
  const std::vector<size_t> bases = Bases(pack_, whole_, mutant.rules);
  if (bases.empty() || !contest.Load()) return result;
  RuleBoundaries boundaries;
  loader_.Inspect([&](const CheckedRules& checked) {
    boundaries = FindBoundaries(checked, mutant.rules);
  });
  std::vector<std::vector<ConditionNote>> notes;
  for (size_t base : bases) notes.push_back(contest.Notes(pack_.tests[base].test));
  TableEditor editor(boundaries, KeyedHasher("mutant search").Hash(mutant.what).low);
  // Each base as it is first: values that no expectation names may differ already.
  while (result.tried < tries_max) {
    const auto tried = static_cast<size_t>(result.tried);
    const size_t place = tried < bases.size()
                             ? tried
                             : std::min(editor.Below(bases.size()), editor.Below(bases.size()));
    RuleTest test = pack_.tests[bases[place]].test;
    const size_t edits = tried < bases.size() ? 0 : 1 + editor.Below(kEditsMax);
    for (size_t i = 0; i < edits; ++i) editor.Edit(notes[place], &test.table);
    ++result.tried;
    if (!contest.Differ(test)) continue;
    Shrink(contest, &test);
    test.name = "not " + mutant.what;
    test.expectations.clear();
    const auto before = contest.Original(test);
    const auto after = contest.Changed(test);
    const auto whole = RunRuleTest(test, pack_.rule_set, options_);
    if (!before || !after || !whole.ok()) continue;
    std::set<size_t> with_values;
    for (size_t i = 0; i < whole->size(); ++i) {
      const auto is_this = [&](const Observation& other) { return IsSame(other, (*whole)[i]); };
      if (std::any_of(before->begin(), before->end(), is_this) &&
          std::none_of(after->begin(), after->end(), is_this)) {
        with_values.insert(i);
      }
    }
    result.test = RenderRuleTest(test, *whole, with_values);
    return result;
  }
  return result;
}

}  // namespace vigla
