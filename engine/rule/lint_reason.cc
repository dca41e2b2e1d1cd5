// Warns of figures and limits that decide, but that the reason never shows. Cold.
#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "engine/model/money.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/lint.h"

namespace vigla {
namespace {

constexpr std::string_view kNumberWords[] = {
    "zero", "one", "two",   "three", "four", "five", "six",
    "seven", "eight", "nine", "ten",  "eleven", "twelve",
};

// "8000" of 8,000 and 8000.00, so that a number is found however it is written.
std::string Plain(std::string_view digits) {
  std::string plain;
  for (const char c : digits) {
    if (c != ',') plain += c;
  }
  if (plain.find('.') != std::string::npos) {
    plain.erase(plain.find_last_not_of('0') + 1);
    if (plain.ends_with('.')) plain.pop_back();
  }
  return plain;
}

// The numbers that a text has in it, as digits or as words up to twelve.
std::set<std::string> NumbersIn(std::string_view text) {
  std::set<std::string> numbers;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    if (is_digit(text[at])) {
      while (end < text.size() &&
             (is_digit(text[end]) || ((text[end] == ',' || text[end] == '.') &&
                                      end + 1 < text.size() && is_digit(text[end + 1])))) {
        ++end;
      }
      numbers.insert(Plain(text.substr(at, end - at)));
    } else if (is_letter(text[at])) {
      std::string word;
      for (; end < text.size() && is_letter(text[end]); ++end) {
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[end])));
      }
      const auto* found = std::find(std::begin(kNumberWords), std::end(kNumberWords), word);
      if (found != std::end(kNumberWords)) {
        numbers.insert(std::to_string(found - std::begin(kNumberWords)));
      }
      if (word == "no" || word == "none" || word == "nothing") numbers.insert("0");
      if (word == "twice" || word == "double") numbers.insert("2");
      if (word == "half") numbers.insert("0.5");
    } else {
      ++end;
    }
    at = end;
  }
  return numbers;
}

// The ways in which people write a constant: 0.8 is also 80 percent, 72h also three days.
std::vector<std::string> WaysToWrite(const Expression& constant) {
  std::vector<std::string> ways;
  const auto add = [&](Int128 value, int scale) {
    ways.push_back(Plain(FormatDecimal(value < 0 ? -value : value, scale, 0, 12)));
  };
  switch (constant.type) {
    case ValueType::kMoney: add(constant.money_amount.ten_thousandths, 4); break;
    case ValueType::kInt: add(constant.constant.integer, 0); break;
    case ValueType::kDecimal:
    case ValueType::kRatio:
      add(constant.constant.number.numerator, constant.constant.number.scale);
      add(constant.constant.number.numerator * 100, constant.constant.number.scale);
      break;
    case ValueType::kDuration:
      for (const DurationUs unit : {kDayUs, 60 * 60 * kSecondUs, 60 * kSecondUs, kSecondUs}) {
        if (constant.constant.integer % unit == 0) add(constant.constant.integer / unit, 0);
      }
      break;
    default: break;
  }
  return ways;
}

class ReasonLint {
 public:
  ReasonLint(const RuleDraft& draft, const LintInput& input, Diagnostics* diagnostics)
      : draft_(draft), input_(input), diagnostics_(diagnostics) {
    std::string words;
    for (size_t i = 0; i < draft.holes.size(); ++i) {
      words += draft.rule.reason[i].literal + " ";
      if (draft.rule.reason[i].fallback) words += *draft.rule.reason[i].fallback + " ";
      if (draft.holes[i] == nullptr) continue;
      VisitExpression(*draft.holes[i], [&](const Expression& node) {
        names_.insert(node.text);
        for (std::string& way : WaysToWrite(node)) numbers_.insert(std::move(way));
      });
    }
    numbers_.merge(NumbersIn(words));
  }

  void Run() { Visit(*draft_.when, nullptr); }

 private:
  // `feature`: whose where this is a part of; nullptr in the rule's own condition.
  void Visit(const Expression& node, const Expression* feature) {
    switch (node.kind) {
      case ExpressionKind::kListLiteral: return;
      case ExpressionKind::kFeature: return VisitFeature(node);
      case ExpressionKind::kConstant:
      case ExpressionKind::kMoneyConstant: return JudgeConstant(node, feature);
      case ExpressionKind::kEqual:
        // A figure that equals its limit shows it.
        for (const int side : {0, 1}) {
          if (node.operands[static_cast<size_t>(side)]->kind == ExpressionKind::kFeature) {
            return Visit(*node.operands[static_cast<size_t>(side)], feature);
          }
        }
        break;
      case ExpressionKind::kCall:
        // The digits that are rounded to are no limit.
        if (node.function == Function::kRound) return Visit(*node.operands[0], feature);
        break;
      default: break;
    }
    for (const auto& operand : node.operands) Visit(*operand, feature);
  }

  void VisitFeature(const Expression& node) {
    if (!features_.insert(node.index).second) return;
    if (!names_.contains(node.text)) Report(node, Quoted(node.text), "{" + node.text + "}");
    const FeatureDraft& draft = (*input_.features)[static_cast<size_t>(node.index)];
    if (draft.where != nullptr) Visit(*draft.where, &node);
  }

  void JudgeConstant(const Expression& node, const Expression* feature) {
    const std::vector<std::string> ways = WaysToWrite(node);
    if (ways.empty() || names_.contains(node.text) || !seen_.insert(node.text).second) return;
    for (const std::string& way : ways) {
      if (numbers_.contains(way)) return;
    }
    const auto found = input_.scope->names.find(node.text);
    const bool is_parameter =
        found != input_.scope->names.end() && found->second.kind == NameKind::kParameter;
    std::string what = node.text.empty() ? ways[0] : Quoted(node.text);
    if (feature != nullptr) what += ", which " + Quoted(feature->text) + " looks at";
    Report(feature != nullptr ? *feature : node, what,
           is_parameter ? "{" + node.text + "}" : ways[0]);
  }

  void Report(const Expression& node, const std::string& what, const std::string& hole) {
    diagnostics_->Warning(diagnostic::kNumberNotShown.code, node.at,
                          "the reason never shows " + what,
                          "write it into the reason: " + hole);
  }

  const RuleDraft& draft_;
  const LintInput& input_;
  Diagnostics* diagnostics_;
  std::set<std::string> names_;    // that stand in holes
  std::set<std::string> numbers_;  // that stand in the words
  std::set<std::string> seen_;     // constants judged
  std::set<int> features_;         // judged
};

}  // namespace

void LintReason(const RuleDraft& draft, const LintInput& input, Diagnostics* diagnostics) {
  ReasonLint(draft, input, diagnostics).Run();
}

}  // namespace vigla
