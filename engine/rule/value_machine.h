// The instructions that work on values: everything that neither jumps nor is fused. Hot.
#pragma once

#include "engine/base/check.h"
#include "engine/rule/calculation.h"
#include "engine/rule/function.h"
#include "engine/rule/name_similarity.h"
#include "engine/rule/named_list.h"
#include "engine/rule/program.h"
#include "engine/rule/rule_set.h"
#include "engine/rule/truth.h"
#include "engine/rule/value_stack.h"

namespace vigla::evaluation {

// A machine's values: its stack, its locals, and the register of truths where a value turns into
// one. Constructing it costs nothing: arrays are not initialised.
template <class Reader>
class ValueMachine {
 public:
  ValueMachine(const Program& program, const RuleSet& rule_set, Reader& reader)
      : program_(program), rule_set_(rule_set), reader_(reader) {}

  Truth truth() const { return truth_; }
  void SetTruth(Truth truth) { truth_ = truth; }
  const Value& top() { return stack_.Top(); }

  // Whether the local has a value by now; if so, it is on top of the stack.
  bool Recall(int local) {
    if ((locals_set_ >> local & 1) == 0) return false;
    stack_.Push(locals_[local]);
    return true;
  }

  // The list on top of the stack: whether there are items to look at; if not it is popped.
  bool BeginItems() {
    if (stack_.Top().known) return true;
    stack_.Pop(1);
    return false;
  }
  // On to its next item. False if there is none or if `done`, and the list is popped.
  bool NextItem(bool done) {
    Value& list = stack_.Top();
    if (!done && --list.integer > 0) {
      ++list.items;
      return true;
    }
    stack_.Pop(1);
    return false;
  }

  void Run(const Program::Instruction& instruction) {
    switch (instruction.opcode) {
      case Opcode::kConstant: stack_.Push(program_.constants[instruction.a]); break;
      case Opcode::kMoneyAt:
        stack_.Push(MoneyAt(program_.money[instruction.a], rule_set_.rates, reader_.MoneyTime()));
        break;
      case Opcode::kField:
        new (stack_.Next()) Value(
            reader_.Field(FieldRef{instruction.a, static_cast<uint16_t>(instruction.b)}));
        stack_.Grow();
        break;
      case Opcode::kThisField:
        new (stack_.Next()) Value(
            reader_.ThisField(FieldRef{instruction.a, static_cast<uint16_t>(instruction.b)}));
        stack_.Grow();
        break;
      case Opcode::kFeature: stack_.Push(reader_.Feature(instruction.b)); break;
      case Opcode::kItem: {
        Value item = Value::Text(ValueType::kString, *stack_.At(instruction.a).items);
        item.known = true;
        stack_.Push(item);
        break;
      }
      case Opcode::kSimilarNamed:
        stack_.Top() = SimilarityTo(rule_set_.lists[instruction.b], stack_.Top());
        break;
      case Opcode::kListSize:
        stack_.Push(Value::Int(static_cast<int64_t>(rule_set_.lists[instruction.b].items.size())));
        break;
      case Opcode::kUnknown: stack_.Push(Value::Unknown(instruction.type)); break;
      case Opcode::kToNumber: stack_.Top() = ToNumber(stack_.Top(), instruction.type); break;
      case Opcode::kNegate: stack_.Top() = NegateValue(stack_.Top()); break;
      case Opcode::kAdd:
      case Opcode::kSubtract:
      case Opcode::kMultiply:
      case Opcode::kDivide:
      case Opcode::kRemainder:
      case Opcode::kMinimum:
      case Opcode::kMaximum: {
        Value* operands = stack_.Last(2);
        operands[0] =
            Calculate(instruction.opcode, instruction.type, operands[0], operands[1]);
        stack_.Pop(1);
        break;
      }
      case Opcode::kCall: {
        Value* arguments = stack_.Last(instruction.b);
        const CompiledPattern* pattern =
            instruction.c >= 0 ? program_.patterns[instruction.c].get() : nullptr;
        arguments[0] = CallFunction(static_cast<Function>(instruction.a), instruction.type,
                                    {arguments, static_cast<size_t>(instruction.b)}, pattern);
        stack_.Pop(instruction.b - 1);
        break;
      }
      case Opcode::kRemember:
        locals_[instruction.a] = stack_.Top();
        locals_set_ |= static_cast<uint8_t>(1 << instruction.a);
        break;
      default: RunIntoTruth(instruction); break;
    }
  }

 private:
  // What takes values and leaves a truth.
  void RunIntoTruth(const Program::Instruction& instruction) {
    switch (instruction.opcode) {
      case Opcode::kCompare: {
        const Value* operands = stack_.Last(2);
        truth_ = CompareValues(operands[0], operands[1], instruction.type, instruction.mask);
        stack_.Pop(1);
        break;
      }
      case Opcode::kTruthOfValue: truth_ = TruthOf(stack_.Top()); break;
      case Opcode::kKnown: truth_ = static_cast<Truth>(stack_.Top().known); break;
      case Opcode::kInLiteral:
        truth_ = In(stack_.Top(), [&](const Value& value) {
          return LiteralContains(program_.literal_lists[instruction.b], value);
        });
        break;
      case Opcode::kInNamed:
        truth_ = In(stack_.Top(), [&](const Value& value) {
          return ListContains(rule_set_.lists[instruction.b], value);
        });
        break;
      case Opcode::kInItems: {
        const Value* operands = stack_.Last(2);
        truth_ = !operands[1].known ? Truth::kUnknown
                                    : In(operands[0], [&](const Value& value) {
                                        return ItemsContain(operands[1], value);
                                      });
        stack_.Pop(1);
        break;
      }
      case Opcode::kInStack: {
        const Value* operands = stack_.Last(instruction.b + 1);
        truth_ = Truth::kFalse;
        for (int i = 1; i <= instruction.b; ++i) {
          truth_ = Or(truth_,
                      CompareValues(operands[0], operands[i], instruction.type, kIfEqual));
        }
        stack_.Pop(instruction.b);
        break;
      }
      case Opcode::kValueOfTruth: {
        Value value = Value::Bool(truth_ == Truth::kTrue);
        value.known = truth_ != Truth::kUnknown;
        stack_.Push(value);
        return;
      }
      default: CHECK(false);
    }
    stack_.Pop(1);
  }

  const Program& program_;
  const RuleSet& rule_set_;
  Reader& reader_;
  Truth truth_ = Truth::kUnknown;
  unsigned locals_set_ = 0;
  ValueStack stack_;
  union {
    Value locals_[Program::kLocalsMax];
  };
};

}  // namespace vigla::evaluation
