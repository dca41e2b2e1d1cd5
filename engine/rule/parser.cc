// The grammar of parser.h, one function a level. Cold.
#include "engine/rule/parser.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/model/money.h"
#include "engine/rule/compiler.h"
#include "engine/rule/lexer.h"

namespace vigla {
namespace {

using SyntaxPointer = std::unique_ptr<Syntax>;

struct BinaryOperator {
  std::string_view text;
  ExpressionKind kind;
  int level;
};

// Levels bind tighter as they grow; 2 does not repeat.
constexpr BinaryOperator kBinaryOperators[] = {
    {"||", ExpressionKind::kOr, 0},          {"&&", ExpressionKind::kAnd, 1},
    {"==", ExpressionKind::kEqual, 2},       {"!=", ExpressionKind::kNotEqual, 2},
    {"<", ExpressionKind::kLess, 2},         {"<=", ExpressionKind::kLessEqual, 2},
    {">", ExpressionKind::kGreater, 2},      {">=", ExpressionKind::kGreaterEqual, 2},
    {"in", ExpressionKind::kIn, 2},          {"+", ExpressionKind::kAdd, 3},
    {"-", ExpressionKind::kSubtract, 3},     {"*", ExpressionKind::kMultiply, 4},
    {"/", ExpressionKind::kDivide, 4},       {"%", ExpressionKind::kRemainder, 4},
};
constexpr int kRelationLevel = 2;
constexpr int kUnaryLevel = 5;

// What other languages spell out, where it stands between two values.
std::string_view CelWordFor(std::string_view word) {
  if (word == "and" || word == "AND") return "&&";
  if (word == "or" || word == "OR") return "||";
  return "";
}

bool IsNumber(const Token& token) {
  return token.kind == TokenKind::kInt || token.kind == TokenKind::kDecimal;
}

// What to write instead of what stands behind `previous`, where other languages and people's
// habits tell what was meant; "" where they don't.
std::string_view AdviceFor(const Token& previous, const Token& token) {
  const auto is = [](const Token& at, std::initializer_list<std::string_view> words) {
    return at.kind == TokenKind::kName &&
           std::find(words.begin(), words.end(), at.text) != words.end();
  };
  if (is(token, {"and", "or", "not", "AND", "OR", "NOT"})) return "expressions are CEL: && || !";
  if (is(previous, {"not", "NOT"})) return "write ! for `not`";
  if (is(token, {"between", "BETWEEN"})) return "write x >= low && x <= high";
  if (is(token, {"like", "LIKE"})) {
    return "write x.startsWith(\"…\"), x.contains(\"…\") or x.matches(\"…\")";
  }
  if (is(token, {"is", "IS"})) {
    return "compare by == or !=, and ask known(x) whether there is a value";
  }
  if (previous.Is("<") && token.Is(">")) return "write != for `is not`";
  if (previous.Is("%")) return "there are no percentages: write 0.8 for 80 %";
  return "";
}

class Parser {
 public:
  Parser(std::string_view source, size_t begin, bool in_hole)
      : source_(source), lexer_(source, begin, in_hole), in_hole_(in_hole) {
    Advance();
  }

  ParsedExpression Parse() {
    if (source_.size() > kExpressionBytesMax) {
      Fail(diagnostic::kTooComplex, 0, "the expression is longer than 64 KiB",
           "split the rule, or use a list");
    } else {
      result_.root = Expression(1);
      if (!failed_ && token_.kind != TokenKind::kEnd) {
        const std::string_view of_bracket =
            in_hole_ ? "a hole ends with `}`" : "no `(` is open here";
        FailAtToken("an operator was expected",
                    std::string(token_.Is(")") ? of_bracket : AdviceForComma()));
      }
    }
    if (failed_) result_.root = nullptr;
    result_.end = token_.begin;
    return std::move(result_);
  }

 private:
  void Advance() {
    previous_ = std::move(token_);
    previous_end_ = previous_.end;
    token_ = lexer_.Next();
    if (token_.kind == TokenKind::kError && !failed_) {
      Fail(*token_.code, token_.begin, token_.text, token_.advice);
      Mend(token_.begin, token_.end, token_.mend);
    }
  }

  SyntaxPointer Fail(const DiagnosticCode& code, size_t offset, std::string message,
                     std::string advice) {
    if (!failed_) {
      result_.errors.push_back({&code, offset, std::move(message), std::move(advice)});
    }
    failed_ = true;
    return nullptr;
  }

