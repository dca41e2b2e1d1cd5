// Typed constants from text. Cold.
#include "engine/rule/constant.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "engine/base/arena.h"
#include "engine/base/status.h"
#include "engine/model/decoder.h"
#include "engine/model/subject.h"
#include "engine/model/time.h"
#include "engine/model/transaction.h"
#include "engine/rule/function.h"

namespace vigla {
namespace {

using ExpressionPointer = std::unique_ptr<Expression>;
constexpr int kDecimalIntegerDigits = 26;
constexpr int kDecimalFractionDigits = 12;
constexpr int kMoneyIntegerDigits = 14;
constexpr int kMoneyFractionDigits = 4;
constexpr int kChannelLengthMax = 32;

ExpressionPointer Fail(ConstantProblem* problem, const DiagnosticCode& code, std::string message,
                       std::string advice = "") {
  *problem = {&code, std::move(message), std::move(advice)};
  return nullptr;
}

ExpressionPointer MakeInteger(ValueType type, int64_t integer) {
  auto node = std::make_unique<Expression>();
  node->type = type;
  node->constant = Value::Integer(type, integer);
  return node;
}

ExpressionPointer MakeInt(std::string_view text, ConstantProblem* problem) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  const bool is_number =
      !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number) {
    return Fail(problem, diagnostic::kWrongValue, Quoted(text) + " is not a whole number");
  }
  int64_t value = 0;
  if (!absl::SimpleAtoi(ToAbsl(text), &value)) {
    return Fail(problem, diagnostic::kConstantWidth, Quoted(text) + " does not fit 64 bits");
  }
  return MakeInteger(ValueType::kInt, value);
}

ExpressionPointer MakeDecimal(ValueType type, std::string_view text, ConstantProblem* problem) {
  ParsedDecimal parsed = ParseDecimal(text, kDecimalIntegerDigits, kDecimalFractionDigits);
  if (parsed.error == DecimalError::kSyntax) {
    return Fail(problem, diagnostic::kWrongValue, Quoted(text) + " is not a decimal number",
                "digits, and a point with digits, such as 0.85");
  }
  if (parsed.error != DecimalError::kNone) {
    return Fail(problem, diagnostic::kConstantWidth, Quoted(text) + " has too many digits",
                "at most 26 before and 12 after the point");
  }
  int scale = kDecimalFractionDigits;
  for (; scale > 0 && parsed.value % 10 == 0; --scale) parsed.value /= 10;
  auto node = std::make_unique<Expression>();
  node->type = type;
  node->constant = Value::Numeric(type, Number::Scaled(parsed.value, scale));
  return node;
}

std::string AmountAdvice(std::string_view text) {
  // An amount as some countries group or point it; its currency is another matter.
  const std::string_view digits = text.substr(0, text.find_last_of("0123456789") + 1);
  const bool is_plain = digits.find_first_not_of("-0123456789.") == std::string_view::npos &&
                        std::count(digits.begin(), digits.end(), '.') <= 1;
  if (!is_plain && digits.find_first_of("0123456789") == 0) {
    return "digits, a point for decimals, and nothing between thousands: 9200.00 EUR";
  }
  return "an amount, a space and the currency's three capitals, such as 9200.00 EUR";
}

