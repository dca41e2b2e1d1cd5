// Walks the tokens of one JSON text and checks every one of them. Hot.
// simdjson finds where the tokens begin (its stage 1, which also checks UTF-8 and strings for
// bare control characters); what stands between them is read here, once, in order. simdjson's
// on-demand reader takes the same first step but checks only what is asked for, and its string
// reader isn't the vectorised one in a build for any x86-64: this is stricter and faster.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace vigla {

enum class JsonError : uint8_t {
  kNone,
  kEmpty,  // nothing but white space
  kInvalidUtf8,
  kSyntax,
  kDepth,
  kDuplicateKey,
};

// Every function that returns a bool is false once the text proved wrong; error() says how, and
// nothing but error() and Start may be called then. Not thread-safe.
class JsonReader {
 public:
  // Bytes that must be writable after the text.
  static constexpr size_t kPaddingBytes = 64;

  // A root object is at depth 1.
  JsonReader(size_t bytes_max, int depth_max);
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;
  ~JsonReader();

  // Begins a text of at most bytes_max bytes. Escapes are undone where they stand: the text is
  // changed, and must outlive the strings that are read from it.
  bool Start(char* text, size_t bytes);
  JsonError error() const { return error_; }

  // The first byte of the next token, which tells its type; 0 at the end of the text.
  char Peek() const { return text_[*next_]; }
  bool IsNumberNext() const { return Peek() == '-' || (Peek() >= '0' && Peek() <= '9'); }
  bool IsAtEnd() const { return next_ == end_; }

  // Each reads one value, whose type Peek told.
  bool ReadString(std::string_view* value);
  bool ReadNumber(std::string_view* text);  // as written
  bool ReadLiteral();                       // true, false or null
  bool SkipValue();                         // any; its keys are checked for duplicates

  // Calls on_member(key) for each member; that reads the value, hands the key to RememberKey
  // unless it knows already that it comes only once, and returns what those calls return.
  template <typename OnMember>
  bool ReadObject(OnMember on_member);
  // Calls on_element() for each element; that reads it and returns what the reading returned.
  template <typename OnElement>
  bool ReadArray(OnElement on_element);

  // ReadObject fails at the object's end if a key was remembered twice.
  void RememberKey(std::string_view key) { keys_.push_back(key); }
  bool FailDuplicateKey() { return Fail(JsonError::kDuplicateKey); }

 private:
  struct Index;

  bool Fail(JsonError error) {
    error_ = error;
    return false;
  }
  bool Enter() { return ++depth_ <= depth_max_ || Fail(JsonError::kDepth); }
  // The next token, up to the white space behind it.
  std::string_view TokenText() const;
  bool Unescape(std::string_view* value);
  bool CheckKeys(size_t first_key);

  const std::unique_ptr<Index> index_;
  const int depth_max_;
  char* text_ = nullptr;
  const uint32_t* next_ = nullptr;  // where the next token begins; *end_ is the text's length
  const uint32_t* end_ = nullptr;
  bool has_escapes_ = false;
  JsonError error_ = JsonError::kNone;
  int depth_ = 0;
  std::vector<std::string_view> keys_;  // remembered ones of the objects that are open
};

inline std::string_view JsonReader::TokenText() const {
  const uint32_t begin = next_[0];
  uint32_t end = next_[1];
  while (end > begin + 1 && (text_[end - 1] == ' ' || text_[end - 1] == '\n' ||
                             text_[end - 1] == '\r' || text_[end - 1] == '\t')) {
    --end;
  }
  return {text_ + begin, end - begin};
}

// Between a string's opening quote and the next token there is nothing but the string and white
// space, since whatever else follows a string would begin a token.
inline bool JsonReader::ReadString(std::string_view* value) {
  const std::string_view token = TokenText();
  if (token.size() < 2 || token.back() != '"') return Fail(JsonError::kSyntax);
  *value = token.substr(1, token.size() - 2);
  ++next_;
  return !has_escapes_ || Unescape(value);
}

template <typename OnMember>
bool JsonReader::ReadObject(OnMember on_member) {
  if (!Enter()) return false;
  ++next_;
  const size_t first_key = keys_.size();
  if (Peek() == '}') {
    ++next_;
  } else {
    while (true) {
      std::string_view key;
      if (Peek() != '"') return Fail(JsonError::kSyntax);
      if (!ReadString(&key)) return false;
      if (Peek() != ':') return Fail(JsonError::kSyntax);
      ++next_;
      if (!on_member(key)) return false;
      const char separator = Peek();
      if (separator != ',' && separator != '}') return Fail(JsonError::kSyntax);
      ++next_;
      if (separator == '}') break;
    }
  }
  --depth_;
  return keys_.size() < first_key + 2 ? (keys_.resize(first_key), true) : CheckKeys(first_key);
}

template <typename OnElement>
bool JsonReader::ReadArray(OnElement on_element) {
  if (!Enter()) return false;
  ++next_;
  if (Peek() == ']') {
    ++next_;
  } else {
    while (true) {
      if (!on_element()) return false;
      const char separator = Peek();
      if (separator != ',' && separator != ']') return Fail(JsonError::kSyntax);
      ++next_;
      if (separator == ']') break;
    }
  }
  --depth_;
  return true;
}

}  // namespace vigla
