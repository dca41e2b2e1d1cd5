// Finds the comparisons that turn on a threshold. Cold.
#include "engine/lab/threshold_shape.h"

#include <optional>

#include "engine/rule/calculation.h"

namespace vigla {
namespace {

// How a value depends on the threshold, whatever the leg's own values are.
struct Shape {
  bool moves = false;   // depends on it at all
  bool affine = true;   // a + b x threshold, exactly
  int direction = 0;    // 1 never falls, -1 never rises, 0 one of the two but not known which
};

bool IsLogic(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr:
    case ExpressionKind::kNot: return true;
    case ExpressionKind::kConditional: return expression.type == ValueType::kBool;
    default: return false;
  }
}

bool IsOrderComparison(const Expression& expression) {
  return expression.kind >= ExpressionKind::kEqual &&
         expression.kind <= ExpressionKind::kGreaterEqual;
}

// -1, 0 or 1; empty if it is no literal.
std::optional<int> SignOf(const Expression& expression) {
  if (expression.kind == ExpressionKind::kMoneyConstant) {
    const int64_t amount = expression.money_amount.ten_thousandths;
    return amount < 0 ? -1 : amount > 0 ? 1 : 0;
  }
  if (expression.kind != ExpressionKind::kConstant) return std::nullopt;
  if (IsNumeric(expression.type)) {
    return IsZero(expression.constant.number) ? 0 : IsNegative(expression.constant.number) ? -1 : 1;
  }
  const int64_t integer = expression.constant.integer;
  return integer < 0 ? -1 : integer > 0 ? 1 : 0;
}

class Analysis {
 public:
  Analysis(const ThresholdTraits& traits, std::string* problem)
      : traits_(traits), problem_(problem) {}

  void Visit(const Expression& expression) {
    if (!Moves(expression)) return;
    if (IsLogic(expression)) {
      for (const auto& operand : expression.operands) Visit(*operand);
      return;
    }
    if (!IsOrderComparison(expression) || !IsQuantity(expression.operands[0]->type)) {
      Fail(expression);
      return;
    }
    const std::optional<Shape> left = ShapeOf(*expression.operands[0]);
    const std::optional<Shape> right = ShapeOf(*expression.operands[1]);
    std::optional<Shape> difference;
    if (left && right) difference = Difference(*left, *right);
    if (!difference) {
      Fail(expression);
      return;
    }
    comparisons.push_back({&expression, difference->affine});
  }

  std::vector<ThresholdComparison> comparisons;

 private:
  void Fail(const Expression& expression) {
    if (problem_->empty()) {
      *problem_ = expression.text.empty() ? "a part of the condition" : "`" + expression.text + "`";
    }
  }

  bool IsThreshold(const Expression& expression) const {
    return expression.kind == ExpressionKind::kFeature && expression.index == traits_.index;
  }

  bool Moves(const Expression& expression) const {
    bool moves = false;
    VisitExpression(expression,
                    [&](const Expression& node) { moves = moves || IsThreshold(node); });
    return moves;
  }

  static Shape Negative(Shape shape) {
    shape.direction = -shape.direction;
    return shape;
  }

  static std::optional<Shape> Sum(const Shape& a, const Shape& b) {
    if (!a.moves) return b;
    if (!b.moves) return a;
    if (a.affine && b.affine) {
      return Shape{true, true, a.direction == b.direction ? a.direction : 0};
    }
    if (a.direction == 0 || a.direction != b.direction) return std::nullopt;
    return Shape{true, false, a.direction};
  }

  static std::optional<Shape> Difference(const Shape& a, const Shape& b) {
    return Sum(a, Negative(b));
  }

  // Of a value that moves, times or divided by one that does not.
  static Shape Scaled(Shape shape, const Expression& factor) {
    shape.direction *= SignOf(factor).value_or(0);
    return shape;
  }

  static Shape Rounded(Shape shape) {
    shape.affine = false;
    return shape;
  }