  void Mend(size_t begin, size_t end, std::string_view new_text) {
    if (new_text.empty() || result_.errors.empty()) return;
    result_.errors.back().old_text = std::string(source_.substr(begin, end - begin));
    result_.errors.back().new_text = std::string(new_text);
  }

  // For a comma behind a whole value.
  std::string_view AdviceForComma() const {
    if (!token_.Is(",")) return "";
    return IsNumber(previous_) ? "decimals have a point, as in 0.8"
                               : "a list stands in brackets: [a, b]";
  }

  // `9200 EUR`, as YAML values have it.
  bool IsAmountOfMoney() const {
    return IsNumber(previous_) && token_.kind == TokenKind::kName &&
           CurrencyCode::Parse(token_.text);
  }

  SyntaxPointer FailAtToken(std::string what, std::string advice = "") {
    if (IsAmountOfMoney()) {
      const std::string amount =
          "money(\"" + previous_.text + " " + token_.text + "\")";
      Fail(diagnostic::kSyntax, previous_.begin,
           "`" + previous_.text + " " + token_.text + "` is not how expressions write money",
           "write " + amount);
      Mend(previous_.begin, token_.end, amount);
      return nullptr;
    }
    if (token_.kind == TokenKind::kEnd) {
      what += in_hole_ ? ", but the hole ends" : ", but the expression ends";
    } else {
      what += ", not `" + std::string(source_.substr(token_.begin, token_.end - token_.begin)) +
              "`";
    }
    if (advice.empty()) advice = AdviceFor(previous_, token_);
    Fail(diagnostic::kSyntax, token_.begin, std::move(what), std::move(advice));
    if (token_.kind == TokenKind::kName) Mend(token_.begin, token_.end, CelWordFor(token_.text));
    return nullptr;
  }

  // Every node is made here, so that the limits hold wherever it stands.
  SyntaxPointer Make(SyntaxKind kind, size_t begin) {
    if (++nodes_ > kExpressionNodesMax) {
      return Fail(diagnostic::kTooComplex, begin, "the expression has more than 4,000 nodes",
                  "split the rule, or use a list");
    }
    auto node = std::make_unique<Syntax>();
    node->kind = kind;
    node->begin = begin;
    node->end = token_.end;
    return node;
  }

  bool TooDeep(int depth) {
    if (depth <= kExpressionDepthMax) return false;
    Fail(diagnostic::kTooComplex, token_.begin, "the expression nests deeper than 32",
         "name its parts as macros or split the rule");
    return true;
  }

  bool Expect(std::string_view symbol) {
    if (failed_) return false;
    if (!token_.Is(symbol)) {
      FailAtToken("`" + std::string(symbol) + "` was expected", std::string(AdviceForComma()));
      return false;
    }
    Advance();
    return !failed_;
  }

  SyntaxPointer Operator(ExpressionKind operation, size_t begin,
                         std::vector<SyntaxPointer> operands) {
    SyntaxPointer node = Make(SyntaxKind::kOperator, begin);
    if (node == nullptr) return nullptr;
    node->operation = operation;
    node->operands = std::move(operands);
    node->end = previous_end_;
    return node;
  }

  template <typename... Operands>
  static std::vector<SyntaxPointer> Gather(Operands... operands) {
    std::vector<SyntaxPointer> gathered;
    (gathered.push_back(std::move(operands)), ...);
    return gathered;
  }

  SyntaxPointer Expression(int depth) {
    if (TooDeep(depth)) return nullptr;
    const size_t begin = token_.begin;
    SyntaxPointer condition = Binary(0, depth);
    if (failed_ || !token_.Is("?")) return condition;
    Advance();
    SyntaxPointer yes = Binary(0, depth + 1);
    if (!Expect(":")) return nullptr;
    SyntaxPointer no = Expression(depth + 1);
    if (failed_) return nullptr;
    return Operator(ExpressionKind::kConditional, begin,
                    Gather(std::move(condition), std::move(yes), std::move(no)));
  }

  const BinaryOperator* OperatorAt(int level) const {
    const bool is_in = token_.kind == TokenKind::kName && token_.text == "in";
    if (token_.kind != TokenKind::kSymbol && !is_in) return nullptr;
    for (const BinaryOperator& candidate : kBinaryOperators) {
      if (candidate.level == level && candidate.text == token_.text) return &candidate;
    }
    return nullptr;
  }

