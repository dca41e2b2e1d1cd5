// Resolves names and types of an expression: from syntax to a checked Expression. Cold.
// Every error of an expression that does not follow from another one is reported. A node with
// an error is nullptr, and so is all that contains it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/hash.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/expression.h"
#include "engine/rule/function_names.h"
#include "engine/rule/pack_scope.h"
#include "engine/rule/parser.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Where an expression stands decides what it may name.
enum class ExpressionPlace : uint8_t {
  kRule,   // the judged leg's fields and its features
  kWhere,  // an entry's fields; the judged leg's by `this.`
};

// Whether == is defined between the two.
bool AreComparable(ValueType a, ValueType b);
// Whether the name is a loop's over a list: exists, all.
bool IsLoop(std::string_view name);

class Checker {
 public:
  // `rule_set` gives lists and rates, and takes up attribute paths. With `fixed_rates`, money in
  // a currency without a rate is an error. Everything must outlive the checker.
  Checker(PackScope* scope, RuleSet* rule_set, const KeyedHasher* hasher, bool fixed_rates,
          Diagnostics* diagnostics);

  // The whole text of a scalar is the expression. `wanted` is the type it must have, if any.
  std::unique_ptr<Expression> CheckText(const YamlNode& node, ExpressionPlace place,
                                        std::optional<ValueType> wanted);
  // An expression that was parsed from a part of the scalar.
  std::unique_ptr<Expression> CheckParsed(const Syntax& syntax, const YamlNode& node,
                                          ExpressionPlace place);
  // A field by its name, as `of:` and `per:` have it. Empty, and an error, if there is none.
  std::optional<FieldRef> CheckField(const YamlNode& node);

  void ReportSyntax(const SyntaxError& error, const YamlNode& node);

 private:
  using ExpressionPointer = std::unique_ptr<Expression>;
  using Pair = std::pair<ExpressionPointer, ExpressionPointer>;
  using Wanted = std::optional<ValueType>;

  // checker.cc: the tree, literals and names
  void Enter(const YamlNode& node);
  ExpressionPointer Check(const Syntax& syntax, Wanted wanted = std::nullopt);
  ExpressionPointer CheckNode(const Syntax& syntax, Wanted wanted);
  ExpressionPointer CheckLiteral(const Syntax& syntax, Wanted wanted);
  ExpressionPointer CheckName(const Syntax& syntax, Wanted wanted);
  ExpressionPointer CheckSelect(const Syntax& syntax);
  ExpressionPointer UseDeclaration(const Syntax& syntax, Declaration* declaration);
  ExpressionPointer ExpandMacro(const Syntax& syntax, Declaration* declaration);
  ExpressionPointer MakeField(const Syntax& syntax, FieldRef field, bool of_leg);
  ExpressionPointer UnknownName(const Syntax& syntax, const std::string& name, bool of_leg);
  std::optional<FieldRef> ResolveField(std::string_view name);
  bool IsUntyped(const Syntax& syntax);

  // checker_operators.cc
  Pair CheckPair(const Syntax& left, const Syntax& right);
  ExpressionPointer CheckOperator(const Syntax& syntax, Wanted wanted);
  ExpressionPointer CheckLogic(const Syntax& syntax);
  ExpressionPointer CheckComparison(const Syntax& syntax);
  ExpressionPointer CheckIn(const Syntax& syntax);
  ExpressionPointer CheckListLiteral(const Syntax& syntax, Wanted wanted);
  ExpressionPointer MakeListLiteral(const Syntax& syntax, Wanted wanted,
                                    std::vector<ExpressionPointer> items);
  ExpressionPointer CheckInLiteral(const Syntax& syntax, const Syntax& literal,
                                   const TextPositions* positions);
  ExpressionPointer CheckArithmetic(const Syntax& syntax);
  ExpressionPointer CheckNegate(const Syntax& syntax, Wanted wanted);
  ExpressionPointer CheckConditional(const Syntax& syntax, Wanted wanted);
  ExpressionPointer Mismatch(const Syntax& syntax, const Expression& left,
                             const Expression& right);
  bool ExpectBool(const Syntax& syntax, const Expression* operand);

  // checker_loops.cc
  // What the name of a loop's items stands for while one of them is looked at.
  struct LoopName {
    std::string_view name;
    const Syntax* item = nullptr;               // of a list that is written out,
    const TextPositions* positions = nullptr;   // in this text
    const Expression* constant = nullptr;       // of a named list
    int level = 0;                              // of a field, if both are nullptr
  };
  const LoopName* FindLoopName(std::string_view name) const;
  template <typename Action>
  auto OutsideLoop(const LoopName& loop, const Action& action);
  bool IsUntypedItem(const LoopName& loop);
  ExpressionPointer UseLoopName(const Syntax& syntax, const LoopName& loop, Wanted wanted);
  const Syntax* LiteralOf(const Syntax& syntax, const TextPositions** positions);
  bool CheckLoopName(const Syntax& syntax);
  ExpressionPointer CheckLoop(const Syntax& syntax);
  ExpressionPointer WriteOutNamed(const Syntax& syntax, bool is_all, int index);
  ExpressionPointer WriteOut(const Syntax& syntax, bool is_all,
                             const std::vector<LoopName>& items);
  bool CheckItemType(const LoopName& item, std::optional<ValueType>* type);
  ExpressionPointer WriteOutIn(const Syntax& syntax, ExpressionPointer value,
                               std::vector<ExpressionPointer> items);
  ExpressionPointer CheckIndex(const Syntax& syntax, Wanted wanted);
  std::string TextOf(const Syntax& syntax) const;

  // checker_calls.cc
  ExpressionPointer CheckCall(const Syntax& syntax);
  ExpressionPointer CheckMoneyCall(const Syntax& syntax);
  ExpressionPointer CheckDurationCall(const Syntax& syntax);
  ExpressionPointer CheckExtremum(const Syntax& syntax, const FunctionInfo& info);
  ExpressionPointer CheckOrdinaryCall(const Syntax& syntax, const FunctionInfo& info);
  bool CheckArguments(const Syntax& syntax, const FunctionInfo& info, Expression* call);
  bool CheckNames(const Syntax& syntax, const Expression& call);
  bool CheckTextArguments(const Syntax& syntax, const FunctionInfo& info,
                          const Expression& call);
  bool ExpectType(const Syntax& syntax, const Expression& argument, bool fits,
                  std::string_view expected);
  std::optional<std::string> ConstantText(const Syntax& syntax, const Expression& argument,
                                          std::string_view usage);

  ExpressionPointer Make(ExpressionKind kind, ValueType type, const Syntax& syntax);
  ExpressionPointer Error(const DiagnosticCode& code, const Syntax& syntax, std::string message,
                          std::string advice = "");
  // Of the last error: the text that stands at its place, and what was meant.
  void Mend(std::string_view old_text, std::string new_text);
  SourcePosition At(size_t offset) const;
  std::vector<std::string_view> NamesInScope() const;

  PackScope* scope_;
  RuleSet* rule_set_;
  const KeyedHasher* hasher_;
  bool fixed_rates_;
  Diagnostics* diagnostics_;
  ExpressionPlace place_ = ExpressionPlace::kRule;
  TextPositions own_positions_;                 // of the scalar that was entered
  std::string own_file_;                        // which holds it: a pack's, or a tuning file
  const TextPositions* positions_ = &own_positions_;  // of the text being checked: it, or a macro
  std::vector<const Declaration*> expanding_;   // macros, outermost first
  std::vector<LoopName> loop_names_;            // outermost first
  int nodes_ = 0;
  bool too_complex_ = false;
};

}  // namespace vigla
