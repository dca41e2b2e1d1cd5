// The loop over a program's instructions. Hot.
#pragma once

#include <algorithm>

#include "engine/base/check.h"
#include "engine/rule/calculation.h"
#include "engine/rule/function.h"
#include "engine/rule/named_list.h"
#include "engine/rule/program.h"
#include "engine/rule/rule_set.h"
#include "engine/rule/truth.h"
#include "engine/rule/value_stack.h"

namespace vigla::evaluation {

template <class Reader>
Truth CompareFieldToConstant(const Program& program, const Program::Instruction& instruction,
                             Reader& reader) {
  const Value& value =
      reader.Field(FieldRef{instruction.a, static_cast<uint16_t>(instruction.c)});
  return CompareToConstant(value, program, instruction);
}

template <class Reader>
Truth CompareFeatureToConstant(const Program& program, const Program::Instruction& instruction,
                               Reader& reader) {
  const Value& value = reader.Feature(instruction.c);
  return CompareToConstant(value, program, instruction);
}

template <class Reader>
class Machine {
 public:
  Machine(const Program& program, const RuleSet& rule_set, Reader& reader)
      : program_(program), rule_set_(rule_set), reader_(reader) {}

  void Run() {
    const Program::Instruction* const code = program_.code.data();
    const Program::Instruction* at = code;
    Truth truth = Truth::kUnknown;  // truth_ in a register
    while (true) {
      const Program::Instruction& instruction = *at++;
      switch (instruction.opcode) {
        case Opcode::kCompareField:
          truth = CompareFieldToConstant(program_, instruction, reader_);
          break;
        case Opcode::kCompareFeature:
          truth = CompareFeatureToConstant(program_, instruction, reader_);
          break;
        case Opcode::kBeginLogic: logic_[logic_depth_++] = Truth::kTrue; break;
        case Opcode::kAndThen:
          if (truth == Truth::kFalse) {
            --logic_depth_;
            at = code + instruction.b;
          } else if (truth == Truth::kUnknown) {
            logic_[logic_depth_ - 1] = Truth::kUnknown;
          }
          break;
        case Opcode::kOrElse:
          if (truth == Truth::kTrue) {
            --logic_depth_;
            at = code + instruction.b;
          } else if (truth == Truth::kUnknown) {
            logic_[logic_depth_ - 1] = Truth::kUnknown;
          }
          break;
        case Opcode::kAndLast: truth = And(truth, logic_[--logic_depth_]); break;
        case Opcode::kOrLast:
          truth = Or(truth, logic_[--logic_depth_] == Truth::kUnknown ? Truth::kUnknown
                                                                      : Truth::kFalse);
          break;
        case Opcode::kNot: truth = Not(truth); break;
        case Opcode::kTruth: truth = static_cast<Truth>(instruction.a); break;
        case Opcode::kBranch:
          if (truth != Truth::kTrue) {
            at = code + (truth == Truth::kFalse ? instruction.b : instruction.c);
          }
          break;
        case Opcode::kJump: at = code + instruction.b; break;
        case Opcode::kRecall:
          if ((locals_set_ >> instruction.a & 1) != 0) {
            stack_.Push(locals_[instruction.a]);
            at = code + instruction.b;
          }
          break;
        case Opcode::kEnd: truth_ = truth; return;
        default:
          truth_ = truth;
          RunOnStack(instruction);
          truth = truth_;
          break;
      }
    }
  }

  Truth truth() const { return truth_; }
  const Value& result() { return stack_.Top(); }

 private:
  // Everything that neither jumps nor is fused.
  void RunOnStack(const Program::Instruction& instruction) {
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
  int logic_depth_ = 0;
  unsigned locals_set_ = 0;
  ValueStack stack_;
  Truth logic_[Program::kLogicDepthMax];
  union {
    Value locals_[Program::kLocalsMax];
  };
};

}  // namespace vigla::evaluation
