// Where a part of a pack's conditions stands: one place in the file, many in the trees. Cold.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/rule/rule_set_builder.h"

namespace vigla {

// A node in one of the trees of checked rules: which tree, and the way down from its root.
struct NodeAddress {
  enum class Tree : uint8_t { kWhere, kWhen, kException };
  Tree tree = Tree::kWhen;
  int owner = 0;  // feature's or rule's draft
  int part = 0;   // exception
  std::vector<int> path;
};

// The node, for replacing; it exists in every set of trees checked from the same pack.
std::unique_ptr<Expression>& NodeAt(CheckedRules* checked, const NodeAddress& address);

// All nodes that one place in the file became. A macro is expanded, and a parameter stands,
// wherever it is used.
struct ExpressionSite {
  std::vector<NodeAddress> addresses;
  const Expression* node = nullptr;    // the first of them
  const Expression* parent = nullptr;  // of the first; nullptr at a root
  // Of an &&: the operands of the whole chain that it belongs to; empty if something else than &&,
  // || and branches of ?: stands above it.
  std::vector<const Expression*> conjuncts;
  std::set<std::string> rules;  // ids of those that are not off
  std::string parameter;        // whose value it is
};

// In the order of trees and nodes, rules' conditions first. Trees that no rule uses are left out.
std::vector<ExpressionSite> FindExpressionSites(const CheckedRules& checked);

// The ids of the rules that use a feature, by draft.
std::map<int, std::set<std::string>> RulesOfFeatures(const CheckedRules& checked);

}  // namespace vigla
