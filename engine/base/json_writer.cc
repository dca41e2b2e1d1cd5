// Canonical JSON text. Warm.
#include "engine/base/json_writer.h"

#include <array>
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

char* PutControl(char byte, char* at) {
  switch (byte) {
    case '"':
      return PutText("\\\"", at);
    case '\\':
      return PutText("\\\\", at);
    case '\b':
      return PutText("\\b", at);
    case '\t':
      return PutText("\\t", at);
    case '\n':
      return PutText("\\n", at);
    case '\f':
      return PutText("\\f", at);
    case '\r':
      return PutText("\\r", at);
    default:
      at = PutText("\\u00", at);
      *at++ = byte < 0x10 ? '0' : '1';
      *at++ = "0123456789abcdef"[byte & 15];
      return at;
  }
}

constexpr uint64_t kEach = 0x0101010101010101;

// Not 0 in the high bits of eight bytes if one of them isn't plain. A borrow can only come from a
// byte that isn't plain itself, so the answer is right although a bit of it may not be.
uint64_t NotPlain(uint64_t bytes) {
  const uint64_t quote = bytes ^ (kEach * '"');
  const uint64_t backslash = bytes ^ (kEach * '\\');
  return (bytes - kEach * 0x20) | (quote - kEach) | (backslash - kEach) | bytes;
}

template <typename Word>
Word Copy(const char* from, char* to) {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  std::memcpy(to, &word, sizeof(word));
  return word;
}

// Copies `text` to `at`, and says whether it is all of printable ASCII that stands for itself in a
// JSON string: no quote, no backslash. Most texts are.
bool CopyPlain(std::string_view text, char* at) {
  constexpr size_t kStep = sizeof(uint64_t);
  const char* const from = text.data();
  const size_t size = text.size();
  uint64_t not_plain = 0;
  if (size >= kStep) {
    for (size_t i = 0; i + kStep < size; i += kStep) {
      not_plain |= NotPlain(Copy<uint64_t>(from + i, at + i));
    }
    not_plain |= NotPlain(Copy<uint64_t>(from + size - kStep, at + size - kStep));
  } else if (size >= kStep / 2) {
    const uint64_t end = Copy<uint32_t>(from + size - kStep / 2, at + size - kStep / 2);
    not_plain = NotPlain(end << 32 | Copy<uint32_t>(from, at));
  } else {
    bool is_plain = true;
    for (size_t i = 0; i < size; ++i) {
      at[i] = from[i];
      is_plain &= kPlain[static_cast<uint8_t>(from[i])];
    }
    return is_plain;
  }
  return (not_plain & (kEach * 0x80)) == 0;
}

char* PutEscaped(std::string_view text, char* at) {
  while (!text.empty()) {
    if (kPlain[static_cast<uint8_t>(text[0])]) {
      *at++ = text[0];
      text.remove_prefix(1);
      continue;
    }
    const Utf8Step step = StepUtf8(text);
    const std::string_view bytes = text.substr(0, step.bytes);
    if (!step.is_valid) {
      at = PutText(kReplacement, at);
    } else if (bytes == "\xE2\x80\xA8" || bytes == "\xE2\x80\xA9") {
      at = PutText(bytes[2] == '\xA8' ? "\\u2028" : "\\u2029", at);
    } else if (bytes.size() > 1) {
      at = PutText(bytes, at);
    } else {
      at = PutControl(bytes[0], at);
    }
    text.remove_prefix(step.bytes);
  }
  return at;
}

// The text as a JSON string at `at`, where `out` has room for it as long as it is plain, and for
// `after_bytes` more in any case.
char* PutString(std::string_view text, size_t after_bytes, char* at, TextAppender* out) {
  at[0] = '"';
  if (CopyPlain(text, at + 1)) {
    at[1 + text.size()] = '"';
    return at + text.size() + 2;
  }
  out->End(at);
  return PutJsonString(text, out->Room(JsonStringBytesMax(text.size()) + after_bytes));
}

}  // namespace

