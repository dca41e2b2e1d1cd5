// From a checked expression to a flat program. Cold.
#include "engine/rule/compiler.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/rule/calculation.h"
#include "engine/rule/comparison_mask.h"
#include "engine/rule/evaluator.h"
#include "engine/rule/pattern.h"
#include "engine/rule/subexpression.h"

namespace vigla {
namespace {

// Constants are folded by running their program, which then reads nothing.
struct NoReader {
  Value Field(FieldRef) { CHECK(false); }
  Value ThisField(FieldRef) { CHECK(false); }
  Value Feature(int) { CHECK(false); }
  EventTime MoneyTime() { CHECK(false); }
};

// How values of a type are compared (evaluator.h, CompareValues).
ValueType ComparisonClass(ValueType type) {
  if (IsNumeric(type)) return ValueType::kDecimal;
  if (type == ValueType::kString || type == ValueType::kChannel) return ValueType::kString;
  if (type == ValueType::kAccount) return ValueType::kAccount;
  return ValueType::kInt;
}

Opcode OpcodeOf(ExpressionKind kind) {
  switch (kind) {
    case ExpressionKind::kAdd: return Opcode::kAdd;
    case ExpressionKind::kSubtract: return Opcode::kSubtract;
    case ExpressionKind::kMultiply: return Opcode::kMultiply;
    case ExpressionKind::kDivide: return Opcode::kDivide;
    case ExpressionKind::kRemainder: return Opcode::kRemainder;
    default: CHECK(false);
  }
}

class Compiler {
 public:
  Compiler(const RateTable& rates, Program* program) : rates_(rates), program_(program) {}

  absl::Status Run(const Expression& expression) {
    program_->type = expression.type;
    CountRepeats(expression);
    if (expression.type == ValueType::kBool) {
      EmitTruth(expression);
    } else {
      EmitValue(expression);
    }
    Emit(Opcode::kEnd);
    const Opcode first = program_->code.front().opcode;
    program_->is_comparison =
        program_->code.size() == 2 &&
        (first == Opcode::kCompareField || first == Opcode::kCompareFeature);
    if (program_->stack_depth > Program::kStackDepthMax) Fail("nests too many operands");
    if (logic_depth_max_ > Program::kLogicDepthMax) Fail("nests too many && and ||");
    Sort(&program_->features);
    Sort(&program_->fields);
    return status_;
  }

 private:
  template <typename T>
  static void Sort(std::vector<T>* items) {
    std::sort(items->begin(), items->end());
    items->erase(std::unique(items->begin(), items->end()), items->end());
  }

  void Fail(std::string_view what) {
    if (status_.ok()) {
      status_ = MakeError(absl::StatusCode::kInvalidArgument,
                          absl::StrCat("the expression ", ToAbsl(what), "; split it"));
    }
  }

  Program::Instruction& Emit(Opcode opcode) {
    program_->code.push_back({});
    program_->code.back().opcode = opcode;
    return program_->code.back();
  }
  int Here() const { return static_cast<int>(program_->code.size()); }
  int EmitAt(Opcode opcode) {  // for instructions whose target comes later
    Emit(opcode);
    return Here() - 1;
  }
  void Pushed(int count = 1) {
    depth_ += count;
    program_->stack_depth = std::max(program_->stack_depth, depth_);
  }
  void Popped(int count) { depth_ -= count; }

  int AddConstant(Value value) {
    if (!value.text.empty()) value.text = Store(value.text);
    program_->constants.push_back(value);
    return static_cast<int>(program_->constants.size()) - 1;
  }
  std::string_view Store(std::string_view text) {
    program_->text_storage.push_back(std::make_shared<const std::string>(text));
    return *program_->text_storage.back();
  }

  // The constant that an expression is, if it is one; folds what is made of constants.
  std::optional<Value> ConstantOf(const Expression& expression) {
    if (expression.kind == ExpressionKind::kConstant) return PlainConstant(expression);
    if (expression.kind == ExpressionKind::kMoneyConstant) return FixedMoney(expression);
    if (!IsFoldable(expression)) return std::nullopt;
    Program program;
    Compiler inner(rates_, &program);
    inner.is_folding_ = true;
    if (!inner.Run(expression).ok()) return std::nullopt;
    static const RuleSet* const kNone = new RuleSet();
    NoReader reader;
    const FunctionScope scope;
    evaluation::Machine<NoReader> machine(program, *kNone, reader);
    machine.Run();
    if (expression.type == ValueType::kBool) {
      Value value = Value::Bool(machine.truth() == Truth::kTrue);
      value.known = machine.truth() != Truth::kUnknown;
      return value;
    }
    Value value = machine.result();
    if (value.number.wide != 0) return std::nullopt;  // lives no longer than the scope
    if (!value.text.empty()) value.text = Store(value.text);
    return value;
  }

