// The tokens of expressions, a subset of CEL's. Cold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/rule/diagnostic_codes.h"

namespace vigla {

enum class TokenKind : uint8_t {
  kEnd,        // of the text; in a reason's hole also a lone `|` or `}`
  kInt,        // digits; hexadecimal ones are turned into decimal ones
  kDecimal,    // digits, a point, digits
  kString,     // text is what it says, escapes resolved
  kName,       // true, false and in are names here; the parser knows them
  kSymbol,     // text is the symbol
  kError,      // text is what is wrong
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;
  size_t begin = 0;  // byte offsets into the source
  size_t end = 0;
  const DiagnosticCode* code = nullptr;  // kError
  std::string advice;                    // kError
  std::string mend;                      // kError: what was meant, if that is beyond doubt

  bool Is(std::string_view symbol) const { return kind == TokenKind::kSymbol && text == symbol; }
};

// Reads token after token; never fails, errors are tokens. Does not own the source.
class Lexer {
 public:
  // In a hole, a `}` and a `|` that is no `||` end the expression.
  Lexer(std::string_view source, size_t begin, bool in_hole)
      : source_(source), at_(begin), in_hole_(in_hole) {}

  Token Next();

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  void SkipSpace();
  Token Number();
  Token Hexadecimal();
  Token String(bool raw);
  Token UnknownCharacter();
  bool Escape(std::string* text);
  Token Error(size_t begin, const DiagnosticCode& code, std::string message, std::string advice);

  std::string_view source_;
  size_t at_;
  bool in_hole_;
};

// `text` as a string token would be written: double quotes, the shortest escapes.
std::string QuoteString(std::string_view text);

// Whether `text` is a name: letters, digits and _, not beginning with a digit, no keyword.
bool IsName(std::string_view text);

}  // namespace vigla