  // Empty where the value may turn back.
  std::optional<Shape> ShapeOf(const Expression& expression) const {
    if (!Moves(expression)) return Shape{};
    if (IsThreshold(expression)) return Shape{true, traits_.exact, 1};
    const auto operand = [&](size_t i) -> const Expression& { return *expression.operands[i]; };
    switch (expression.kind) {
      case ExpressionKind::kNegate: {
        const std::optional<Shape> shape = ShapeOf(operand(0));
        return shape ? std::optional(Negative(*shape)) : std::nullopt;
      }
      case ExpressionKind::kAdd:
      case ExpressionKind::kSubtract: {
        const std::optional<Shape> a = ShapeOf(operand(0)), b = ShapeOf(operand(1));
        if (!a || !b) return std::nullopt;
        return expression.kind == ExpressionKind::kAdd ? Sum(*a, *b) : Difference(*a, *b);
      }
      case ExpressionKind::kMultiply: {
        const int moving = Moves(operand(0)) ? 0 : 1;
        if (moving == 0 && Moves(operand(1))) return std::nullopt;
        const std::optional<Shape> shape = ShapeOf(operand(moving));
        return shape ? std::optional(Scaled(*shape, operand(1 - moving))) : std::nullopt;
      }
      case ExpressionKind::kDivide: return Quotient(expression);
      case ExpressionKind::kConditional: return Branches(expression);
      case ExpressionKind::kCall: return Call(expression);
      default: return std::nullopt;
    }
  }

  std::optional<Shape> Quotient(const Expression& expression) const {
    const Expression& above = *expression.operands[0];
    const Expression& below = *expression.operands[1];
    if (!Moves(below)) {
      const std::optional<Shape> shape = ShapeOf(above);
      return shape ? std::optional(Rounded(Scaled(*shape, below))) : std::nullopt;
    }
    if (Moves(above) || !IsThreshold(below) || !traits_.positive) return std::nullopt;
    return Shape{true, false, -SignOf(above).value_or(0)};
  }

  std::optional<Shape> Branches(const Expression& expression) const {
    if (Moves(*expression.operands[0])) return std::nullopt;
    const std::optional<Shape> a = ShapeOf(*expression.operands[1]);
    const std::optional<Shape> b = ShapeOf(*expression.operands[2]);
    if (!a || !b) return std::nullopt;
    if (!a->moves) return b;
    if (!b->moves) return a;
    return Shape{true, a->affine && b->affine, a->direction == b->direction ? a->direction : 0};
  }

  std::optional<Shape> Call(const Expression& call) const {
    switch (call.function) {
      case Function::kRound: {
        if (call.operands.size() > 1 && Moves(*call.operands[1])) return std::nullopt;
        const std::optional<Shape> shape = ShapeOf(*call.operands[0]);
        return shape ? std::optional(Rounded(*shape)) : std::nullopt;
      }
      case Function::kMin:
      case Function::kMax: {
        Shape all;
        for (const auto& operand : call.operands) {
          const std::optional<Shape> shape = ShapeOf(*operand);
          if (!shape) return std::nullopt;
          if (!shape->moves) continue;
          if (all.moves && (all.direction == 0 || all.direction != shape->direction)) {
            return std::nullopt;
          }
          all = Rounded(*shape);
        }
        return all;
      }
      default: return std::nullopt;
    }
  }

  const ThresholdTraits& traits_;
  std::string* problem_;
};

}  // namespace

std::unique_ptr<Expression> ReadAsFeature(const Expression& expression,
                                          const std::string& parameter, int index) {
  std::unique_ptr<Expression> copy = CloneExpression(expression);
  const auto replace = [&](const auto& self, Expression* node) -> void {
    if (node->parameter == parameter) {
      node->kind = ExpressionKind::kFeature;
      node->index = index;
    }
    for (auto& operand : node->operands) self(self, operand.get());
  };
  replace(replace, copy.get());
  return copy;
}

bool Names(const Expression& expression, const std::string& parameter) {
  bool names = false;
  VisitExpression(expression, [&](const Expression& node) {
    names = names || node.parameter == parameter;
  });
  return names;
}

std::vector<ThresholdComparison> AnalyseThreshold(const Expression& condition,
                                                  const ThresholdTraits& traits,
                                                  std::string* problem) {
  problem->clear();
  Analysis analysis(traits, problem);
  analysis.Visit(condition);
  return std::move(analysis.comparisons);
}

}  // namespace vigla
