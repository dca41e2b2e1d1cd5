// A file as an editor has it. Cold.
#include "engine/lsp/text_document.h"

#include <algorithm>

namespace vigla {
namespace {

// Bytes of the UTF-8 sequence at `at`; 1 for a byte that begins none.
size_t SequenceBytes(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const size_t wanted = byte >= 0xF0 && byte < 0xF8 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
  if (byte >= 0xF8) return 1;
  if (at + wanted > text.size()) return 1;
  for (size_t i = 1; i < wanted; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 1;
  }
  return wanted;
}

int UnitsOf(size_t sequence_bytes) { return sequence_bytes == 4 ? 2 : 1; }

}  // namespace

void TextDocument::SetText(std::string text) {
  text_ = std::move(text);
  line_starts_ = {0};
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
}

void TextDocument::Replace(const TextRange& range, std::string_view text) {
  const size_t begin = OffsetOf(range.begin);
  const size_t end = std::max(begin, OffsetOf(range.end));
  std::string changed = text_.substr(0, begin);
  changed.append(text).append(text_, end);
  SetText(std::move(changed));
}

size_t TextDocument::LineStart(int line) const {
  if (line < 0) return 0;
  return line < line_count() ? line_starts_[static_cast<size_t>(line)] : text_.size();
}

std::string_view TextDocument::Line(int line) const {
  if (line < 0 || line >= line_count()) return {};
  const size_t begin = LineStart(line);
  size_t end = line + 1 < line_count() ? LineStart(line + 1) - 1 : text_.size();
  if (end > begin && text_[end - 1] == '\r') --end;
  return std::string_view(text_).substr(begin, end - begin);
}

size_t TextDocument::OffsetOf(TextPosition position) const {
  if (position.line >= line_count()) return text_.size();
  const std::string_view line = Line(position.line);
  size_t at = 0;
  int units = 0;
  while (at < line.size()) {
    const size_t bytes = SequenceBytes(line, at);
    units += UnitsOf(bytes);
    if (units > position.character) break;
    at += bytes;
  }
  return LineStart(position.line) + at;
}

TextPosition TextDocument::PositionOf(size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  TextPosition position;
  position.line = static_cast<int>(after - line_starts_.begin()) - 1;
  const std::string_view line = Line(position.line);
  const size_t column = offset - LineStart(position.line);
  for (size_t at = 0; at < line.size();) {
    const size_t bytes = SequenceBytes(line, at);
    if (at + bytes > column) break;
    position.character += UnitsOf(bytes);
    at += bytes;
  }
  return position;
}

size_t TextDocument::OffsetOfFinding(int line, int column) const {
  if (line <= 0) return 0;
  const std::string_view text = Line(line - 1);
  size_t at = 0;
  for (int i = 1; i < column && at < text.size(); ++i) at += SequenceBytes(text, at);
  return LineStart(line - 1) + at;
}

}  // namespace vigla
