// Functions: how many arguments of which types, and what they give. Cold.
#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/rule/checker.h"
#include "engine/rule/constant.h"
#include "engine/rule/function.h"
#include "engine/rule/name_similarity.h"
#include "engine/rule/pattern.h"

namespace vigla {
namespace {

constexpr int kRoundDigitsMax = 12;
constexpr size_t kNamesMax = 1000;

bool IsNumber(ValueType type) {
  return type == ValueType::kInt || type == ValueType::kDecimal || type == ValueType::kRatio;
}

bool HasText(ValueType type) {
  return type == ValueType::kString || type == ValueType::kChannel || type == ValueType::kAccount;
}

ValueType ResultOf(Function function, const Expression& first) {
  switch (function) {
    case Function::kSimilarity: return ValueType::kDecimal;
    case Function::kLower:
    case Function::kLocalDate: return ValueType::kString;
    case Function::kSize:
    case Function::kDayOfWeek:
    case Function::kHour: return ValueType::kInt;
    case Function::kAbs:
    case Function::kRound: return first.type;
    case Function::kCountryOfIban: return ValueType::kCountry;
    default: return ValueType::kBool;
  }
}

// Lists are no values: they stand right of `in`, and in size().
bool IsNamedOrLiteralList(const Expression& expression) {
  return expression.kind == ExpressionKind::kList ||
         expression.kind == ExpressionKind::kListLiteral;
}

// Functions of the plan that come later: said so, rather than "unknown".
bool IsPlanned(std::string_view name) {
  return name == "screened";
}

}  // namespace

Checker::ExpressionPointer Checker::CheckCall(const Syntax& syntax) {
  if (!syntax.is_method && syntax.text == "money") return CheckMoneyCall(syntax);
  if (!syntax.is_method && syntax.text == "duration") return CheckDurationCall(syntax);
  if (IsLoop(syntax.text)) return CheckLoop(syntax);
  const FunctionInfo* info = FindFunction(syntax.text);
  if (info == nullptr) {
    if (IsPlanned(syntax.text)) {
      return Error(diagnostic::kNotSupported, syntax,
                   "the function " + Quoted(syntax.text) + " is not supported yet",
                   "leave it out until this engine has it");
    }
    if (scope_->Find(syntax.text) != nullptr || FindField(syntax.text)) {
      return Error(diagnostic::kNotCallable, syntax, Quoted(syntax.text) + " is no function",
                   "name it without parentheses");
    }
    std::vector<std::string_view> names = {"money", "duration", "exists", "all"};
    for (const FunctionInfo& known : FunctionTable()) names.push_back(known.name);
    std::string advice = DidYouMean(syntax.text, names);
    if (advice.empty() &&
        !NearestWord(syntax.text, {"sum", "count", "avg", "average", "mean", "median"}).empty()) {
      advice = "sums, counts and means are features: declare one, and use its name";
    }
    Error(diagnostic::kUnknownFunction, syntax, "there is no function " + Quoted(syntax.text),
          std::move(advice));
    Mend(syntax.text, OnlyNearestWord(syntax.text, names));
    return nullptr;
  }
  const int count = static_cast<int>(syntax.operands.size());
  if (count < info->arguments_min || (info->arguments_max >= 0 && count > info->arguments_max)) {
    return Error(diagnostic::kArgumentCount, syntax,
                 Quoted(info->name) + " got " + std::to_string(count) + " arguments",
                 std::string(info->usage));
  }
  if (info->function == Function::kMin || info->function == Function::kMax) {
    return CheckExtremum(syntax, *info);
  }
  return CheckOrdinaryCall(syntax, *info);
}

Checker::ExpressionPointer Checker::CheckMoneyCall(const Syntax& syntax) {
  if (syntax.operands.size() != 1 || syntax.operands[0]->kind != SyntaxKind::kString) {
    return Error(diagnostic::kNotConstant, syntax, "`money` takes one text",
                 "such as money(\"9200 EUR\")");
  }
  ConstantProblem problem;
  ExpressionPointer money =
      MakeConstant(ValueType::kMoney, syntax.operands[0]->text, *hasher_, &problem);
  if (money == nullptr) {
    Error(*problem.code, *syntax.operands[0], std::move(problem.message),
          std::move(problem.advice));
    Mend(syntax.operands[0]->text, std::move(problem.mend));
    return nullptr;
  }
  const CurrencyCode currency = money->money_currency;
  if (fixed_rates_ && currency != rule_set_->rates.base() &&
      !rule_set_->rates.HasFixed(currency)) {
    return Error(diagnostic::kNoRate, syntax, "the rates have no " + currency.Text(),
                 "add it to `rates`, or write the amount in " + rule_set_->rates.base().Text());
  }
  money->at = At(syntax.begin);
  return money;
}

Checker::ExpressionPointer Checker::CheckDurationCall(const Syntax& syntax) {
  if (syntax.operands.size() != 1 || syntax.operands[0]->kind != SyntaxKind::kString) {
    return Error(diagnostic::kNotConstant, syntax, "`duration` takes one text",
                 "such as duration(\"72h\")");
  }
  ConstantProblem problem;
  ExpressionPointer duration =
      MakeConstant(ValueType::kDuration, syntax.operands[0]->text, *hasher_, &problem);
  if (duration == nullptr) {
    Error(*problem.code, *syntax.operands[0], std::move(problem.message),
          std::move(problem.advice));
    Mend(syntax.operands[0]->text, std::move(problem.mend));
    return nullptr;
  }
  duration->at = At(syntax.begin);
  return duration;
}

bool Checker::ExpectType(const Syntax& syntax, const Expression& argument, bool fits,
                         std::string_view expected) {
  if (fits) return true;
  Error(diagnostic::kArgumentType, syntax,
        std::string(expected) + " was expected, not " + std::string(ValueTypeName(argument.type)),
        "");
  return false;
}

std::optional<std::string> Checker::ConstantText(const Syntax& syntax, const Expression& argument,
                                                 std::string_view usage) {
  if (argument.kind == ExpressionKind::kConstant && argument.type == ValueType::kString) {
    return argument.text_storage;
  }
  Error(diagnostic::kNotConstant, syntax, "a constant text was expected", std::string(usage));
  return std::nullopt;
}

Checker::ExpressionPointer Checker::CheckExtremum(const Syntax& syntax,
                                                  const FunctionInfo& info) {
  // The first argument with a type of its own lends it to the literals.
  Wanted wanted;
  std::vector<ExpressionPointer> checked(syntax.operands.size());
  for (const bool untyped : {false, true}) {
    for (size_t i = 0; i < syntax.operands.size(); ++i) {
      if (IsUntyped(*syntax.operands[i]) != untyped) continue;
      checked[i] = Check(*syntax.operands[i], wanted);
      if (checked[i] == nullptr) return nullptr;
      if (!wanted) wanted = checked[i]->type;
    }
  }
  ExpressionPointer call = Make(ExpressionKind::kCall, checked[0]->type, syntax);
  call->function = info.function;
  for (size_t i = 0; i < checked.size(); ++i) {
    const ValueType type = checked[i]->type;
    const bool both_numbers = IsNumber(type) && IsNumber(call->type);
    const bool ordered = IsNumber(type) || type == ValueType::kMoney ||
                         type == ValueType::kTime || type == ValueType::kDuration;
    if (!ordered || (type != call->type && !both_numbers)) {
      return Error(diagnostic::kArgumentType, *syntax.operands[i],
                   Quoted(info.name) + " of " + std::string(ValueTypeName(call->type)) + " and " +
                       std::string(ValueTypeName(type)),
                   "its arguments are numbers, money, times or durations, all of one type");
    }
    if (type != call->type) call->type = ValueType::kDecimal;
    call->operands.push_back(std::move(checked[i]));
  }
  return call;
}

Checker::ExpressionPointer Checker::CheckOrdinaryCall(const Syntax& syntax,
                                                      const FunctionInfo& info) {
  ExpressionPointer call = Make(ExpressionKind::kCall, ValueType::kBool, syntax);
  call->function = info.function;
  bool good = true;
  for (const auto& operand : syntax.operands) {
    Wanted wanted;
    if (info.function == Function::kIsRound) wanted = ValueType::kDecimal;
    if (info.function == Function::kIbanValid || info.function == Function::kCountryOfIban) {
      wanted = ValueType::kString;
    }
    call->operands.push_back(Check(*operand, wanted));
    good = good && call->operands.back() != nullptr;
  }
  if (!good || !CheckArguments(syntax, info, call.get())) return nullptr;
  call->type = ResultOf(info.function, *call->operands[0]);
  return call;
}

bool Checker::CheckArguments(const Syntax& syntax, const FunctionInfo& info, Expression* call) {
  const Syntax& first_syntax = *syntax.operands[0];
  const Expression& first = *call->operands[0];
  switch (info.function) {
    case Function::kKnown:
      return ExpectType(first_syntax, first, !IsNamedOrLiteralList(first), "a field or feature");
    case Function::kSize:
      if (first.type == ValueType::kList) return true;
      return CheckTextArguments(syntax, info, *call);
    case Function::kAbs:
      return ExpectType(first_syntax, first,
                        IsNumber(first.type) || first.type == ValueType::kMoney ||
                            first.type == ValueType::kDuration,
                        "a number, money or a duration");
    case Function::kDayOfWeek:
    case Function::kHour:
    case Function::kLocalDate:
      return ExpectType(first_syntax, first, first.type == ValueType::kTime, "a time");
    case Function::kIsRound:
      return ExpectType(first_syntax, first, IsNumber(first.type),
                        "a number such as amount.original") &&
             ExpectType(*syntax.operands[1], *call->operands[1],
                        IsNumber(call->operands[1]->type), "a number");
    case Function::kRound: {
      if (!ExpectType(first_syntax, first, IsNumber(first.type) || first.type == ValueType::kMoney,
                      "a number or money")) {
        return false;
      }
      if (call->operands.size() == 1) return true;
      const Expression& digits = *call->operands[1];
      if (digits.kind == ExpressionKind::kConstant && digits.type == ValueType::kInt &&
          digits.constant.integer >= 0 && digits.constant.integer <= kRoundDigitsMax) {
        return true;
      }
      Error(diagnostic::kRoundDigits, *syntax.operands[1],
            "the digits of `round` are a constant from 0 to 12");
      return false;
    }
    case Function::kSimilarity: return CheckNames(syntax, *call);
    default: return CheckTextArguments(syntax, info, *call);
  }
}

// similarity(name, list): the list's names are folded once, here.
bool Checker::CheckNames(const Syntax& syntax, const Expression& call) {
  const Expression& list = *call.operands[1];
  if (!ExpectType(*syntax.operands[0], *call.operands[0],
                  call.operands[0]->type == ValueType::kString, "a name: a string") ||
      !ExpectType(*syntax.operands[1], list, list.type == ValueType::kList, "a list of names")) {
    return false;
  }
  const auto is_string = [](const auto& item) { return item->type == ValueType::kString; };
  const bool strings = list.kind == ExpressionKind::kList
                           ? rule_set_->lists[list.index].of == ValueType::kString
                           : std::all_of(list.operands.begin(), list.operands.end(), is_string);
  if (!strings) {
    Error(diagnostic::kListType, *syntax.operands[1], "names are strings",
          "declare the list `of: string`");
    return false;
  }
  if (list.kind != ExpressionKind::kList) return true;
  NamedList& named = rule_set_->lists[list.index];
  if (named.items.size() > kNamesMax) {
    Error(diagnostic::kTooComplex, *syntax.operands[1],
          "`similarity` looks at each of at most 1,000 names; the list has " +
              std::to_string(named.items.size()),
          "shorten the list: screening against long lists is a function of its own, not yet here");
    return false;
  }
  if (named.names == nullptr) FoldNames(&named);
  return true;
}

// All that is left takes texts; what has a second one takes a constant or another text.
bool Checker::CheckTextArguments(const Syntax& syntax, const FunctionInfo& info,
                                 const Expression& call) {
  for (size_t i = 0; i < call.operands.size(); ++i) {
    const Expression& argument = *call.operands[i];
    if (!ExpectType(*syntax.operands[i], argument, HasText(argument.type), "a text")) return false;
    if (argument.type == ValueType::kAccount && argument.kind == ExpressionKind::kField &&
        place_ == ExpressionPlace::kWhere) {
      Error(diagnostic::kArgumentType, *syntax.operands[i],
            "an entry's account can be compared, but its text is not at hand",
            "compare it with == or in, or ask the judged leg by `this.`");
      return false;
    }
  }
  if (info.function != Function::kMatches && info.function != Function::kIpIn) return true;
  const auto text = ConstantText(*syntax.operands[1], *call.operands[1], info.usage);
  if (!text) return false;
  if (info.function == Function::kIpIn) {
    if (IsAddressIn("0.0.0.0", *text).has_value()) return true;
    Error(diagnostic::kWrongValue, *syntax.operands[1], Quoted(*text) + " is no network",
          "such as \"10.0.0.0/8\"");
    return false;
  }
  const auto pattern = CompiledPattern::Compile(*text);
  if (pattern.ok()) return true;
  Error(diagnostic::kBadPattern, *syntax.operands[1],
        std::string(ToStd(pattern.status().message())), "patterns are RE2, at most 1 KiB");
  return false;
}

}  // namespace vigla
