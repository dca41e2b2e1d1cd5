// The functions of the rule language: dispatch and those over text and numbers. Hot.
#include "engine/rule/function.h"

#include <array>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

#include "engine/base/check.h"
#include "engine/rule/calculation.h"
#include "engine/rule/name_similarity.h"
#include "engine/rule/pattern.h"

namespace vigla {
namespace {

// As many as an evaluation has asked for at most; kept and reused, so they rarely allocate.
std::vector<std::unique_ptr<std::string>>& Texts() {
  static thread_local std::vector<std::unique_ptr<std::string>> texts;
  return texts;
}
constinit thread_local size_t next_text = 0;
constinit thread_local int scopes_open = 0;
constinit thread_local std::array<size_t, 16> text_marks{};

Value Bool(bool truth) { return Value::Bool(truth); }

Value MadeText(const std::string* text) {
  Value value = Value::Text(ValueType::kString, *text);
  value.known = true;
  return value;
}

Value Lower(const Value& text) {
  std::string* const lower = NewFunctionText();
  AppendLowerCase(text.text, lower);
  return MadeText(lower);
}

Value Size(const Value& value) {
  if (value.type == ValueType::kList) return Value::Int(value.integer);
  return Value::Int(CountCodePoints(value.text));
}

Value Absolute(const Value& value) {
  const bool negative = IsNumeric(value.type) ? IsNegative(value.number) : value.integer < 0;
  return negative ? NegateValue(value) : value;
}

Value Rounded(const Value& value, int64_t digits, ValueType result) {
  if (!IsNumeric(value.type)) return value;
  if (digits < 0 || digits > 12) return Value::Unknown(result);
  const std::optional<Number> number = Round(value.number, static_cast<int>(digits));
  if (!number) return Value::Unknown(result);
  if (IsNumeric(result)) return Value::Numeric(result, *number);
  const auto integer = static_cast<int64_t>(number->numerator);
  return integer == number->numerator ? Value::Integer(result, integer) : Value::Unknown(result);
}

// Whether `value` is a multiple of `step`; unknown if the step is zero.
Value IsRound(const Value& value, const Value& step) {
  const Value rest = Calculate(Opcode::kRemainder,
                               IsNumeric(value.type) ? value.type : step.type, value, step);
  if (!rest.known) return Value::Unknown(ValueType::kBool);
  return Bool(IsNumeric(rest.type) ? IsZero(rest.number) : rest.integer == 0);
}

Value IpIn(std::string_view address, std::string_view network) {
  const std::optional<bool> inside = IsAddressIn(address, network);
  return inside ? Bool(*inside) : Value::Unknown(ValueType::kBool);
}

Value CountryOf(std::string_view iban) {
  const CountryCode country = CountryOfIban(iban);
  Value value = Value::Integer(ValueType::kCountry, country.packed);
  value.known = country.IsKnown();
  return value;
}

Value ItemAt(const Value& list, int64_t place) {
  if (place < 0 || place >= list.integer) return Value::Unknown(ValueType::kString);
  Value item = Value::Text(ValueType::kString, list.items[place]);
  item.known = true;
  return item;
}

// An account of which only the hash is at hand has no text to look at.
bool LacksText(const Value& value) {
  return value.type == ValueType::kAccount && value.text.empty();
}

}  // namespace

FunctionScope::FunctionScope() {
  const size_t place = static_cast<size_t>(scopes_open++);
  if (place == 0) next_text = 0;
  if (place < text_marks.size()) text_marks[place] = next_text;
}

FunctionScope::~FunctionScope() {
  const size_t place = static_cast<size_t>(--scopes_open);
  // An inner scope gives its texts back, so that many of them can't reach the outer one's.
  if (place > 0 && place < text_marks.size()) next_text = text_marks[place];
}

std::string* NewFunctionText() {
  auto& texts = Texts();
  if (next_text == texts.size()) texts.push_back(std::make_unique<std::string>());
  std::string* const text = texts[next_text++].get();
  text->clear();
  return text;
}

size_t FunctionTextsInUse() { return next_text; }

void ReleaseFunctionTexts(size_t mark) { next_text = mark; }

int64_t CountCodePoints(std::string_view text) {
  int64_t count = 0;
  for (char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  return count;
}

Value CallFunction(Function function, ValueType result, std::span<const Value> arguments,
                   const CompiledPattern* pattern) {
  const Value& x = arguments[0];
  const bool takes_zone = function == Function::kDayOfWeek || function == Function::kHour ||
                          function == Function::kLocalDate;
  for (const Value& argument : arguments.first(arguments.size() - (takes_zone ? 1 : 0))) {
    if (!argument.known || LacksText(argument)) return Value::Unknown(result);
  }
  switch (function) {
    case Function::kStartsWith: return Bool(x.text.starts_with(arguments[1].text));
    case Function::kEndsWith: return Bool(x.text.ends_with(arguments[1].text));
    case Function::kContains:
      return Bool(x.text.find(arguments[1].text) != std::string_view::npos);
    case Function::kMatches: return Bool(pattern->Matches(x.text));
    case Function::kLower: return Lower(x);
    case Function::kSize: return Size(x);
    case Function::kAbs: return Absolute(x);
    case Function::kRound:
      return Rounded(x, arguments.size() > 1 ? arguments[1].integer : 0, result);
    case Function::kDayOfWeek: return Value::Int(DayOfWeek(x.integer, arguments.back().text));
    case Function::kHour: return Value::Int(HourOfDay(x.integer, arguments.back().text));
    case Function::kLocalDate: {
      std::string* const date = NewFunctionText();
      AppendLocalDate(x.integer, arguments.back().text, date);
      return MadeText(date);
    }
    case Function::kIpIn: return IpIn(x.text, arguments[1].text);
    case Function::kIsRound: return IsRound(x, arguments[1]);
    case Function::kIbanValid: return Bool(IsIbanValid(x.text));
    case Function::kBicValid: return Bool(IsBicValid(x.text));
    case Function::kLeiValid: return Bool(IsLeiValid(x.text));
    case Function::kCountryOfIban: return CountryOf(x.text);
    case Function::kSimilarity: return SimilarityTo(arguments.subspan(1), x);
    case Function::kItemAt: return ItemAt(x, arguments[1].integer);
    case Function::kKnown:
    case Function::kMin:
    case Function::kMax: break;  // operations of their own (program.h)
  }
  CHECK(false);
}

}  // namespace vigla
