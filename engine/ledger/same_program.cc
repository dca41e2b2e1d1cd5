// Whether two compiled conditions are one and the same question. Cold.
#include "engine/ledger/same_program.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace vigla {
namespace {

bool IsSameConstant(const Value& a, const Value& b) {
  const auto number = [](const Number& n) {
    return std::tuple(n.numerator, n.denominator, n.scale, n.wide);
  };
  return a.type == b.type && a.known == b.known && a.integer == b.integer && a.text == b.text &&
         a.hash == b.hash && number(a.number) == number(b.number);
}

bool IsSameConstants(const std::vector<Value>& a, const std::vector<Value>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), IsSameConstant);
}

}  // namespace

bool IsSameProgram(const Program& a, const Program& b) {
  const auto is_same_code = [](const Program::Instruction& x, const Program::Instruction& y) {
    return std::tie(x.opcode, x.type, x.mask, x.a, x.b, x.c) ==
           std::tie(y.opcode, y.type, y.mask, y.a, y.b, y.c);
  };
  const auto is_same_list = [](const LiteralList& x, const LiteralList& y) {
    return x.integers == y.integers && x.texts == y.texts && IsSameConstants(x.others, y.others);
  };
  return a.money.empty() && b.money.empty() && a.patterns.empty() && b.patterns.empty() &&
         std::equal(a.code.begin(), a.code.end(), b.code.begin(), b.code.end(), is_same_code) &&
         IsSameConstants(a.constants, b.constants) &&
         std::equal(a.literal_lists.begin(), a.literal_lists.end(), b.literal_lists.begin(),
                    b.literal_lists.end(), is_same_list);
}

}  // namespace vigla
