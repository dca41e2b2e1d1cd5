// A file as an editor has it: its text, and positions in it as the protocol counts them. Cold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vigla {

// Both from 0; `character` counts UTF-16 code units, as the protocol does if nothing else was
// agreed on.
struct TextPosition {
  int line = 0;
  int character = 0;
  auto operator<=>(const TextPosition&) const = default;
};

struct TextRange {
  TextPosition begin, end;
};

// Positions beyond a line's end mean its end, and beyond the last line the text's end. A position
// within a surrogate pair or a broken UTF-8 sequence means where that begins.
class TextDocument {
 public:
  explicit TextDocument(std::string text = "") { SetText(std::move(text)); }

  void SetText(std::string text);
  // Replaces a stretch; a range whose end lies before its beginning is empty.
  void Replace(const TextRange& range, std::string_view text);

  const std::string& text() const { return text_; }
  int line_count() const { return static_cast<int>(line_starts_.size()); }
  // Without its end; "" beyond the text.
  std::string_view Line(int line) const;
  size_t LineStart(int line) const;
  size_t OffsetOf(TextPosition position) const;
  TextPosition PositionOf(size_t offset) const;
  // From the 1-based line and column (in code points) of a diagnostic; 0 means the beginning.
  size_t OffsetOfFinding(int line, int column) const;

 private:
  std::string text_;
  std::vector<size_t> line_starts_;
};

}  // namespace vigla
