// A strict pull scanner over canonical JSON. Warm.
#include "engine/audit/canonical_reader.h"

#include <charconv>

#include "simdjson.h"

namespace vigla {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code >> 6));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xE0 | code >> 12));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

}  // namespace

bool CanonicalReader::Expect(std::string_view bytes) {
  return Accept(bytes) || Fail();
}

bool CanonicalReader::Accept(std::string_view bytes) {
  if (!ok_ || text_.substr(position_, bytes.size()) != bytes) return false;
  position_ += bytes.size();
  return true;
}

bool CanonicalReader::RawString(std::string_view* raw) {
  if (!Expect("\"")) return false;
  const size_t begin = position_;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == '"') {
      *raw = text_.substr(begin, position_ - begin);
      ++position_;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) return Fail();
    position_ += c == '\\' ? 2 : 1;
  }
  return Fail();
}

bool CanonicalReader::String(std::string* value) {
  std::string_view raw;
  return RawString(&raw) && (UnescapeJson(raw, value) || Fail());
}

bool CanonicalReader::Counter(uint64_t* value) {
  std::string_view raw;
  if (!RawString(&raw)) return false;
  if (raw.empty() || !IsDigit(raw[0]) || (raw[0] == '0' && raw.size() > 1)) return Fail();
  const auto end = std::from_chars(raw.data(), raw.data() + raw.size(), *value);
  return (end.ec == std::errc() && end.ptr == raw.data() + raw.size()) || Fail();
}

bool CanonicalReader::Integer(int64_t* value) {
  const size_t begin = position_;
  if (!ok_ || !SkipNumber()) return Fail();
  const char* last = text_.data() + position_;
  const auto end = std::from_chars(text_.data() + begin, last, *value);
  return (end.ec == std::errc() && end.ptr == last) || Fail();
}

bool CanonicalReader::HexDigest(Digest* digest) {
  std::string_view raw;
  return RawString(&raw) && (ParseDigest(raw, digest) || Fail());
}

bool CanonicalReader::Value(std::string_view* raw) {
  const size_t begin = position_;
  if (!ok_ || !SkipValue(0)) return Fail();
  *raw = text_.substr(begin, position_ - begin);
  return true;
}

bool CanonicalReader::Member(std::string_view* raw_key) {
  if (!ok_ || position_ == 0) return Fail();
  const bool first = text_[position_ - 1] == '{';
  if (Accept("}")) return false;
  if (!first && !Expect(",")) return false;
  return RawString(raw_key) && Expect(":");
}

bool CanonicalReader::Element() {
  if (!ok_ || position_ == 0) return Fail();
  const bool first = text_[position_ - 1] == '[';
  if (Accept("]")) return false;
  return first || Expect(",");
}

bool CanonicalReader::SkipValue(int depth) {
  if (depth > kDepthMax || position_ >= text_.size()) return Fail();
  std::string_view raw;
  switch (text_[position_]) {
    case '"':
      return RawString(&raw);
    case '{':
      ++position_;
      while (Member(&raw)) {
        if (!SkipValue(depth + 1)) return false;
      }
      return ok_;
    case '[':
      ++position_;
      while (Element()) {
        if (!SkipValue(depth + 1)) return false;
      }
      return ok_;
    case 't':
      return Expect("true");
    case 'f':
      return Expect("false");
    default:
      return SkipNumber();
  }
}

bool CanonicalReader::SkipNumber() {
  Accept("-");
  const size_t begin = position_;
  while (position_ < text_.size() && IsDigit(text_[position_])) ++position_;
  if (position_ == begin || (text_[begin] == '0' && position_ > begin + 1)) return Fail();
  if (Accept(".")) {
    const size_t fraction = position_;
    while (position_ < text_.size() && IsDigit(text_[position_])) ++position_;
    if (position_ == fraction) return Fail();
  }
  return true;
}

bool UnescapeJson(std::string_view raw, std::string* value) {
  value->clear();
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      value->push_back(raw[i]);
      continue;
    }
    if (++i == raw.size()) return false;
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (const size_t letter = kLetters.find(raw[i]); letter != std::string_view::npos) {
      value->push_back(kMeanings[letter]);
      continue;
    }
    // Canonical text escapes single code units below U+0020 and U+2028/9 only, no surrogates.
    uint32_t code = 0;
    if (raw[i] != 'u' || raw.size() - i < 5) return false;
    const auto end = std::from_chars(raw.data() + i + 1, raw.data() + i + 5, code, 16);
    if (end.ptr != raw.data() + i + 5 || (code >= 0xD800 && code < 0xE000)) return false;
    AppendUtf8(code, value);
    i += 4;
  }
  return true;
}

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace vigla
