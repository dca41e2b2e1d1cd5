// Canonical JSON: the same value always has the same bytes, since bytes are hashed. Warm.
// Keys are written in the order of the calls (each schema fixes its order), no white space, no
// nulls; strings escape only what RFC 8259 demands (", \, below U+0020) and U+2028/U+2029, with
// the two-character escapes where there are any and \u00xx in lower case otherwise (RFC 8785).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/text_appender.h"

namespace vigla {

// Appends to a string that the caller owns; nobody else may touch it while a value is open. Misuse
// (a value without key in an object) is a CHECK. Not thread-safe.
class JsonWriter {
 public:
  explicit JsonWriter(std::string* out) : out_(out) {}

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);

  JsonWriter& String(std::string_view value);
  JsonWriter& Int(int64_t value);
  JsonWriter& Bool(bool value);
  // `json` is a complete value in canonical form already.
  JsonWriter& Raw(std::string_view json);
  // The same for a value that the caller puts at what it returns, at most `bytes_max` of it; EndRaw
  // takes the value's end.
  char* BeginRaw(size_t bytes_max);
  JsonWriter& EndRaw(char* end);
  // `members` are at least one complete member of the open object, in canonical form already.
  JsonWriter& Members(std::string_view members);

  // Key and value in one call.
  JsonWriter& Field(std::string_view key, std::string_view value);
  JsonWriter& Field(std::string_view key, const char* value);
  JsonWriter& Field(std::string_view key, int64_t value);
  JsonWriter& Field(std::string_view key, bool value);
  // Counters that may pass 2^53 travel as strings.
  JsonWriter& CounterField(std::string_view key, uint64_t value);
  // Nothing is written for an empty string.
  JsonWriter& OptionalField(std::string_view key, std::string_view value);

 private:
  bool IsInObject() const { return depth_ > 0 && (objects_ >> (depth_ - 1) & 1) == 1; }
  // Begins a value with room for `bytes` of it.
  char* BeginValue(size_t bytes);
  void EndValue(char* end);
  // Writes a key and what stands before it and behind it.
  char* BeginMember(std::string_view key, size_t value_bytes);
  void Open(char bracket, bool is_object);
  void Close(char bracket, bool is_object);

  static constexpr int kDepthMax = 64;
  TextAppender out_;
  uint64_t objects_ = 0;  // bit d: what is open at depth d + 1 is an object
  int depth_ = 0;
  bool needs_comma_ = false;
  bool has_key_ = false;  // a key was written and waits for its value
};

// `text` as a JSON string, quotes included. Invalid UTF-8 is replaced by U+FFFD.
void AppendJsonString(std::string_view text, std::string* out);
// The same at a cursor, and without the quotes.
char* PutJsonString(std::string_view text, char* at);
char* PutJsonText(std::string_view text, char* at);
// How long a text of so many bytes can become, quotes included.
constexpr size_t JsonStringBytesMax(size_t text_bytes) { return 6 * text_bytes + 2; }

}  // namespace vigla
