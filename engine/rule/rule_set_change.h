// What differs between two rule sets, for whoever puts one in the other's place. Cold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/rule/rule_set.h"

namespace vigla {

// Names are of the form pack.name, rules have their ids; every list is sorted by name. A rule
// that is off is in no set: switching it on adds it.
struct RuleSetChange {
  struct Names {
    std::vector<std::string> added, removed, changed;
    bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
  };
  struct Value {
    std::string name, before, after;  // "" where there is none
  };
  struct List {
    std::string name;
    int64_t added = 0, removed = 0;  // items
  };
  // A figure that is unknown until events lie `for_us` after the newest one at the activation:
  // ledgers keep what it reads only from then on (design.md, 4).
  struct Wait {
    std::string feature;
    std::vector<std::string> rules;
    DurationUs for_us = 0;
    std::string because;
  };

  std::vector<std::string> packs_added, packs_removed;
  Names rules;                // `changed` by more than their state
  std::vector<Value> states;  // shadow and live
  std::vector<Value> parameters;
  std::vector<List> lists;
  Names features, macros;
  bool rates = false;
  std::vector<Wait> waits;
};

RuleSetChange CompareRuleSets(const RuleSet& before, const RuleSet& after);

}  // namespace vigla
