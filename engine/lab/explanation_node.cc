// A condition taken apart, each part compiled and run by itself. Cold.
#include <cctype>
#include <utility>

#include "engine/base/check.h"
#include "engine/lab/explanation.h"
#include "engine/lab/explanation_gap.h"
#include "engine/pipeline/condition_figure.h"
#include "engine/pipeline/leg_reader.h"
#include "engine/rule/compiler.h"
#include "engine/rule/evaluator.h"

namespace vigla {
namespace {

bool IsChain(ExpressionKind kind) {
  return kind == ExpressionKind::kAnd || kind == ExpressionKind::kOr;
}

bool IsComparison(ExpressionKind kind) {
  return kind >= ExpressionKind::kEqual && kind <= ExpressionKind::kGreaterEqual;
}

bool IsList(const Expression& expression) {
  return expression.kind == ExpressionKind::kList ||
         expression.kind == ExpressionKind::kListLiteral;
}

bool IsName(const std::string& text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) != 0) return false;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  }
  return true;
}

class NodeExplainer {
 public:
  NodeExplainer(const JudgedLeg& judged, const RecordedSince* since)
      : judged_(judged),
        since_(since),
        reader_(judged.leg, judged.rule_set, judged.figures),
        base_(judged.rule_set.rates.base()) {}

  ExplanationNode Explain(const Expression& expression) {
    ExplanationNode node;
    node.expression = &expression;
    node.text = expression.text;
    node.value = ValueOf(expression, &node.shown);
    if (IsChain(expression.kind)) {
      AddChain(expression, expression.kind, &node);
    } else if (IsComparison(expression.kind)) {
      Compare(expression, &node);
    } else if (expression.kind == ExpressionKind::kIn) {
      Contain(expression, &node);
    } else {
      for (const auto& operand : expression.operands) AddOperand(*operand, &node);
    }
    if (!node.value.known) node.why = WhyUnknown(expression);
    return node;
  }

 private:
  // By the engine's own means.
  Value ValueOf(const Expression& expression, std::string* shown) {
    absl::StatusOr<Program> program = Compile(expression, judged_.rule_set.rates);
    CHECK(program.ok());  // a part of what compiled as a whole
    Value value = Evaluate(*program, judged_.rule_set, reader_);
    *shown = ShownValue(value, base_);
    value.text = {};  // lives until the next evaluation only
    if (value.type == ValueType::kList) value.hash = {};
    return value;
  }

  // Chains of one operator are one node, but for those that a macro names.
  void AddChain(const Expression& expression, ExpressionKind kind, ExplanationNode* node) {
    for (const auto& operand : expression.operands) {
      if (operand->kind == kind && !IsName(operand->text)) {
        AddChain(*operand, kind, node);
      } else {
        node->operands.push_back(Explain(*operand));
      }
    }
  }

  // Constants that are written out explain themselves.
  void AddOperand(const Expression& operand, ExplanationNode* node) {
    if (IsList(operand)) return;
    const bool is_constant = operand.kind == ExpressionKind::kConstant ||
                             operand.kind == ExpressionKind::kMoneyConstant;
    if (is_constant && !IsName(operand.text)) return;
    node->operands.push_back(Explain(operand));
  }

  // A side of a comparison is shown beside it; what it is computed from stands below.
  void AddSide(const Expression& side, ExplanationNode* node) {
    if (!side.operands.empty() && !IsList(side)) node->operands.push_back(Explain(side));
  }

  void Compare(const Expression& expression, ExplanationNode* node) {
    const Value left = ValueOf(*expression.operands[0], &node->left);
    const Value right = ValueOf(*expression.operands[1], &node->right);
    node->distance = MarginOf(left, right);
    if (node->distance) node->distance_shown = ShownValue(*node->distance, base_);
    AddSide(*expression.operands[0], node);
    AddSide(*expression.operands[1], node);
  }

  void Contain(const Expression& expression, ExplanationNode* node) {
    const Expression& list = *expression.operands[1];
    ValueOf(*expression.operands[0], &node->left);
    if (list.kind == ExpressionKind::kList) {
      const size_t items = judged_.rule_set.lists[list.index].items.size();
      node->right = "a list of " + std::to_string(items);
    } else if (list.kind == ExpressionKind::kListLiteral) {
      node->right = list.text;
    } else {
      ValueOf(list, &node->right);
    }
    AddSide(*expression.operands[0], node);
  }

  // The first reason found, from left to right.
  std::string WhyUnknown(const Expression& expression) {
    switch (expression.kind) {
      case ExpressionKind::kField: return WhyFieldIsUnknown(expression.field, judged_);
      case ExpressionKind::kFeature: return WhyFeatureIsUnknown(expression.index, judged_, since_);
      case ExpressionKind::kMoneyConstant:
        return "no rate for " + expression.money_currency.Text() + " on " +
               FormatDate(UtcDay(judged_.leg.time()));
      default: break;
    }
    for (const auto& operand : expression.operands) {
      if (IsList(*operand)) continue;
      std::string shown;
      if (ValueOf(*operand, &shown).known) continue;
      return WhyUnknown(*operand);
    }
    if (expression.kind == ExpressionKind::kDivide ||
        expression.kind == ExpressionKind::kRemainder) {
      return "a division by zero, or a result outside of what is representable";
    }
    if (expression.kind == ExpressionKind::kCall) return "the function has no result for these";
    return "the result is outside of what is representable";
  }

  const JudgedLeg& judged_;
  const RecordedSince* const since_;
  LegReader reader_;
  const CurrencyCode base_;
};

}  // namespace

std::string ShownValue(const Value& value, CurrencyCode base) {
  if (!value.known || value.type != ValueType::kDuration) return FormatValue(value, base);
  constexpr std::pair<DurationUs, const char*> kUnits[] = {
      {kDayUs, "d"}, {kHourUs, "h"}, {kMinuteUs, "m"}};
  const bool is_negative = value.integer < 0;
  uint64_t rest = is_negative ? 0 - static_cast<uint64_t>(value.integer)
                              : static_cast<uint64_t>(value.integer);
  std::string text;
  for (const auto& [unit, name] : kUnits) {
    const uint64_t whole = rest / static_cast<uint64_t>(unit);
    rest %= static_cast<uint64_t>(unit);
    if (whole > 0) text += (text.empty() ? "" : " ") + std::to_string(whole) + name;
  }
  if (rest > 0 || text.empty()) {
    text += (text.empty() ? "" : " ") + FormatDecimal(static_cast<Int128>(rest), 6, 0, 6) + "s";
  }
  return (is_negative ? "-" : "") + text;
}

ExplanationNode ExplainCondition(const Expression& expression, const JudgedLeg& judged,
                                 const RecordedSince* since) {
  return NodeExplainer(judged, since).Explain(expression);
}

}  // namespace vigla
