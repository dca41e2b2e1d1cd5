// A stretch of a ledger: consecutive entries with the texts that they refer to. Hot.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/block_pool.h"
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
  Hash128 own_account;  // zero in account ledgers, where it is the subject
};

// Entries are in the order of their keys. What few entries have is kept apart from them: long
// channels and extra columns, as numbers of texts that the chunk has once each, and own accounts.
// A column that a chunk lacks is unknown for all of its entries.
class Chunk {
 public:
  struct Column {
    uint32_t name = 0;
    std::vector<uint32_t> text_of;  // by entry: number of its text, 0 where unknown
  };

  // Room for more is not from the pool.
  static constexpr size_t kPooledMax = BlockPool::kBlockBytesMax / sizeof(Entry);

  // Entries come from the pool, which must outlive the chunk, if there is one and they fit.
  explicit Chunk(BlockPool* pool = nullptr) : pool_(pool) {}
  ~Chunk() { ReleaseEntries(); }
  Chunk(Chunk&& other) noexcept;
  Chunk& operator=(Chunk&& other) noexcept;
  Chunk(const Chunk& other);  // outside of any pool
  Chunk& operator=(const Chunk& other) = delete;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Entry& operator[](size_t offset) const { return entries_[offset]; }
  std::span<const Entry> entries() const { return {entries_, size_}; }
  EntryKey first() const { return KeyOf(entries_[0]); }

  // Of one of its entries, into which it may point.
  std::string_view ChannelOf(const Entry& entry) const;
  // How a short channel stands in all entries that have it, and no others; none: it does not fit.
  static std::optional<std::array<char, 8>> ShortChannel(std::string_view channel);
  // Zero in account ledgers.
  Hash128 OwnAccountOf(size_t offset) const {
    const bool has_any = rest_ != nullptr && !rest_->own_accounts.empty();
    return has_any ? rest_->own_accounts[offset] : Hash128();
  }
  // Empty where it is unknown.
  std::string_view ColumnOf(size_t offset, uint32_t name) const;
  std::span<const Column> columns() const {
    return rest_ == nullptr ? std::span<const Column>() : rest_->columns;
  }
  std::string_view TextOf(uint32_t number) const {
    return number == 0 ? std::string_view() : std::string_view(rest_->texts[number - 1]);
  }

  // How many entries are not after `key`, which is the offset at which one with it belongs.
  size_t CountThrough(const EntryKey& key) const;
  void Reserve(size_t entries);
  // Brings the last entries, and where the next one goes, close.
  void PrefetchLast() const {
    for (int line = -2; line <= 0; ++line) __builtin_prefetch(entries_ + size_ + line, 1);
  }
  // The entry's channel is taken from `texts`. Returns where it stands.
  size_t Insert(const Entry& entry, const EntryTexts& texts);
  // The entries [begin, end) and what they have beside, with entries from `pool`.
  Chunk Slice(size_t begin, size_t end, BlockPool* pool) const;
  BlockPool* pool() const { return pool_; }

  // Memory it occupies beside the object itself, approximately.
  size_t HeapBytes() const {
    return capacity_ * sizeof(Entry) + (rest_ == nullptr ? 0 : rest_->Bytes());
  }

 private:
  struct Rest {
    std::vector<std::string> texts;
    std::vector<Column> columns;
    std::vector<Hash128> own_accounts;  // by entry, or none at all

    size_t Bytes() const;
    uint32_t NumberOf(std::string_view text);
  };

  Rest& rest() {
    if (rest_ == nullptr) rest_ = std::make_unique<Rest>();
    return *rest_;
  }
  std::array<char, 8> PackChannel(std::string_view channel);
  void InsertRest(size_t offset, const EntryTexts& texts);
  static BlockPool* PoolFor(BlockPool* pool, size_t capacity) {
    return capacity <= kPooledMax ? pool : nullptr;
  }
  void Grow(size_t capacity);
  void ReleaseEntries();

  Entry* entries_ = nullptr;
  BlockPool* pool_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
  std::unique_ptr<Rest> rest_;
};

}  // namespace vigla
