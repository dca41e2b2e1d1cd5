// A stretch of a ledger: consecutive entries with the texts that they refer to. Hot.
#include "engine/ledger/chunk.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "engine/base/check.h"

namespace vigla {
namespace {

static_assert(std::is_trivially_copyable_v<Entry>);

// A channel that stands in its entry is padded with zeros. Instead of a longer one there is this
// byte, which no text in UTF-8 has, and then the number of the text.
constexpr char kIsNumber = '\xff';

bool FitsInEntry(std::string_view channel) {
  return channel.empty() || (channel.size() <= 8 && channel.front() != kIsNumber &&
                             channel.find('\0') == std::string_view::npos);
}

std::array<char, 8> Padded(std::string_view channel) {
  std::array<char, 8> packed{};
  std::copy(channel.begin(), channel.end(), packed.begin());
  return packed;
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

size_t Chunk::Rest::Bytes() const {
  size_t bytes = sizeof(Rest) + texts.capacity() * sizeof(std::string) +
                 columns.capacity() * sizeof(Column) + own_accounts.capacity() * sizeof(Hash128);
  for (const std::string& text : texts) {
    if (text.capacity() >= sizeof(std::string) / 2) bytes += text.capacity() + 1;
  }
  for (const Column& column : columns) bytes += column.text_of.capacity() * sizeof(uint32_t);
  return bytes;
}

uint32_t Chunk::Rest::NumberOf(std::string_view text) {
  CHECK(!text.empty());
  return static_cast<uint32_t>(NumberIn(text, &texts));
}

Chunk::Chunk(Chunk&& other) noexcept : pool_(other.pool_) { *this = std::move(other); }

Chunk& Chunk::operator=(Chunk&& other) noexcept {
  std::swap(entries_, other.entries_);
  std::swap(pool_, other.pool_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(rest_, other.rest_);
  return *this;
}

Chunk::Chunk(const Chunk& other) : Chunk() {
  if (other.size_ > 0) {
    Reserve(other.size_);
    std::memcpy(entries_, other.entries_, other.size_ * sizeof(Entry));
    size_ = other.size_;
  }
  if (other.rest_ != nullptr) rest_ = std::make_unique<Rest>(*other.rest_);
}

void Chunk::Reserve(size_t entries) {
  if (entries <= capacity_) return;
  // Few sizes of blocks, so that one that is given back suits the next that asks.
  const bool is_pooled = pool_ != nullptr && entries <= kPooledMax;
  Grow(is_pooled ? std::min(std::bit_ceil(entries), kPooledMax) : entries);
}

void Chunk::Grow(size_t capacity) {
  CHECK(capacity <= UINT32_MAX);
  BlockPool* const from = PoolFor(pool_, capacity);
  const size_t bytes = capacity * sizeof(Entry);
  Entry* const entries =
      static_cast<Entry*>(from != nullptr ? from->Allocate(bytes) : ::operator new(bytes));
  if (size_ > 0) std::memcpy(entries, entries_, size_ * sizeof(Entry));
  ReleaseEntries();
  entries_ = entries;
  capacity_ = static_cast<uint32_t>(capacity);
}

void Chunk::ReleaseEntries() {
  if (entries_ == nullptr) return;
  if (BlockPool* const from = PoolFor(pool_, capacity_); from != nullptr) {
    from->Free(entries_, capacity_ * sizeof(Entry));
  } else {
    ::operator delete(entries_);
  }
}

std::string_view Chunk::ChannelOf(const Entry& entry) const {
  if (entry.channel.front() == kIsNumber) {
    uint32_t number = 0;
    std::memcpy(&number, entry.channel.data() + 4, sizeof(number));
    return TextOf(number);
  }
  return {entry.channel.data(), strnlen(entry.channel.data(), entry.channel.size())};
}

std::optional<std::array<char, 8>> Chunk::ShortChannel(std::string_view channel) {
  if (!FitsInEntry(channel)) return std::nullopt;
  return Padded(channel);
}

std::array<char, 8> Chunk::PackChannel(std::string_view channel) {
  if (FitsInEntry(channel)) return Padded(channel);
  std::array<char, 8> packed{};
  packed.front() = kIsNumber;
  const uint32_t number = rest().NumberOf(channel);
  std::memcpy(packed.data() + 4, &number, sizeof(number));
  return packed;
}

std::string_view Chunk::ColumnOf(size_t offset, uint32_t name) const {
  for (const Column& column : columns()) {
    if (column.name == name) return TextOf(column.text_of[offset]);
  }
  return {};
}

size_t Chunk::CountThrough(const EntryKey& key) const {
  // Nearly always the key lies at or after the last entry, or a few before it.
  if (size_ == 0 || KeyOf(entries_[size_ - 1]) <= key) return size_;
  const Entry* begin = entries_;
  const Entry* end = entries_ + size_ - 1;  // is after the key
  for (ptrdiff_t step = 1; step <= end - begin; step *= 2) {
    if (KeyOf(end[-step]) <= key) {
      begin = end - step + 1;
      break;
    }
    end -= step;
  }
  const Entry* const after =
      std::upper_bound(begin, end, key,
                       [](const EntryKey& k, const Entry& entry) { return k < KeyOf(entry); });
  return static_cast<size_t>(after - entries_);
}

size_t Chunk::Insert(const Entry& entry, const EntryTexts& texts) {
  const size_t offset = CountThrough(KeyOf(entry));
  CHECK(offset == 0 || KeyOf(entries_[offset - 1]) < KeyOf(entry));
  if (size_ == capacity_) {
    Reserve(pool_ != nullptr && size_ < kPooledMax ? size_ + 1 : std::max(1u, size_ * 2));
  }
  Entry* const place = entries_ + offset;
  if (offset < size_) std::memmove(place + 1, place, (size_ - offset) * sizeof(Entry));
  ++size_;
  *place = entry;
  place->channel = PackChannel(texts.channel);
  if (rest_ != nullptr || !texts.columns.empty() || !texts.own_account.IsZero()) {
    InsertRest(offset, texts);
  }
  return offset;
}

void Chunk::InsertRest(size_t offset, const EntryTexts& texts) {
  const auto place = static_cast<ptrdiff_t>(offset);
  std::vector<Hash128>& own_accounts = rest().own_accounts;
  if (!own_accounts.empty()) {
    own_accounts.insert(own_accounts.begin() + place, texts.own_account);
  } else if (!texts.own_account.IsZero()) {
    own_accounts.resize(size_);
    own_accounts[offset] = texts.own_account;
  }
  std::vector<Column>& columns = rest().columns;
  for (Column& column : columns) column.text_of.insert(column.text_of.begin() + place, 0);
  for (const ColumnText& value : texts.columns) {
    auto column = std::find_if(columns.begin(), columns.end(),
                               [&](const Column& c) { return c.name == value.column; });
    if (column == columns.end()) {
      columns.push_back({value.column, std::vector<uint32_t>(size_, 0)});
      column = columns.end() - 1;
    }
    column->text_of[offset] = rest().NumberOf(value.text);
  }
}

Chunk Chunk::Slice(size_t begin, size_t end, BlockPool* pool) const {
  Chunk slice(pool);
  slice.Reserve(end - begin);
  std::vector<ColumnText> texts;
  for (size_t i = begin; i < end; ++i) {
    texts.clear();
    for (const Column& column : columns()) {
      if (column.text_of[i] == 0) continue;
      texts.push_back({column.name, TextOf(column.text_of[i])});
    }
    slice.Insert(entries_[i], {ChannelOf(entries_[i]), texts, OwnAccountOf(i)});
  }
  return slice;
}

}  // namespace vigla
