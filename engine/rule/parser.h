// Recursive descent from an expression's text to its syntax; nothing is resolved yet. Cold.
//
//   expr = or [ '?' or ':' expr ] ;
//   or   = and { '||' and } ;
//   and  = rel { '&&' rel } ;
//   rel  = sum { ('==' | '!=' | '<' | '<=' | '>' | '>=' | 'in') sum } ;
//   sum  = mul { ('+' | '-') mul } ;
//   mul  = un { ('*' | '/' | '%') un } ;
//   un   = { '!' | '-' } post ;
//   post = prim { '.' NAME [args] | '[' expr ']' } ;
//   args = '(' [ expr { ',' expr } ] ')' ;
//   prim = NUMBER | STRING | BOOL | NAME [args] | '(' expr ')' | '[' [ expr { ',' expr } ] ']' ;
//
// `a < b < c` is CEL but never well typed here, so a second comparison is a syntax error that
// says so. A minus before a number is part of the number.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/expression.h"

namespace vigla {

inline constexpr size_t kExpressionBytesMax = 64 << 10;

enum class SyntaxKind : uint8_t {
  kInt,
  kDecimal,
  kString,
  kBool,
  kName,
  kSelect,   // operand 0 . text
  kIndex,    // operand 0 [ operand 1 ]
  kCall,     // text(operands); x.f(y) is f(x, y)
  kList,
  kOperator, // `operation` says which; 1, 2 or 3 operands
};

struct Syntax {
  SyntaxKind kind = SyntaxKind::kBool;
  ExpressionKind operation = ExpressionKind::kConstant;  // kOperator
  std::string text;        // name, literal, function, member
  bool is_method = false;  // kCall written as x.f(y)
  bool in_parentheses = false;
  std::vector<std::unique_ptr<Syntax>> operands;
  size_t begin = 0;  // byte offsets into the source
  size_t end = 0;
};

struct SyntaxError {
  const DiagnosticCode* code = nullptr;
  size_t offset = 0;
  std::string message;
  std::string advice;
  std::string old_text = {};  // with new_text: what was meant, if that is beyond doubt
  std::string new_text = {};
};

struct ParsedExpression {
  std::unique_ptr<Syntax> root;  // nullptr if there is an error
  std::vector<SyntaxError> errors;
  size_t end = 0;  // where the expression ended: a hole goes on there
};

// The whole of `source` is one expression.
ParsedExpression ParseExpression(std::string_view source);
// An expression in a reason's hole: from `begin` to a lone `|` or a `}`.
ParsedExpression ParseHole(std::string_view source, size_t begin);

// The expression on one line, with one space around operators and no comments: the same for
// every layout of the same tokens, and the same again when it is parsed and printed.
// Names that `texts` has stand there by their text.
using NameTexts = std::map<std::string, std::string, std::less<>>;
std::string SyntaxText(const Syntax& syntax, const NameTexts* texts = nullptr);
std::string_view OperatorText(ExpressionKind kind);  // "&&"

}  // namespace vigla
