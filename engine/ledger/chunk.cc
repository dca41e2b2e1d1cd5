// A stretch of a ledger: consecutive entries with the texts that they refer to. Hot.
#include "engine/ledger/chunk.h"

#include <algorithm>

#include "engine/base/check.h"

namespace vigla {
namespace {

size_t BytesOf(const std::vector<std::string>& texts) {
  size_t bytes = texts.capacity() * sizeof(std::string);
  for (const std::string& text : texts) {
    if (text.capacity() >= sizeof(std::string) / 2) bytes += text.capacity() + 1;
  }
  return bytes;
}

// The number, from 1, of `text` in `texts`, to which it is added if it is new.
size_t NumberIn(std::string_view text, std::vector<std::string>* texts) {
  const auto found = std::find(texts->begin(), texts->end(), text);
  const size_t index = static_cast<size_t>(found - texts->begin());
  if (found == texts->end()) texts->emplace_back(text);
  return index + 1;
}

}  // namespace

uint32_t ColumnNames::NumberOf(std::string_view name) {
  return static_cast<uint32_t>(NumberIn(name, &names_) - 1);
}

std::string_view Chunk::ColumnOf(size_t offset, uint32_t name) const {
  for (const Column& column : columns_) {
    if (column.name == name) return TextOf(column.text_of[offset]);
  }
  return {};
}

size_t Chunk::CountThrough(const EntryKey& key) const {
  // Nearly always the key lies at or after the last entry.
  if (entries_.empty() || KeyOf(entries_.back()) <= key) return entries_.size();
  const auto after =
      std::upper_bound(entries_.begin(), entries_.end(), key,
                       [](const EntryKey& k, const Entry& entry) { return k < KeyOf(entry); });
  return static_cast<size_t>(after - entries_.begin());
}

size_t Chunk::Insert(Entry entry, const EntryTexts& texts) {
  const size_t offset = CountThrough(KeyOf(entry));
  CHECK(offset == 0 || KeyOf(entries_[offset - 1]) < KeyOf(entry));
  entry.channel = NumberOfChannel(texts.channel);
  entries_.insert(entries_.begin() + static_cast<ptrdiff_t>(offset), entry);
  for (Column& column : columns_) {
    column.text_of.insert(column.text_of.begin() + static_cast<ptrdiff_t>(offset), 0);
  }
  for (const ColumnText& value : texts.columns) {
    auto column = std::find_if(columns_.begin(), columns_.end(),
                               [&](const Column& c) { return c.name == value.column; });
    if (column == columns_.end()) {
      columns_.push_back({value.column, std::vector<uint32_t>(entries_.size(), 0)});
      column = columns_.end() - 1;
    }
    column->text_of[offset] = NumberOfText(value.text);
  }
  return offset;
}

Chunk Chunk::Slice(size_t begin, size_t end) const {
  Chunk slice;
  slice.entries_.reserve(end - begin);
  std::vector<ColumnText> columns;
  for (size_t i = begin; i < end; ++i) {
    columns.clear();
    for (const Column& column : columns_) {
      if (column.text_of[i] == 0) continue;
      columns.push_back({column.name, TextOf(column.text_of[i])});
    }
    slice.Insert(entries_[i], {ChannelOf(entries_[i]), columns});
  }
  return slice;
}

size_t Chunk::HeapBytes() const {
  size_t bytes = entries_.capacity() * sizeof(Entry) + BytesOf(channels_) + BytesOf(texts_) +
                 columns_.capacity() * sizeof(Column);
  for (const Column& column : columns_) bytes += column.text_of.capacity() * sizeof(uint32_t);
  return bytes;
}

uint16_t Chunk::NumberOfChannel(std::string_view channel) {
  if (channel.empty()) return 0;
  const size_t number = NumberIn(channel, &channels_);
  CHECK(number <= UINT16_MAX);  // a chunk never has that many entries
  return static_cast<uint16_t>(number);
}

uint32_t Chunk::NumberOfText(std::string_view text) {
  CHECK(!text.empty());
  return static_cast<uint32_t>(NumberIn(text, &texts_));
}

}  // namespace vigla