  SyntaxPointer Binary(int level, int depth) {
    if (level == kUnaryLevel) return Unary(depth);
    const size_t begin = token_.begin;
    SyntaxPointer left = Binary(level + 1, depth);
    bool repeated = false;
    while (!failed_) {
      const BinaryOperator* found = OperatorAt(level);
      if (found == nullptr) return left;
      if (level == kRelationLevel && repeated) {
        return Fail(diagnostic::kSyntax, token_.begin, "comparisons can't be chained",
                    "join them by &&: a < b && b < c");
      }
      repeated = true;
      Advance();
      SyntaxPointer right = Binary(level + 1, depth);
      if (failed_) return nullptr;
      left = Operator(found->kind, begin, Gather(std::move(left), std::move(right)));
    }
    return nullptr;
  }

  SyntaxPointer Unary(int depth) {
    if (TooDeep(depth)) return nullptr;
    const size_t begin = token_.begin;
    const bool is_not = token_.Is("!");
    if (!is_not && !token_.Is("-")) return Postfix(depth);
    Advance();
    SyntaxPointer operand = Unary(depth + 1);
    if (failed_) return nullptr;
    const bool is_number =
        operand->kind == SyntaxKind::kInt || operand->kind == SyntaxKind::kDecimal;
    if (!is_not && is_number && !operand->in_parentheses && operand->text[0] != '-') {
      operand->text = "-" + operand->text;
      operand->begin = begin;
      return operand;
    }
    return Operator(is_not ? ExpressionKind::kNot : ExpressionKind::kNegate, begin,
                    Gather(std::move(operand)));
  }

  SyntaxPointer Postfix(int depth) {
    const size_t begin = token_.begin;
    SyntaxPointer left = Primary(depth);
    // A long chain of members nests in the tree, so it counts as depth.
    for (int chain = 1; !failed_; ++chain) {
      if (!token_.Is(".") && !token_.Is("[")) return left;
      if (TooDeep(depth + chain)) return nullptr;
      const bool is_index = token_.Is("[");
      Advance();
      if (failed_) return nullptr;
      SyntaxPointer node;
      if (is_index) {
        node = Make(SyntaxKind::kIndex, begin);
        SyntaxPointer index = Expression(depth + 1);
        if (!Expect("]")) return nullptr;
        node->operands = Gather(std::move(left), std::move(index));
      } else {
        if (token_.kind != TokenKind::kName) return FailAtToken("a member's name was expected");
        node = Make(SyntaxKind::kSelect, begin);
        if (node == nullptr) return nullptr;
        node->text = token_.text;
        node->operands.push_back(std::move(left));
        Advance();
        if (token_.Is("(")) {
          node->kind = SyntaxKind::kCall;
          node->is_method = true;
          if (!Items(")", depth, node.get())) return nullptr;
        }
      }
      node->end = previous_end_;
      left = std::move(node);
    }
    return nullptr;
  }

  // Behind the opening symbol's place: `( a, b )` or `[ a, b ]`.
  bool Items(std::string_view closing, int depth, Syntax* node) {
    Advance();
    if (failed_) return false;
    if (token_.Is(closing)) {
      Advance();
      return !failed_;
    }
    while (true) {
      SyntaxPointer item = Expression(depth + 1);
      if (failed_) return false;
      node->operands.push_back(std::move(item));
      if (!token_.Is(",")) break;
      Advance();
      if (token_.Is(closing) && closing == "]") break;  // CEL allows a last comma in lists
    }
    return Expect(closing);
  }

  SyntaxPointer Primary(int depth) {
    if (failed_) return nullptr;
    switch (token_.kind) {
      case TokenKind::kInt: return Leaf(SyntaxKind::kInt);
      case TokenKind::kDecimal: return Leaf(SyntaxKind::kDecimal);
      case TokenKind::kString: return Leaf(SyntaxKind::kString);
      case TokenKind::kName: return Name(depth);
      default: break;
    }
    if (token_.Is("(")) {
      const size_t begin = token_.begin;
      Advance();
      SyntaxPointer inner = Expression(depth + 1);
      if (!Expect(")")) return nullptr;
      inner->in_parentheses = true;
      inner->begin = begin;
      inner->end = previous_end_;
      return inner;
    }
    if (token_.Is("[")) {
      SyntaxPointer list = Make(SyntaxKind::kList, token_.begin);
      if (list == nullptr || !Items("]", depth, list.get())) return nullptr;
      list->end = previous_end_;
      return list;
    }
    return FailAtToken("a value was expected");
  }

