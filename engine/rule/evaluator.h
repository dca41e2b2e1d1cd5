// Runs programs: three-valued logic over values that may be unknown. Hot.
#pragma once

#include "engine/rule/function.h"
#include "engine/rule/machine.h"
#include "engine/rule/program.h"
#include "engine/rule/rule_set.h"
#include "engine/rule/truth.h"

namespace vigla {

// What a program reads. One virtual call a field would be too dear on the hot path, hence a
// template over the reader; a Reader has:
//   Value Field(FieldRef);      // kField; a const Value& will do as well, here and below
//   Value ThisField(FieldRef);  // kThisField; only in a where
//   Value Feature(int index);   // kFeature; may compute lazily
//   EventTime MoneyTime();      // the event time at which money constants convert
// Nothing here allocates but what FunctionScope keeps (`lower`, `local_date`, numbers that leave
// 128 bits). A result's text is valid until the thread's next Evaluate.

// The value of any program; a bool one's is unknown where its truth is.
template <class Reader>
Value Evaluate(const Program& program, const RuleSet& rule_set, Reader& reader) {
  const FunctionScope scope;
  evaluation::Machine<Reader> machine(program, rule_set, reader);
  machine.Run();
  if (program.type == ValueType::kBool) {
    Value value = Value::Bool(machine.truth() == Truth::kTrue);
    value.known = machine.truth() != Truth::kUnknown;
    return value;
  }
  Value value = machine.result();
  value.number = Narrow(value.number);
  return value;
}

// The truth of a bool program.
template <class Reader>
Truth EvaluateTruth(const Program& program, const RuleSet& rule_set, Reader& reader) {
  if (program.is_comparison) {
    const Program::Instruction& comparison = *program.code.data();
    return comparison.opcode == Opcode::kCompareField
               ? evaluation::CompareFieldToConstant(program, comparison, reader)
               : evaluation::CompareFeatureToConstant(program, comparison, reader);
  }
  evaluation::Machine<Reader> machine(program, rule_set, reader);
  if (!program.needs_scope) {
    machine.Run();
    return machine.truth();
  }
  const FunctionScope scope;
  machine.Run();
  return machine.truth();
}

}  // namespace vigla
