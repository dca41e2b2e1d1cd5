// Canonical JSON text. Warm.
#include "engine/base/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "engine/base/check.h"

namespace vigla {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Whether a byte stands for itself inside a JSON string and is a code point by itself.
constexpr std::array<bool, 256> MakePlain() {
  std::array<bool, 256> plain{};
  for (size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}
constexpr std::array<bool, 256> kPlain = MakePlain();

// What the bytes at the start of a text are in UTF-8: a code point, or the longest piece that
// could have begun one (the "maximal subpart" of Unicode 15, 3.9), which is replaced as a whole.
struct Utf8Step {
  size_t bytes;
  bool is_valid;
};

Utf8Step StepUtf8(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {1, true};
  size_t length = 0;
  uint8_t second_min = 0x80;
  uint8_t second_max = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) second_min = 0xA0;
    if (lead == 0xED) second_max = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) second_min = 0x90;
    if (lead == 0xF4) second_max = 0x8F;
  } else {
    return {1, false};
  }
  for (size_t i = 1; i < length; ++i) {
    if (i == text.size()) return {i, false};
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < second_min || byte > second_max) return {i, false};
    second_min = 0x80;
    second_max = 0xBF;
  }
  return {length, true};
}

void AppendControl(char byte, std::string* out) {
  switch (byte) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\b':
      out->append("\\b");
      return;
    case '\t':
      out->append("\\t");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\f':
      out->append("\\f");
      return;
    case '\r':
      out->append("\\r");
      return;
    default:
      out->append("\\u00");
      out->push_back(byte < 0x10 ? '0' : '1');
      out->push_back("0123456789abcdef"[byte & 15]);
  }
}

constexpr uint64_t kEach = 0x0101010101010101;

// Whether one of eight bytes is none of IsPlainJson's. A borrow can only come from a byte that is
// none itself, so the answer is right although a bit of it may not be.
bool HasSpecial(uint64_t bytes) {
  const uint64_t quote = bytes ^ (kEach * '"');
  const uint64_t backslash = bytes ^ (kEach * '\\');
  const uint64_t found = (bytes - kEach * 0x20) | (quote - kEach) | (backslash - kEach) | bytes;
  return (found & (kEach * 0x80)) != 0;
}

// `before`, `text`, `after` in one piece.
void AppendBetween(std::string_view before, std::string_view text, std::string_view after,
                   std::string* out) {
  char piece[128];
  const size_t bytes = before.size() + text.size() + after.size();
  if (bytes > sizeof(piece)) {
    out->append(before).append(text).append(after);
    return;
  }
  char* at = piece;
  for (const std::string_view part : {before, text, after}) {
    at = std::copy(part.begin(), part.end(), at);
  }
  out->append(piece, bytes);
}

template <typename Integer>
void AppendInteger(Integer value, std::string* out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out->append(digits, end);
}

}  // namespace

bool IsPlainJson(std::string_view text) {
  if (text.size() < sizeof(uint64_t)) {
    bool is_plain = true;
    for (const char byte : text) is_plain &= kPlain[static_cast<uint8_t>(byte)];
    return is_plain;
  }
  uint64_t bytes = 0;
  for (size_t at = 0; at + sizeof(bytes) < text.size(); at += sizeof(bytes)) {
    std::memcpy(&bytes, text.data() + at, sizeof(bytes));
    if (HasSpecial(bytes)) return false;
  }
  std::memcpy(&bytes, text.data() + text.size() - sizeof(bytes), sizeof(bytes));
  return !HasSpecial(bytes);
}

void AppendJsonString(std::string_view text, std::string* out) {
  if (IsPlainJson(text)) return AppendBetween("\"", text, "\"", out);
  out->push_back('"');
  size_t start = 0;  // of what is still to be copied
  size_t i = 0;
  while (i < text.size()) {
    if (kPlain[static_cast<uint8_t>(text[i])]) {
      ++i;
      continue;
    }
    const Utf8Step step = StepUtf8(text.substr(i));
    const std::string_view bytes = text.substr(i, step.bytes);
    const bool is_separator = bytes == "\xE2\x80\xA8" || bytes == "\xE2\x80\xA9";
    if (step.is_valid && step.bytes > 1 && !is_separator) {
      i += step.bytes;
      continue;
    }
    out->append(text.substr(start, i - start));
    if (!step.is_valid) {
      out->append(kReplacement);
    } else if (is_separator) {
      out->append(bytes[2] == '\xA8' ? "\\u2028" : "\\u2029");
    } else {
      AppendControl(bytes[0], out);
    }
    i += step.bytes;
    start = i;
  }
  out->append(text.substr(start));
  out->push_back('"');
}

void JsonWriter::BeginValue() {
  if (has_key_) {
    has_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  CHECK((objects_ >> (depth_ - 1) & 1) == 0);  // a member of an object has a key
  if (needs_comma_) out_->push_back(',');
}

void JsonWriter::Open(char bracket, bool is_object) {
  BeginValue();
  CHECK(depth_ < kDepthMax);
  const uint64_t bit = uint64_t{1} << depth_;
  objects_ = is_object ? objects_ | bit : objects_ & ~bit;
  ++depth_;
  needs_comma_ = false;
  out_->push_back(bracket);
}

void JsonWriter::Close(char bracket, bool is_object) {
  CHECK(depth_ > 0 && !has_key_);
  --depth_;
  CHECK((objects_ >> depth_ & 1) == (is_object ? 1 : 0));
  needs_comma_ = true;
  out_->push_back(bracket);
}

JsonWriter& JsonWriter::BeginObject() {
  Open('{', true);
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  Close('}', true);
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  Open('[', false);
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  Close(']', false);
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  CHECK(depth_ > 0 && (objects_ >> (depth_ - 1) & 1) == 1 && !has_key_);
  if (IsPlainJson(key)) {
    AppendBetween(needs_comma_ ? ",\"" : "\"", key, "\":", out_);
  } else {
    if (needs_comma_) out_->push_back(',');
    AppendJsonString(key, out_);
    out_->push_back(':');
  }
  has_key_ = true;
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  BeginValue();
  AppendJsonString(value, out_);
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) {
  BeginValue();
  AppendInteger(value, out_);
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) { return Raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::Raw(std::string_view json) {
  BeginValue();
  out_->append(json);
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Members(std::string_view members) {
  CHECK(depth_ > 0 && (objects_ >> (depth_ - 1) & 1) == 1 && !has_key_);
  if (needs_comma_) out_->push_back(',');
  out_->append(members);
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Field(std::string_view key, std::string_view value) {
  return Key(key).String(value);
}

JsonWriter& JsonWriter::Field(std::string_view key, const char* value) {
  return Key(key).String(value);
}

JsonWriter& JsonWriter::Field(std::string_view key, int64_t value) { return Key(key).Int(value); }

JsonWriter& JsonWriter::Field(std::string_view key, bool value) { return Key(key).Bool(value); }

JsonWriter& JsonWriter::CounterField(std::string_view key, uint64_t value) {
  Key(key).BeginValue();
  out_->push_back('"');
  AppendInteger(value, out_);
  out_->push_back('"');
  return *this;
}

JsonWriter& JsonWriter::OptionalField(std::string_view key, std::string_view value) {
  return value.empty() ? *this : Field(key, value);
}

}  // namespace vigla
