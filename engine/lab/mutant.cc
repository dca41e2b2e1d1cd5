// Finds the mutants of a pack. Cold.
#include "engine/lab/mutant.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/lab/equivalent_mutant.h"
#include "engine/lab/expression_site.h"
#include "engine/rule/expression.h"
#include "engine/rule/named_list.h"
#include "engine/rule/parser.h"
#include "engine/rule/subexpression.h"

namespace vigla {
namespace {

using ExpressionPointer = std::unique_ptr<Expression>;
using NodeEdit = std::function<void(ExpressionPointer*)>;

// The comparison that differs at the boundary alone, or the opposite where there is none.
std::optional<ExpressionKind> NeighbourOf(ExpressionKind kind) {
  switch (kind) {
    case ExpressionKind::kGreaterEqual: return ExpressionKind::kGreater;
    case ExpressionKind::kGreater: return ExpressionKind::kGreaterEqual;
    case ExpressionKind::kLessEqual: return ExpressionKind::kLess;
    case ExpressionKind::kLess: return ExpressionKind::kLessEqual;
    case ExpressionKind::kEqual: return ExpressionKind::kNotEqual;
    case ExpressionKind::kNotEqual: return ExpressionKind::kEqual;
    default: return std::nullopt;
  }
}

std::optional<ExpressionKind> OppositeArithmetic(const Expression& node) {
  const bool of_one_type = node.operands.size() == 2 && node.operands[0]->type == node.type;
  if (!of_one_type) return std::nullopt;
  const bool by_number = node.operands[1]->type == ValueType::kInt ||
                         node.operands[1]->type == ValueType::kDecimal ||
                         node.operands[1]->type == ValueType::kRatio;
  switch (node.kind) {
    case ExpressionKind::kAdd: return ExpressionKind::kSubtract;
    case ExpressionKind::kSubtract: return ExpressionKind::kAdd;
    case ExpressionKind::kMultiply:
      return by_number ? std::optional(ExpressionKind::kDivide) : std::nullopt;
    case ExpressionKind::kDivide:
      return by_number ? std::optional(ExpressionKind::kMultiply) : std::nullopt;
    default: return std::nullopt;
  }
}

bool IsLogic(ExpressionKind kind) {
  return kind == ExpressionKind::kAnd || kind == ExpressionKind::kOr;
}
bool IsOrdered(ExpressionKind kind) {
  return kind == ExpressionKind::kGreaterEqual || kind == ExpressionKind::kGreater ||
         kind == ExpressionKind::kLessEqual || kind == ExpressionKind::kLess;
}

ExpressionPointer Negation(ExpressionPointer node) {
  auto negation = std::make_unique<Expression>();
  negation->kind = ExpressionKind::kNot;
  negation->type = ValueType::kBool;
  negation->at = node->at;
  negation->operands.push_back(std::move(node));
  return negation;
}

// A condition's text; long chains have none of their own.
std::string TextOf(const Expression& node) {
  if (!node.text.empty()) return node.text;
  if (IsLogic(node.kind)) {
    return TextOf(*node.operands[0]) + " " + std::string(OperatorText(node.kind)) + " " +
           TextOf(*node.operands[1]);
  }
  if (node.kind == ExpressionKind::kListLiteral) {
    std::string items;
    for (const auto& item : node.operands) items += (items.empty() ? "" : ", ") + TextOf(*item);
    return "[" + items + "]";
  }
  return "…";
}

std::string Shortened(std::string text) {
  constexpr size_t kTextBytesMax = 120;
  if (text.size() <= kTextBytesMax) return text;
  size_t end = kTextBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string Quoted(const Expression& node) { return "`" + Shortened(TextOf(node)) + "`"; }

class MutantFinder {
 public:
  MutantFinder(const CheckedRules& checked, const KeyedHasher* hasher)
      : checked_(checked), hasher_(hasher), rules_of_features_(RulesOfFeatures(checked)) {}

  std::vector<Mutant> Find() {
    for (const ExpressionSite& site : FindExpressionSites(checked_)) MutateSite(site);
    for (const auto& [feature, rules] : rules_of_features_) MutateFeature(feature, rules);
    for (size_t i = 0; i < checked_.rules.size(); ++i) {
      if (checked_.rules[i].rule.state != RuleState::kOff) MutateRule(static_cast<int>(i));
    }
    MutateLists();
    return std::move(mutants_);
  }

 private:
  Mutant& Add(MutantKind kind, SourcePosition at, const std::set<std::string>& rules,
              std::string what, std::function<void(CheckedRules*)> apply) {
    Mutant mutant;
    mutant.kind = kind;
    mutant.at = std::move(at);
    mutant.what = std::move(what);
    mutant.rules.assign(rules.begin(), rules.end());
    mutant.apply = std::move(apply);
    mutants_.push_back(std::move(mutant));
    return mutants_.back();
  }

  Mutant& AddNode(MutantKind kind, const ExpressionSite& site, std::string what, NodeEdit edit) {
    auto apply = [addresses = site.addresses, edit = std::move(edit)](CheckedRules* checked) {
      for (const NodeAddress& address : addresses) edit(&NodeAt(checked, address));
    };
    return Add(kind, site.node->at, site.rules, std::move(what), std::move(apply));
  }

  void MutateSite(const ExpressionSite& site) {
    const Expression& node = *site.node;
    if (const auto neighbour = NeighbourOf(node.kind)) {
      AddNode(MutantKind::kComparison, site, Becomes(node, node.kind, *neighbour),
              [kind = *neighbour](ExpressionPointer* at) { (*at)->kind = kind; });
    }
    if (const auto opposite = OppositeArithmetic(node)) {
      AddNode(MutantKind::kArithmetic, site, Becomes(node, node.kind, *opposite),
              [kind = *opposite](ExpressionPointer* at) { (*at)->kind = kind; });
    }
    if (IsLogic(node.kind)) MutateLogic(site);
    if (node.kind == ExpressionKind::kNot) {
      AddNode(MutantKind::kNegation, site, Quoted(node) + ": the `!` is dropped",
              [](ExpressionPointer* at) { *at = std::move((*at)->operands[0]); });
    } else if (node.type == ValueType::kBool && MayBeNegated(site)) {
      AddNode(MutantKind::kNegation, site, Quoted(node) + " becomes its opposite",
              [](ExpressionPointer* at) { *at = Negation(std::move(*at)); });
    }
    if (node.kind == ExpressionKind::kListLiteral) MutateItems(site);
    const bool is_item =
        site.parent != nullptr && site.parent->kind == ExpressionKind::kListLiteral;
    if (!is_item && !StepText(node).empty()) MutateThreshold(site);
  }

  static std::string Becomes(const Expression& node, ExpressionKind from, ExpressionKind to) {
    return Quoted(node) + ": `" + std::string(OperatorText(from)) + "` becomes `" +
           std::string(OperatorText(to)) + "`";
  }

  // Conditions without an operator to flip, and those of a where.
  static bool MayBeNegated(const ExpressionSite& site) {
    const ExpressionKind kind = site.node->kind;
    if (site.parent != nullptr && site.parent->kind == ExpressionKind::kNot) return false;
    if (kind == ExpressionKind::kIn || kind == ExpressionKind::kCall ||
        kind == ExpressionKind::kField || kind == ExpressionKind::kThisField ||
        kind == ExpressionKind::kFeature) {
      return site.parent == nullptr || site.parent->type == ValueType::kBool;
    }
    const bool of_where = std::any_of(
        site.addresses.begin(), site.addresses.end(),
        [](const NodeAddress& at) { return at.tree == NodeAddress::Tree::kWhere; });
    return of_where && IsOrdered(kind);
  }

  void MutateLogic(const ExpressionSite& site) {
    const Expression& node = *site.node;
    const ExpressionKind other =
        node.kind == ExpressionKind::kAnd ? ExpressionKind::kOr : ExpressionKind::kAnd;
    AddNode(MutantKind::kLogic, site, Becomes(node, node.kind, other),
            [other](ExpressionPointer* at) { (*at)->kind = other; });
    for (size_t i = 0; i < 2; ++i) {
      const Expression& operand = *node.operands[i];
      if (operand.kind == node.kind) continue;  // its own operands are dropped one by one
      Mutant& mutant = AddNode(
          MutantKind::kOperand, site, Quoted(operand) + " is dropped", [i](ExpressionPointer* at) {
            ExpressionPointer kept = std::move((*at)->operands[1 - i]);
            *at = std::move(kept);
          });
      mutant.at = operand.at;
      if (site.addresses.size() > 1) continue;  // a macro: what stands beside it differs
      mutant.equivalent = WhyOperandIsNeedless(operand, node.kind, site.conjuncts);
    }
  }

  void MutateItems(const ExpressionSite& site) {
    const Expression& list = *site.node;
    if (list.operands.size() < 2) return;  // without its only item it would be no list
    for (size_t i = 0; i < list.operands.size(); ++i) {
      Mutant& mutant =
          AddNode(MutantKind::kListItem, site,
                  Quoted(list) + " loses " + Quoted(*list.operands[i]),
                  [i](ExpressionPointer* at) {
                    auto& items = (*at)->operands;
                    items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
                    (*at)->text.clear();
                  });
      mutant.at = list.operands[i]->at;
    }
  }

  void MutateThreshold(const ExpressionSite& site) {
    const Expression& constant = *site.node;
    SourcePosition at = constant.at;
    if (!site.parameter.empty()) at = PlaceOf("parameters", site.parameter, "value");
    for (int steps : {1, -1}) {
      Mutant& mutant = AddNode(
          MutantKind::kThreshold, site,
          Quoted(constant) + (steps > 0 ? " is larger by " : " is smaller by ") +
              StepText(constant),
          [steps](ExpressionPointer* node) { MoveThreshold(node->get(), steps); });
      mutant.at = at;
    }
  }

  // The place of a declaration's key, or of the declaration.
  SourcePosition PlaceOf(std::string_view section, std::string_view name,
                         std::string_view key) const {
    for (const auto& pack : checked_.packs) {
      for (const YamlEntry& entry : EntriesAt(pack->root(), section)) {
        if (entry.key != name) continue;
        const YamlNode* value = entry.value.IsMapping() ? entry.value.Find(key) : nullptr;
        return value != nullptr ? pack->document->At(*value) : pack->document->At(entry);
      }
    }
    return {};
  }

  void AddFeature(MutantKind kind, int feature, const std::set<std::string>& rules,
                  std::string_view key, const std::string& what,
                  std::function<void(FeatureDraft*)> edit) {
    const std::string& name = checked_.features[static_cast<size_t>(feature)].feature.name;
    Add(kind, PlaceOf("features", name, key), rules, "`" + name + "`: " + what,
        [feature, edit = std::move(edit)](CheckedRules* checked) {
          edit(&checked->features[static_cast<size_t>(feature)]);
        });
  }

  void MutateFeature(int index, const std::set<std::string>& rules) {
    const FeatureDraft& draft = checked_.features[static_cast<size_t>(index)];
    const Feature& feature = draft.feature;
    for (int64_t us : {1, -1}) {
      const std::string by = us > 0 ? " is longer by 1us" : " is shorter by 1us";
      if (!feature.ever && (feature.over_us != 0)) {
        AddFeature(MutantKind::kWindow, index, rules, "over", "`over`" + by,
                   [us](FeatureDraft* at) { at->feature.over_us += us; });
      }
      if (feature.skip_us != 0) {
        AddFeature(MutantKind::kWindow, index, rules, "skip", "`skip`" + by,
                   [us](FeatureDraft* at) { at->feature.skip_us += us; });
      }
    }
    AddPrior(index, rules);
    for (DirectionSet other : {DirectionSet::kDebits, DirectionSet::kCredits,
                               DirectionSet::kBoth}) {
      // One wrong way is mistake enough for a feature that looks one way.
      if (other == feature.directions || other == DirectionSet::kBoth) continue;
      AddFeature(MutantKind::kDirection, index, rules, "of",
                 other == DirectionSet::kDebits ? "is of debits" : "is of credits",
                 [other](FeatureDraft* at) { at->feature.directions = other; });
    }
    if (draft.where != nullptr && feature.aggregate != Aggregate::kShare) {
      AddFeature(MutantKind::kWhere, index, rules, "where", "`where` is dropped",
                 [](FeatureDraft* at) { at->where = nullptr; });
    }
    for (size_t i = 0; i < feature.per.size(); ++i) {
      AddFeature(MutantKind::kGroup, index, rules, "per",
                 "`per` loses `" + checked_.rule_set.FieldName(feature.per[i]) + "`",
                 [i](FeatureDraft* at) {
                   auto& per = at->feature.per;
                   per.erase(per.begin() + static_cast<std::ptrdiff_t>(i));
                 });
    }
    if (feature.aggregate == Aggregate::kPercentile) {
      for (int by : {1000, -1000}) {
        if (feature.percentile_thousandths + by <= 0) continue;
        if (feature.percentile_thousandths + by >= 100'000) continue;
        AddFeature(MutantKind::kThreshold, index, rules, "p",
                   by > 0 ? "`p` is larger by 1" : "`p` is smaller by 1",
                   [by](FeatureDraft* at) { at->feature.percentile_thousandths += by; });
      }
    }
  }

  // idle is about other legs in any case.
  void AddPrior(int index, const std::set<std::string>& rules) {
    const Feature& feature = checked_.features[static_cast<size_t>(index)].feature;
    if (feature.aggregate == Aggregate::kIdle || feature.ever) return;
    AddFeature(MutantKind::kPrior, index, rules, "prior",
               feature.prior ? "`prior` is dropped" : "`prior: true` is added",
               [](FeatureDraft* at) { at->feature.prior = !at->feature.prior; });
    std::vector<RuleSubject> subjects;
    for (const RuleDraft& draft : checked_.rules) {
      if (rules.contains(draft.rule.id)) subjects.push_back(draft.rule.subject);
    }
    mutants_.back().equivalent = WhyPriorIsNeedless(feature, subjects);
  }

  void AddRule(MutantKind kind, int rule, const SourcePosition& at, const std::string& what,
               std::function<void(RuleDraft*)> edit) {
    const std::string& id = checked_.rules[static_cast<size_t>(rule)].rule.id;
    Add(kind, at, {id}, what, [rule, edit = std::move(edit)](CheckedRules* checked) {
      edit(&checked->rules[static_cast<size_t>(rule)]);
    });
  }

  void MutateRule(int index) {
    const RuleDraft& draft = checked_.rules[static_cast<size_t>(index)];
    const YamlDocument& document = *draft.pack->document;
    const std::vector<YamlNode>& unless = ItemsAt(*draft.node, "unless");
    for (size_t i = 0; i < draft.rule.exceptions.size(); ++i) {
      AddRule(MutantKind::kException, index,
              i < unless.size() ? document.At(unless[i]) : document.At(*draft.node),
              "the exception `" + draft.rule.exceptions[i].id + "` is dropped",
              [i](RuleDraft* at) {
                const auto n = static_cast<std::ptrdiff_t>(i);
                at->exceptions.erase(at->exceptions.begin() + n);
                at->rule.exceptions.erase(at->rule.exceptions.begin() + n);
              });
    }
    if (!draft.rule.once_per) return;
    const YamlNode* once_per = draft.node->Find("once_per");
    const SourcePosition at = document.At(once_per == nullptr ? *draft.node : *once_per);
    AddRule(MutantKind::kFolding, index, at, "`once_per` is dropped",
            [](RuleDraft* rule) { rule->rule.once_per.reset(); });
    for (int64_t us : {1, -1}) {
      AddRule(MutantKind::kFolding, index, at,
              us > 0 ? "`once_per` is longer by 1us" : "`once_per` is shorter by 1us",
              [us](RuleDraft* rule) { rule->rule.once_per->for_us += us; });
    }
    for (size_t i = 0; i < draft.rule.once_per->key_rest.size(); ++i) {
      AddRule(MutantKind::kFolding, index, at,
              "the key of `once_per` loses `" +
                  checked_.rule_set.FieldName(draft.rule.once_per->key_rest[i]) + "`",
              [i](RuleDraft* rule) {
                auto& rest = rule->rule.once_per->key_rest;
                rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
              });
    }
  }

  // Lists in files are data that changes by itself; the items of a pack are part of its logic.
  void MutateLists() {
    std::map<int, std::set<std::string>> users;
    for (const ExpressionSite& site : FindExpressionSites(checked_)) {
      if (site.node->kind != ExpressionKind::kList) continue;
      users[site.node->index].insert(site.rules.begin(), site.rules.end());
    }
    for (const auto& [index, rules] : users) {
      const NamedList& list = checked_.rule_set.lists[static_cast<size_t>(index)];
      const YamlNode* items = nullptr;
      SourcePosition at;
      for (const auto& pack : checked_.packs) {
        for (const YamlEntry& entry : EntriesAt(pack->root(), "lists")) {
          if (pack->name != list.pack || entry.key != list.name) continue;
          items = entry.value.IsMapping() ? entry.value.Find("items") : nullptr;
          if (items != nullptr) at = pack->document->At(*items);
        }
      }
      if (items == nullptr) continue;
      std::vector<std::string> sorted(list.items.begin(), list.items.end());
      std::sort(sorted.begin(), sorted.end());
      for (const std::string& item : sorted) {
        Add(MutantKind::kListItem, at, rules, "the list `" + list.name + "` loses `" + item + "`",
            [index = index, item, hasher = hasher_](CheckedRules* checked) {
              DropItem(&checked->rule_set.lists[static_cast<size_t>(index)], item, *hasher);
            });
      }
    }
  }

  static void DropItem(NamedList* list, const std::string& item, const KeyedHasher& hasher) {
    list->items.erase(item);
    list->hashes.clear();
    list->integers.clear();
    list->numbers.clear();
    std::string bad_item;
    CHECK(SealList(list, hasher, &bad_item));  // the others were good before
  }

  const CheckedRules& checked_;
  const KeyedHasher* hasher_;
  const std::map<int, std::set<std::string>> rules_of_features_;
  std::vector<Mutant> mutants_;
};

// Fraction digits of the last digit that a decimal shows, from the second on.
int DigitsOf(const Expression& constant) {
  const Number& number = constant.constant.number;
  const std::string text = FormatDecimal(number.numerator, number.scale, 2,
                                         std::max(number.scale, 2));
  return static_cast<int>(text.size() - text.find('.') - 1);
}

}  // namespace

std::string_view MutantKindName(MutantKind kind) {
  static constexpr std::string_view kNames[] = {
      "comparison", "logic", "negation",  "operand", "arithmetic", "threshold", "list item",
      "window",     "prior", "direction", "where",   "group",      "exception", "folding"};
  return kNames[static_cast<size_t>(kind)];
}

std::string StepText(const Expression& constant) {
  if (constant.kind == ExpressionKind::kMoneyConstant) {
    const int digits = std::min(MinorUnits(constant.money_currency), 4);
    return FormatDecimal(1, digits, digits, digits) + " " + constant.money_currency.Text();
  }
  if (constant.kind != ExpressionKind::kConstant) return "";
  switch (constant.type) {
    case ValueType::kInt: return "1";
    case ValueType::kDecimal:
    case ValueType::kRatio: {
      const int digits = DigitsOf(constant);
      return FormatDecimal(1, digits, digits, digits);
    }
    case ValueType::kDuration:
    case ValueType::kTime: return "1us";
    default: return "";
  }
}

void MoveThreshold(Expression* constant, int steps) {
  constant->text.clear();
  if (constant->kind == ExpressionKind::kMoneyConstant) {
    int64_t unit = 1;
    for (int i = std::min(MinorUnits(constant->money_currency), 4); i < 4; ++i) unit *= 10;
    constant->money_amount.ten_thousandths += steps * unit;
    return;
  }
  CHECK(constant->kind == ExpressionKind::kConstant);
  Value& value = constant->constant;
  if (constant->type == ValueType::kDecimal || constant->type == ValueType::kRatio) {
    const auto sum = vigla::Add(value.number, Number::Scaled(steps, DigitsOf(*constant)));
    CHECK(sum.has_value());
    value.number = *sum;
  } else {
    value.integer += steps;
  }
}

std::string BehaviourText(const CheckedRules& checked) {
  std::string text;
  const RuleSet& rule_set = checked.rule_set;
  const auto fields = [&](const std::vector<FieldRef>& refs) {
    for (FieldRef field : refs) absl::StrAppend(&text, " ", rule_set.FieldName(field));
  };
  for (const RuleDraft& draft : checked.rules) {
    absl::StrAppend(&text, draft.rule.id, ": ", SubexpressionKey(*draft.when));
    for (const auto& exception : draft.exceptions) {
      absl::StrAppend(&text, " unless ", SubexpressionKey(*exception));
    }
    if (draft.rule.once_per) {
      absl::StrAppend(&text, " once in ", draft.rule.once_per->for_us);
      fields(draft.rule.once_per->key_rest);
    }
    text += "\n";
  }
  for (const FeatureDraft& draft : checked.features) {
    const Feature& feature = draft.feature;
    absl::StrAppend(&text, static_cast<int>(feature.aggregate), " ",
                    static_cast<int>(feature.directions), " over ", feature.over_us, " skip ",
                    feature.skip_us, feature.prior ? " prior" : "", feature.ever ? " ever" : "",
                    " p", feature.percentile_thousandths, " per");
    fields(feature.per);
    if (draft.where != nullptr) absl::StrAppend(&text, " where ", SubexpressionKey(*draft.where));
    text += "\n";
  }
  for (const NamedList& list : rule_set.lists) {
    absl::StrAppend(&text, list.pack, " ", list.name, ":");
    const std::set<std::string> sorted(list.items.begin(), list.items.end());
    for (const std::string& item : sorted) absl::StrAppend(&text, " ", item);
    text += "\n";
  }
  return text;
}

std::vector<Mutant> FindMutants(const CheckedRules& checked, const KeyedHasher* hasher) {
  return MutantFinder(checked, hasher).Find();
}

}  // namespace vigla
