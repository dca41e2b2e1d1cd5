// The table of functions. Cold.
#include "engine/rule/function_names.h"

#include "engine/base/check.h"

namespace vigla {
namespace {

constexpr FunctionInfo kFunctions[] = {
    {"known", Function::kKnown, 1, 1, "known(field or feature)"},
    {"startsWith", Function::kStartsWith, 2, 2, "text.startsWith(\"prefix\")"},
    {"endsWith", Function::kEndsWith, 2, 2, "text.endsWith(\"suffix\")"},
    {"contains", Function::kContains, 2, 2, "text.contains(\"part\")"},
    {"matches", Function::kMatches, 2, 2, "text.matches(r\"pattern\")"},
    {"lower", Function::kLower, 1, 1, "lower(text)"},
    {"size", Function::kSize, 1, 1, "size(text or list)"},
    {"abs", Function::kAbs, 1, 1, "abs(number)"},
    {"min", Function::kMin, 2, -1, "min(a, b, …)"},
    {"max", Function::kMax, 2, -1, "max(a, b, …)"},
    {"round", Function::kRound, 1, 2, "round(number, digits)"},
    {"day_of_week", Function::kDayOfWeek, 1, 1, "day_of_week(time)"},
    {"hour", Function::kHour, 1, 1, "hour(time)"},
    {"local_date", Function::kLocalDate, 1, 1, "local_date(time)"},
    {"ip_in", Function::kIpIn, 2, 2, "ip_in(device.ip, \"10.0.0.0/8\")"},
    {"is_round", Function::kIsRound, 2, 2, "is_round(amount.original, 1000)"},
    {"iban_valid", Function::kIbanValid, 1, 1, "iban_valid(account)"},
    {"bic_valid", Function::kBicValid, 1, 1, "bic_valid(debtor.agent)"},
    {"lei_valid", Function::kLeiValid, 1, 1, "lei_valid(debtor.lei)"},
    {"similarity", Function::kSimilarity, 2, 2, "similarity(debtor.name, names) >= 0.9"},
    {"country_of_iban", Function::kCountryOfIban, 1, 1, "country_of_iban(account)"},
};

}  // namespace

std::span<const FunctionInfo> FunctionTable() { return kFunctions; }

const FunctionInfo* FindFunction(std::string_view name) {
  for (const FunctionInfo& info : kFunctions) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

std::string_view FunctionName(Function function) {
  for (const FunctionInfo& info : kFunctions) {
    if (info.function == function) return info.name;
  }
  CHECK(false);
}

}  // namespace vigla
