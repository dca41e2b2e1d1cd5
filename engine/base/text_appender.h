// Appends to a string at a cursor: room is made once for several pieces, which are then written
// one behind the other. A string looks at capacity, length and end mark for each of them. Hot.
// What is put at a cursor follows one form: Put…(value, at) writes at `at`, where there is room,
// and returns the end of what it wrote.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace vigla {

inline char* PutText(std::string_view text, char* at) {
  std::char_traits<char>::copy(at, text.data(), text.size());
  return at + text.size();
}

inline constexpr size_t kIntegerBytesMax = 20;
template <std::integral Integer>
char* PutInteger(Integer value, char* at) {
  return std::to_chars(at, at + kIntegerBytesMax, value).ptr;
}

// From the first Room to Flush the string is longer than its text: nobody else may touch it.
// Not thread-safe.
class TextAppender {
 public:
  explicit TextAppender(std::string* out) : out_(out) {}
  ~TextAppender() { Flush(); }
  TextAppender(const TextAppender&) = delete;
  TextAppender& operator=(const TextAppender&) = delete;

  // The end of the text, with room for `bytes` behind it. What is written there counts once End
  // is told where it ends.
  char* Room(size_t bytes) {
    if (static_cast<size_t>(limit_ - at_) < bytes) MakeRoom(bytes);
    return at_;
  }
  void End(char* at) { at_ = at; }

  void Append(std::string_view text) { End(PutText(text, Room(text.size()))); }

  // Makes the string the text. It goes on after that, from wherever the string then ends.
  void Flush();

 private:
  void MakeRoom(size_t bytes);

  std::string* const out_;
  char* at_ = nullptr;     // within the string; null while the string is the text
  char* limit_ = nullptr;  // behind what the string has
  size_t ahead_bytes_ = 64;
};

}  // namespace vigla