  bool IsFoldable(const Expression& expression) {
    if (is_folding_) return false;  // the whole is being folded already
    return IsMadeOfConstants(expression, [this](const Expression& money) {
      return FixedMoney(money).has_value();
    });
  }

  // Empty where the conversion depends on the date.
  std::optional<Value> FixedMoney(const Expression& expression) {
    const CurrencyCode currency = expression.money_currency;
    const bool fixed = currency == rates_.base() || rates_.HasFixed(currency);
    if (!fixed && rates_.IsDated()) return std::nullopt;
    return MoneyAt({expression.money_amount, currency}, rates_, EventTime{});
  }

  void EmitTruth(const Expression& expression);
  void EmitLogic(const Expression& expression);
  void EmitComparison(const Expression& expression);
  bool EmitFused(const Expression& left, const Expression& right, uint8_t mask);
  void EmitIn(const Expression& expression);
  void EmitLoop(const Expression& expression);
  void EmitInLiteral(const Expression& value, const Expression& list);
  void EmitConditional(const Expression& expression);
  void EmitValue(const Expression& expression);
  void EmitUnshared(const Expression& expression);
  void EmitOperand(const Expression& expression, bool as_number, ValueType type);
  void EmitArgument(const Expression& expression) {  // a literal list is its items
    if (expression.kind != ExpressionKind::kListLiteral) return EmitValue(expression);
    for (const auto& item : expression.operands) EmitValue(*item);
  }
  void EmitCall(const Expression& expression);
  void EmitExtremum(const Expression& expression);
  void EmitField(const Expression& expression);

  // Subtrees that cost something and occur more than once get a local each.
  void CountRepeats(const Expression& expression) {
    if (IsWorthSharing(expression)) ++repeats_[SubexpressionKey(expression)];
    for (const auto& operand : expression.operands) CountRepeats(*operand);
  }
  // The local of a repeated subtree; -1 where it has none.
  int LocalOf(const Expression& expression) {
    if (loops_open_ > 0 || !IsWorthSharing(expression)) return -1;
    const std::string key = SubexpressionKey(expression);
    if (repeats_[key] < 2) return -1;
    const auto found = locals_.find(key);
    if (found != locals_.end()) return found->second;
    if (locals_.size() == Program::kLocalsMax) return -1;
    const int local = static_cast<int>(locals_.size());
    return locals_[key] = local;
  }