ExpressionPointer MakeMoney(std::string_view text, ConstantProblem* problem) {
  const size_t space = text.find(' ');
  const size_t unit = text.find_first_not_of(' ', space);
  if (space == std::string_view::npos || unit == std::string_view::npos) {
    Fail(problem, diagnostic::kBadMoney, Quoted(text) + " is not an amount of money",
         AmountAdvice(text));
    problem->mend = MeantMoney(text);
    return nullptr;
  }
  const auto currency = CurrencyCode::Parse(text.substr(unit));
  const ParsedDecimal amount =
      ParseDecimal(text.substr(0, space), kMoneyIntegerDigits, kMoneyFractionDigits);
  if (!currency || amount.error == DecimalError::kSyntax) {
    Fail(problem, diagnostic::kBadMoney, Quoted(text) + " is not an amount of money",
         AmountAdvice(text));
    problem->mend = MeantMoney(text);
    return nullptr;
  }
  if (amount.error != DecimalError::kNone) {
    return Fail(problem, diagnostic::kConstantWidth, Quoted(text) + " has too many digits",
                "at most 14 before and 4 after the point");
  }
  auto node = std::make_unique<Expression>();
  node->kind = ExpressionKind::kMoneyConstant;
  node->type = ValueType::kMoney;
  node->money_amount = {static_cast<int64_t>(amount.value)};
  node->money_currency = *currency;
  return node;
}

ExpressionPointer MakeText(ValueType type, std::string_view text) {
  auto node = std::make_unique<Expression>();
  node->type = type;
  node->text_storage = std::string(text);
  node->constant = Value::Text(type, node->text_storage);
  // An empty string is a value, where an empty field is an absent one.
  node->constant.known = true;
  return node;
}

ExpressionPointer MakeAccount(std::string_view text, const KeyedHasher& hasher,
                              ConstantProblem* problem) {
  Arena arena;
  const std::string account(NormaliseAccount(text, &arena));
  if (account.empty()) return Fail(problem, diagnostic::kWrongValue, "an account can't be empty");
  ExpressionPointer node = MakeText(ValueType::kAccount, account);
  node->constant = Value::Account(
      IdentityHash(hasher, static_cast<uint8_t>(SubjectKind::kAccount), "", account),
      node->text_storage);
  return node;
}

ExpressionPointer MakeWord(ValueType type, std::string_view text, ConstantProblem* problem) {
  const std::vector<std::string_view> words = Vocabulary(type);
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return MakeInteger(type, static_cast<int64_t>(i));
  }
  Fail(problem, diagnostic::kOutsideVocabulary,
       "there is no " + std::string(ValueTypeName(type)) + " " + Quoted(text),
       DidYouMeanOneOf(text, words));
  problem->mend = OnlyNearestWord(text, words);
  return nullptr;
}

template <typename Code>
ExpressionPointer MakeCode(ValueType type, std::string_view text, std::string_view advice,
                           ConstantProblem* problem) {
  const auto code = Code::Parse(text);
  if (code) return MakeInteger(type, code->packed);
  return Fail(problem, diagnostic::kOutsideVocabulary,
              Quoted(text) + " is not a " + std::string(ValueTypeName(type)),
              std::string(advice));
}

}  // namespace

ExpressionPointer MakeConstant(ValueType type, std::string_view text, const KeyedHasher& hasher,
                               ConstantProblem* problem) {
  switch (type) {
    case ValueType::kBool:
      if (text == "true" || text == "false") return MakeInteger(type, text == "true" ? 1 : 0);
      return Fail(problem, diagnostic::kWrongValue, "true or false was expected");
    case ValueType::kInt: return MakeInt(text, problem);
    case ValueType::kDecimal:
    case ValueType::kRatio: return MakeDecimal(type, text, problem);
    case ValueType::kMoney: return MakeMoney(text, problem);
    case ValueType::kString: return MakeText(type, text);
    case ValueType::kChannel:
      if (!text.empty() && CountCodePoints(text) <= kChannelLengthMax) return MakeText(type, text);
      return Fail(problem, diagnostic::kWrongValue, "a channel has 1 to 32 characters");
    case ValueType::kTime: {
      const auto parsed = ParseTime(text);
      if (parsed) return MakeInteger(type, parsed->time.us);
      return Fail(problem, diagnostic::kWrongValue, Quoted(text) + " is not a time",
                  "such as 2026-03-02T09:00:00Z");
    }
    case ValueType::kDuration: {
      const auto duration = ParseDuration(text);
      if (duration) return MakeInteger(type, *duration);
      Fail(problem, diagnostic::kBadDuration, Quoted(text) + " is not a duration",
           "one whole number and ms, s, m, h or d, such as 72h");
      problem->mend = MeantDuration(text);
      return nullptr;
    }
    case ValueType::kAccount: return MakeAccount(text, hasher, problem);
    case ValueType::kCountry:
      return MakeCode<CountryCode>(type, text, "two capitals (ISO 3166), such as DE", problem);
    case ValueType::kCurrency:
      return MakeCode<CurrencyCode>(type, text, "three capitals (ISO 4217), such as EUR",
                                    problem);
    case ValueType::kKind:
    case ValueType::kStatus:
    case ValueType::kDirection: return MakeWord(type, text, problem);
    case ValueType::kList: break;
  }
  return Fail(problem, diagnostic::kWrongValue, "a list is no constant");
}

