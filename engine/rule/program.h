// A compiled expression: a flat array of instructions over a bounded stack of values. Hot.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/rule/expression.h"
#include "engine/rule/value.h"

namespace vigla {

class CompiledPattern;  // a RE2, compiled at load

// Immutable once compiled. Instruction and the operand encodings are the compiler's business
// (program.cc, evaluator.h); nobody else looks inside.
struct Program {
  struct Instruction {
    uint8_t opcode = 0;
    ValueType type = ValueType::kBool;
    uint16_t a = 0;
    int32_t b = 0;
  };
  std::vector<Instruction> code;
  std::vector<Value> constants;                 // text points into text_storage
  std::vector<std::shared_ptr<const std::string>> text_storage;
  std::vector<std::shared_ptr<const CompiledPattern>> patterns;
  std::vector<int> features;                    // every feature it may load, sorted
  std::vector<FieldRef> fields;                 // every field it may read, sorted
  bool reads_leg = false;                       // has a kThisField
  ValueType type = ValueType::kBool;
  int stack_depth = 0;
};

}  // namespace vigla
