// Searches a table of transactions on which a mutant does something else than the original. Cold.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/lab/mutant.h"
#include "engine/lab/rule_test_run.h"
#include "engine/lab/test_suite.h"
#include "engine/lab/variant.h"

namespace vigla {

struct SearchResult {
  std::string test;  // YAML to paste; "": none was found
  int tried = 0;
};

// Starts from the pack's own tables, those first in which the changed rules have something to say,
// and edits them where conditions and windows have their boundaries: a time to lie exactly a window
// after another, an amount such that a condition stands at its limit or a step beside it, words
// that conditions name, rows doubled, dropped, turned round. The order of what is tried depends on
// nothing but pack, tests and mutant. `whole[i]` is what the pack says on its test i.
class MutantSearch {
 public:
  MutantSearch(const PackSuite& pack, const VariantLoader& loader, const RuleTestOptions& options,
               const std::vector<std::vector<Observation>>& whole)
      : pack_(pack), loader_(loader), options_(options), whole_(whole) {}

  // At most `tries_max` tables are tried.
  SearchResult Find(const Mutant& mutant, int tries_max) const;

 private:
  const PackSuite& pack_;
  const VariantLoader& loader_;
  const RuleTestOptions& options_;
  const std::vector<std::vector<Observation>>& whole_;
};

}  // namespace vigla