std::string MeantDuration(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
      {"seconds", "s"}, {"second", "s"}, {"sec", "s"},  {"minutes", "m"}, {"minute", "m"},
      {"min", "m"},     {"hours", "h"},  {"hour", "h"}, {"days", "d"},    {"day", "d"},
      {"ms", "ms"},     {"s", "s"},      {"m", "m"},    {"h", "h"},       {"d", "d"},
  };
  const size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return "";
  std::string unit(text.substr(std::min(text.find_first_not_of(' ', digits), text.size())));
  if (unit == "M") return "";  // minutes, or months?
  std::transform(unit.begin(), unit.end(), unit.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  for (const auto& [spelling, symbol] : kUnits) {
    if (unit != spelling) continue;
    const std::string meant = std::string(text.substr(0, digits)) + std::string(symbol);
    return ParseDuration(meant) && meant != text ? meant : "";
  }
  return "";
}

std::string MeantMoney(std::string_view text) {
  std::string amount, currency;
  for (const char c : text) {
    const bool of_amount = (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (c == ' ') continue;
    std::string& part = of_amount ? amount : currency;
    part += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  const bool in_order = text.find(amount) != std::string_view::npos;  // and in one piece
  const bool is_amount =
      ParseDecimal(amount, kMoneyIntegerDigits, kMoneyFractionDigits).error == DecimalError::kNone;
  if (!in_order || !is_amount || !CurrencyCode::Parse(currency)) return "";
  const std::string meant = amount + " " + currency;
  return meant != text ? meant : "";
}

std::vector<std::string_view> Vocabulary(ValueType type) {
  std::vector<std::string_view> words;
  if (type == ValueType::kKind) {
    for (int i = 0; i < kKindCount; ++i) words.push_back(KindName(static_cast<Kind>(i)));
  } else if (type == ValueType::kStatus) {
    for (int i = 0; i < kStatusCount; ++i) words.push_back(StatusName(static_cast<StatusCode>(i)));
  } else if (type == ValueType::kDirection) {
    words = {DirectionName(Direction::kDebit), DirectionName(Direction::kCredit)};
  }
  return words;
}

std::optional<ValueType> ParseValueType(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ValueType::kList); ++i) {
    if (ValueTypeName(static_cast<ValueType>(i)) == name) return static_cast<ValueType>(i);
  }
  return std::nullopt;
}

std::optional<int> CompareConstants(const Expression& a, const Expression& b) {
  const auto sign = [](std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; };
  switch (a.type) {
    case ValueType::kMoney:
      if (a.money_currency != b.money_currency) return std::nullopt;
      return sign(a.money_amount <=> b.money_amount);
    case ValueType::kDecimal:
    case ValueType::kRatio: return sign(Compare(a.constant.number, b.constant.number));
    case ValueType::kInt:
    case ValueType::kTime:
    case ValueType::kDuration: return sign(a.constant.integer <=> b.constant.integer);
    default: return std::nullopt;
  }
}

}  // namespace vigla
