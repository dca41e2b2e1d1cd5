// Lists of an expression: `exists` and `all` over their items, and one item by its place. Cold.
// A loop over items that are known at load is written out as || or &&, an item a time; a loop
// over a field's items stays one.
#include <algorithm>

#include "engine/base/check.h"
#include "engine/rule/checker.h"
#include "engine/rule/compiler.h"
#include "engine/rule/constant.h"
#include "engine/rule/lexer.h"

namespace vigla {
namespace {

constexpr size_t kLoopItemsMax = 100;
constexpr char kLoopUsage[] = "such as approvers.exists(a, a == initiator)";

}  // namespace

bool IsLoop(std::string_view name) { return name == "exists" || name == "all"; }

// The innermost loop's name; macros are read in the scope of their use, so they see it too.
const Checker::LoopName* Checker::FindLoopName(std::string_view name) const {
  for (size_t i = loop_names_.size(); i > 0; --i) {
    if (loop_names_[i - 1].name == name) return &loop_names_[i - 1];
  }
  return nullptr;
}

// An item was written outside the loop: it knows neither the loop's name nor inner ones.
template <typename Action>
auto Checker::OutsideLoop(const LoopName& loop, const Action& action) {
  const LoopName item = loop;
  const auto begin = loop_names_.begin() + (&loop - loop_names_.data());
  const std::vector<LoopName> hidden(begin, loop_names_.end());
  loop_names_.erase(begin, loop_names_.end());
  const TextPositions* const outer = positions_;
  if (item.positions != nullptr) positions_ = item.positions;
  auto result = action(item);
  positions_ = outer;
  loop_names_.insert(loop_names_.end(), hidden.begin(), hidden.end());
  return result;
}

bool Checker::IsUntypedItem(const LoopName& loop) {
  if (loop.item == nullptr) return false;
  return OutsideLoop(loop, [this](const LoopName& item) { return IsUntyped(*item.item); });
}

Checker::ExpressionPointer Checker::UseLoopName(const Syntax& syntax, const LoopName& loop,
                                                Wanted wanted) {
  if (loop.constant != nullptr) {
    ExpressionPointer constant = CloneExpression(*loop.constant);
    constant->at = At(syntax.begin);
    return constant;
  }
  if (loop.item == nullptr) {
    ExpressionPointer item = Make(ExpressionKind::kItem, ValueType::kString, syntax);
    item->index = loop.level;
    return item;
  }
  return OutsideLoop(
      loop, [this, wanted](const LoopName& item) { return Check(*item.item, wanted); });
}

// [a, b], written here or as a macro; nullptr for anything else.
const Syntax* Checker::LiteralOf(const Syntax& syntax, const TextPositions** positions) {
  *positions = positions_;
  const Syntax* found = &syntax;
  for (int i = 0; i < kExpressionDepthMax && found->kind == SyntaxKind::kName; ++i) {
    Declaration* declaration =
        FindLoopName(found->text) == nullptr ? scope_->Find(found->text) : nullptr;
    if (declaration == nullptr || declaration->kind != NameKind::kMacro || declaration->broken) {
      return nullptr;
    }
    declaration->used = true;
    if (declaration->positions.empty()) {
      declaration->positions = scope_->pack->document->PositionsIn(*declaration->text);
    }
    *positions = &declaration->positions;
    found = declaration->syntax.get();
  }
  return found->kind == SyntaxKind::kList ? found : nullptr;
}

bool Checker::CheckLoopName(const Syntax& syntax) {
  if (syntax.kind != SyntaxKind::kName || !IsName(syntax.text)) {
    Error(diagnostic::kInvalidName, syntax, "a name for the list's items was expected",
          kLoopUsage);
    return false;
  }
  std::string meaning = MeaningOfName(syntax.text);
  if (Declaration* declaration = scope_->Find(syntax.text)) {
    meaning = "a " + std::string(NameKindName(declaration->kind));
  }
  if (FindLoopName(syntax.text) != nullptr) meaning = "an item of an outer list";
  if (meaning.empty()) return true;
  Error(diagnostic::kNameTaken, syntax, Quoted(syntax.text) + " is " + meaning,
        "choose another name for the items");
  return false;
}

// exists(list, name, condition), as a rule written list.exists(name, condition).
Checker::ExpressionPointer Checker::CheckLoop(const Syntax& syntax) {
  const bool is_all = syntax.text == "all";
  if (syntax.operands.size() != 3) {
    return Error(diagnostic::kArgumentCount, syntax,
                 Quoted(syntax.text) + " takes a list, a name and a condition", kLoopUsage);
  }
  const Syntax& name = *syntax.operands[1];
  if (!CheckLoopName(name)) return nullptr;
  LoopName loop;
  loop.name = name.text;
  const TextPositions* positions = nullptr;
  if (const Syntax* literal = LiteralOf(*syntax.operands[0], &positions)) {
    std::vector<LoopName> items;
    for (const auto& item : literal->operands) {
      loop.item = item.get();
      loop.positions = positions;
      items.push_back(loop);
    }
    return WriteOut(syntax, is_all, items);
  }
  ExpressionPointer list = Check(*syntax.operands[0]);
  if (list == nullptr) return nullptr;
  if (list->kind == ExpressionKind::kList) return WriteOutNamed(syntax, is_all, list->index);
  if (list->type != ValueType::kList) {
    return Error(diagnostic::kListType, *syntax.operands[0],
                 "a list was expected, not " + std::string(ValueTypeName(list->type)),
                 "a list such as approvers, a list of this pack, or [a, b]");
  }
  loop.level = static_cast<int>(loop_names_.size());
  loop_names_.push_back(loop);
  ExpressionPointer condition = Check(*syntax.operands[2]);
  loop_names_.pop_back();
  if (!ExpectBool(*syntax.operands[2], condition.get())) return nullptr;
  ExpressionPointer node = Make(is_all ? ExpressionKind::kAll : ExpressionKind::kExists,
                                ValueType::kBool, syntax);
  node->index = loop.level;
  node->operands.push_back(std::move(list));
  node->operands.push_back(std::move(condition));
  return node;
}

Checker::ExpressionPointer Checker::WriteOutNamed(const Syntax& syntax, bool is_all, int index) {
  const NamedList& list = rule_set_->lists[index];
  if (list.items.size() > kLoopItemsMax) {
    return Error(diagnostic::kTooComplex, *syntax.operands[0],
                 Quoted(syntax.text) + " goes over at most 100 items; the list has " +
                     std::to_string(list.items.size()),
                 "ask `in` whether the list holds a value");
  }
  std::vector<std::string> sorted(list.items.begin(), list.items.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<ExpressionPointer> constants;
  std::vector<LoopName> items;
  for (const std::string& text : sorted) {
    ConstantProblem problem;
    constants.push_back(MakeConstant(list.of, text, *hasher_, &problem));
    CHECK(constants.back() != nullptr);  // the list was read in the same way
    constants.back()->text = list.of == ValueType::kString ? "\"" + text + "\"" : text;
    LoopName item;
    item.name = syntax.operands[1]->text;
    item.constant = constants.back().get();
    items.push_back(item);
  }
  return WriteOut(syntax, is_all, items);
}

Checker::ExpressionPointer Checker::WriteOut(const Syntax& syntax, bool is_all,
                                             const std::vector<LoopName>& items) {
  const Syntax& condition = *syntax.operands[2];
  ExpressionPointer whole;
  std::optional<ValueType> type;  // of the items that have one by themselves
  for (const LoopName& item : items) {
    if (item.item != nullptr && !CheckItemType(item, &type)) return nullptr;
    loop_names_.push_back(item);
    ExpressionPointer checked = Check(condition);
    loop_names_.pop_back();
    if (!ExpectBool(condition, checked.get())) return nullptr;
    if (whole == nullptr) {
      whole = std::move(checked);
      continue;
    }
    ExpressionPointer joined = Make(is_all ? ExpressionKind::kAnd : ExpressionKind::kOr,
                                    ValueType::kBool, syntax);
    joined->operands.push_back(std::move(whole));
    joined->operands.push_back(std::move(checked));
    whole = std::move(joined);
  }
  if (whole != nullptr) return whole;
  ConstantProblem problem;  // no item: `all` of nothing is true
  return MakeConstant(ValueType::kBool, is_all ? "true" : "false", *hasher_, &problem);
}

// Items of one list are of one type, as far as they have one that nothing lends them.
bool Checker::CheckItemType(const LoopName& item, std::optional<ValueType>* type) {
  const TextPositions* const outer = positions_;
  positions_ = item.positions;
  bool good = true;
  if (!IsUntyped(*item.item)) {
    const ExpressionPointer checked = Check(*item.item);
    good = checked != nullptr;
    if (good && !*type) *type = checked->type;
    if (good && !AreComparable(**type, checked->type)) {
      Error(diagnostic::kListType, *item.item,
            std::string(ValueTypeName(checked->type)) + " in a list of " +
                std::string(ValueTypeName(**type)),
            "a list's items are of one type");
      good = false;
    }
  }
  positions_ = outer;
  return good;
}

// `x in [a, b]` where an item is no constant: x == a || x == b.
Checker::ExpressionPointer Checker::WriteOutIn(const Syntax& syntax, ExpressionPointer value,
                                               std::vector<ExpressionPointer> items) {
  ExpressionPointer whole;
  const std::string value_text = value->text;
  for (ExpressionPointer& item : items) {
    if (!AreComparable(value->type, item->type)) {
      diagnostics_->Error(diagnostic::kListType.code, item->at,
                          "`" + item->text + "` (" + std::string(ValueTypeName(item->type)) +
                              ") in a list of " + std::string(ValueTypeName(value->type)),
                          "a list's items are of one type, that of what is looked for");
      return nullptr;
    }
    ExpressionPointer equal = Make(ExpressionKind::kEqual, ValueType::kBool, syntax);
    equal->text = value_text + " == " + item->text;
    equal->operands.push_back(CloneExpression(*value));
    equal->operands.push_back(std::move(item));
    if (whole == nullptr) {
      whole = std::move(equal);
      continue;
    }
    ExpressionPointer either = Make(ExpressionKind::kOr, ValueType::kBool, syntax);
    either->operands.push_back(std::move(whole));
    either->operands.push_back(std::move(equal));
    whole = std::move(either);
  }
  return whole;
}

// list[index]; a list that is known at load has that item, one that is a field may lack it.
Checker::ExpressionPointer Checker::CheckIndex(const Syntax& syntax, Wanted wanted) {
  const Syntax& index_syntax = *syntax.operands[1];
  const TextPositions* positions = nullptr;
  const Syntax* const literal = LiteralOf(*syntax.operands[0], &positions);
  ExpressionPointer list = literal == nullptr ? Check(*syntax.operands[0]) : nullptr;
  if (literal == nullptr && list == nullptr) return nullptr;
  if (literal == nullptr && (list->type != ValueType::kList ||
                             list->kind == ExpressionKind::kList)) {
    return Error(diagnostic::kTypeMismatch, syntax, "nothing here has items to pick by [ ]",
                 "ask `in` whether a list holds a value");
  }
  ExpressionPointer index = Check(index_syntax);
  if (index == nullptr) return nullptr;
  if (index->type != ValueType::kInt) {
    return Error(diagnostic::kArgumentType, index_syntax,
                 "a whole number was expected, not " + std::string(ValueTypeName(index->type)));
  }
  if (literal == nullptr) {
    ExpressionPointer call = Make(ExpressionKind::kCall, ValueType::kString, syntax);
    call->function = Function::kItemAt;
    call->operands.push_back(std::move(list));
    call->operands.push_back(std::move(index));
    return call;
  }
  if (index->kind != ExpressionKind::kConstant) {
    return Error(diagnostic::kNotConstant, index_syntax, "the place of an item is a constant",
                 "such as [a, b][0]");
  }
  const int64_t place = index->constant.integer;
  if (place < 0 || place >= static_cast<int64_t>(literal->operands.size())) {
    return Error(diagnostic::kArgumentType, index_syntax,
                 "the list has no item " + std::to_string(place), "the first item is 0");
  }
  const TextPositions* const outer = positions_;
  positions_ = positions;
  ExpressionPointer item = Check(*literal->operands[static_cast<size_t>(place)], wanted);
  positions_ = outer;
  return item;
}

}  // namespace vigla
