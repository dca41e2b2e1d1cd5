// JSON tokens: numbers, literals, escapes, duplicate keys. Hot.
#include "engine/model/json_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"

namespace vigla {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// RFC 8259, 6.
bool IsNumber(std::string_view text) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const auto skip_digits = [&text, &at] {
    const size_t start = at;
    while (at < text.size() && IsDigit(text[at])) ++at;
    return at - start;
  };
  const size_t integer_start = at;
  const size_t integer_digits = skip_digits();
  if (integer_digits == 0 || (integer_digits > 1 && text[integer_start] == '0')) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (skip_digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (skip_digits() == 0) return false;
  }
  return at == text.size();
}

// The number in four hexadecimal digits; -1 if they aren't.
int ParseHex4(const char* text) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = text[i];
    int digit = 0;
    if (IsDigit(c)) {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

char* AppendUtf8(int code_point, char* out) {
  if (code_point < 0x80) {
    *out++ = static_cast<char>(code_point);
    return out;
  }
  if (code_point < 0x800) {
    *out++ = static_cast<char>(0xC0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      *out++ = static_cast<char>(0xE0 | code_point >> 12);
    } else {
      *out++ = static_cast<char>(0xF0 | code_point >> 18);
      *out++ = static_cast<char>(0x80 | (code_point >> 12 & 0x3F));
    }
    *out++ = static_cast<char>(0x80 | (code_point >> 6 & 0x3F));
  }
  *out++ = static_cast<char>(0x80 | (code_point & 0x3F));
  return out;
}

// What a one-letter escape stands for; 0 where there is no such escape.
char PlainEscape(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

// Reads the digits of "\u1234", of two of them where the first is a high surrogate. Moves *in
// behind them; -1 if they name no code point.
int ReadUnicodeEscape(const char** in, const char* end) {
  if (end - *in < 4) return -1;
  const int first = ParseHex4(*in);
  *in += 4;
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || end - *in < 6 || (*in)[0] != '\\' || (*in)[1] != 'u') return -1;
  const int second = ParseHex4(*in + 2);
  if (second < 0xDC00 || second > 0xDFFF) return -1;
  *in += 6;
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

}  // namespace

struct JsonReader::Index {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

JsonReader::JsonReader(size_t bytes_max, int depth_max)
    : index_(std::make_unique<Index>()), depth_max_(depth_max) {
  static_assert(kPaddingBytes >= simdjson::SIMDJSON_PADDING);
  CHECK(simdjson::get_active_implementation()->create_dom_parser_implementation(
            bytes_max + kPaddingBytes, static_cast<size_t>(depth_max), index_->parser) ==
        simdjson::SUCCESS);
}

JsonReader::~JsonReader() = default;

bool JsonReader::Start(char* text, size_t bytes) {
  CHECK(bytes + kPaddingBytes <= index_->parser->capacity());
  error_ = JsonError::kNone;
  depth_ = 0;
  keys_.clear();
  text_ = text;
  std::memset(text + bytes, 0, kPaddingBytes);
  if (bytes == 0) return Fail(JsonError::kEmpty);
  const auto status = index_->parser->stage1(reinterpret_cast<const uint8_t*>(text), bytes,
                                             simdjson::stage1_mode::regular);
  if (status != simdjson::SUCCESS) {
    // Stage 1 reports an unclosed string before bytes that are no UTF-8.
    if (!simdjson::validate_utf8(text, bytes)) return Fail(JsonError::kInvalidUtf8);
    return Fail(status == simdjson::EMPTY ? JsonError::kEmpty : JsonError::kSyntax);
  }
  next_ = index_->parser->structural_indexes.get();
  end_ = next_ + index_->parser->n_structural_indexes;
  CHECK(*end_ == bytes);
  has_escapes_ = std::memchr(text, '\\', bytes) != nullptr;
  return true;
}

bool JsonReader::Unescape(std::string_view* value) {
  if (value->find('\\') == std::string_view::npos) return true;
  char* const begin = text_ + (value->data() - text_);
  const char* const end = begin + value->size();
  const char* in = begin;
  char* out = begin;
  while (in != end) {
    if (*in != '\\') {
      *out++ = *in++;
      continue;
    }
    // Stage 1 took the closing quote for one that isn't escaped, so a letter follows.
    const char letter = in[1];
    in += 2;
    if (letter == 'u') {
      const int code_point = ReadUnicodeEscape(&in, end);
      if (code_point < 0) return Fail(JsonError::kSyntax);
      out = AppendUtf8(code_point, out);  // at most as long as its escape
    } else {
      const char plain = PlainEscape(letter);
      if (plain == 0) return Fail(JsonError::kSyntax);
      *out++ = plain;
    }
  }
  *value = {begin, static_cast<size_t>(out - begin)};
  return true;
}

bool JsonReader::ReadNumber(std::string_view* text) {
  *text = TokenText();
  if (!IsNumber(*text)) return Fail(JsonError::kSyntax);
  ++next_;
  return true;
}

bool JsonReader::ReadLiteral() {
  const std::string_view token = TokenText();
  if (token != "true" && token != "false" && token != "null") return Fail(JsonError::kSyntax);
  ++next_;
  return true;
}

bool JsonReader::SkipValue() {
  std::string_view ignored;
  switch (Peek()) {
    case '"':
      return ReadString(&ignored);
    case '{':
      return ReadObject([this](std::string_view key) {
        RememberKey(key);
        return SkipValue();
      });
    case '[':
      return ReadArray([this] { return SkipValue(); });
    case 't':
    case 'f':
    case 'n':
      return ReadLiteral();
    default:
      return ReadNumber(&ignored);
  }
}

bool JsonReader::CheckKeys(size_t first_key) {
  constexpr size_t kFew = 16;
  const auto begin = keys_.begin() + static_cast<ptrdiff_t>(first_key);
  bool is_duplicate = false;
  if (keys_.size() - first_key <= kFew) {
    for (auto key = begin; key != keys_.end() && !is_duplicate; ++key) {
      is_duplicate = std::find(begin, key, *key) != key;
    }
  } else {
    // A record may have 100,000 keys; comparing each with each would take seconds.
    std::sort(begin, keys_.end());
    is_duplicate = std::adjacent_find(begin, keys_.end()) != keys_.end();
  }
  keys_.resize(first_key);
  return !is_duplicate || FailDuplicateKey();
}

}  // namespace vigla