  SyntaxPointer Leaf(SyntaxKind kind) {
    SyntaxPointer node = Make(kind, token_.begin);
    if (node == nullptr) return nullptr;
    node->text = token_.text;
    Advance();
    return node;
  }

  SyntaxPointer Name(int depth) {
    if (token_.text == "true" || token_.text == "false") return Leaf(SyntaxKind::kBool);
    if (token_.text == "null") {
      return Fail(diagnostic::kSyntax, token_.begin, "there is no null",
                  "ask known(x) whether a field has a value");
    }
    if (token_.text == "in") return FailAtToken("a value was expected");
    SyntaxPointer node = Leaf(SyntaxKind::kName);
    if (failed_ || !token_.Is("(")) return node;
    node->kind = SyntaxKind::kCall;
    if (!Items(")", depth, node.get())) return nullptr;
    node->end = previous_end_;
    return node;
  }

  std::string_view source_;
  Lexer lexer_;
  bool in_hole_;
  Token token_;
  Token previous_;
  size_t previous_end_ = 0;
  int nodes_ = 0;
  bool failed_ = false;
  ParsedExpression result_;
};

std::string Joined(const std::vector<SyntaxPointer>& operands, size_t from,
                   const NameTexts* texts) {
  std::string text;
  for (size_t i = from; i < operands.size(); ++i) {
    if (i > from) text += ", ";
    text += SyntaxText(*operands[i], texts);
  }
  return text;
}

std::string OperatorSyntaxText(const Syntax& syntax, const NameTexts* texts) {
  const auto& operands = syntax.operands;
  if (syntax.operation == ExpressionKind::kConditional) {
    return SyntaxText(*operands[0], texts) + " ? " + SyntaxText(*operands[1], texts) + " : " +
           SyntaxText(*operands[2], texts);
  }
  const std::string_view symbol = OperatorText(syntax.operation);
  if (operands.size() == 1) return std::string(symbol) + SyntaxText(*operands[0], texts);
  return SyntaxText(*operands[0], texts) + " " + std::string(symbol) + " " +
         SyntaxText(*operands[1], texts);
}

}  // namespace

std::string_view OperatorText(ExpressionKind kind) {
  if (kind == ExpressionKind::kNot) return "!";
  if (kind == ExpressionKind::kNegate) return "-";
  for (const BinaryOperator& candidate : kBinaryOperators) {
    if (candidate.kind == kind) return candidate.text;
  }
  CHECK(false);
}

std::string SyntaxText(const Syntax& syntax, const NameTexts* texts) {
  std::string text;
  switch (syntax.kind) {
    case SyntaxKind::kString: text = QuoteString(syntax.text); break;
    case SyntaxKind::kSelect:
      text = SyntaxText(*syntax.operands[0], texts) + "." + syntax.text;
      break;
    case SyntaxKind::kIndex:
      text = SyntaxText(*syntax.operands[0], texts) + "[" +
             SyntaxText(*syntax.operands[1], texts) + "]";
      break;
    case SyntaxKind::kCall:
      text = syntax.is_method ? SyntaxText(*syntax.operands[0], texts) + "." : "";
      text += syntax.text + "(" + Joined(syntax.operands, syntax.is_method ? 1 : 0, texts) + ")";
      break;
    case SyntaxKind::kList: text = "[" + Joined(syntax.operands, 0, texts) + "]"; break;
    case SyntaxKind::kOperator: text = OperatorSyntaxText(syntax, texts); break;
    case SyntaxKind::kName:
      if (texts != nullptr && texts->contains(syntax.text)) {
        text = texts->find(syntax.text)->second;
        break;
      }
      [[fallthrough]];
    default: text = syntax.text; break;
  }
  return syntax.in_parentheses ? "(" + text + ")" : text;
}

ParsedExpression ParseExpression(std::string_view source) {
  return Parser(source, 0, false).Parse();
}

ParsedExpression ParseHole(std::string_view source, size_t begin) {
  return Parser(source, begin, true).Parse();
}

}  // namespace vigla