char* PutJsonText(std::string_view text, char* at) {
  return CopyPlain(text, at) ? at + text.size() : PutEscaped(text, at);
}

char* PutJsonString(std::string_view text, char* at) {
  *at++ = '"';
  at = PutJsonText(text, at);
  *at++ = '"';
  return at;
}

void AppendJsonString(std::string_view text, std::string* out) {
  TextAppender appender(out);
  appender.End(PutString(text, 0, appender.Room(text.size() + 2), &appender));
}

char* JsonWriter::BeginValue(size_t bytes) {
  if (has_key_) {
    has_key_ = false;
    return out_.Room(bytes);
  }
  CHECK(!IsInObject());  // a member of an object has a key
  char* at = out_.Room(bytes + 1);
  if (needs_comma_) *at++ = ',';
  return at;
}

void JsonWriter::EndValue(char* end) {
  out_.End(end);
  needs_comma_ = depth_ > 0;
  if (depth_ == 0) out_.Flush();
}

void JsonWriter::Open(char bracket, bool is_object) {
  char* const at = BeginValue(1);
  CHECK(depth_ < kDepthMax);
  const uint64_t bit = uint64_t{1} << depth_;
  objects_ = is_object ? objects_ | bit : objects_ & ~bit;
  ++depth_;
  needs_comma_ = false;
  *at = bracket;
  out_.End(at + 1);
}

void JsonWriter::Close(char bracket, bool is_object) {
  CHECK(depth_ > 0 && !has_key_ && IsInObject() == is_object);
  --depth_;
  char* const at = out_.Room(1);
  *at = bracket;
  EndValue(at + 1);
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

char* JsonWriter::BeginMember(std::string_view key, size_t value_bytes) {
  CHECK(IsInObject() && !has_key_);
  char* at = out_.Room(key.size() + 4 + value_bytes);
  if (needs_comma_) *at++ = ',';
  needs_comma_ = true;
  at = PutString(key, value_bytes + 1, at, &out_);
  *at++ = ':';
  return at;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  out_.End(BeginMember(key, 0));
  has_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  EndValue(PutString(value, 0, BeginValue(value.size() + 2), &out_));
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) {
  EndValue(PutInteger(value, BeginValue(kIntegerBytesMax)));
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) { return Raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::Raw(std::string_view json) {
  return EndRaw(PutText(json, BeginRaw(json.size())));
}

char* JsonWriter::BeginRaw(size_t bytes_max) { return BeginValue(bytes_max); }

JsonWriter& JsonWriter::EndRaw(char* end) {
  EndValue(end);
  return *this;
}

JsonWriter& JsonWriter::Members(std::string_view members) {
  CHECK(IsInObject() && !has_key_);
  char* at = out_.Room(members.size() + 1);
  if (needs_comma_) *at++ = ',';
  EndValue(PutText(members, at));
  return *this;
}

JsonWriter& JsonWriter::Field(std::string_view key, std::string_view value) {
  EndValue(PutString(value, 0, BeginMember(key, value.size() + 2), &out_));
  return *this;
}

JsonWriter& JsonWriter::Field(std::string_view key, const char* value) {
  return Field(key, std::string_view(value));
}

JsonWriter& JsonWriter::Field(std::string_view key, int64_t value) {
  EndValue(PutInteger(value, BeginMember(key, kIntegerBytesMax)));
  return *this;
}

JsonWriter& JsonWriter::Field(std::string_view key, bool value) { return Key(key).Bool(value); }

JsonWriter& JsonWriter::CounterField(std::string_view key, uint64_t value) {
  char* at = BeginMember(key, kIntegerBytesMax + 2);
  *at++ = '"';
  at = PutInteger(value, at);
  *at++ = '"';
  EndValue(at);
  return *this;
}

JsonWriter& JsonWriter::OptionalField(std::string_view key, std::string_view value) {
  return value.empty() ? *this : Field(key, value);
}

}  // namespace vigla
