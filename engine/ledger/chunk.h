// A stretch of a ledger: consecutive entries with the texts that they refer to. Hot.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/entry_key.h"

namespace vigla {

// Numbers for the names of extra columns, so that entries are read without comparing names. The
// numbers mean something within one process only; stored chunks spell the names out.
class ColumnNames {
 public:
  uint32_t NumberOf(std::string_view name);
  const std::string& NameOf(uint32_t number) const { return names_[number]; }

 private:
  std::vector<std::string> names_;
};

// A known value of an extra column, as canonical text (stored_value.h); never empty.
struct ColumnText {
  uint32_t column = 0;
  std::string_view text;
};

// What an entry has beside its fixed columns.
struct EntryTexts {
  std::string_view channel;
  std::span<const ColumnText> columns;
};

// Entries are in the order of their keys. The channel and the extra columns of an entry are
// numbers of texts that the chunk keeps once each; a column that a chunk lacks is unknown for
// all of its entries.
class Chunk {
 public:
  struct Column {
    uint32_t name = 0;
    std::vector<uint32_t> text_of;  // by entry: number of its text, 0 where unknown
  };

  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const Entry& operator[](size_t offset) const { return entries_[offset]; }
  std::span<const Entry> entries() const { return entries_; }
  EntryKey first() const { return KeyOf(entries_.front()); }

  std::string_view ChannelOf(const Entry& entry) const {
    return entry.channel == 0 ? std::string_view() : std::string_view(channels_[entry.channel - 1]);
  }
  // Empty where it is unknown.
  std::string_view ColumnOf(size_t offset, uint32_t name) const;
  std::span<const Column> columns() const { return columns_; }
  std::string_view TextOf(uint32_t number) const {
    return number == 0 ? std::string_view() : std::string_view(texts_[number - 1]);
  }

  // How many entries are not after `key`, which is the offset at which one with it belongs.
  size_t CountThrough(const EntryKey& key) const;
  void Reserve(size_t entries) { entries_.reserve(entries); }
  // Brings the last entries, and where the next one goes, close.
  void PrefetchLast() const {
    const char* const end = reinterpret_cast<const char*>(entries_.data() + entries_.size());
    for (int line = -2; line <= 1; ++line) __builtin_prefetch(end + line * 64, 1);
    __builtin_prefetch(channels_.data());
  }
  // The entry's channel is taken from `texts`. Returns where it stands.
  size_t Insert(Entry entry, const EntryTexts& texts);
  // The entries [begin, end) and the texts that they need.
  Chunk Slice(size_t begin, size_t end) const;

  // Memory it occupies beside the object itself, approximately.
  size_t HeapBytes() const;

 private:
  uint16_t NumberOfChannel(std::string_view channel);
  uint32_t NumberOfText(std::string_view text);

  std::vector<Entry> entries_;
  std::vector<std::string> channels_;
  std::vector<std::string> texts_;
  std::vector<Column> columns_;
};

}  // namespace vigla
