// The loop over a program's instructions. Hot.
#pragma once

#include "engine/rule/program.h"
#include "engine/rule/rule_set.h"
#include "engine/rule/truth.h"
#include "engine/rule/value_machine.h"

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
      : program_(program), reader_(reader), values_(program, rule_set, reader) {}

  void Run() {
    const Program::Instruction* const code = program_.code.data();
    const Program::Instruction* at = code;
    Truth truth = Truth::kUnknown;
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
        case Opcode::kBeginItems:
          if (values_.BeginItems()) {
            text_marks_[logic_depth_] = FunctionTextsInUse();
            logic_[logic_depth_++] = Truth::kTrue;
          } else {
            truth = Truth::kUnknown;
            at = code + instruction.b;
          }
          break;
        case Opcode::kNextItem: {
          bool goes_on;
          truth = AfterItem(instruction.mask != 0, truth, &goes_on);
          if (goes_on) at = code + instruction.b;
          break;
        }
        case Opcode::kRecall:
          if (values_.Recall(instruction.a)) at = code + instruction.b;
          break;
        case Opcode::kEnd: values_.SetTruth(truth); return;
        default:
          values_.SetTruth(truth);
          values_.Run(instruction);
          truth = values_.truth();
          break;
      }
    }
  }

  Truth truth() const { return values_.truth(); }
  const Value& result() { return values_.top(); }

 private:
  // After a loop's condition: whether another item has to be looked at, else the loop's truth.
  Truth AfterItem(bool is_all, Truth truth, bool* goes_on) {
    Truth& so_far = logic_[logic_depth_ - 1];
    ReleaseFunctionTexts(text_marks_[logic_depth_ - 1]);
    const bool decided = truth == (is_all ? Truth::kFalse : Truth::kTrue);
    if (truth == Truth::kUnknown) so_far = Truth::kUnknown;
    *goes_on = values_.NextItem(decided);
    if (*goes_on) return truth;
    --logic_depth_;
    return !decided && so_far == Truth::kUnknown ? Truth::kUnknown : truth;
  }

  const Program& program_;
  Reader& reader_;
  int logic_depth_ = 0;
  Truth logic_[Program::kLogicDepthMax];
  size_t text_marks_[Program::kLogicDepthMax];  // of the loops among them
  ValueMachine<Reader> values_;
};

}  // namespace vigla::evaluation
