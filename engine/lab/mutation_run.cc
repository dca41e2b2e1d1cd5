// Runs a pack's tests on its mutants. Cold.
#include "engine/lab/mutation_run.h"

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/lab/mutant_search.h"
#include "engine/lab/parallel_work.h"
#include "engine/lab/rule_test_verdict.h"
#include "engine/lab/test_suite.h"
#include "engine/lab/variant.h"

namespace vigla {
namespace {

class PackMutator {
 public:
  PackMutator(const PackSuite& pack, const LoadOptions& load, const MutationOptions& options)
      : pack_(pack), options_(options), loader_(pack, load) {}

  PackMutation Run() {
    PackMutation mutation;
    mutation.path = pack_.path;
    mutation.pack = pack_.pack;
    for (const SuiteTest& test : pack_.tests) {
      const auto observations = RunRuleTest(test.test, pack_.rule_set, options_.run);
      const bool holds = observations.ok() && JudgeRuleTest(test.test, *observations).empty();
      mutation.failing_tests += holds ? 0 : 1;
      whole_.push_back(observations.ok() ? *observations : std::vector<Observation>());
    }
    if (mutation.failing_tests > 0) return mutation;
    const std::vector<Mutant> mutants = loader_.Mutants();
    mutation.mutants.resize(mutants.size());
    ForEachInParallel(mutants.size(), options_.jobs, [&](size_t i) {
      mutation.mutants[i] = Judge(mutants[i]);
    });
    return mutation;
  }

 private:
  MutantResult Judge(const Mutant& mutant) const {
    MutantResult result;
    result.kind = mutant.kind;
    result.at = mutant.at;
    result.what = mutant.what;
    result.rules = mutant.rules;
    if (!mutant.equivalent.empty()) {
      result.fate = MutantFate::kEquivalent;
      result.why = mutant.equivalent;
      return result;
    }
    const auto variant = loader_.Load(mutant.rules, &mutant);
    if (!variant.ok()) {
      result.fate = MutantFate::kInvalid;
      result.why = std::string(ToStd(variant.status().message()));
      return result;
    }
    for (size_t i : OrderOfTests(mutant.rules)) {
      if (!IsKilledBy(i, mutant, *variant)) continue;
      result.fate = MutantFate::kKilled;
      result.killed_by = pack_.tests[i].test.name;
      return result;
    }
    if (options_.search_max > 0) {
      const MutantSearch search(pack_, loader_, options_.run, whole_);
      SearchResult found = search.Find(mutant, options_.search_max);
      result.test = std::move(found.test);
      result.tried = found.tried;
    }
    return result;
  }

  // Tests in which the rules speak are likely to notice, and small ones are quick.
  std::vector<size_t> OrderOfTests(const std::vector<std::string>& rules) const {
    std::vector<size_t> order(pack_.tests.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto rank = [&](size_t i) {
      return std::pair(OfRules(whole_[i], rules).empty(), pack_.tests[i].test.table.rows.size());
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return rank(a) < rank(b); });
    return order;
  }

  bool IsKilledBy(size_t index, const Mutant& mutant,
                  const std::shared_ptr<const RuleSet>& variant) const {
    const RuleTest& test = pack_.tests[index].test;
    auto observations = RunRuleTest(test, variant, options_.run);
    if (!observations.ok()) return true;  // a test that can't run any more is noticed
    return !JudgeRuleTest(test, loader_.Complete(mutant.rules, *variant, *std::move(observations),
                                                 whole_[index]))
                .empty();
  }

  const PackSuite& pack_;
  const MutationOptions& options_;
  const VariantLoader loader_;
  std::vector<std::vector<Observation>> whole_;  // by test: what the pack itself says
};

}  // namespace

int PackMutation::Count(MutantFate fate) const {
  return static_cast<int>(
      std::count_if(mutants.begin(), mutants.end(),
                    [fate](const MutantResult& mutant) { return mutant.fate == fate; }));
}

double PackMutation::Score() const {
  const int killed = Count(MutantFate::kKilled);
  const int counted = killed + Count(MutantFate::kSurvived);
  return counted == 0 ? 100.0 : 100.0 * killed / counted;
}

absl::StatusOr<MutationReport> RunMutation(const std::vector<std::string>& paths,
                                           const MutationOptions& options) {
  ASSIGN_OR_RETURN(TestSuite suite, ReadTestSuite(paths, options.run, ""));
  MutationReport report;
  report.diagnostics = std::move(suite.diagnostics);
  for (const PackSuite& pack : suite.packs) {
    report.packs.push_back(PackMutator(pack, suite.load, options).Run());
  }
  return report;
}

}  // namespace vigla
