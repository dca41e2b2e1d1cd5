// The functions of expressions by name, with how many arguments they take. Cold.
#pragma once

#include <span>
#include <string_view>

#include "engine/rule/expression.h"

namespace vigla {

struct FunctionInfo {
  std::string_view name;
  Function function;
  int arguments_min;
  int arguments_max;  // -1: any number
  std::string_view usage;
};

std::span<const FunctionInfo> FunctionTable();
const FunctionInfo* FindFunction(std::string_view name);  // nullptr if there is none
std::string_view FunctionName(Function function);

}  // namespace vigla
