// A compiled expression: a flat array of instructions over a bounded stack of values. Hot.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rule/expression.h"
#include "engine/rule/value.h"

namespace vigla {

class CompiledPattern;  // a RE2, compiled at load

// Values live on a stack; truths in one register, beside a stack of half-done && and ||. In the
// comments x is the top of the stack, w the value below it.
enum class Opcode : uint8_t {
  kConstant,      // push constants[a]
  kMoneyAt,       // push money[a], converted at the reader's MoneyTime
  kField,         // push field {a, b}
  kThisField,     // push field {a, b} of the judged leg
  kFeature,       // push feature b
  kListSize,      // push the size of list b of the rule set
  kUnknown,       // push an unknown value of `type`
  kToNumber,      // x: from int to the numeric `type`
  kAdd, kSubtract, kMultiply, kDivide, kRemainder,  // w op x, of `type`
  kNegate,        // -x
  kMinimum, kMaximum,  // of w and x
  kCall,          // function a over the top b values; c: pattern
  kRecall,        // if local a is set: push it and jump to b
  kRemember,      // local a = x, which stays
  kTruth,         // register = Truth a
  kTruthOfValue,  // register = x, popped
  kValueOfTruth,  // push the register
  kKnown,         // register = whether x is known, popped
  kNot,
  kCompare,                // register = w ? x by `mask` in the manner of `type`; both popped
  kCompareField,           // … of field {a, c} and constants[b]
  kCompareFeature,         // … of feature c and constants[b]
  kInLiteral,              // register = x in literal_lists[b], popped
  kInNamed,                // register = x in list b of the rule set, popped
  kInItems,                // register = w in the list x, both popped
  kSimilarNamed,           // x = how similar it is to the likest name of list b of the rule set
  kInStack,                // register = the value below the top b values is one of them; popped
  kBeginLogic,    // && or || begins: nothing unknown so far
  kAndThen,       // false: leave it and jump to b
  kOrElse,        // true: leave it and jump to b
  kAndLast, kOrLast,       // the last operand: combine and leave
  kBranch,        // of a conditional: false jumps to b, unknown to c
  kJump,          // to b
  kBeginItems,    // x is a list: if unknown so is the register; popped then, and jump to b
  kItem,          // push the item at hand of the list at place a of the stack
  kNextItem,      // mask: all, else any; decided or at the end: x popped; else on, and jump to b
  kEnd,
};

// Which orders satisfy a comparison: bit 0 less, bit 1 equal, bit 2 greater.
enum ComparisonMask : uint8_t {
  kIfLess = 1,
  kIfEqual = 2,
  kIfLessEqual = 3,
  kIfGreater = 4,
  kIfNotEqual = 5,
  kIfGreaterEqual = 6,
};

// The constants at the right of an `in`, in the form that their type's values hold.
struct LiteralList {
  std::vector<int64_t> integers;        // sorted
  std::vector<std::string_view> texts;  // sorted; string and channel
  std::vector<Value> others;            // numbers, accounts
};

// Immutable once compiled. Instruction and the operand encodings are the compiler's business
// (compiler.cc, evaluator.h); nobody else looks inside.
struct Program {
  struct Instruction {
    Opcode opcode = Opcode::kEnd;
    ValueType type = ValueType::kBool;
    uint8_t mask = 0;
    uint16_t a = 0;
    int32_t b = 0;
    int32_t c = 0;
  };
  struct MoneyConstant {
    OriginalAmount amount;
    CurrencyCode currency;
  };
  static constexpr int kStackDepthMax = 64;
  static constexpr int kLogicDepthMax = 64;
  static constexpr int kLocalsMax = 8;

  std::vector<Instruction> code;
  std::vector<Value> constants;                 // text points into text_storage
  std::vector<MoneyConstant> money;             // those that no fixed rate converts at load
  std::vector<LiteralList> literal_lists;
  std::vector<std::shared_ptr<const std::string>> text_storage;
  std::vector<std::shared_ptr<const CompiledPattern>> patterns;
  std::vector<int> features;                    // every feature it may load, sorted
  // Every field it may read by kField, sorted: of the leg, or inside a where of the entry. Time
  // functions read "tz" without naming it.
  std::vector<FieldRef> fields;
  bool reads_leg = false;                       // has a kThisField
  bool needs_scope = false;                     // arithmetic, or functions that make text
  bool is_comparison = false;                   // one kCompareField or kCompareFeature, no more
  ValueType type = ValueType::kBool;
  int stack_depth = 0;
};

}  // namespace vigla