  const RateTable& rates_;
  Program* program_;
  absl::Status status_;
  bool is_folding_ = false;
  int depth_ = 0;
  int logic_depth_ = 0;
  int logic_depth_max_ = 0;
  std::map<std::string, int> repeats_;
  std::map<std::string, int> locals_;
  int loops_open_ = 0;  // what one round leaves behind is gone in the next: no locals
  std::map<int, int> place_of_loop_;  // on the stack, by the loop's level
};

void Compiler::EmitTruth(const Expression& expression) {
  if (const std::optional<Value> constant = ConstantOf(expression)) {
    Emit(Opcode::kTruth).a = static_cast<uint16_t>(TruthOf(*constant));
    return;
  }
  switch (expression.kind) {
    case ExpressionKind::kNot:
      EmitTruth(*expression.operands[0]);
      Emit(Opcode::kNot);
      return;
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr: EmitLogic(expression); return;
    case ExpressionKind::kIn: EmitIn(expression); return;
    case ExpressionKind::kExists:
    case ExpressionKind::kAll: EmitLoop(expression); return;
    case ExpressionKind::kConditional: EmitConditional(expression); return;
    default: break;
  }
  if (MaskOf(expression.kind) != 0) {
    EmitComparison(expression);
  } else if (expression.kind == ExpressionKind::kCall &&
             expression.function == Function::kKnown) {
    EmitValue(*expression.operands[0]);
    Emit(Opcode::kKnown);
    Popped(1);
  } else {
    EmitValue(expression);
    Emit(Opcode::kTruthOfValue);
    Popped(1);
  }
}

void Compiler::EmitLogic(const Expression& expression) {
  const bool is_and = expression.kind == ExpressionKind::kAnd;
  std::vector<const Expression*> operands;
  FlattenChain(expression, &operands);
  std::stable_sort(operands.begin(), operands.end(), [](const auto* a, const auto* b) {
    return CostOf(*a) < CostOf(*b);
  });
  Emit(Opcode::kBeginLogic);
  logic_depth_max_ = std::max(logic_depth_max_, ++logic_depth_);
  std::vector<int> jumps;
  for (size_t i = 0; i + 1 < operands.size(); ++i) {
    EmitTruth(*operands[i]);
    jumps.push_back(EmitAt(is_and ? Opcode::kAndThen : Opcode::kOrElse));
  }
  EmitTruth(*operands.back());
  Emit(is_and ? Opcode::kAndLast : Opcode::kOrLast);
  for (int jump : jumps) program_->code[jump].b = Here();
  --logic_depth_;
}

void Compiler::EmitComparison(const Expression& expression) {
  const Expression& left = *expression.operands[0];
  const Expression& right = *expression.operands[1];
  const uint8_t mask = MaskOf(expression.kind);
  if (EmitFused(left, right, mask) || EmitFused(right, left, Mirrored(mask))) return;
  const bool as_numbers = IsNumeric(left.type) || IsNumeric(right.type);
  const ValueType number_type = IsNumeric(left.type) ? left.type : right.type;
  EmitOperand(left, as_numbers, number_type);
  EmitOperand(right, as_numbers, number_type);
  auto& compare = Emit(Opcode::kCompare);
  compare.type = as_numbers ? ValueType::kDecimal : ComparisonClass(left.type);
  compare.mask = mask;
  Popped(2);
}

// A field or feature against a constant: what most conditions of most rules are.
bool Compiler::EmitFused(const Expression& left, const Expression& right, uint8_t mask) {
  if (left.kind != ExpressionKind::kField && left.kind != ExpressionKind::kFeature) return false;
  if (!IsNumeric(left.type) && IsNumeric(right.type)) return false;
  std::optional<Value> constant = ConstantOf(right);
  if (!constant) return false;
  if (IsNumeric(left.type)) constant = ToNumber(*constant, left.type);
  const int index = AddConstant(*constant);
  if (left.kind == ExpressionKind::kField) {
    auto& compare = Emit(Opcode::kCompareField);
    compare.a = left.field.id;
    compare.c = left.field.attribute;
    program_->fields.push_back(left.field);
  } else {
    Emit(Opcode::kCompareFeature).c = left.index;
    program_->features.push_back(left.index);
  }
  auto& compare = program_->code.back();
  compare.b = index;
  compare.type = ComparisonClass(left.type);
  compare.mask = mask;
  return true;
}

void Compiler::EmitIn(const Expression& expression) {
  const Expression& value = *expression.operands[0];
  const Expression& list = *expression.operands[1];
  if (list.kind == ExpressionKind::kListLiteral) {
    EmitInLiteral(value, list);
    return;
  }
  EmitValue(value);
  if (list.kind == ExpressionKind::kList) {
    Emit(Opcode::kInNamed).b = list.index;
  } else {
    EmitValue(list);
    Emit(Opcode::kInItems);
    Popped(1);
  }
  Popped(1);
}

// The list stays on the stack while its items are looked at.
void Compiler::EmitLoop(const Expression& expression) {
  EmitValue(*expression.operands[0]);
  const int begin = EmitAt(Opcode::kBeginItems);
  logic_depth_max_ = std::max(logic_depth_max_, ++logic_depth_);
  place_of_loop_[expression.index] = depth_ - 1;
  const int body = Here();
  ++loops_open_;
  EmitTruth(*expression.operands[1]);
  --loops_open_;
  auto& next = Emit(Opcode::kNextItem);
  next.b = body;
  next.mask = expression.kind == ExpressionKind::kAll ? 1 : 0;
  program_->code[begin].b = Here();
  --logic_depth_;
  Popped(1);
}

void Compiler::EmitInLiteral(const Expression& value, const Expression& list) {
  std::vector<Value> items;
  for (const auto& operand : list.operands) {
    const std::optional<Value> item = ConstantOf(*operand);
    if (!item || !item->known) break;
    items.push_back(IsNumeric(value.type) ? ToNumber(*item, value.type) : *item);
  }
  const bool mixed = !IsNumeric(value.type) &&
                     std::any_of(items.begin(), items.end(),
                                 [](const Value& item) { return IsNumeric(item.type); });
  if (items.size() == list.operands.size() && !mixed) {
    LiteralList literals;
    for (Value& item : items) {
      switch (ComparisonClass(value.type)) {
        case ValueType::kInt: literals.integers.push_back(item.integer); break;
        case ValueType::kString: literals.texts.push_back(Store(item.text)); break;
        default:
          if (!item.text.empty()) item.text = Store(item.text);
          literals.others.push_back(item);
      }
    }
    Sort(&literals.integers);
    Sort(&literals.texts);
    program_->literal_lists.push_back(std::move(literals));
    EmitValue(value);
    Emit(Opcode::kInLiteral).b = static_cast<int>(program_->literal_lists.size()) - 1;
    Popped(1);
    return;
  }
  const bool as_numbers = mixed || IsNumeric(value.type);
  const ValueType number_type = IsNumeric(value.type) ? value.type : ValueType::kDecimal;
  EmitOperand(value, as_numbers, number_type);
  for (const auto& operand : list.operands) EmitOperand(*operand, as_numbers, number_type);
  auto& in = Emit(Opcode::kInStack);
  in.b = static_cast<int>(list.operands.size());
  in.type = as_numbers ? ValueType::kDecimal : ComparisonClass(value.type);
  Popped(in.b + 1);
}

// In either context: a bool leaves the register, anything else a value on the stack.
void Compiler::EmitConditional(const Expression& expression) {
  const bool is_truth = expression.type == ValueType::kBool;
  const auto emit_arm = [&](const Expression& arm) {
    if (is_truth) {
      EmitTruth(arm);
    } else {
      EmitOperand(arm, IsNumeric(expression.type), expression.type);
      Popped(1);
    }
    return EmitAt(Opcode::kJump);
  };
  EmitTruth(*expression.operands[0]);
  const int branch = EmitAt(Opcode::kBranch);
  const int after_then = emit_arm(*expression.operands[1]);
  program_->code[branch].b = Here();
  const int after_else = emit_arm(*expression.operands[2]);
  program_->code[branch].c = Here();
  if (is_truth) {
    Emit(Opcode::kTruth).a = static_cast<uint16_t>(Truth::kUnknown);
  } else {
    Emit(Opcode::kUnknown).type = expression.type;
    Pushed();
  }
  program_->code[after_then].b = Here();
  program_->code[after_else].b = Here();
}

void Compiler::EmitOperand(const Expression& expression, bool as_number, ValueType type) {
  if (as_number && !IsNumeric(expression.type)) {
    if (const std::optional<Value> constant = ConstantOf(expression)) {
      Emit(Opcode::kConstant).a =
          static_cast<uint16_t>(AddConstant(ToNumber(*constant, type)));
      Pushed();
      return;
    }
    EmitValue(expression);
    Emit(Opcode::kToNumber).type = type;
    return;
  }
  EmitValue(expression);
}

void Compiler::EmitValue(const Expression& expression) {
  if (const std::optional<Value> constant = ConstantOf(expression)) {
    Emit(Opcode::kConstant).a = static_cast<uint16_t>(AddConstant(*constant));
    Pushed();
    return;
  }
  const int local = LocalOf(expression);
  if (local < 0) {
    EmitUnshared(expression);
    return;
  }
  const int recall = EmitAt(Opcode::kRecall);
  program_->code[recall].a = static_cast<uint16_t>(local);
  EmitUnshared(expression);
  Emit(Opcode::kRemember).a = static_cast<uint16_t>(local);
  program_->code[recall].b = Here();
}

void Compiler::EmitUnshared(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kMoneyConstant:
      program_->money.push_back({expression.money_amount, expression.money_currency});
      Emit(Opcode::kMoneyAt).a = static_cast<uint16_t>(program_->money.size() - 1);
      Pushed();
      return;
    case ExpressionKind::kField:
    case ExpressionKind::kThisField: EmitField(expression); return;
    case ExpressionKind::kItem:
      Emit(Opcode::kItem).a = static_cast<uint16_t>(place_of_loop_.at(expression.index));
      Pushed();
      return;
    case ExpressionKind::kFeature:
      Emit(Opcode::kFeature).b = expression.index;
      program_->features.push_back(expression.index);
      Pushed();
      return;
    case ExpressionKind::kList:
    case ExpressionKind::kListLiteral: CHECK(false);
    case ExpressionKind::kNegate:
      EmitValue(*expression.operands[0]);
      Emit(Opcode::kNegate);
      program_->needs_scope = true;
      return;
    case ExpressionKind::kAdd:
    case ExpressionKind::kSubtract:
    case ExpressionKind::kMultiply:
    case ExpressionKind::kDivide:
    case ExpressionKind::kRemainder:
      EmitValue(*expression.operands[0]);
      EmitValue(*expression.operands[1]);
      Emit(OpcodeOf(expression.kind)).type = expression.type;
      program_->needs_scope = true;
      Popped(1);
      return;
    case ExpressionKind::kConditional:
      if (expression.type != ValueType::kBool) {
        EmitConditional(expression);
        return;
      }
      break;
    case ExpressionKind::kCall:
      if (expression.function != Function::kKnown) {
        EmitCall(expression);
        return;
      }
      break;
    default: break;
  }
  EmitTruth(expression);
  Emit(Opcode::kValueOfTruth);
  Pushed();
}

void Compiler::EmitField(const Expression& expression) {
  const bool is_this = expression.kind == ExpressionKind::kThisField;
  auto& field = Emit(is_this ? Opcode::kThisField : Opcode::kField);
  field.a = expression.field.id;
  field.b = expression.field.attribute;
  Pushed();
  if (is_this) {
    program_->reads_leg = true;
  } else {
    program_->fields.push_back(expression.field);
  }
}

// min and max of any number of operands, two at a time.
void Compiler::EmitExtremum(const Expression& expression) {
  const bool as_numbers = IsNumeric(expression.type);
  EmitOperand(*expression.operands[0], as_numbers, expression.type);
  for (size_t i = 1; i < expression.operands.size(); ++i) {
    EmitOperand(*expression.operands[i], as_numbers, expression.type);
    Emit(expression.function == Function::kMin ? Opcode::kMinimum : Opcode::kMaximum).type =
        expression.type;
    Popped(1);
  }
}

void Compiler::EmitCall(const Expression& expression) {
  const Function function = expression.function;
  if (function == Function::kMin || function == Function::kMax) {
    EmitExtremum(expression);
    return;
  }
  const Expression& first = *expression.operands[0];
  if (function == Function::kSize && first.type == ValueType::kList) {
    if (first.kind == ExpressionKind::kList) {
      Emit(Opcode::kListSize).b = first.index;
      Pushed();
      return;
    }
    if (first.kind == ExpressionKind::kListLiteral) {
      const auto size = static_cast<int64_t>(first.operands.size());
      Emit(Opcode::kConstant).a = static_cast<uint16_t>(AddConstant(Value::Int(size)));
      Pushed();
      return;
    }
  }
  if (function == Function::kSimilarity &&
      expression.operands[1]->kind == ExpressionKind::kList) {
    EmitValue(first);
    Emit(Opcode::kSimilarNamed).b = expression.operands[1]->index;
    return;
  }
  int pattern = -1;
  size_t arguments = expression.operands.size();
  if (function == Function::kMatches) {
    CHECK(expression.operands[1]->kind == ExpressionKind::kConstant);
    auto compiled = CompiledPattern::Compile(PlainConstant(*expression.operands[1]).text);
    if (compiled.ok()) {
      program_->patterns.push_back(*std::move(compiled));
    } else if (status_.ok()) {
      status_ = compiled.status();
    }
    pattern = static_cast<int>(program_->patterns.size()) - 1;
    arguments = 1;
  }
  if (function == Function::kIpIn) CheckNetwork(*expression.operands[1], &status_);
  const int below = depth_;
  for (size_t i = 0; i < arguments; ++i) EmitArgument(*expression.operands[i]);
  if (ReadsTimeZone(function)) {
    Expression zone;
    zone.kind = ExpressionKind::kField;
    zone.type = ValueType::kString;
    zone.field = FieldRef{field::kTimeZone, 0};
    EmitField(zone);
  }
  auto& call = Emit(Opcode::kCall);
  call.a = static_cast<uint16_t>(function);
  call.b = depth_ - below;
  call.c = pattern;
  call.type = expression.type;
  program_->needs_scope = true;
  Popped(call.b - 1);
}

}  // namespace

absl::StatusOr<Program> Compile(const Expression& expression, const RateTable& rates) {
  RETURN_IF_ERROR(CheckLimits(expression));
  Program program;
  Compiler compiler(rates, &program);
  RETURN_IF_ERROR(compiler.Run(expression));
  return program;
}

}  // namespace vigla
