// Splits an expression into CEL tokens. Cold.
#include "engine/rule/lexer.h"

#include <algorithm>
#include <iterator>

#include "engine/model/time.h"

namespace vigla {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code_point >> 6));
    out->push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
  } else if (code_point < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | code_point >> 12));
    out->push_back(static_cast<char>(0x80 | (code_point >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | code_point >> 18));
    out->push_back(static_cast<char>(0x80 | (code_point >> 12 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code_point >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
  }
}

// The escapes of one character; '\0' if `c` is none of them.
char SimpleEscape(char c) {
  switch (c) {
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`': return c;
    default: return '\0';
  }
}

size_t Utf8Bytes(char first) {
  const auto byte = static_cast<uint8_t>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// What keyboards and word processors write instead of a sign of the language.
struct LookAlike {
  std::string_view written;
  std::string_view meant;
  bool is_certain;  // it can be put right without asking; a quote may be YAML's own
};
constexpr LookAlike kLookAlikes[] = {
    {"\u2265", ">=", true},   {"\u2264", "<=", true},   {"\u2260", "!=", true},
    {"\u2212", "-", true},    {"\u2013", "-", true},    {"\u2014", "-", true},
    {"\u00D7", "*", true},    {"\u00F7", "/", true},    {"\u2227", "&&", true},
    {"\u2228", "||", true},   {"\u00AC", "!", true},    {"=>", ">=", true},
    {"=<", "<=", true},       {"\u00A0", " ", true},    {"\u202F", " ", true},
    {"\u2009", " ", true},    {"\u200B", " ", true},    {"\uFEFF", " ", true},
    {"\u201C", "\"", false},  {"\u201D", "\"", false},
    {"\u201E", "\"", false},  {"\u00AB", "\"", false},  {"\u00BB", "\"", false},
    {"\u2018", "'", false},   {"\u2019", "'", false},   {"\u201A", "'", false},
    {"\u00B4", "'", false},   {"`", "'", false},        {"=", "==", true},
    {"&", "&&", true},        {"|", "||", true},
};

// "U+00A0" for the first character of the text.
std::string CodePointName(std::string_view text) {
  const auto byte = [&text](size_t i) { return static_cast<uint8_t>(text[i]); };
  uint32_t code = byte(0) < 0x80 ? byte(0) : byte(0) & (0xFFu >> (text.size() + 1));
  for (size_t i = 1; i < text.size(); ++i) code = code << 6 | (byte(i) & 0x3F);
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string name = "U+";
  for (int shift = code > 0xFFFF ? 20 : 12; shift >= 0; shift -= 4) {
    name.push_back(kHex[code >> shift & 15]);
  }
  return name;
}

constexpr std::string_view kTwoCharacterSymbols[] = {"&&", "||", "==", "!=", "<=", ">="};
constexpr std::string_view kOneCharacterSymbols = "<>!+-*/%?:.,()[]";

}  // namespace

void Lexer::SkipSpace() {
  while (at_ < source_.size()) {
    const char c = source_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      ++at_;
    } else if (c == '/' && Peek(1) == '/') {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else {
      return;
    }
  }
}

Token Lexer::Error(size_t begin, const DiagnosticCode& code, std::string message,
                   std::string advice) {
  Token token{TokenKind::kError, std::move(message), begin, at_, &code, std::move(advice)};
  return token;
}

// "0x" and hexadecimal digits, which the token has in decimal.
Token Lexer::Hexadecimal() {
  const size_t begin = at_;
  at_ += 2;
  uint64_t value = 0;
  bool fits = true, good = HexValue(Peek()) >= 0;
  for (; IsLetter(Peek()) || IsDigit(Peek()); ++at_) {
    const int digit = HexValue(Peek());
    good = good && digit >= 0;
    fits = fits && value >> 60 == 0;
    value = value << 4 | static_cast<uint64_t>(std::max(digit, 0));
  }
  if (good && fits) return {TokenKind::kInt, std::to_string(value), begin, at_};
  const std::string text(source_.substr(begin, at_ - begin));
  return good ? Error(begin, diagnostic::kConstantWidth, "`" + text + "` does not fit 64 bits", "")
              : Error(begin, diagnostic::kBadToken, "`" + text + "` is not a number",
                      "hexadecimal digits after 0x, and no unit");
}

Token Lexer::Number() {
  const size_t begin = at_;
  if (Peek() == '0' && (Peek(1) == 'x' || Peek(1) == 'X')) return Hexadecimal();
  while (IsDigit(Peek())) ++at_;
  TokenKind kind = TokenKind::kInt;
  if (Peek() == '.' && IsDigit(Peek(1))) {
    kind = TokenKind::kDecimal;
    ++at_;
    while (IsDigit(Peek())) ++at_;
  }
  if (IsLetter(Peek())) {
    while (IsLetter(Peek()) || IsDigit(Peek())) ++at_;
    const std::string text(source_.substr(begin, at_ - begin));
    Token token =
        Error(begin, diagnostic::kBadToken, "`" + text + "` is not a number",
              "numbers have no exponent and no unit; write duration(\"3d\") for a duration");
    if (ParseDuration(text)) token.mend = "duration(\"" + text + "\")";
    return token;
  }
  return {kind, std::string(source_.substr(begin, at_ - begin)), begin, at_};
}

// Called behind the backslash. False if there is no such escape.
bool Lexer::Escape(std::string* text) {
  const char c = Peek();
  if (const char simple = SimpleEscape(c); simple != '\0') {
    text->push_back(simple);
    ++at_;
    return true;
  }
  int digits = c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  uint32_t code_point = 0;
  if (digits > 0) {
    ++at_;
    for (; digits > 0; --digits, ++at_) {
      const int value = HexValue(Peek());
      if (value < 0) return false;
      code_point = code_point << 4 | static_cast<uint32_t>(value);
    }
  } else if (c >= '0' && c <= '3') {
    for (digits = 3; digits > 0; --digits, ++at_) {
      if (Peek() < '0' || Peek() > '7') return false;
      code_point = code_point << 3 | static_cast<uint32_t>(Peek() - '0');
    }
  } else {
    return false;
  }
  if (code_point == 0 || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
    return false;
  }
  AppendUtf8(code_point, text);
  return true;
}

Token Lexer::String(bool raw) {
  const size_t begin = at_;
  if (raw) ++at_;
  const char quote = Peek();
  std::string_view ending = source_.substr(at_, 1);
  if (Peek(1) == quote && Peek(2) == quote) ending = source_.substr(at_, 3);
  at_ += ending.size();
  std::string text;
  while (source_.substr(at_, ending.size()) != ending) {
    if (at_ >= source_.size() || (ending.size() == 1 && Peek() == '\n')) {
      return Error(begin, diagnostic::kBadString, "the string does not end", "add the quote");
    }
    if (Peek() == '\\' && !raw) {
      const size_t escape = at_++;
      if (!Escape(&text)) {
        at_ = source_.size();
        return Error(escape, diagnostic::kBadString, "there is no such escape in a string",
                     "write \\\\ for a backslash, or r\"…\" for a pattern");
      }
      continue;
    }
    text.push_back(source_[at_++]);
  }
  at_ += ending.size();
  return {TokenKind::kString, std::move(text), begin, at_};
}

Token Lexer::Next() {
  SkipSpace();
  const size_t begin = at_;
  const char c = Peek();
  if (at_ >= source_.size()) return {TokenKind::kEnd, "", begin, begin};
  if (in_hole_ && (c == '}' || (c == '|' && Peek(1) != '|'))) {
    return {TokenKind::kEnd, "", begin, begin};
  }
  if (c == '"' || c == '\'') return String(false);
  if ((c == 'r' || c == 'R') && (Peek(1) == '"' || Peek(1) == '\'')) return String(true);
  if (IsDigit(c)) return Number();
  if (IsLetter(c)) {
    while (IsLetter(Peek()) || IsDigit(Peek())) ++at_;
    return {TokenKind::kName, std::string(source_.substr(begin, at_ - begin)), begin, at_};
  }
  for (std::string_view symbol : kTwoCharacterSymbols) {
    if (source_.substr(at_, 2) == symbol) {
      at_ += 2;
      return {TokenKind::kSymbol, std::string(symbol), begin, at_};
    }
  }
  if (kOneCharacterSymbols.find(c) != std::string_view::npos) {
    ++at_;
    return {TokenKind::kSymbol, std::string(1, c), begin, at_};
  }
  return UnknownCharacter();
}

Token Lexer::UnknownCharacter() {
  const size_t begin = at_;
  for (const LookAlike& sign : kLookAlikes) {
    if (!source_.substr(at_).starts_with(sign.written)) continue;
    at_ += sign.written.size();
    const bool is_space = sign.meant == " ";
    const std::string shown = is_space ? CodePointName(sign.written) : std::string(sign.written);
    std::string advice = "write " + std::string(sign.meant);
    if (is_space) advice = "it is a space, but not the plain one: type it again";
    if (sign.written == "=") advice = "write == to compare";
    if (sign.written == "&") advice = "write && for `and`";
    if (sign.written == "|") advice = "write || for `or`";
    Token token = Error(begin, diagnostic::kBadToken, "`" + shown + "` has no meaning here",
                        std::move(advice));
    if (sign.is_certain) token.mend = std::string(sign.meant);
    return token;
  }
  at_ = std::min(at_ + Utf8Bytes(source_[at_]), source_.size());
  const std::string_view character = source_.substr(begin, at_ - begin);
  const bool is_plain = character.size() == 1 && static_cast<uint8_t>(character[0]) < 0x80;
  return Error(begin, diagnostic::kBadToken,
               "`" + std::string(character) + "` has no meaning here",
               is_plain ? "expressions are CEL"
                        : "names are of plain Latin letters, and this is " +
                              CodePointName(character) + "; other text stands in quotes");
}

std::string QuoteString(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted.push_back('\\');
      quoted.push_back(c);
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F) {
      quoted += "\\x";
      quoted.push_back(kHex[static_cast<uint8_t>(c) >> 4]);
      quoted.push_back(kHex[static_cast<uint8_t>(c) & 15]);
    } else {
      quoted.push_back(c);
    }
  }
  return quoted + "\"";
}

bool IsName(std::string_view text) {
  static constexpr std::string_view kKeywords[] = {"true", "false", "in", "this", "null"};
  if (text.empty() || !IsLetter(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return IsLetter(c) || IsDigit(c); }) &&
         std::find(std::begin(kKeywords), std::end(kKeywords), text) == std::end(kKeywords);
}

}  // namespace vigla
