// Finds the places of a pack's conditions in its trees. Cold.
#include "engine/lab/expression_site.h"

#include "engine/rule/subexpression.h"

namespace vigla {
namespace {

using Tree = NodeAddress::Tree;

class SiteFinder {
 public:
  explicit SiteFinder(const CheckedRules& checked) : checked_(checked) {
    for (const auto& pack : checked.packs) {
      for (const YamlEntry& entry : EntriesAt(pack->root(), "parameters")) {
        parameters_.insert(entry.key);
      }
    }
  }

  std::vector<ExpressionSite> Find() {
    for (size_t i = 0; i < checked_.rules.size(); ++i) {
      const RuleDraft& draft = checked_.rules[i];
      if (draft.rule.state == RuleState::kOff) continue;
      const std::set<std::string> rules{draft.rule.id};
      AddTree({Tree::kWhen, static_cast<int>(i), 0, {}}, draft.when.get(), rules);
      for (size_t part = 0; part < draft.exceptions.size(); ++part) {
        AddTree({Tree::kException, static_cast<int>(i), static_cast<int>(part), {}},
                draft.exceptions[part].get(), rules);
      }
    }
    for (const auto& [feature, rules] : RulesOfFeatures(checked_)) {
      const FeatureDraft& draft = checked_.features[static_cast<size_t>(feature)];
      if (draft.where != nullptr) AddTree({Tree::kWhere, feature, 0, {}}, draft.where.get(), rules);
    }
    return std::move(sites_);
  }

 private:
  void AddTree(NodeAddress address, const Expression* root, const std::set<std::string>& rules) {
    rules_ = &rules;
    Add(&address, *root, {nullptr, nullptr, true});
  }

  // Where a node stands in its tree.
  struct Place {
    const Expression* parent;
    const Expression* chain;  // the uppermost && of the chain that it belongs to, or nullptr
    // Only &&, || and branches of ?: stand above: whether the tree is true depends on whether the
    // node is, and on nothing else of it.
    bool decides;
  };

  void Add(NodeAddress* address, const Expression& node, const Place& place) {
    const bool is_and = node.kind == ExpressionKind::kAnd;
    const Expression* chain = !is_and ? nullptr : place.chain != nullptr ? place.chain : &node;
    ExpressionSite& site = SiteOf(node);
    if (site.node == nullptr) {
      site.node = &node;
      site.parent = place.parent;
      if (place.decides && is_and) FlattenChain(*chain, &site.conjuncts);
    } else if (!place.decides) {
      site.conjuncts.clear();
    }
    site.addresses.push_back(*address);
    site.rules.insert(rules_->begin(), rules_->end());
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const bool branch = node.kind == ExpressionKind::kConditional && i > 0;
      const bool decides =
          place.decides && (is_and || node.kind == ExpressionKind::kOr || branch);
      address->path.push_back(static_cast<int>(i));
      Add(address, *node.operands[i], {&node, chain, decides});
      address->path.pop_back();
    }
  }

  ExpressionSite& SiteOf(const Expression& node) {
    const bool is_constant = node.kind == ExpressionKind::kConstant ||
                             node.kind == ExpressionKind::kMoneyConstant;
    const bool is_parameter = is_constant && parameters_.contains(node.text);
    std::string key = is_parameter ? node.text
                                   : std::to_string(node.at.line) + ":" +
                                         std::to_string(node.at.column) + ":" +
                                         std::to_string(static_cast<int>(node.kind)) +
                                         SubexpressionKey(node);
    const auto [place, added] = index_.try_emplace(std::move(key), sites_.size());
    if (added) sites_.emplace_back();
    ExpressionSite& site = sites_[place->second];
    if (is_parameter) site.parameter = node.text;
    return site;
  }

  const CheckedRules& checked_;
  std::set<std::string, std::less<>> parameters_;
  std::vector<ExpressionSite> sites_;
  std::map<std::string, size_t> index_;
  const std::set<std::string>* rules_ = nullptr;
};

}  // namespace

std::unique_ptr<Expression>& NodeAt(CheckedRules* checked, const NodeAddress& address) {
  const auto owner = static_cast<size_t>(address.owner);
  std::unique_ptr<Expression>* node = nullptr;
  switch (address.tree) {
    case Tree::kWhere: node = &checked->features[owner].where; break;
    case Tree::kWhen: node = &checked->rules[owner].when; break;
    case Tree::kException:
      node = &checked->rules[owner].exceptions[static_cast<size_t>(address.part)];
      break;
  }
  for (int operand : address.path) node = &(*node)->operands[static_cast<size_t>(operand)];
  return *node;
}

std::vector<ExpressionSite> FindExpressionSites(const CheckedRules& checked) {
  return SiteFinder(checked).Find();
}

std::map<int, std::set<std::string>> RulesOfFeatures(const CheckedRules& checked) {
  std::map<int, std::set<std::string>> rules;
  for (const RuleDraft& draft : checked.rules) {
    if (draft.rule.state == RuleState::kOff) continue;
    for (const auto& [feature, name] : draft.features) rules[feature].insert(draft.rule.id);
  }
  return rules;
}

}  // namespace vigla
